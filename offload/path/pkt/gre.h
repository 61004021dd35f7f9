#ifndef PATH_GRE_H
#define PATH_GRE_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db_gre;

/* GRE around and off passengers (RFC2784, RFC2890). */

/* Writes what goes in front of the passenger 'p' to 'at', 'g->len' bytes.  'df': of the delivery header, which 'p->seq' numbers. */
void path_gre_write(const struct path_pkt *p, const struct db_gre *g, bool df, uint8_t *at);

struct path_gre_head {
	uint32_t key; /* 0 without one */
	uint16_t type, len;
	bool has_key;
};

/* Reads the header at 'gre', behind which are 'have' bytes with itself.  PATH_DROP_COUNT, or why it isn't understood. */
enum path_drop path_gre_read(const uint8_t *gre, uint32_t have, struct path_gre_head *out);

/* The mbuf begins at the header that was read: takes it off, and sets 'family' by what it says.  PATH_DROP_COUNT, or why not. */
enum path_drop path_gre_take(struct path_pkt *p, const struct path_gre_head *head);

/* Both, for a header of the packet's SA. */
enum path_drop path_gre_open(struct path_pkt *p);

#ifdef __cplusplus
}
#endif
#endif
