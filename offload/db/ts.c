/* Traffic selectors, compiled at install and compared on workers (RFC4301-5.1, 5.2). */
#include "db/ts.h"

enum { PORT_MAX = 65535 };

static bool side_of(const struct dp_ts *ts, struct db_ts_side *out)
{
	out->first = db_key_of(&ts->first);
	out->last = db_key_of(&ts->last);
	out->port_first = ts->port_first;
	out->port_last = ts->port_last;
	out->proto = ts->proto;
	/* 65535..0 is OPAQUE, RFC7296-3.13.1 */
	return ts->first.family == ts->last.family && db_key_le(out->first, out->last) &&
	       (ts->port_first <= ts->port_last || (ts->port_first == PORT_MAX && ts->port_last == 0));
}

enum err db_ts_of(const struct dp_ts_pair *pair, struct db_ts *out)
{
	const struct dp_ts *l = &pair->local;
	const struct dp_ts *r = &pair->remote;

	if (!side_of(l, &out->local) || !side_of(r, &out->remote))
		return ERR_MALFORMED;
	if (l->first.family != r->first.family || (l->first.family != AF_INET && l->first.family != AF_INET6))
		return ERR_MALFORMED;
	if (l->proto != 0 && r->proto != 0 && l->proto != r->proto)
		return ERR_MALFORMED;
	out->family = l->first.family;
	out->proto = l->proto != 0 ? l->proto : r->proto;
	return ERR_OK;
}

static struct dp_ts side_pair(const struct db_ts_side *s, uint8_t family)
{
	struct dp_ts ts = { .first = db_key_addr(s->first, family), .last = db_key_addr(s->last, family) };

	ts.proto = s->proto;
	ts.port_first = s->port_first;
	ts.port_last = s->port_last;
	return ts;
}

struct dp_ts_pair db_ts_pair(const struct db_ts *ts)
{
	return (struct dp_ts_pair){ .local = side_pair(&ts->local, ts->family), .remote = side_pair(&ts->remote, ts->family) };
}

static bool all_ports(const struct db_ts_side *s)
{
	return s->port_first == 0 && s->port_last == PORT_MAX;
}

static bool all_addresses(const struct db_ts_side *s, uint8_t family)
{
	struct db_key last = db_key_mask(family == AF_INET ? 32 : 128);

	return (s->first.hi | s->first.lo) == 0 && db_key_eq(s->last, last);
}

bool db_ts_any(const struct db_ts *ts)
{
	return ts->proto == 0 && all_ports(&ts->local) && all_ports(&ts->remote) && all_addresses(&ts->local, ts->family) &&
	       all_addresses(&ts->remote, ts->family);
}

static bool port_in(const struct db_ts_side *s, uint16_t port, bool visible)
{
	if (all_ports(s))
		return true;
	if (s->port_first > s->port_last)
		return !visible;
	return visible && s->port_first <= port && port <= s->port_last;
}

static bool address_in(const struct db_ts_side *s, struct db_key k)
{
	return db_key_le(s->first, k) && db_key_le(k, s->last);
}

bool db_ts_portless4(const struct db_ts *ts)
{
	return ts->family == AF_INET && all_ports(&ts->local) && all_ports(&ts->remote);
}

bool db_ts_match(const struct db_ts *ts, uint32_t count, const struct db_flow *flow)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct db_ts *t = &ts[i];

		if (t->family == flow->family && (t->proto == 0 || t->proto == flow->proto) && address_in(&t->local, flow->local) &&
			address_in(&t->remote, flow->remote) && port_in(&t->local, flow->local_port, flow->ports) &&
			port_in(&t->remote, flow->remote_port, flow->ports))
			return true;
	}
	return false;
}
