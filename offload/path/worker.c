/*
 * A worker's round: every queue once, through the stages in their order, then what was put aside on the way, then
 * transmit.  Made and fed by the main lcore; run by its own.
 */
#include "path/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "path/carry.h"
#include "path/classify.h"
#include "path/ctx.h"
#include "path/decap.h"
#include "path/encap.h"
#include "path/esp_in.h"
#include "path/esp_out.h"
#include "path/fib.h"
#include "path/frag.h"
#include "path/gate.h"
#include "path/outer.h"
#include "path/pkt/hand.h"
#include "path/pkt/hold.h"
#include "path/pkt/reass.h"
#include "path/punt.h"
#include "path/rate.h"
#include "path/rx.h"
#include "path/tx.h"

enum {
	WORKER_LINE = 64,
	WORKER_NOTES = 256,
	WORKER_HANDS = 512,
	WORKER_PASSES = 2 * PATH_AGAIN_MAX / PATH_BURST, /* over what was put aside, a round */
	ICMP_PER_S = 100,
	ICMP_BURST = 20,
	NOTE_PER_S = 200,
	NOTE_BURST = 64
};

struct queue_set {
	uint32_t count;
	struct path_queue queue[PATH_QUEUES_MAX];
};

struct path_worker {
	struct path_ctx ctx;
	struct queue_set *queues; /* swapped by the main lcore, under QSBR */
	struct rte_ring *inject;  /* from the main lcore */
	struct rte_ring **from;   /* from each other worker; ours, and freed by us */
	uint64_t expired_ms;
};

/* ---- made, joined, freed: main lcore ---- */

static struct rte_ring *ring_new(const char *name, uint32_t worker, uint32_t element, uint32_t count)
{
	ssize_t size = rte_ring_get_memsize_elem(element, count);
	struct rte_ring *r = size < 0 ? NULL : (struct rte_ring *)aligned_alloc(WORKER_LINE, RTE_ALIGN_CEIL((size_t)size, WORKER_LINE));
	char full[RTE_RING_NAMESIZE];

	if (r == NULL)
		return NULL;
	(void)snprintf(full, sizeof(full), "%s%u", name, worker);
	if (rte_ring_init(r, full, count, RING_F_SP_ENQ | RING_F_SC_DEQ) == 0)
		return r;
	free(r);
	return NULL;
}

enum err path_worker_new(struct path_worker **out, const struct path_worker_conf *conf)
{
	struct path_worker *w = (struct path_worker *)aligned_alloc(WORKER_LINE, RTE_ALIGN_CEIL(sizeof(*w), WORKER_LINE));
	struct path_ctx *c;

	if (w == NULL)
		return ERR_NOMEM;
	memset(w, 0, sizeof(*w));
	c = &w->ctx;
	c->db = conf->db;
	c->ports = conf->ports;
	c->engine = engine_lcore_of(conf->engine, conf->worker);
	c->pool = conf->pool;
	c->worker = conf->worker;
	c->worker_count = conf->worker_count;
	limit_init(&c->icmp_limit, ICMP_PER_S, ICMP_BURST, 0);
	limit_init(&c->note_limit, NOTE_PER_S, NOTE_BURST, 0);
	c->notes = ring_new("notes", conf->worker, sizeof(struct path_note), WORKER_NOTES);
	c->to = (struct rte_ring **)calloc(conf->worker_count, sizeof(struct rte_ring *));
	w->from = (struct rte_ring **)calloc(conf->worker_count, sizeof(struct rte_ring *));
	w->inject = ring_new("inject", conf->worker, sizeof(struct path_hand), WORKER_HANDS);
	w->queues = (struct queue_set *)calloc(1, sizeof(*w->queues));
	c->memo = db_memo_new();
	if (c->memo == NULL || c->notes == NULL || c->to == NULL || w->from == NULL || w->inject == NULL || w->queues == NULL ||
		path_reass_new(&c->reass, conf->cycles_per_s) != ERR_OK || path_hold_new(&c->hold) != ERR_OK) {
		path_worker_free(w);
		return ERR_NOMEM;
	}
	*out = w;
	return ERR_OK;
}

static void drain(struct rte_ring *r)
{
	struct path_hand h;

	while (r != NULL && rte_ring_sc_dequeue_elem(r, &h, sizeof(h)) == 0)
		rte_pktmbuf_free(h.m);
	free(r);
}

void path_worker_free(struct path_worker *w)
{
	struct path_note n;

	if (w == NULL)
		return;
	while (w->ctx.notes != NULL && path_worker_note(w, &n))
		rte_pktmbuf_free(n.m);
	for (uint32_t i = 0; w->from != NULL && i < w->ctx.worker_count; i++)
		drain(w->from[i]);
	drain(w->inject);
	path_reass_free(w->ctx.reass);
	path_hold_free(w->ctx.hold);
	db_memo_free(w->ctx.memo);
	free(w->ctx.notes);
	free(w->ctx.to);
	free(w->from);
	free(w->queues);
	free(w);
}

