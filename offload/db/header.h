#ifndef DB_HEADER_H
#define DB_HEADER_H

#include <stdint.h>

#include "base/addr.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Appends an IP header between two addresses of one family as far as it is known when an SA is made: lengths, DSCP, ECN, DF and identification
 * are zero.  IPv4's checksum field holds the one's complement sum of the rest, not inverted: the path adds what changes.
 */
void db_header_ip(struct wr *w, const struct addr *local, const struct addr *remote, uint8_t proto);

#ifdef __cplusplus
}
#endif
#endif
