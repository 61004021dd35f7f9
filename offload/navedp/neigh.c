#include "navedp/neigh.h"

#include <rte_mbuf.h>
#include <stdlib.h>
#include <string.h>

#include "base/nl/nl.h"
#include "base/nl/nl_neigh.h"
#include "base/nl/nl_watch.h"

enum { NEIGH_WAITING = 256, NEIGH_WAIT_MS = 1000 };

struct waiting {
	struct rte_mbuf *m; /* may be NULL */
	struct addr addr;
	uint64_t until_ms; /* 0: free */
	bool asked;        /* the kernel was told to find it */
	uint8_t port;      /* of the neighbour */
	uint16_t vrf;      /* index; where the packet was routed */
};

struct navedp_neigh {
	struct db *db;
	struct nl *nl;
	struct nl_watch *watch;
	uint32_t ifindex[DB_PORT_MAX];
	struct waiting waiting[NEIGH_WAITING];
	bool changed; /* since the last poll */
	bool lost;    /* the table is to be read as a whole */
};

static uint8_t port_of(const struct navedp_neigh *n, uint32_t ifindex)
{
	for (uint8_t i = 0; ifindex != 0 && i < DB_PORT_MAX; i++)
		if (n->ifindex[i] == ifindex)
			return i;
	return DB_PORT_NONE;
}

static void learn(struct navedp_neigh *n, const struct nl_neigh *neigh, bool gone)
{
	uint8_t port = port_of(n, neigh->index);
	const uint8_t *mac = !gone && neigh->valid ? neigh->mac : NULL;

	if (port == DB_PORT_NONE || (neigh->mac[0] & 1) != 0)
		return;
	/* A full table leaves the neighbour unresolved: its packets go on asking. */
	if (db_adj_resolve(n->db, port, &neigh->addr, mac) == ERR_OK && mac != NULL)
		n->changed = true;
}

static void on_neigh(void *ctx, const struct nl_neigh *neigh, bool gone)
{
	learn((struct navedp_neigh *)ctx, neigh, gone);
}

static void on_each(const struct nl_neigh *neigh, void *ctx)
{
	learn((struct navedp_neigh *)ctx, neigh, false);
}

enum err navedp_neigh_set_port(struct navedp_neigh *n, uint8_t index, uint32_t ifindex)
{
	n->ifindex[index] = ifindex;
	return nl_neigh_each(n->nl, on_each, n);
}

void navedp_neigh_forget_port(struct navedp_neigh *n, uint8_t index)
{
	n->ifindex[index] = 0;
	db_adj_lose(n->db, index);
}

static void keep(struct navedp_neigh *n, const struct path_note *note, uint64_t now_ms)
{
	for (unsigned i = 0; i < NEIGH_WAITING; i++) {
		struct waiting *w = &n->waiting[i];

		if (w->until_ms != 0)
			continue;
		*w = (struct waiting){ .m = note->m, .addr = note->local, .until_ms = now_ms + NEIGH_WAIT_MS, .port = note->port };
		w->vrf = (uint16_t)note->value;
		return;
	}
	rte_pktmbuf_free(note->m);
}

void navedp_neigh_want(struct navedp_neigh *n, const struct path_note *note, uint64_t now_ms)
{
	/* The kernel may have known it before the adjacency was there, and then tells no change. */
	n->lost = true;
	keep(n, note, now_ms);
}

static bool is_resolved(const struct navedp_neigh *n, uint8_t port, const struct addr *a)
{
	uint32_t cursor = 0;
	const struct db_adj *adj;

	while ((adj = db_adj_walk(n->db, &cursor)) != NULL)
		if (adj->port == port && adj->mac != 0 && addr_eq(&adj->next_hop, a))
			return true;
	return false;
}

static void release(struct waiting *w)
{
	rte_pktmbuf_free(w->m);
	*w = (struct waiting){ .m = NULL };
}

/* Once, and not for one that the kernel has: it would give up an entry that was made by hand. */
static void ask(struct navedp_neigh *n, struct waiting *w)
{
	if (!w->asked && n->ifindex[w->port] != 0)
		nl_neigh_probe(n->nl, n->ifindex[w->port], &w->addr);
	w->asked = true;
}

static bool send_waiting(struct navedp_neigh *n, struct path_worker *worker, uint64_t now_ms)
{
	bool sent = false;

	for (unsigned i = 0; i < NEIGH_WAITING; i++) {
		struct waiting *w = &n->waiting[i];

		if (w->until_ms == 0)
			continue;
		if (n->changed && is_resolved(n, w->port, &w->addr)) {
			if (w->m != NULL && path_worker_inject(worker, w->m, w->vrf) == ERR_OK)
				w->m = NULL;
			release(w);
			sent = true;
		} else if (now_ms >= w->until_ms) {
			release(w);
		} else {
			ask(n, w);
		}
	}
	return sent;
}

int navedp_neigh_fd(const struct navedp_neigh *n)
{
	return nl_watch_fd(n->watch);
}

bool navedp_neigh_poll(struct navedp_neigh *n, struct path_worker *worker, uint64_t now_ms)
{
	bool sent;

	/* Changes were lost: the table is read as a whole. */
	if (nl_watch_read(n->watch) == ERR_FULL || n->lost)
		n->lost = nl_neigh_each(n->nl, on_each, n) != ERR_OK;
	sent = send_waiting(n, worker, now_ms);
	n->changed = false;
	return sent;
}

enum err navedp_neigh_new(struct navedp_neigh **out, struct db *db)
{
	struct navedp_neigh *n = (struct navedp_neigh *)calloc(1, sizeof(*n));
	struct nl_watch_fns fns = { .neigh = on_neigh, .ctx = n };
	enum err err;

	if (n == NULL)
		return ERR_NOMEM;
	n->db = db;
	err = nl_open(-1, &n->nl);
	if (err == ERR_OK)
		err = nl_watch_open(-1, &fns, &n->watch);
	if (err != ERR_OK) {
		navedp_neigh_free(n);
		return err;
	}
	*out = n;
	return ERR_OK;
}

void navedp_neigh_free(struct navedp_neigh *n)
{
	if (n == NULL)
		return;
	for (unsigned i = 0; i < NEIGH_WAITING; i++)
		release(&n->waiting[i]);
	nl_watch_close(n->watch);
	nl_close(n->nl);
	free(n);
}
