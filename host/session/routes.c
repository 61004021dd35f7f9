/*
 * The routes that lead to a session's peer: its leased address and `route set local`, known without its word, and the
 * prefixes that it told and the grant lets it have (cli.md 1.5).  They are in the routing table while the session has
 * its access.  Loop thread only.
 */
#include <stdlib.h>

#include "session/exchange.h"
#include "session/inner.h"

static struct route_candidate candidate(const struct session *s, const struct addr_prefix *prefix)
{
	return (struct route_candidate){
		.vrf = s->access.vrf,
		.prefix = *prefix,
		.source = ROUTE_IKEV2,
		.distance = s->grant.route_distance != 0 ? s->grant.route_distance : 1,
		.tag = s->grant.route_tag,
		.out = session_access_key(s),
	};
}

static void add(const struct session *s, const struct addr_prefix *prefix)
{
	struct route_candidate c = candidate(s, prefix);
	enum err err = route_rib_add(s->hub->env.rib, &c);
	char text[ADDR_PREFIX_TEXT];

	if (err != ERR_OK)
		log_event(s->hub->env.log, LOG_L_ERROR, "session.route", "interface=%s prefix=%s err=%s", s->access.name,
			addr_prefix_str(prefix, text), err_name(err));
}

static void del(const struct session *s, const struct addr_prefix *prefix)
{
	struct route_candidate c = candidate(s, prefix);

	route_rib_del(s->hub->env.rib, &c);
}

typedef void apply_fn(const struct session *s, const struct addr_prefix *prefix);

/* What is known without the peer's word. */
static void each_own(const struct session *s, apply_fn *apply)
{
	struct addr_prefix local[IKE_CONFIG_PREFIXES];
	unsigned count = session_exchange_local_routes(&s->grant, s->access.mode, local, IKE_CONFIG_PREFIXES);

	if (s->lease.family != 0) {
		struct addr_prefix host = addr_prefix_host(&s->lease);

		apply(s, &host);
	}
	for (unsigned i = 0; i < count; i++)
		apply(s, &local[i]);
}

static void each_learned(const struct session *s, apply_fn *apply)
{
	for (unsigned i = 0; i < s->prefixes_accepted; i++)
		apply(s, &s->learned[i]);
}

void session_routes_put(struct session *s)
{
	if (!s->access.held || s->former != NULL)
		return;
	each_own(s, add);
	each_learned(s, add);
	session_reverse_put(s);
}

void session_routes_drop(struct session *s)
{
	if (!s->access.held || s->former != NULL)
		return;
	each_own(s, del);
	each_learned(s, del);
	session_reverse_drop(s);
}

void session_routes_learn(struct session *s, const struct ike_config *config, bool *accepted)
{
	struct addr_prefix *fresh = (struct addr_prefix *)calloc((size_t)config->prefix_count + 1, sizeof(*fresh));
	unsigned count = 0;

	session_routes_drop(s);
	for (unsigned i = 0; i < config->prefix_count; i++) {
		bool ok = fresh != NULL && session_exchange_accepts(&s->grant, s->access.mode, &config->prefix[i]);

		if (ok)
			fresh[count++] = config->prefix[i];
		else
			s->prefixes_refused++;
		if (accepted != NULL)
			accepted[i] = ok;
	}
	free(s->learned);
	s->learned = fresh;
	s->prefixes_accepted = count;
	session_routes_put(s);
}
