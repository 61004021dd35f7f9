#ifndef PATH_NOTE_H
#define PATH_NOTE_H

#include <assert.h>
#include <stdint.h>

#include "base/addr.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_mbuf;

/* What a worker tells the main lcore; most become an event of contract 1.  Sampled and bounded: never one a packet. */
enum path_note_kind {
	PATH_NOTE_UNKNOWN_SPI, /* id: SPI; value: VRF; local, remote: addresses */
	PATH_NOTE_PEER_MOVED,  /* id: SA; remote: where authentic packets come from now */
	PATH_NOTE_SEQUENCE,    /* id: SA whose numbers are near their end, or at it (hard) */
	PATH_NOTE_LIFETIME,    /* id: SA; hard: it has stopped */
	PATH_NOTE_RESOLVE,     /* port: index; local: neighbour wanted; m: the packet that waits, or NULL */
	PATH_NOTE_PMTU,        /* id: tunnel; value: inner MTU as derived now */
	PATH_NOTE_RAW,         /* id: inline SA with packets for software: engine_raw_open, and at a high rate a rekey */
	PATH_NOTE_PLACE        /* id: inline SA whose packets leave by another port now (index 'port'): to be moved */
};

struct path_note {
	uint8_t kind; /* enum path_note_kind */
	uint8_t port;
	uint8_t hard;
	uint8_t spare;
	uint32_t id;
	uint32_t value;
	struct addr_port remote;
	struct addr local;
	/*
	 * RESOLVE: the receiver's to free, or to give back with path_worker_inject once the neighbour is known.  It
	 * begins at its IP header.
	 */
	struct rte_mbuf *m;
};
static_assert(sizeof(struct path_note) == 64, "note: one ring element of 64 bytes");

#ifdef __cplusplus
}
#endif
#endif
