#ifndef CFG_LOAD_H
#define CFG_LOAD_H

#include "cfg/message.h"
#include "cfg/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The language, ready to parse: one for a program's life, used by every load, from any thread. */
struct cfg_lang;
struct cfg_lang *cfg_lang_new(void); /* NULL: out of memory */
void cfg_lang_free(struct cfg_lang *lang);

/* Algorithms that the language has words for, though this host may lack them. */
enum cfg_skill { CFG_SKILL_CIPHER, CFG_SKILL_HASH, CFG_SKILL_GROUP };

/* What this host has; its answer is always the same. */
struct cfg_able {
	bool (*has)(void *ctx, enum cfg_skill skill, const char *word);
	void *ctx;
};

/* From now on objects that name what 'able' (copied) hasn't aren't complete, and loads say why.  Without it everything is there. */
void cfg_lang_limit(struct cfg_lang *lang, const struct cfg_able *able);

/*
 * Reads a configuration, which messages call 'file', and checks it.  ERR_OK: '*out' is the model, to be freed with
 * cfg_model_free; 'messages' may hold warnings and what isn't implemented yet.  ERR_MALFORMED: 'messages' holds
 * every error, '*out' is untouched.  ERR_NOMEM is the only other way to fail.
 */
MUST_USE enum err cfg_load(
	const struct cfg_lang *lang, const char *file, struct bytes text, struct cfg_messages *messages, struct cfg_model **out);

/* The same from the file 'path', up to CFG_FILE_MAX bytes; what can't be read is an error message too. */
MUST_USE enum err cfg_load_file(const struct cfg_lang *lang, const char *path, struct cfg_messages *messages, struct cfg_model **out);

enum { CFG_FILE_MAX = 64 * 1024 * 1024 };

#ifdef __cplusplus
}
#endif
#endif
