#ifndef NET_UDP_H
#define NET_UDP_H

#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;

/*
 * IKE's UDP sockets of one VRF: port 500, and port 4500 where ESP travels too (RFC3948).  Datagrams of port 4500 come
 * without their non-ESP marker; ESP and keepalives, which are the datapath's, are counted and dropped.  Every
 * datagram tells which of our addresses it came to, and leaves by the one it is given.  IKE_SA_INIT requests wait apart from all others,
 * those with a cookie apart from those without: of a flood few are handed on in one turn of the loop, and what finds no room is counted and
 * dropped by the kernel.  Loop thread.
 */
struct net_udp;

enum { NET_UDP_IKE = 500, NET_UDP_NATT = 4500, NET_UDP_MAX = 65535 };

struct net_udp_path {
	struct addr_port local;
	struct addr_port remote;
	bool natt; /* over the socket of port 4500 */
};

typedef void net_udp_fn(void *ctx, const struct net_udp_path *path, struct bytes datagram);

struct net_udp_config {
	int netns_fd;                 /* of the VRF; -1: the process's own namespace */
	const char *device;           /* the kernel's VRF device there; NULL: none (net/kind.h) */
	uint16_t ike_port, natt_port; /* 0: 500 and 4500; others for tests without privileges */
	bool natt_only;               /* leave the IKE port alone */
	uint32_t room;                /* bytes in which IKE_SA_INIT requests of one port and family wait; 0: 8 MiB */
	net_udp_fn *receive;
	void *ctx;
};

#define NET_UDP_STAT_LIST(X)                                             \
	X(RX, "rx", "datagrams handed on")                               \
	X(TX, "tx", "datagrams sent")                                    \
	X(TX_ERROR, "tx-error", "datagrams the kernel didn't take")      \
	X(ESP, "esp", "ESP in UDP that reached the host")                \
	X(KEEPALIVE, "keepalive", "NAT keepalives received")             \
	X(SHORT, "short", "datagrams without room for a marker")         \
	X(FULL, "full", "datagrams of IKE SAs dropped: too many waited") \
	X(CROWD, "crowd", "IKE_SA_INIT dropped: too many waited")

enum net_udp_stat {
#define NET_UDP_STAT_ENUM(name, word, text) NET_UDP_##name,
	NET_UDP_STAT_LIST(NET_UDP_STAT_ENUM)
#undef NET_UDP_STAT_ENUM
		NET_UDP_STAT_COUNT
};

/*
 * Opens both ports in both families and watches them on 'loop', borrowed.  A family that the kernel lacks is left
 * out.  ERR_EXISTS: a port is taken; ERR_DENIED: ports below 1024 need CAP_NET_BIND_SERVICE.
 */
MUST_USE enum err net_udp_new(struct net_udp **out, struct event_base *loop, const struct net_udp_config *config);
void net_udp_free(struct net_udp *u);

/*
 * Sends an IKE datagram of at most NET_UDP_MAX - 4 bytes; on the 4500 socket the marker goes in front.  It leaves with others when the loop
 * runs on, or with net_udp_free; what the kernel doesn't take is counted.
 */
void net_udp_send(struct net_udp *u, const struct net_udp_path *path, struct bytes datagram);

/* Sends the one byte 0xff that keeps a NAT's mapping (RFC3948-2.3). */
void net_udp_keepalive(struct net_udp *u, const struct net_udp_path *path);

uint64_t net_udp_count(const struct net_udp *u, enum net_udp_stat stat);
const char *net_udp_stat_str(enum net_udp_stat stat);
const char *net_udp_stat_text(enum net_udp_stat stat);

#ifdef __cplusplus
}
#endif
#endif
