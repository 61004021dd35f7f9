/* What workers know of ports.  Main lcore writes, one field a store. */
#include "db/port.h"

#include <string.h>

#include "db/db.h"

static void set_guards(struct db_port *p, const struct db_port *facts)
{
	for (int i = 0; i < DB_GUARD_MAX; i++)
		if (p->guard[i].proto != facts->guard[i].proto || p->guard[i].port != facts->guard[i].port)
			p->guard[i] = facts->guard[i];
}

static void set_vrf(struct db *db, struct db_port *p, uint16_t vrf)
{
	db->vrf_cold[vrf].refs++;
	db->vrf_cold[p->vrf].refs--;
	__atomic_store_n(&p->vrf, vrf, __ATOMIC_RELAXED);
}

/* Guard and gate stand before packets may pass; the guard goes after they may not. */
void db_port_set(struct db *db, uint8_t index, const struct db_port *facts)
{
	struct db_port *p = &db->port[index];

	if (facts->guarded)
		__atomic_store_n(&p->guarded, true, __ATOMIC_RELEASE);
	__atomic_store_n(&p->gate, facts->gate, __ATOMIC_RELEASE);
	__atomic_store_n(&p->epoch, facts->epoch, __ATOMIC_RELEASE);
	set_vrf(db, p, facts->vrf);
	set_guards(p, facts);
	__atomic_store_n(&p->mtu, facts->mtu, __ATOMIC_RELAXED);
	__atomic_store_n(&p->peer, facts->peer, __ATOMIC_RELAXED);
	__atomic_store_n(&p->shared, facts->shared, __ATOMIC_RELAXED);
	memcpy(p->mac, facts->mac, sizeof(p->mac));
	__atomic_store_n(&p->live, facts->live, __ATOMIC_RELEASE);
	__atomic_store_n(&p->guarded, facts->guarded, __ATOMIC_RELEASE);
	db_touch(db);
}

enum err db_port_add(struct db *db, const struct db_port *facts, uint8_t *index)
{
	struct db_port fresh;
	uint8_t i = 0;

	if (facts->id != 0 && db_port_find(db, facts->id) != DB_PORT_NONE)
		return ERR_EXISTS;
	while (i < DB_PORT_MAX && db->port_cold[i].used)
		i++;
	if (i == DB_PORT_MAX)
		return ERR_FULL;
	fresh = *facts;
	if (fresh.epoch <= db->port[i].epoch)
		fresh.epoch = db->port[i].epoch + 1;
	memset(&db->port[i], 0, sizeof(db->port[i]));
	db->port_cold[i].used = true;
	db->port[i].id = facts->id;
	db->port[i].kind = facts->kind;
	db->port[i].vrf = facts->vrf;
	db->vrf_cold[facts->vrf].refs++;
	db_port_set(db, i, &fresh);
	*index = i;
	return ERR_OK;
}

static enum err port_drop(void *ctx, void *object)
{
	struct db_port_cold *cold = (struct db_port_cold *)object;

	(void)ctx;
	cold->used = false;
	return ERR_OK;
}

void db_port_del(struct db *db, uint8_t index)
{
	struct db_port *p = &db->port[index];

	__atomic_store_n(&p->live, false, __ATOMIC_RELEASE);
	db->vrf_cold[p->vrf].refs--;
	p->id = 0;
	db_touch(db);
	db_rcu_defer(db->rcu, port_drop, NULL, &db->port_cold[index]);
}

uint8_t db_port_find(const struct db *db, uint32_t id)
{
	for (uint8_t i = 0; id != 0 && i < DB_PORT_MAX; i++)
		if (db->port_cold[i].used && db->port[i].id == id)
			return i;
	return DB_PORT_NONE;
}
