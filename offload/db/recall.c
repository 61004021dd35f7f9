/* A small memory of recent keys, by exact comparison.  Made and freed on the main lcore, asked and filled by one worker. */
#include "db/recall.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_hash_crc.h>

#include "db/pool.h"

enum { SHORT = 20, WAYS = 2, HALF_LINE = 32, LINE = 64, VALUE = 4 };

static size_t size_of(const struct db_recall *r)
{
	return (size_t)DB_RECALL_SETS * WAYS * r->stride;
}

enum err db_recall_new(struct db_recall **out, uint32_t workers, uint32_t key_len)
{
	struct db_recall *all = (struct db_recall *)calloc(workers, sizeof(*all));

	for (uint32_t w = 0; all != NULL && w < workers; w++) {
		all[w].key_len = key_len;
		all[w].stride = key_len + VALUE + sizeof(uint64_t) <= HALF_LINE ? HALF_LINE : LINE;
		all[w].place = (uint8_t *)db_pool_map(size_of(&all[w]));
		if (all[w].place == NULL) {
			db_recall_free(all, w);
			return ERR_NOMEM;
		}
	}
	*out = all;
	return all == NULL ? ERR_NOMEM : ERR_OK;
}

void db_recall_free(struct db_recall *all, uint32_t workers)
{
	for (uint32_t w = 0; all != NULL && w < workers; w++)
		db_pool_unmap(all[w].place, size_of(&all[w]));
	free(all);
}

static inline uint64_t word64(const uint8_t *at)
{
	uint64_t w;

	memcpy(&w, at, sizeof(w));
	return w;
}

static inline uint32_t word32(const uint8_t *at)
{
	uint32_t w;

	memcpy(&w, at, sizeof(w));
	return w;
}

/* Spreads flows that differ in few bits; who finds keys of one set gains no more than that they forget each other. */
static inline uint8_t *set_of(const struct db_recall *r, uint64_t name, const uint8_t *key, uint32_t key_len)
{
	uint32_t hash = rte_hash_crc_4byte(word32(key), (uint32_t)name);

	for (uint32_t at = 4; at < key_len; at += 8)
		hash = rte_hash_crc_8byte(word64(key + at), hash);
	return r->place + (size_t)(hash % DB_RECALL_SETS) * WAYS * r->stride;
}

static inline bool is_of(const uint8_t *place, uint64_t name, const uint8_t *key, uint32_t key_len)
{
	uint64_t differ = word64(place + key_len + VALUE) ^ name;

	differ |= word32(place) ^ word32(key);
	for (uint32_t at = 4; at < key_len; at += 8)
		differ |= word64(place + at) ^ word64(key + at);
	return differ == 0;
}

static inline uint32_t get(const struct db_recall *r, uint64_t name, const uint8_t *key, uint32_t key_len)
{
	const uint8_t *place = set_of(r, name, key, key_len);

	if (is_of(place, name, key, key_len))
		return word32(place + key_len);
	place += r->stride;
	return is_of(place, name, key, key_len) ? word32(place + key_len) : 0;
}

/* Keys of IPv4 flows have code of their own. */
uint32_t db_recall_get(const struct db_recall *r, uint64_t name, const void *key)
{
	const uint8_t *bytes = (const uint8_t *)key;

	return r->key_len == SHORT ? get(r, name, bytes, SHORT) : get(r, name, bytes, r->key_len);
}

void db_recall_put(struct db_recall *r, uint64_t name, const void *key, uint32_t value)
{
	uint8_t *place = set_of(r, name, (const uint8_t *)key, r->key_len);

	memcpy(place + r->stride, place, r->stride);
	memcpy(place, key, r->key_len);
	memcpy(place + r->key_len, &value, sizeof(value));
	memcpy(place + r->key_len + VALUE, &name, sizeof(name));
}
