#ifndef BASE_NL_LINK_H
#define BASE_NL_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/nl/nl.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NL_LINK_NAME = 16, NL_LINK_KIND = 16 }; /* with NUL */

#define NL_LINK_VRF "vrf" /* the kind of a VRF device */

/* A network device. */
struct nl_link {
	uint32_t index;
	uint32_t mtu;    /* bytes */
	uint32_t master; /* index of the bridge or VRF it belongs to, 0: none */
	uint32_t table;  /* of a VRF device: where its routes are; 0: another kind */
	bool up;         /* set up by somebody */
	bool running;    /* and has its carrier */
	bool ethernet;   /* has a MAC address; a TUN has none */
	uint8_t mac[6];
	char name[NL_LINK_NAME];
	char kind[NL_LINK_KIND]; /* "veth", "tun", "vrf"…; "" for hardware */
};

/* ERR_ABSENT when there is none. */
MUST_USE enum err nl_link_find(struct nl *nl, const char *name, struct nl_link *out);
MUST_USE enum err nl_link_get(struct nl *nl, uint32_t index, struct nl_link *out);

typedef void nl_link_fn(const struct nl_link *link, void *ctx);
MUST_USE enum err nl_link_each(struct nl *nl, nl_link_fn *fn, void *ctx);

MUST_USE enum err nl_link_set_up(struct nl *nl, uint32_t index, bool up);
MUST_USE enum err nl_link_set_promisc(struct nl *nl, uint32_t index, bool on);
MUST_USE enum err nl_link_set_master(struct nl *nl, uint32_t index, uint32_t master); /* 0: none */
MUST_USE enum err nl_link_set_mtu(struct nl *nl, uint32_t index, uint32_t mtu);
MUST_USE enum err nl_link_set_mac(struct nl *nl, uint32_t index, const uint8_t mac[6]);

/* Another name of the link, longer if need be.  ERR_EXISTS: a link has it; ERR_UNSUPPORTED: the kernel knows one name alone. */
MUST_USE enum err nl_link_add_name(struct nl *nl, uint32_t index, const char *name);

/* Keeps the kernel from giving the link an IPv6 link-local address of its own making (and from speaking with it). */
MUST_USE enum err nl_link_no_auto_address(struct nl *nl, uint32_t index);

MUST_USE enum err nl_link_del(struct nl *nl, uint32_t index);

/* The table entry that a message of the kernel tells of (dumps, the watch); false when the structure can't hold it. */
struct nlmsghdr;
bool nl_link_parse(const struct nlmsghdr *msg, struct nl_link *out);

#ifdef __cplusplus
}
#endif
#endif
