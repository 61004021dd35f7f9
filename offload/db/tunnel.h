#ifndef DB_TUNNEL_H
#define DB_TUNNEL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"
#include "base/map.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;
struct db_sa;

#define DB_SLOT_NONE UINT32_MAX

/*
 * A tunnel, in place for life: each field is one word that the main lcore stores and workers load, so that a rekey
 * (another sa_out, or one of 'more') is one store.  An SA says which tunnel it is of; 'encap' compares, so that a slot that was reused
 * can't carry another tunnel's packets.
 */
struct db_tunnel {
	uint32_t id;
	uint32_t sa_out;               /* slot of the sending SA, or DB_SLOT_NONE */
	uint32_t refs;                 /* routes that point here, SAs, and control */
	uint16_t inner_vrf, front_vrf; /* indices */
	uint16_t mtu;                  /* inner IP; 0: from the path */
	uint8_t mode, df;
	bool live;
	bool netdev;         /* the host has one for it */
	uint16_t link;       /* largest outer packet that its path takes, as routers say; 0: as the port (main lcore) */
	uint32_t path_mtu;   /* inner, as last derived; 0: not yet (workers) */
	uint32_t gate;       /* index of its features; 0: none */
	uint64_t last_in_ms; /* coarse clock of the worker; 0: never (workers, at most one store a millisecond) */
	uint64_t last_out_ms;
	uint64_t in_drops; /* workers, atomically added */
	uint64_t out_drops;

	/* line 1: packets that 'sa_out' doesn't let pass */
	struct db_senders *more; /* NULL: none */
	uint32_t carrier;        /* index of what GRE without SAs is made of; 0: none */

	/* not for workers */
	uint32_t sa_count;    /* published */
	uint32_t rule_count;  /* of routes that lead here */
	uint32_t own_gate;    /* also while it does nothing */
	struct db_sa *sas;    /* the first, then db_sa.of_tunnel; also those in their grace period */
	struct list carriers; /* db_carrier.of_tunnel, those in their grace period too */
	struct map_node by_id;
	uint64_t past_packets[2]; /* of SAs and carriers that are gone, by enum dp_direction */
	uint64_t past_bytes[2];
	uint64_t link_until_ms;
	uint8_t *form; /* what control put (dp/form.h); NULL while it isn't live */
	uint16_t form_len;
	uint16_t spare1[7];
};
static_assert(sizeof(struct db_tunnel) == 192 && offsetof(struct db_tunnel, more) == 64, "tunnel: three lines");

/* Slots of other senders, or DB_SLOT_NONE; a worker asks each what it lets pass, so old and new may mix. */
struct db_senders {
	uint32_t count;
	uint32_t *slot;
};

/*
 * ERR_ABSENT: VRF or filter unknown; ERR_EXISTS: another tunnel of mode GRE has its addresses and key; ERR_BUSY: another mode, or other
 * addresses or key of GRE, while SAs are in it; ERR_FULL.
 * 'sa_out' and 'more' may be SAs that are yet to come: the tunnel does without them until then.
 */
MUST_USE enum err db_tunnel_put(struct db *db, const struct dp_tunnel *conf);

/* An outbound SA was published: the tunnel that waits for it sends by it from now on; or it is about to go. */
void db_tunnel_found_sender(struct db *db, const struct db_sa *sa);
void db_tunnel_lost_sender(struct db *db, const struct db_sa *sa);

/* Takes it out of use.  ERR_ABSENT; ERR_BUSY while SAs are in it or routes lead to it. */
MUST_USE enum err db_tunnel_del(struct db *db, uint32_t id);

bool db_tunnel_get(const struct db *db, uint32_t id, struct dp_tunnel *out);

/* The live tunnel of 'id', or NULL; its index. */
struct db_tunnel *db_tunnel_find(const struct db *db, uint32_t id);
uint32_t db_tunnel_index(const struct db *db, const struct db_tunnel *t);

/* Rules that lead to a tunnel and SAs in it hold it: a deleted one keeps its index, and drops, until the last is gone. */
void db_tunnel_ref(struct db *db, uint32_t index);
void db_tunnel_unref(struct db *db, uint32_t index);

/* Bytes of IP that its path takes behind a port whose MTU is 'port_mtu'. */
static inline uint32_t db_tunnel_link(const struct db_tunnel *t, uint32_t port_mtu)
{
	uint32_t link = __atomic_load_n(&t->link, __ATOMIC_RELAXED);

	return link != 0 && link < port_mtu ? link : port_mtu;
}

/* Has that be 'link', 0 for as the port, until 'until_ms' or another put with another 'remote'. */
void db_tunnel_set_link(struct db_tunnel *t, uint16_t link, uint64_t until_ms);

/* Live tunnels: '*cursor' begins at 0; NULL at the end. */
struct db_tunnel *db_tunnel_walk(const struct db *db, uint32_t *cursor);

/* Frees what live ones hold; every worker is offline. */
void db_tunnel_fini(struct db *db);

/* Packets and bytes are those of its SAs or carriers, past ones included. */
void db_tunnel_stats(const struct db *db, const struct db_tunnel *t, uint64_t now_ms, struct dp_tunnel_stats *out);

#ifdef __cplusplus
}
#endif
#endif
