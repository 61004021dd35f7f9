#ifndef PATH_PKT_QUOTE_H
#define PATH_PKT_QUOTE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "db/pmtu.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads an ICMP message from its type on: fragmentation needed (RFC1191-4) or, of AF_INET6, packet too big (RFC4443-3.2), that quotes ESP
 * or ESP in UDP so far that its SPI shows, or GRE so far that its key does.  False: it is anything else, or malformed.
 */
bool path_quote_parse(int family, struct bytes icmp, struct db_pmtu_word *out);

#ifdef __cplusplus
}
#endif
#endif
