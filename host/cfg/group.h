#ifndef CFG_GROUP_H
#define CFG_GROUP_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The group that a word names by its number; 0: none, which is an error of the line.  A weak one is warned of. */
uint16_t cfg_group_read(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s, const struct cfg_word *number);

/* Each once, in order; one too many is left out. */
void cfg_group_append(uint16_t list[CFG_GROUP_MAX], unsigned *count, uint16_t id);

/* A line `… additional-key-exchange N {G|none}+` as a whole: its row of 'extra' is set anew. */
void cfg_group_extra(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s, struct cfg_extra extra[CFG_EXTRA_MAX]);

#ifdef __cplusplus
}
#endif
#endif
