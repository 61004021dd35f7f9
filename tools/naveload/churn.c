/*
 * The churn: at a steady pace something happens to a peer that dice choose, as it does in the life of a hub: fresh keys, a probe, a
 * farewell and a new start, a new start without farewell.  Called by swarm.c while the peers are held.
 */
#include "naveload/inner.h"

enum { SECOND_US = 1000000, TRIES = 32 };

static uint64_t dice(struct naveload_swarm *s)
{
	s->random = s->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407); /* Knuth's MMIX */
	return s->random >> 33;
}

void naveload_churn_begin(struct naveload_swarm *s, uint64_t now_us)
{
	s->act_due_us = s->plan->churn == 0 ? UINT64_MAX : now_us;
}

/* Of the peers that are up; NULL: luck found none. */
static struct naveload_peer *choose(struct naveload_swarm *s)
{
	for (int i = 0; i < TRIES; i++) {
		struct naveload_peer *p = &s->peer[dice(s) % s->plan->peers];

		if (p->state == NAVELOAD_PEER_UP)
			return p;
	}
	return NULL;
}

static void come_again(struct naveload_swarm *s, struct naveload_peer *p, bool farewell)
{
	p->state = NAVELOAD_PEER_LEAVING;
	if (farewell)
		ike_engine_delete(s->engine, naveload_now_ms(s), p->sa); /* calls it down */
	else
		s->up--; /* what the old SA meets is nobody's matter now */
	p->since_us = naveload_now_us(s);
	naveload_swarm_begin(s, (uint32_t)(p - s->peer), &naveload_current(s)->again);
}

static void act(struct naveload_swarm *s, struct naveload_peer *p, enum naveload_act what)
{
	switch (what) {
	case NAVELOAD_ACT_REKEY_IKE:
		ike_engine_rekey(s->engine, naveload_now_ms(s), p->sa);
		break;
	case NAVELOAD_ACT_REKEY_CHILD:
		ike_engine_rekey_child(s->engine, naveload_now_ms(s), p->sa, p->child);
		break;
	case NAVELOAD_ACT_PROBE:
		ike_engine_probe(s->engine, naveload_now_ms(s), p->sa);
		break;
	case NAVELOAD_ACT_RECONNECT:
	case NAVELOAD_ACT_RETURN:
		come_again(s, p, what == NAVELOAD_ACT_RECONNECT);
		break;
	case NAVELOAD_ACT_COUNT:
		break;
	}
	naveload_current(s)->act[what]++;
}

void naveload_churn_advance(struct naveload_swarm *s, uint64_t now_us)
{
	if (now_us >= s->hold_end_us)
		s->act_due_us = UINT64_MAX;
	while (s->act_due_us <= now_us) {
		struct naveload_peer *p = choose(s);

		s->act_due_us += SECOND_US / s->plan->churn;
		if (p != NULL)
			act(s, p, (enum naveload_act)(dice(s) % NAVELOAD_ACT_COUNT));
	}
}
