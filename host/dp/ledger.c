/*
 * Run-time states by slot and generation, keys that were ever active by hash, SPIs as generation and slot.  Loop thread
 * of whoever tests.
 */
#include "dp/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"

enum slot_use { SLOT_FREE, SLOT_LEASED, SLOT_USED };

struct dp_run_state {
	uint32_t generation;
	uint32_t next_free; /* index + 1 */
	uint64_t key_hash;  /* 0: free */
};

struct active_key {
	struct map_node node;
};

enum err dp_ledger_init(struct dp_ledger *l, const uint8_t key[16])
{
	memcpy(l->hash_key, key, sizeof(l->hash_key));
	l->next_slot = 1;
	return map_init(&l->active_keys, key);
}

void dp_ledger_fini(struct dp_ledger *l)
{
	struct map_node *next;

	for (struct map_node *n = map_walk(&l->active_keys, NULL); n != NULL; n = next) {
		next = map_walk(&l->active_keys, n);
		map_del(&l->active_keys, n);
		free(list_of(n, struct active_key, node));
	}
	map_fini(&l->active_keys);
	free(l->states);
}

/* ---- keys and states ---- */

uint64_t dp_ledger_hash(const struct dp_ledger *l, const struct dp_sa *sa)
{
	uint64_t a = map_siphash(l->hash_key, secret_view(&sa->key));

	return (a ^ map_siphash(l->hash_key, secret_view(&sa->integ_key)) ^ sa->spi) | 1;
}

static bool was_active(const struct dp_ledger *l, uint64_t key_hash)
{
	return map_find(&l->active_keys, key_hash) != NULL;
}

static struct dp_run_state *find_state(const struct dp_ledger *l, const struct dp_state *name)
{
	struct dp_run_state *s;

	if (name->store != l->store || name->slot >= l->state_count)
		return NULL;
	s = &l->states[name->slot];
	return s->key_hash != 0 && s->generation == name->generation ? s : NULL;
}

enum err dp_ledger_check(struct dp_ledger *l, const struct dp_sa *sa)
{
	uint64_t key_hash = dp_ledger_hash(l, sa);
	const struct dp_run_state *s;

	if (sa->state.store == 0) {
		l->key_reuses += was_active(l, key_hash);
		return ERR_OK;
	}
	s = find_state(l, &sa->state);
	if (s == NULL)
		return ERR_NEEDS_REKEY;
	if (s->key_hash == key_hash)
		return ERR_OK;
	l->key_reuses++;
	return ERR_NEEDS_REKEY;
}

static bool grow_states(struct dp_ledger *l)
{
	uint32_t cap = l->state_cap == 0 ? 64 : 2 * l->state_cap;
	struct dp_run_state *states = realloc(l->states, cap * sizeof(*states));

	if (states == NULL)
		return false;
	memset(states + l->state_cap, 0, (cap - l->state_cap) * sizeof(*states));
	l->states = states;
	l->state_cap = cap;
	return true;
}

static enum err note_active(struct dp_ledger *l, uint64_t key_hash)
{
	struct active_key *k;

	if (was_active(l, key_hash))
		return ERR_OK;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return ERR_NOMEM;
	map_add(&l->active_keys, &k->node, key_hash);
	return ERR_OK;
}

enum err dp_ledger_activate(struct dp_ledger *l, uint64_t key_hash, struct dp_state *out)
{
	uint32_t slot = l->state_free - 1;

	if (note_active(l, key_hash) != ERR_OK)
		return ERR_NOMEM;
	if (l->state_free != 0) {
		l->state_free = l->states[slot].next_free;
	} else {
		if (l->state_count == l->state_cap && !grow_states(l))
			return ERR_NOMEM;
		slot = l->state_count++;
	}
	l->states[slot].generation++;
	l->states[slot].key_hash = key_hash;
	out->store = l->store;
	out->slot = slot;
	out->generation = l->states[slot].generation;
	return ERR_OK;
}

void dp_ledger_drop(struct dp_ledger *l, const struct dp_state *name)
{
	struct dp_run_state *s = find_state(l, name);

	if (s == NULL)
		return;
	s->key_hash = 0;
	s->next_free = l->state_free;
	l->state_free = name->slot + 1;
}

void dp_ledger_close(struct dp_ledger *l, bool keep)
{
	memset(l->use, SLOT_FREE, sizeof(l->use));
	l->store = 0;
	if (keep)
		return;
	l->state_count = 0;
	l->state_free = 0;
	if (l->states != NULL)
		memset(l->states, 0, l->state_cap * sizeof(l->states[0]));
}

/* ---- SPIs ---- */

static unsigned slot_of(uint32_t spi)
{
	return spi & (DP_LEDGER_SLOTS - 1);
}

static void free_slot(struct dp_ledger *l, unsigned slot)
{
	l->use[slot] = SLOT_FREE;
	l->generation[slot]++;
	if (l->generation[slot] == 0)
		l->generation[slot] = 1;
}

enum err dp_ledger_lease(struct dp_ledger *l, uint32_t *out)
{
	for (unsigned tries = 0; tries < DP_LEDGER_SLOTS; tries++) {
		unsigned slot = l->next_slot;

		l->next_slot = (l->next_slot + 1) % DP_LEDGER_SLOTS;
		if (l->use[slot] != SLOT_FREE)
			continue;
		l->use[slot] = SLOT_LEASED;
		if (l->generation[slot] == 0)
			l->generation[slot] = 1; /* SPIs 0..255 are never given */
		*out = (uint32_t)l->generation[slot] << DP_LEDGER_SLOT_BITS | slot;
		return ERR_OK;
	}
	return ERR_FULL;
}

void dp_ledger_release(struct dp_ledger *l, uint32_t spi)
{
	unsigned slot = slot_of(spi);

	if (l->use[slot] == SLOT_LEASED && l->generation[slot] == spi >> DP_LEDGER_SLOT_BITS)
		free_slot(l, slot);
}

void dp_ledger_release_all(struct dp_ledger *l)
{
	for (unsigned i = 0; i < DP_LEDGER_SLOTS; i++)
		if (l->use[i] == SLOT_LEASED)
			free_slot(l, i);
}

uint32_t dp_ledger_leased(const struct dp_ledger *l)
{
	uint32_t count = 0;

	for (unsigned i = 0; i < DP_LEDGER_SLOTS; i++)
		count += l->use[i] == SLOT_LEASED;
	return count;
}

bool dp_ledger_spi_used(const struct dp_ledger *l, uint32_t spi)
{
	return l->use[slot_of(spi)] == SLOT_USED;
}

void dp_ledger_use_spi(struct dp_ledger *l, uint32_t spi)
{
	l->use[slot_of(spi)] = SLOT_USED;
}

void dp_ledger_free_spi(struct dp_ledger *l, uint32_t spi)
{
	free_slot(l, slot_of(spi));
}
