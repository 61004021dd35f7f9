#ifndef PATH_CTX_H
#define PATH_CTX_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/limit.h"
#include "db/db.h"
#include "db/memo.h"
#include "engine/engine.h"
#include "path/drop.h"
#include "path/port.h"
#include "path/worker.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the stages of one worker share.  A burst of packets is received into 'pkt'; each packet is then in exactly one
 * list, and each stage empties its list into others.  Nothing here outlives the round but the queues.
 */
struct rte_mbuf;
struct rte_mempool;
struct rte_ring;

enum { PATH_BURST = 32, PATH_AGAIN_MAX = 256, PATH_ETHER = 14, PATH_HEADS = 64, PATH_HEAD_MS = 1000 };

enum path_flag {
	PATH_F_HOST = 1u << 0,       /* from the host itself: TWIN or TUN */
	PATH_F_MADE = 1u << 1,       /* made here: ICMP */
	PATH_F_TUNNEL = 1u << 2,     /* came through a tunnel */
	PATH_F_ROUTED = 1u << 3,     /* its time to live has been taken already */
	PATH_F_FRAGMENT = 1u << 4,   /* not the first fragment: no ports */
	PATH_F_FRAGMENTED = 1u << 5, /* some fragment */
	PATH_F_CLEAR = 1u << 6,      /* the device has done ESP */
	PATH_F_SEALED = 1u << 7,     /* ESP by this worker */
	PATH_F_FRAME = 1u << 8,      /* a whole frame, to be sent as it is */
	PATH_F_POST_FRAG = 1u << 9,  /* to be cut after encryption */
	PATH_F_CSUM_OK = 1u << 10,   /* the IPv4 header's checksum is known to be right */
	PATH_F_UDP = 1u << 11,       /* ESP in UDP */
	PATH_F_HANDED = 1u << 13,    /* by another worker: begins at its IP header already */
	PATH_F_GATED = 1u << 14,     /* its tunnel's output features are done */
	PATH_F_PORTED = 1u << 15,    /* its port's */
	PATH_F_L2 = 1u << 12         /* its frame's header still stands in front of the mbuf's data */
};

/* One packet; its mbuf begins at the IP header. */
struct path_pkt {
	struct rte_mbuf *m;
	uint8_t *ip;
	const struct db_sa *sa; /* it came by; from 'encap' on: it leaves by */
	uint64_t seq;
	uint64_t mac; /* of the next hop, as in db_adj */
	union {
		uint32_t spi;       /* classify to esp_in */
		uint32_t outer_len; /* outer to esp_out: bytes of the packet that it becomes */
	};
	uint32_t tunnel; /* index; it came by or leaves by */
	uint32_t hop;
	uint16_t len; /* bytes of the IP packet */
	uint16_t vrf; /* index */
	uint16_t flags;
	uint16_t l4;    /* offset of the transport header */
	uint8_t port;   /* index; it came by, from 'outer' or 'fib' on: it leaves by */
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t proto;  /* behind extension headers */
	uint8_t tos;    /* of its IP header; of the outer one after 'esp_in' */
};
static_assert(sizeof(struct path_pkt) == 64, "packet: one line");

/* A packet about which nothing is known yet but where it is.  Parsing sets the rest. */
static inline void path_pkt_begin(struct path_pkt *p, struct rte_mbuf *m, uint8_t port, uint16_t vrf)
{
	p->m = m;
	p->sa = (const struct db_sa *)0;
	p->seq = 0;
	p->tunnel = 0;
	p->vrf = vrf;
	p->flags = 0;
	p->port = port;
	p->family = 0;
}

struct path_list {
	uint32_t count;
	struct path_pkt *pkt[PATH_BURST];
};

static inline void path_list_add(struct path_list *l, struct path_pkt *p)
{
	l->pkt[l->count++] = p;
}

/* Where a packet that was put aside goes on. */
enum path_stage { PATH_AT_CLASSIFY, PATH_AT_FIB, PATH_AT_ENCAP, PATH_AT_OUT, PATH_AT_FRAME };

/* A packet between bursts or between workers; its mbuf begins at the IP header. */
struct path_hand {
	struct rte_mbuf *m;
	uint32_t tunnel; /* ENCAP */
	uint32_t hop;    /* OUT */
	uint16_t vrf;    /* FIB, ENCAP */
	uint16_t flags;
	uint8_t stage; /* enum path_stage */
	uint8_t port;  /* CLASSIFY, FRAME */
	uint8_t spare[10];
};
static_assert(sizeof(struct path_hand) == 32, "hand-over: one ring element of 32 bytes");

struct path_tx {
	uint32_t count;
	struct rte_mbuf *pkt[PATH_BURST];
};

struct path_reass; /* reass.h */
struct path_hold;  /* pkt/hold.h */

/* A datagram whose first fragment left a guarded port (heads.h). */
struct path_head {
	struct db_key src, dst;
	uint64_t until_ms; /* 0: none */
	uint32_t id;
	uint8_t proto, family, port;
	uint8_t spare[17];
};
static_assert(sizeof(struct path_head) == 64, "head: one line");

struct path_ctx {
	/* the process's */
	struct db *db;
	const struct path_port *ports;
	struct engine_lcore *engine;
	struct rte_mempool *pool;
	uint32_t worker;
	uint32_t worker_count;

	/* the round's */
	uint64_t now_ms;
	struct path_list gated;        /* their interface has features */
	struct path_list gre, carried; /* GRE as it came; passengers of GRE without SAs */
	struct path_list in, esp, clear, plain, tunnel, outer, seal, sealed, out, punt;
	struct path_pkt pkt[PATH_BURST];
	uint64_t tx_pending; /* ports with something in 'tx' */
	struct path_tx tx[DB_PORT_MAX];

	/* the worker's */
	struct path_hand again[PATH_AGAIN_MAX];
	uint32_t again_head;
	uint32_t again_count;
	struct rte_ring *notes;
	struct rte_ring **to; /* [worker_count]: hand-over; NULL for itself */
	struct path_reass *reass;
	struct path_hold *hold;
	struct db_memo *memo; /* of routes */
	struct path_head heads[PATH_HEADS];
	struct limit icmp_limit;
	struct limit note_limit;
	uint64_t drops[PATH_DROP_COUNT];
	uint64_t counts[PATH_COUNT_COUNT];
};

/* Frees the packet and counts why; …_in and …_out also in its SA and tunnel. */
void path_drop(struct path_ctx *c, struct path_pkt *p, enum path_drop why);
void path_drop_in(struct path_ctx *c, struct path_pkt *p, enum path_drop why);
void path_drop_out(struct path_ctx *c, struct path_pkt *p, enum path_drop why);

/* Counters have one writer; readers elsewhere see whole words. */
static inline void path_count(struct path_ctx *c, enum path_count what, uint64_t by)
{
	__atomic_store_n(&c->counts[what], c->counts[what] + by, __ATOMIC_RELAXED);
}

#ifdef __cplusplus
}
#endif
#endif
