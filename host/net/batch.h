#ifndef NET_BATCH_H
#define NET_BATCH_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "net/udp.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Datagrams of one UDP socket by the dozen: one system call for many. */

enum { NET_BATCH = 32, NET_BATCH_MARKER = 4 }; /* datagrams; bytes of the non-ESP marker, RFC3948-2.2 */

/* Packet info of either family. */
union net_batch_control {
	uint64_t align; /* as struct cmsghdr wants it */
	uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* What was received last; only what was used of its memory is resident. */
struct net_batch_in {
	struct mmsghdr msg[NET_BATCH];
	struct iovec iov[NET_BATCH];
	struct sockaddr_storage from[NET_BATCH];
	union net_batch_control control[NET_BATCH];
	uint8_t buf[NET_BATCH][NET_UDP_MAX];
};

/* Reads up to NET_BATCH datagrams that are there; returns how many. */
unsigned net_batch_read(struct net_batch_in *in, int fd);

/* The one of number 'i'; it stays until the next read.  Ports and kind of the socket are the caller's to fill in.  False: no end has an address. */
bool net_batch_at(const struct net_batch_in *in, unsigned i, struct net_udp_path *path, struct bytes *datagram);

/* What is to be sent; all-zero is empty. */
struct net_batch_out {
	struct mmsghdr msg[NET_BATCH];
	struct iovec iov[NET_BATCH];
	struct sockaddr_storage to[NET_BATCH];
	union net_batch_control control[NET_BATCH];
	unsigned count;
	size_t used; /* bytes */
	uint8_t buf[NET_UDP_MAX];
};

/* Packet info for sendmsg: 'local' is the source; returns its length. */
size_t net_batch_source(union net_batch_control *control, const struct addr *local);

/* Whether one of 'len' bytes fits, its marker included. */
bool net_batch_fits(const struct net_batch_out *out, size_t len);

/* Adds a copy, which must fit; with 'marker' that goes in front. */
void net_batch_put(struct net_batch_out *out, const struct net_udp_path *path, bool marker, struct bytes datagram);

/* Sends all and empties it; returns how many the kernel took. */
unsigned net_batch_send(struct net_batch_out *out, int fd);

#ifdef __cplusplus
}
#endif
#endif
