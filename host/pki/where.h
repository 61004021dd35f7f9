#ifndef PKI_WHERE_H
#define PKI_WHERE_H

#include "pki/revoke.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Whether a stranger's URL may be asked at all, and as text to 'out': http:// to a host that isn't the box itself or its link (a name below localhost,
 * a loopback, link-local, unspecified or multicast address, in whatever notation), of printable characters without credentials.  What a name
 * resolves to isn't looked at: 'from' (any, if 'count' is 0) are beginnings that the operator allows, each ending in '/'.
 */
bool pki_where_admits(struct bytes url, const char *const *from, unsigned count, char out[PKI_URL_MAX]);

#ifdef __cplusplus
}
#endif
#endif
