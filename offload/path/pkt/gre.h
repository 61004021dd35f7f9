#ifndef PATH_GRE_H
#define PATH_GRE_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* GRE around and off passengers (RFC2784, RFC2890).  The SA says how: struct db_gre. */

/* Writes what goes in front of the passenger 'p' to 'at', its SA's 'gre_len' bytes.  'df': of the delivery header. */
void path_gre_write(const struct path_pkt *p, bool df, uint8_t *at);

/* The mbuf begins at a GRE header: takes it off, and sets 'family' by what it says.  PATH_DROP_COUNT, or why not. */
enum path_drop path_gre_open(struct path_pkt *p);

#ifdef __cplusplus
}
#endif
#endif
