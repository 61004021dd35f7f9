#ifndef CFG_VALUE_H
#define CFG_VALUE_H

#include "cfg/model.h"
#include "cfg/grammar/pattern.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CFG_NAME_MAX = 63, CFG_WHY_TEXT = 128, CFG_IF_TEXT = 48 };

/* What "Ethernet0/1.3" says. */
struct cfg_if_name {
	enum cfg_if_type type;
	char text[CFG_IF_TEXT]; /* in full, "Ethernet0/1.3" */
	uint32_t unit;          /* the first number */
};

/* "e0/0", "Tunnel0", "loopback0"; ERR_MALFORMED, or ERR_EXISTS where the type is short for several. */
MUST_USE enum err cfg_value_interface(struct bytes text, struct cfg_if_name *out);

/* Whether 'text' is one of 'p'.  If not, 'why' (CFG_WHY_TEXT bytes) says what is wrong with it, or is empty. */
bool cfg_value_check(const struct cfg_param *p, struct bytes text, char *why);

/* The text as it is printed, from 'arena', of what cfg_value_check took; NULL when out of memory. */
const char *cfg_value_text(const struct cfg_param *p, struct bytes text, struct arena *arena);

/* What is expected, for messages: "<1-255>", "A.B.C.D", "interface". */
const char *cfg_value_expected(const struct cfg_param *p, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
