#ifndef CFG_ACL_H
#define CFG_ACL_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Puts the entry that the line 's' is into the access list 'object': a setter. */
void cfg_acl_read(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s);

/* What it asks for that no packet has; NULL: nothing. */
const char *cfg_acl_fault(const struct cfg_ace *e);

/* The words of the entry from `permit` or `deny` on, cut at 'cap'; returns 'out'. */
const char *cfg_acl_text(const struct cfg_ace *e, char *out, size_t cap);

/* The addresses of one end as a prefix; ERR_RANGE: a wildcard with holes. */
MUST_USE enum err cfg_acl_prefix(const struct cfg_ace_side *side, struct addr_prefix *out);

#ifdef __cplusplus
}
#endif
#endif
