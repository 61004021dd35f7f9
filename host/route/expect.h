#ifndef ROUTE_EXPECT_H
#define ROUTE_EXPECT_H

#include "base/addr.h"
#include "base/err.h"
#include "base/log.h"
#include "base/wheel.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nl;

/*
 * Addresses and routes that the configuration has and that the host sets by itself ('addresses host').  Nothing is set
 * here: the host's tables are compared with them, now and whenever netlink tells of a change, and each difference is
 * logged once, with what would mend it, as is its end.
 */
struct route_expect;

struct route_expect_config {
	struct nl *nl;
	int netns_fd;   /* of 'nl'; -1: the calling thread's own */
	uint32_t table; /* of the routes: NL_TABLE_MAIN or a VRF device's */
	struct wheel *wheel;
	const struct log *log;
};

/* All borrowed. */
MUST_USE enum err route_expect_new(struct route_expect **out, const struct route_expect_config *config);
void route_expect_free(struct route_expect *e);

/* The address 'prefix' on the device 'netdev', which is up.  Idempotent. */
MUST_USE enum err route_expect_address(struct route_expect *e, const char *netdev, const struct addr_prefix *prefix);
void route_expect_no_address(struct route_expect *e, const char *netdev, const struct addr_prefix *prefix);

/* The route to 'prefix' by 'netdev' and, unless its family is 0, 'gateway'; takes the place of another to 'prefix'. */
MUST_USE enum err route_expect_route(
	struct route_expect *e, const struct addr_prefix *prefix, const char *netdev, const struct addr *gateway);
void route_expect_no_route(struct route_expect *e, const struct addr_prefix *prefix);

/* Readable when the host's tables changed; then route_expect_readable, which compares a moment later. */
int route_expect_fd(const struct route_expect *e);
void route_expect_readable(struct route_expect *e);

#ifdef __cplusplus
}
#endif
#endif
