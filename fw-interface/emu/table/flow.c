/* Flow rules: an exact-match table over {local address, encapsulation, SPI}.  Device thread. */
#include "emu/table/flow.h"

#include <stdlib.h>
#include <string.h>

static_assert(sizeof(struct emu_flow_key) == 24, "compared and hashed as bytes");

enum err emu_flow_table_init(struct emu_flow_table *t, const struct emu_profile *p, const uint8_t seed[16])
{
	enum err err;

	memset(t, 0, sizeof(*t));
	err = map_init(&t->map, seed);
	if (err != ERR_OK)
		return err;
	t->slot = (struct emu_flow **)calloc(p->flow_max, sizeof(struct emu_flow *));
	if (p->local_addr_max != 0)
		t->local = (struct emu_flow_local *)calloc(p->local_addr_max, sizeof(*t->local));
	if (t->slot == NULL || (p->local_addr_max != 0 && t->local == NULL)) {
		emu_flow_table_fini(t);
		return ERR_NOMEM;
	}
	t->size = p->flow_max;
	t->local_max = p->local_addr_max;
	return ERR_OK;
}

void emu_flow_table_fini(struct emu_flow_table *t)
{
	if (t->slot != NULL)
		emu_flow_clear(t);
	map_fini(&t->map);
	free(t->slot);
	free(t->local);
	memset(t, 0, sizeof(*t));
}

static struct bytes key_bytes(const struct emu_flow_key *key)
{
	return bytes_of(key, sizeof(*key));
}

struct emu_flow *emu_flow_find(const struct emu_flow_table *t, const struct emu_flow_key *key)
{
	struct map_node *n = map_find(&t->map, map_hash(&t->map, key_bytes(key)));

	for (; n != NULL; n = map_find_next(n)) {
		struct emu_flow *f = (struct emu_flow *)(void *)n;

		if (memcmp(&f->key, key, sizeof(*key)) == 0)
			return f;
	}
	return NULL;
}

/* A slot that counts the rules of 'port' (one in use, else a free one), or EMU_FLOW_PORTS. */
static unsigned port_slot(const struct emu_flow_table *t, uint16_t port)
{
	unsigned free_slot = EMU_FLOW_PORTS;

	for (unsigned i = 0; i < EMU_FLOW_PORTS; i++) {
		if (t->port[i].rules != 0 && t->port[i].port == port)
			return i;
		if (t->port[i].rules == 0)
			free_slot = i;
	}
	return free_slot;
}

/* The same for a local address; 'local_max' when there is none. */
static uint32_t local_slot(const struct emu_flow_table *t, const struct emu_flow_key *key)
{
	uint32_t free_slot = t->local_max;

	for (uint32_t i = 0; i < t->local_max; i++) {
		const struct emu_flow_local *l = &t->local[i];

		if (l->rules != 0 && l->family == key->family && memcmp(l->addr, key->local, sizeof(l->addr)) == 0)
			return i;
		if (l->rules == 0)
			free_slot = i;
	}
	return free_slot;
}

bool emu_flow_has_port(const struct emu_flow_table *t, uint16_t port)
{
	unsigned i = port_slot(t, port);

	return i != EMU_FLOW_PORTS && t->port[i].rules != 0;
}

static enum fwi_status key_of(const struct fwi_cmd_flow *c, struct emu_flow_key *key)
{
	uint8_t addr_len = c->family == 4 ? 4 : 16;
	uint8_t rest = 0;

	memset(key, 0, sizeof(*key));
	if ((c->family != 4 && c->family != 6) || c->udp_encap > 1 || (c->udp_encap != 0) != (le16_get(c->udp_port) != 0))
		return FWI_ST_FIELD;
	for (unsigned i = addr_len; i < sizeof(c->local); i++)
		rest |= c->local[i];
	if (rest != 0)
		return FWI_ST_FIELD;
	memcpy(key->local, c->local, addr_len);
	key->spi = le32_get(c->spi);
	key->udp_port = le16_get(c->udp_port);
	key->family = c->family;
	return FWI_ST_OK;
}

/* Counts 'f' in its port's and its address's slot; ADDR_FULL when either list is full. */
static enum fwi_status count_in(struct emu_flow_table *t, const struct emu_flow *f)
{
	unsigned port = port_slot(t, f->key.udp_port);
	uint32_t local = local_slot(t, &f->key);

	if ((f->key.udp_port != 0 && port == EMU_FLOW_PORTS) || (t->local_max != 0 && local == t->local_max))
		return FWI_ST_ADDR_FULL;
	if (f->key.udp_port != 0) {
		t->port[port].port = f->key.udp_port;
		t->port[port].rules++;
	}
	if (t->local_max != 0) {
		memcpy(t->local[local].addr, f->key.local, sizeof(f->key.local));
		t->local[local].family = f->key.family;
		t->local[local].rules++;
	}
	return FWI_ST_OK;
}

static void count_out(struct emu_flow_table *t, const struct emu_flow *f)
{
	if (f->key.udp_port != 0)
		t->port[port_slot(t, f->key.udp_port)].rules--;
	if (t->local_max != 0)
		t->local[local_slot(t, &f->key)].rules--;
}

enum fwi_status emu_flow_add(struct emu_flow_table *t, const struct fwi_cmd_flow *c, struct emu_sa *sa)
{
	uint32_t index = le32_get(c->index);
	struct emu_flow_key key;
	struct emu_flow *f;
	enum fwi_status st = key_of(c, &key);

	if (st != FWI_ST_OK)
		return st;
	if (index >= t->size)
		return FWI_ST_FLOW_FULL;
	if (t->slot[index] != NULL || emu_flow_find(t, &key) != NULL)
		return FWI_ST_EXISTS;
	f = (struct emu_flow *)calloc(1, sizeof(*f));
	if (f == NULL)
		return FWI_ST_NOMEM;
	f->key = key;
	f->index = index;
	f->action = c->action;
	f->queue = le16_get(c->queue);
	f->sa = sa;
	st = count_in(t, f);
	if (st != FWI_ST_OK) {
		free(f);
		return st;
	}
	if (sa != NULL)
		sa->flows++;
	map_add(&t->map, &f->node, map_hash(&t->map, key_bytes(&key)));
	t->slot[index] = f;
	t->used++;
	return FWI_ST_OK;
}

struct emu_flow *emu_flow_at(const struct emu_flow_table *t, uint32_t index)
{
	return index < t->size ? t->slot[index] : NULL;
}

void emu_flow_del(struct emu_flow_table *t, struct emu_flow *f)
{
	count_out(t, f);
	map_del(&t->map, &f->node);
	t->slot[f->index] = NULL;
	t->used--;
	if (f->sa != NULL)
		f->sa->flows--;
	free(f);
}

void emu_flow_clear(struct emu_flow_table *t)
{
	for (uint32_t i = 0; i < t->size && t->used > 0; i++)
		if (t->slot[i] != NULL)
			emu_flow_del(t, t->slot[i]);
}

void emu_flow_entry(const struct emu_flow *f, struct fwi_flow_entry *out)
{
	memset(out, 0, sizeof(*out));
	out->index = le32_of(f->index);
	out->action = f->action;
	out->family = f->key.family;
	out->udp_encap = f->key.udp_port != 0;
	out->spi = le32_of(f->key.spi);
	out->udp_port = le16_of(f->key.udp_port);
	out->queue = le16_of(f->queue);
	if (f->sa != NULL) {
		out->sa_index = le32_of(f->sa->index);
		out->sa_generation = le16_of(f->sa->generation);
	}
	memcpy(out->local, f->key.local, sizeof(out->local));
}
