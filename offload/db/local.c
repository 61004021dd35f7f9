/* The box's own addresses.  There are few: they are searched in order.  Main lcore. */
#include "db/local.h"

#include <stdlib.h>

#include "db/db.h"

static struct db_local *find(const struct db *db, const struct dp_local *conf)
{
	list_each (it, &db->locals) {
		struct db_local *l = list_of(it, struct db_local, link);

		if (l->conf.vrf == conf->vrf && l->conf.port == conf->port && addr_prefix_eq(&l->conf.prefix, &conf->prefix))
			return l;
	}
	return NULL;
}

/* Another address that also makes what 'gone' made: the host prefix ('host') or the connected network. */
static const struct db_local *heir(const struct db *db, const struct dp_local *gone, bool host)
{
	struct addr network = addr_network(&gone->prefix);

	list_each (it, &db->locals) {
		const struct db_local *l = list_of(it, struct db_local, link);
		struct addr other = addr_network(&l->conf.prefix);

		if (l->conf.vrf != gone->vrf)
			continue;
		if (host ? addr_eq(&l->conf.prefix.addr, &gone->prefix.addr)
			 : l->conf.port != 0 && l->conf.prefix.len == gone->prefix.len && addr_eq(&other, &network))
			return l;
	}
	return NULL;
}

static bool has_network(const struct dp_local *conf)
{
	return conf->port != 0 && conf->prefix.len < addr_bits(&conf->prefix.addr);
}

/* ICMP errors come from an address of the VRF. */
static void choose_sources(struct db *db, uint16_t vrf)
{
	struct db_vrf *v = &db->vrf[vrf];
	struct db_key none = { 0, 0 };

	v->source4 = none;
	v->source6 = none;
	list_each (it, &db->locals) {
		const struct db_local *l = list_of(it, struct db_local, link);
		const struct addr *a = &l->conf.prefix.addr;
		struct db_key *to = a->family == AF_INET6 ? &v->source6 : &v->source4;

		if (l->conf.vrf == v->id && (to->hi | to->lo) == 0 && !(a->b[0] == 0xfe && a->family == AF_INET6))
			*to = db_key_of(a);
	}
}

static enum err set_connected(struct db *db, uint16_t vrf, const struct dp_local *conf)
{
	uint8_t port = db_port_find(db, conf->port);

	if (!has_network(conf))
		return ERR_OK;
	return db_rule_set(db, vrf, &conf->prefix, DB_FROM_LOCAL, db_hop(DB_HOP_PORT, port));
}

/* The hop's target tells whether the address may be a source on guarded ports. */
static enum err set_host(struct db *db, uint16_t vrf, const struct dp_local *conf)
{
	struct addr_prefix host = addr_prefix_host(&conf->prefix.addr);

	return db_rule_set(db, vrf, &host, DB_FROM_LOCAL, db_hop(DB_HOP_LOCAL, conf->underlay));
}

/* Takes back what the address made, unless another makes it too. */
static void unset(struct db *db, uint16_t vrf, const struct dp_local *conf)
{
	struct addr_prefix host = addr_prefix_host(&conf->prefix.addr);
	const struct db_local *other;

	other = heir(db, conf, true);
	if (other == NULL || set_host(db, vrf, &other->conf) != ERR_OK)
		(void)db_rule_clear(db, vrf, &host, DB_FROM_LOCAL);
	if (!has_network(conf))
		return;
	other = heir(db, conf, false);
	if (other == NULL || set_connected(db, vrf, &other->conf) != ERR_OK)
		(void)db_rule_clear(db, vrf, &conf->prefix, DB_FROM_LOCAL);
}

enum err db_local_put(struct db *db, const struct dp_local *conf)
{
	uint16_t vrf = db_vrf_find(db, conf->vrf);
	struct db_local *l;
	enum err err;

	if (vrf == DB_VRF_NONE || (conf->port != 0 && db_port_find(db, conf->port) == DB_PORT_NONE))
		return ERR_ABSENT;
	if (addr_bits(&conf->prefix.addr) == 0 || conf->prefix.len > addr_bits(&conf->prefix.addr))
		return ERR_MALFORMED;
	l = find(db, conf);
	if (l != NULL) {
		l->conf.underlay = conf->underlay;
		return set_host(db, vrf, conf);
	}
	l = (struct db_local *)calloc(1, sizeof(*l));
	if (l == NULL)
		return ERR_NOMEM;
	l->conf = *conf;
	err = set_connected(db, vrf, conf);
	if (err == ERR_OK)
		err = set_host(db, vrf, conf);
	if (err != ERR_OK) {
		unset(db, vrf, conf);
		free(l);
		return err;
	}
	list_add(&db->locals, &l->link);
	choose_sources(db, vrf);
	return ERR_OK;
}

static void drop(struct db *db, struct db_local *l)
{
	uint16_t vrf = db_vrf_find(db, l->conf.vrf);
	uint8_t port = db_port_find(db, l->conf.port);

	list_del(&l->link);
	unset(db, vrf, &l->conf);
	choose_sources(db, vrf);
	if (port != DB_PORT_NONE)
		db_adj_disconnect(db, port);
	free(l);
}

enum err db_local_del(struct db *db, const struct dp_local *conf)
{
	struct db_local *l = find(db, conf);

	if (l == NULL)
		return ERR_ABSENT;
	drop(db, l);
	return ERR_OK;
}

bool db_local_walk(const struct db *db, const struct db_local **cursor, struct dp_local *out)
{
	const struct list *next = *cursor == NULL ? list_first(&db->locals) : list_next(&db->locals, &(*cursor)->link);

	if (next == NULL)
		return false;
	*cursor = list_of(next, const struct db_local, link);
	*out = (*cursor)->conf;
	return true;
}

bool db_local_connected(const struct db *db, uint8_t port, const struct addr *a)
{
	list_each (it, &db->locals) {
		const struct db_local *l = list_of(it, struct db_local, link);

		if (has_network(&l->conf) && db_port_find(db, l->conf.port) == port && addr_in(&l->conf.prefix, a))
			return true;
	}
	return false;
}

void db_local_forget(struct db *db, uint8_t port)
{
	struct list *next;

	for (struct list *it = list_first(&db->locals); it != NULL; it = next) {
		struct db_local *l = list_of(it, struct db_local, link);

		next = list_next(&db->locals, it);
		if (l->conf.port != 0 && db_port_find(db, l->conf.port) == port)
			drop(db, l);
	}
}

void db_local_fini(struct db *db)
{
	struct list *it;

	while ((it = list_first(&db->locals)) != NULL)
		drop(db, list_of(it, struct db_local, link));
}
