/* GRE as an SA's own.  It is found by the SA, never by outer addresses: two peers behind one NAT may share those.  Main lcore. */
#include "db/gre.h"

#include "base/wr.h"
#include "db/header.h"

void db_gre_build(struct db_gre *g, const struct dp_tunnel *tunnel, bool transport)
{
	struct wr w = wr_of(g->header, sizeof(g->header));

	if (!transport)
		db_header_ip(&w, &tunnel->local, &tunnel->remote, DB_GRE_PROTO);
	g->delivery_len = (uint8_t)w.len;
	wr_u16(&w, tunnel->has_key ? DB_GRE_KEY : 0);
	wr_u16(&w, 0);
	if (tunnel->has_key)
		wr_u32(&w, tunnel->key);
	g->len = (uint8_t)w.len;
	g->has_key = tunnel->has_key;
	g->key = tunnel->has_key ? tunnel->key : 0;
}

bool db_gre_selected(const struct dp_tunnel *tunnel, const struct db_ts *ts, uint32_t count)
{
	struct db_flow f = {
		.local = db_key_of(&tunnel->local),
		.remote = db_key_of(&tunnel->remote),
		.family = tunnel->local.family,
		.proto = DB_GRE_PROTO,
	};

	return db_ts_match(ts, count, &f);
}
