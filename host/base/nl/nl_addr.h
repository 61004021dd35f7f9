#ifndef BASE_NL_ADDR_H
#define BASE_NL_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/nl/nl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An address of a link, with the length of its network. */
struct nl_addr {
	uint32_t index;
	struct addr_prefix prefix;
};

/* IPv6 addresses serve at once (no duplicate address detection).  ERR_EXISTS when the link has it. */
MUST_USE enum err nl_addr_add(struct nl *nl, const struct nl_addr *a);

/* ERR_ABSENT when the link hasn't it. */
MUST_USE enum err nl_addr_del(struct nl *nl, const struct nl_addr *a);

typedef void nl_addr_fn(const struct nl_addr *a, void *ctx);

/* The addresses of all links, both families. */
MUST_USE enum err nl_addr_each(struct nl *nl, nl_addr_fn *fn, void *ctx);

/* The table entry that a message of the kernel tells of (dumps, the watch); false when the structure can't hold it. */
struct nlmsghdr;
bool nl_addr_parse(const struct nlmsghdr *msg, struct nl_addr *out);

#ifdef __cplusplus
}
#endif
#endif
