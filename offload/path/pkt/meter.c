/* Buckets as times.  Workers. */
#include "path/pkt/meter.h"

/* Takes 'cost' from the bucket if it is empty within 'limit' of now; '*was' is when it was to be.  False: it isn't. */
static bool take(uint64_t *at, uint64_t now, uint64_t cost, uint64_t limit, uint64_t *was)
{
	uint64_t start;

	*was = __atomic_load_n(at, __ATOMIC_RELAXED);
	do {
		start = *was > now ? *was : now;
		if (start - now > limit)
			return false;
	} while (!__atomic_compare_exchange_n(at, was, start + cost, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

/* A packet that is longer than the burst passes a full bucket. */
static uint64_t limit_of(uint64_t burst, uint64_t cost)
{
	return burst > cost ? burst - cost : 0;
}

/* What the committed bucket, full for 'idle', couldn't take pays what is owed to the excess burst (RFC2697-3). */
static void spill(uint64_t *owed, uint64_t idle)
{
	uint64_t was = __atomic_load_n(owed, __ATOMIC_RELAXED);

	while (was != 0 && !__atomic_compare_exchange_n(owed, &was, was > idle ? was - idle : 0, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static bool borrow(uint64_t *owed, uint64_t cost, uint64_t burst)
{
	uint64_t was = __atomic_load_n(owed, __ATOMIC_RELAXED);

	do {
		if (was != 0 && was + cost > burst)
			return false;
	} while (!__atomic_compare_exchange_n(owed, &was, was + cost, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

/* RFC2697; without an excess burst there are two colors. */
static enum dp_color color_one(struct db_rate *r, const struct db_traffic *t, uint32_t len, uint64_t now)
{
	uint64_t cost = db_rate_cost(len, t->police.cir);
	uint64_t was;

	if (take(&r->conform_at, now, cost, limit_of(t->bc_ns, cost), &was)) {
		if (was < now && t->be_ns != 0)
			spill(&r->excess, now - was);
		return DP_CONFORM;
	}
	if (t->be_ns == 0)
		return DP_EXCEED;
	return borrow(&r->excess, cost, t->be_ns) ? DP_EXCEED : DP_VIOLATE;
}

/* RFC2698: what conforms takes from both. */
static enum dp_color color_two(struct db_rate *r, const struct db_traffic *t, uint32_t len, uint64_t now)
{
	uint64_t peak = db_rate_cost(len, t->police.pir), cost = db_rate_cost(len, t->police.cir);
	uint64_t was;

	if (!take(&r->excess, now, peak, limit_of(t->be_ns, peak), &was))
		return DP_VIOLATE;
	return take(&r->conform_at, now, cost, limit_of(t->bc_ns, cost), &was) ? DP_CONFORM : DP_EXCEED;
}

enum dp_color path_meter_color(struct db_rate *r, const struct db_traffic *t, uint32_t len, uint64_t now_ns)
{
	return t->police.pir != 0 ? color_two(r, t, len, now_ns) : color_one(r, t, len, now_ns);
}

bool path_meter_turn(struct db_rate *r, uint64_t bps, uint32_t len, uint64_t now_ns, uint64_t limit_ns, uint64_t *start_ns)
{
	uint64_t was;

	if (!take(&r->shape_at, now_ns, db_rate_cost(len, bps), limit_ns, &was))
		return false;
	*start_ns = was > now_ns ? was : now_ns;
	return true;
}
