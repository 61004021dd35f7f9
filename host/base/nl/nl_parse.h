#ifndef BASE_NL_PARSE_H
#define BASE_NL_PARSE_H

#include <linux/netlink.h>
#include <stdbool.h>

#include "base/nl/nl_addr.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_neigh.h"
#include "base/nl/nl_route.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The kernel's messages as our structures, for dumps and for the watch; private to this folder.  false: not one that
 * the structure can hold (another family, a multipath route).
 */
bool nl_parse_link(const struct nlmsghdr *msg, struct nl_link *out);
bool nl_parse_addr(const struct nlmsghdr *msg, struct nl_addr *out);
bool nl_parse_route(const struct nlmsghdr *msg, struct nl_route *out);
bool nl_parse_neigh(const struct nlmsghdr *msg, struct nl_neigh *out);

#ifdef __cplusplus
}
#endif
#endif
