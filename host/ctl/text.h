#ifndef CTL_TEXT_H
#define CTL_TEXT_H

#include <jansson.h>

#include "base/addr.h"
#include "crypto/alg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Values of documents.  NULL: out of memory, which json_pack and json_object_set_new take as a failure. */

/*
 * 's' (NULL: "") as a string that a terminal can show: control characters become '.', and so do all bytes beyond ASCII
 * unless the whole is UTF-8.
 */
json_t *ctl_text_str(const char *s);

json_t *ctl_text_addr(const struct addr *a); /* "" for family 0 */
json_t *ctl_text_addr_port(const struct addr_port *a);
json_t *ctl_text_prefix(const struct addr_prefix *p);
json_t *ctl_text_spi(uint32_t spi); /* "0x00010100" */

/* "ECP-384/20 MODP-2048/14": names, at most 'max', up to the first NULL. */
json_t *ctl_text_groups(const struct crypto_alg *const *group, unsigned max);

/* Counters as JSON has integers: those above 2^63 - 1 stay there. */
json_t *ctl_text_count(uint64_t n);

#ifdef __cplusplus
}
#endif
#endif
