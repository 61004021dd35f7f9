#include "session/lines/reverse.h"

#include "session/inner.h"

typedef void apply_fn(const struct session *s, const struct addr_prefix *prefix);

static struct route_candidate candidate(const struct session *s, const struct addr_prefix *prefix)
{
	const struct cfg_ipsec_profile *p = s->access.source->tunnel.protection;

	return (struct route_candidate){ .vrf = s->access.vrf,
		.prefix = *prefix,
		.source = ROUTE_RRI,
		.distance = p->reverse_distance,
		.tag = p->reverse_tag,
		.out = session_access_key(s) };
}

static void add(const struct session *s, const struct addr_prefix *prefix)
{
	struct route_candidate c = candidate(s, prefix);
	enum err err = route_rib_add(s->hub->env.rib, &c);
	char text[ADDR_PREFIX_TEXT];

	if (err != ERR_OK)
		log_event(s->hub->env.log, LOG_L_ERROR, "session.reverse", "interface=%s prefix=%s err=%s", s->access.name,
			addr_prefix_str(prefix, text), err_name(err));
}

static void del(const struct session *s, const struct addr_prefix *prefix)
{
	struct route_candidate c = candidate(s, prefix);

	(void)route_rib_del(s->hub->env.rib, &c); /* several pairs may have had it */
}

/* The widest prefix that begins at 'first' and doesn't pass 'last'. */
static struct addr_prefix widest(const struct addr *first, const struct addr *last)
{
	struct addr_prefix p = { .addr = *first, .len = 0 };

	for (; p.len < addr_bits(first); p.len++) {
		struct addr from = addr_network(&p), to = addr_last(&p);

		if (addr_eq(&from, first) && addr_cmp(&to, last) <= 0)
			break;
	}
	return p;
}

/* The next address; false: there is none. */
static bool advance(struct addr *a)
{
	for (unsigned i = addr_bits(a) / 8; i > 0; i--)
		if (++a->b[i - 1] != 0)
			return true;
	return false;
}

/* A range becomes at most two prefixes of each length. */
static void each_prefix(const struct session *s, const struct ike_ts *ts, apply_fn *apply)
{
	struct addr from = ts->start;
	bool more = true;

	while (more && addr_cmp(&from, &ts->end) <= 0) {
		struct addr_prefix p = widest(&from, &ts->end);

		apply(s, &p);
		from = addr_last(&p);
		more = advance(&from);
	}
}

static bool is_whole(const struct ike_ts *ts)
{
	struct addr_prefix p;

	return ike_ts_prefix(ts, &p) == ERR_OK && p.len == 0;
}

static void each_of(const struct session_child *c, apply_fn *apply)
{
	for (unsigned i = 0; i < c->remote_count; i++)
		if (c->entry != NULL || !is_whole(&c->remote[i]))
			each_prefix(c->session, &c->remote[i], apply);
}

static bool is_active(const struct session *s)
{
	return s->access.held && s->former == NULL && s->access.source->tunnel.protection->reverse_route &&
	       !cfg_model_mode_is_gre(s->access.mode);
}

static void each_but(const struct session *s, const struct session_child *but, apply_fn *apply)
{
	list_each (it, &s->children) {
		const struct session_child *c = list_of(it, struct session_child, link);

		if (c != but)
			each_of(c, apply);
	}
}

void session_reverse_put(const struct session *s)
{
	if (is_active(s))
		each_but(s, NULL, add);
}

void session_reverse_drop(const struct session *s)
{
	if (is_active(s))
		each_but(s, NULL, del);
}

void session_reverse_gone(const struct session_child *gone)
{
	if (!is_active(gone->session))
		return;
	each_of(gone, del);
	each_but(gone->session, gone, add);
}
