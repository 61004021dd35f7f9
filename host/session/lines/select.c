#include "session/lines/select.h"

#include "cfg/acl.h"

static struct ike_ts selector_of(const struct cfg_ace_side *side, uint8_t protocol)
{
	struct addr_prefix p;
	struct ike_ts ts;

	if (cfg_acl_prefix(side, &p) != ERR_OK) /* the configuration's check refuses it */
		p = addr_prefix_host(&side->addr);
	ts = ike_ts_of_prefix(&p);
	ts.protocol = protocol;
	ts.port_start = side->port_first;
	ts.port_end = side->port_last;
	return ts;
}

bool session_select_same(const struct session_pair *a, const struct session_pair *b)
{
	return ike_ts_eq(&a->local, &b->local) && ike_ts_eq(&a->remote, &b->remote);
}

static unsigned add_list(const struct cfg_acl *acl, struct session_pair out[CFG_POLICY_LINES], unsigned count)
{
	for (const struct cfg_ace *e = acl == NULL ? NULL : acl->entries; e != NULL && count < CFG_POLICY_LINES; e = e->next) {
		bool known = false;

		out[count].local = selector_of(&e->source, e->protocol);
		out[count].remote = selector_of(&e->destination, e->protocol);
		for (unsigned i = 0; i < count && !known; i++)
			known = session_select_same(&out[i], &out[count]);
		count += known ? 0 : 1;
	}
	return count;
}

unsigned session_select_pairs(const struct cfg_tunnel *t, struct session_pair out[CFG_POLICY_LINES])
{
	return add_list(t->policy6, out, add_list(t->policy, out, 0));
}

/* 2: one of them is just that; 1: one has something of it. */
static unsigned score_side(const struct ike_ts *own, const struct ike_ts *ts, unsigned count)
{
	unsigned best = 0;
	struct ike_ts both;

	for (unsigned i = 0; i < count; i++) {
		if (ike_ts_eq(own, &ts[i]))
			return 2;
		if (ike_ts_intersect(own, &ts[i], &both))
			best = 1;
	}
	return best;
}

unsigned session_select_score(const struct session_pair *p, const struct session_offer *offer)
{
	return score_side(&p->local, offer->local, offer->local_count) * score_side(&p->remote, offer->remote, offer->remote_count);
}

static bool holds_side(const struct ike_ts *own, const struct ike_ts *ts, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!ike_ts_contains(own, &ts[i]))
			return false;
	return true;
}

bool session_select_holds(const struct session_pair *p, const struct session_offer *offer)
{
	return holds_side(&p->local, offer->local, offer->local_count) && holds_side(&p->remote, offer->remote, offer->remote_count);
}