enum err path_worker_join(struct path_worker **workers, uint32_t count)
{
	for (uint32_t to = 0; to < count; to++) {
		for (uint32_t from = 0; from < count; from++) {
			struct rte_ring *r;

			if (from == to)
				continue;
			r = ring_new("hand", to, sizeof(struct path_hand), WORKER_HANDS);
			if (r == NULL)
				return ERR_NOMEM;
			workers[to]->from[from] = r;
			workers[from]->ctx.to[to] = r;
		}
	}
	return ERR_OK;
}

static enum err drop_queues(void *ctx, void *object)
{
	(void)ctx;
	free(object);
	return ERR_OK;
}

enum err path_worker_set_queues(struct path_worker *w, const struct path_queue *queues, uint32_t count)
{
	struct queue_set *old = w->queues;
	struct queue_set *fresh;

	if (count > PATH_QUEUES_MAX)
		return ERR_FULL;
	fresh = (struct queue_set *)calloc(1, sizeof(*fresh));
	if (fresh == NULL)
		return ERR_NOMEM;
	fresh->count = count;
	if (count != 0)
		memcpy(fresh->queue, queues, count * sizeof(*queues));
	__atomic_store_n(&w->queues, fresh, __ATOMIC_RELEASE);
	db_rcu_defer(w->ctx.db->rcu, drop_queues, NULL, old);
	return ERR_OK;
}

enum err path_worker_inject(struct path_worker *w, struct rte_mbuf *m, uint16_t vrf)
{
	struct path_hand h = { .m = m, .vrf = vrf, .flags = PATH_F_ROUTED, .stage = PATH_AT_FIB };

	return rte_ring_sp_enqueue_elem(w->inject, &h, sizeof(h)) == 0 ? ERR_OK : ERR_FULL;
}

bool path_worker_note(struct path_worker *w, struct path_note *out)
{
	return rte_ring_sc_dequeue_elem(w->ctx.notes, out, sizeof(*out)) == 0;
}

/* ---- run: its own lcore ---- */

/* The stages in their order; each finds its list and fills others. */
static void run(struct path_ctx *c)
{
	path_classify(c);
	path_gate_port_in(c);
	path_esp_in(c);
	path_decap(c);
	path_carry_in(c);
	path_gate_tunnel_in(c);
	path_fib(c);
	path_encap(c);
	path_carry_out(c);
	path_outer(c);
	path_esp_out(c);
	path_frag(c);
	path_punt(c);
	path_tx(c);
}

/* Fragments and ICMP made on the way, and whatever those make; bounded, what is left waits for the next round. */
static void run_again(struct path_ctx *c)
{
	for (uint32_t pass = 0; c->again_count != 0 && pass < WORKER_PASSES; pass++) {
		uint32_t n = RTE_MIN(c->again_count, (uint32_t)PATH_BURST);

		for (uint32_t i = 0; i < n; i++) {
			struct path_hand h = c->again[c->again_head];

			c->again_head = (c->again_head + 1) % PATH_AGAIN_MAX;
			c->again_count--;
			path_hand_resume(c, &c->pkt[i], &h);
		}
		run(c);
	}
}

static uint32_t run_ring(struct path_ctx *c, struct rte_ring *r)
{
	struct path_hand h[PATH_BURST];
	uint32_t n = r == NULL ? 0 : rte_ring_sc_dequeue_burst_elem(r, h, sizeof(h[0]), PATH_BURST, NULL);

	if (n == 0)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		path_hand_resume(c, &c->pkt[i], &h[i]);
	run(c);
	run_again(c);
	return n;
}

uint32_t path_worker_poll(struct path_worker *w, uint64_t now_ms)
{
	struct path_ctx *c = &w->ctx;
	const struct queue_set *q = __atomic_load_n(&w->queues, __ATOMIC_ACQUIRE);
	uint32_t n = 0, due;

	c->now_ms = now_ms;
	while ((due = path_rate_resume(c)) != 0) {
		n += due;
		run(c);
		run_again(c);
	}
	for (uint32_t i = 0; i < q->count; i++) {
		uint32_t got = path_rx(c, &q->queue[i]);

		if (got == 0)
			continue;
		n += got;
		run(c);
		run_again(c);
	}
	for (uint32_t i = 0; i < c->worker_count; i++)
		n += run_ring(c, w->from[i]);
	n += run_ring(c, w->inject);
	run_again(c);
	path_tx_flush(c);
	if (w->expired_ms != now_ms) {
		w->expired_ms = now_ms;
		path_reass_expire(c);
	}
	db_rcu_quiescent(c->db->rcu, c->worker);
	return n;
}

bool path_worker_holds(const struct path_worker *w)
{
	return path_hold_count(w->ctx.hold) != 0;
}

/* ---- counters: any thread ---- */

uint64_t path_worker_drops(const struct path_worker *w, enum path_drop reason)
{
	return __atomic_load_n(&w->ctx.drops[reason], __ATOMIC_RELAXED);
}

uint64_t path_worker_count(const struct path_worker *w, enum path_count c)
{
	return __atomic_load_n(&w->ctx.counts[c], __ATOMIC_RELAXED);
}

const char *path_count_str(enum path_count c)
{
	switch (c) {
#define COUNT_WORD(name, word)  \
	case PATH_COUNT_##name: \
		return word;
		PATH_COUNT_LIST(COUNT_WORD)
#undef COUNT_WORD
	case PATH_COUNT_COUNT:
		break;
	}
	return "unknown";
}
