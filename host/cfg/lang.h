#ifndef CFG_LANG_H
#define CFG_LANG_H

#include "cfg/load.h"
#include "cfg/grammar/pattern.h"
#include "cfg/row.h"
#include "cfg/stmt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The compiled language; constant once cfg_lang_new has made it. */
struct cfg_lang {
	struct cfg_program program;
	uint16_t *start[CFG_MODE_COUNT]; /* where the rows of each mode begin, in order of search */
	unsigned start_count[CFG_MODE_COUNT];
	unsigned start_room[CFG_MODE_COUNT];
	struct cfg_able able;
	struct cfg_tree *defaults; /* the smart defaults, parsed; NULL while they are */
};

/* Table 'index' of the language, the platform file's last; NULL behind it. */
const struct cfg_rows *cfg_lang_rows(unsigned index);

/* The smart defaults, in the language itself. */
const char *cfg_lang_defaults(void);

/* The built-in container that the user's 's' changes, or NULL. */
const struct cfg_stmt *cfg_lang_twin(const struct cfg_lang *lang, const struct cfg_stmt *s);

/*
 * Whether 's', a container of the user's, leaves its smart default as it is: every line below it is the default's
 * own.  False where there is no such default.
 */
bool cfg_lang_is_default(const struct cfg_lang *lang, const struct cfg_stmt *s);

#ifdef __cplusplus
}
#endif
#endif
