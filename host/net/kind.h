#ifndef NET_KIND_H
#define NET_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What comes to a port of IKE, each kind with a socket of its own, so that a flood of one fills no other's buffer and what is too much is
 * dropped by the kernel, for nothing.  Only the IKE header and the first payload's type are looked at; whether they are true is the engine's
 * to find out.
 */
enum net_kind {
	NET_KIND_KNOWN,    /* of an IKE SA, and all that is none of the others */
	NET_KIND_RETURNED, /* asks for an IKE SA, and begins with the cookie that it was given (RFC7296-2.6) */
	NET_KIND_NEWCOMER, /* asks for an IKE SA: an IKE_SA_INIT request (RFC7296-3.1) */
	NET_KINDS
};

struct net_kind_port {
	uint8_t family;
	bool marker; /* what comes is behind a non-ESP marker (RFC3948-2.2) */
	uint16_t number;
	uint32_t room;      /* bytes of the newcomers' buffers */
	const char *device; /* the VRF device of the kernel for which they are; NULL: for what comes by none */
};

/*
 * Opens a UDP socket for each kind at a port, non-blocking and with packet info, of which the kernel gives each datagram to the one of its
 * kind.  Those of a VRF device are opened after, and beside, those of none.  ERR_EXISTS: somebody has the port.  ERR_ABSENT: no such device.
 * ERR_UNSUPPORTED: the kernel lacks the family.  Error: none is open.
 */
MUST_USE enum err net_kind_open(const struct net_kind_port *port, int fd[NET_KINDS]);

/* Closes them all. */
void net_kind_close(int fd[NET_KINDS]);

/* How many datagrams the kernel dropped for want of room in a socket. */
uint64_t net_kind_dropped(int fd);

#ifdef __cplusplus
}
#endif
#endif
