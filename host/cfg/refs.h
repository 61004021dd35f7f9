#ifndef CFG_REFS_H
#define CFG_REFS_H

#include "cfg/stmt.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the line 's' names (its first parameter) and as which kind; NULL: it defines nothing. */
const char *cfg_refs_defined(const struct cfg_stmt *s);

/* What an object that 's' opens is called: what 's' defines, else its words, which go to 'title' (CFG_REFS_TITLE bytes). */
const char *cfg_refs_object_name(const struct cfg_stmt *s, char *title);

/*
 * The name that 'word' refers to, as objects are called: `virtual-template 1` names "Virtual-Template1".  NULL where
 * it refers to nothing, or to what always exists (Null0).  'buffer' holds CFG_REFS_NAME bytes.
 */
const char *cfg_refs_name(const struct cfg_word *word, char *buffer);

/* The kind under which the object that 'word' names is defined. */
const char *cfg_refs_kind(const struct cfg_word *word);

/* A line outside 's' that refers to what 's' defines; NULL: nobody uses it. */
const struct cfg_stmt *cfg_refs_user(const struct cfg_tree *tree, const struct cfg_stmt *s);

enum { CFG_REFS_NAME = 96, CFG_REFS_TITLE = 160 };

#ifdef __cplusplus
}
#endif
#endif
