/*
 * Rates.  A bucket is the time at which it will be empty (GCRA): a packet of a policed interface passes if that isn't further off than the burst
 * lasts; one of a shaped interface leaves when its turn has come.  What would wait too long is dropped as it comes.  Workers.
 */
#include "path/rate.h"

#include "path/pkt/hold.h"

enum { NS_PER_MS = 1000000 };
static_assert((int)DP_SHAPE_MS < (int)PATH_HOLD_MS, "what may wait fits the wheel");

/* Takes 'cost' from the bucket if it is empty within 'limit' of now; '*start' is when it will be.  False: it isn't. */
static bool take(uint64_t *at, uint64_t now, uint64_t cost, uint64_t limit, uint64_t *start)
{
	uint64_t was = __atomic_load_n(at, __ATOMIC_RELAXED);

	do {
		*start = was > now ? was : now;
		if (*start - now > limit)
			return false;
	} while (!__atomic_compare_exchange_n(at, &was, *start + cost, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

static void add(uint64_t *count, uint64_t by)
{
	__atomic_fetch_add(count, by, __ATOMIC_RELAXED);
}

/* A packet that is longer than the burst passes a full bucket. */
static bool conforms(const struct path_ctx *c, const struct path_pkt *p, struct db_rate_way *w)
{
	uint64_t bps = __atomic_load_n(&w->police_bps, __ATOMIC_ACQUIRE);
	uint64_t burst = __atomic_load_n(&w->burst_ns, __ATOMIC_RELAXED);
	uint64_t cost, start;

	if (bps == 0)
		return true;
	cost = db_rate_cost(p->len, bps);
	if (take(&w->police_at, c->now_ms * NS_PER_MS, cost, burst > cost ? burst - cost : 0, &start))
		return true;
	add(&w->exceeded, 1);
	add(&w->exceeded_bytes, p->len);
	return false;
}

static void count_passed(struct db_rate_way *w, uint16_t len)
{
	add(&w->passed, 1);
	add(&w->passed_bytes, len);
}

/* True: it goes on now; else it waits, or there is no room for it to wait. */
static bool is_due(struct path_ctx *c, struct path_pkt *p, struct db_rate_way *w)
{
	uint64_t bps = __atomic_load_n(&w->shape_bps, __ATOMIC_RELAXED);
	uint64_t start = 0;
	bool fits;

	if (bps == 0) {
		count_passed(w, p->len);
		return true;
	}
	fits = take(&w->shape_at, c->now_ms * NS_PER_MS, db_rate_cost(p->len, bps), (uint64_t)DP_SHAPE_MS * NS_PER_MS, &start);
	if (fits && start / NS_PER_MS > c->now_ms) {
		fits = path_hold_take(c, p, start / NS_PER_MS);
		add(&w->delayed, fits);
	}
	if (!fits) {
		add(&w->lost, 1);
		path_drop_out(c, p, PATH_DROP_SHAPED);
		return false;
	}
	count_passed(w, p->len);
	return start / NS_PER_MS <= c->now_ms;
}

static struct db_rate_way *way_of(const struct path_ctx *c, const struct path_pkt *p, enum dp_direction way)
{
	const struct db_gate *g = &c->db->gate[__atomic_load_n(&c->db->tunnel[p->tunnel].gate, __ATOMIC_ACQUIRE)];
	uint32_t index = __atomic_load_n(&g->rate, __ATOMIC_ACQUIRE);

	return index == 0 ? NULL : &c->db->rate[index].way[way];
}

void path_rate_in(struct path_ctx *c, struct path_list *l)
{
	uint32_t count = l->count;

	l->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct path_pkt *p = l->pkt[i];
		struct db_rate_way *w = way_of(c, p, DP_IN);

		if (w != NULL && !conforms(c, p, w)) {
			path_drop_in(c, p, PATH_DROP_POLICED);
			continue;
		}
		if (w != NULL)
			count_passed(w, p->len);
		path_list_add(l, p);
	}
}

void path_rate_out(struct path_ctx *c, struct path_list *l)
{
	uint32_t count = l->count;

	l->count = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct path_pkt *p = l->pkt[i];
		struct db_rate_way *w = way_of(c, p, DP_OUT);

		if (w != NULL && !conforms(c, p, w))
			path_drop_out(c, p, PATH_DROP_POLICED);
		else if (w == NULL || is_due(c, p, w))
			path_list_add(l, p);
	}
}
