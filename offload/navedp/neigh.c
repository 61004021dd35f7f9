#include "navedp/neigh.h"

#include <errno.h>
#include <rte_mbuf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

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

/* The kernel's table of one namespace. */
struct listener {
	struct navedp_neigh *all;
	struct nl *nl; /* NULL: free */
	struct nl_watch *watch;
	bool lost; /* the table is to be read as a whole */
};

/* The kernel's device behind a port. */
struct device {
	uint32_t ifindex; /* 0: none */
	uint8_t listener;
};

struct navedp_neigh {
	struct db *db;
	int epoll; /* of all watches */
	struct listener listener[DB_PORT_MAX];
	struct device device[DB_PORT_MAX];
	struct waiting waiting[NEIGH_WAITING];
	bool changed; /* since the last poll */
};

static uint8_t port_of(const struct listener *l, uint32_t ifindex)
{
	const struct device *device = l->all->device;

	for (uint8_t i = 0; ifindex != 0 && i < DB_PORT_MAX; i++)
		if (device[i].ifindex == ifindex && &l->all->listener[device[i].listener] == l)
			return i;
	return DB_PORT_NONE;
}

static void learn(struct listener *l, const struct nl_neigh *neigh, bool gone)
{
	struct navedp_neigh *n = l->all;
	uint8_t port = port_of(l, neigh->index);
	const uint8_t *mac = !gone && neigh->valid ? neigh->mac : NULL;

	if (port == DB_PORT_NONE || (neigh->mac[0] & 1) != 0)
		return;
	/* A full table leaves the neighbour unresolved: its packets go on asking. */
	if (db_adj_resolve(n->db, port, &neigh->addr, mac) == ERR_OK && mac != NULL)
		n->changed = true;
}

static void on_neigh(void *ctx, const struct nl_neigh *neigh, bool gone)
{
	learn((struct listener *)ctx, neigh, gone);
}

static void on_each(const struct nl_neigh *neigh, void *ctx)
{
	learn((struct listener *)ctx, neigh, false);
}

enum err navedp_neigh_set_port(struct navedp_neigh *n, uint8_t index, uint8_t listener, uint32_t ifindex)
{
	struct listener *l = &n->listener[listener];

	n->device[index] = (struct device){ .ifindex = ifindex, .listener = listener };
	return nl_neigh_each(l->nl, on_each, l);
}

void navedp_neigh_forget_port(struct navedp_neigh *n, uint8_t index)
{
	n->device[index].ifindex = 0;
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
	if (n->device[note->port].ifindex != 0)
		n->listener[n->device[note->port].listener].lost = true;
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
	const struct device *d = &n->device[w->port];

	if (!w->asked && d->ifindex != 0)
		nl_neigh_probe(n->listener[d->listener].nl, d->ifindex, &w->addr);
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
	return n->epoll;
}

bool navedp_neigh_poll(struct navedp_neigh *n, struct path_worker *worker, uint64_t now_ms)
{
	bool sent;

	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		struct listener *l = &n->listener[i];

		/* Changes were lost: the table is read as a whole. */
		if (l->nl != NULL && (nl_watch_read(l->watch) == ERR_FULL || l->lost))
			l->lost = nl_neigh_each(l->nl, on_each, l) != ERR_OK;
	}
	sent = send_waiting(n, worker, now_ms);
	n->changed = false;
	return sent;
}

static struct listener *find_free(struct navedp_neigh *n)
{
	for (unsigned i = 0; i < DB_PORT_MAX; i++)
		if (n->listener[i].nl == NULL)
			return &n->listener[i];
	return NULL;
}

enum err navedp_neigh_listen(struct navedp_neigh *n, int netns_fd, uint8_t *out)
{
	struct listener *l = find_free(n);
	struct nl_watch_fns fns = { .neigh = on_neigh, .ctx = l };
	struct epoll_event readable = { .events = EPOLLIN };
	enum err err;

	if (l == NULL)
		return ERR_FULL;
	l->all = n;
	err = nl_open(netns_fd, &l->nl);
	if (err == ERR_OK)
		err = nl_watch_open(netns_fd, &fns, &l->watch);
	if (err == ERR_OK && epoll_ctl(n->epoll, EPOLL_CTL_ADD, nl_watch_fd(l->watch), &readable) != 0)
		err = err_of_errno(errno);
	if (err != ERR_OK)
		navedp_neigh_ignore(n, (uint8_t)(l - n->listener));
	else
		*out = (uint8_t)(l - n->listener);
	return err;
}

void navedp_neigh_ignore(struct navedp_neigh *n, uint8_t listener)
{
	struct listener *l = &n->listener[listener];

	if (listener == NAVEDP_NEIGH_NONE)
		return;
	nl_watch_close(l->watch); /* and out of the epoll */
	nl_close(l->nl);
	*l = (struct listener){ .nl = NULL };
}

enum err navedp_neigh_new(struct navedp_neigh **out, struct db *db)
{
	struct navedp_neigh *n = (struct navedp_neigh *)calloc(1, sizeof(*n));

	if (n == NULL)
		return ERR_NOMEM;
	n->db = db;
	n->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (n->epoll < 0) {
		enum err err = err_of_errno(errno);

		free(n);
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
	for (uint8_t i = 0; i < DB_PORT_MAX; i++)
		if (n->listener[i].nl != NULL)
			navedp_neigh_ignore(n, i);
	(void)close(n->epoll);
	free(n);
}
