/*
 * Hash table with caller-embedded nodes.  Grows by doubling when nodes outnumber buckets; a failed growth leaves
 * the smaller table in service (slower, never wrong), so that adding a node can't fail.
 */
#include "base/map.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { MAP_MIN = 16 };

/* Out of line a round is a third of what a lookup costs: its state goes through memory. */
#define IN_REGISTERS static inline __attribute__((always_inline))

IN_REGISTERS uint64_t rotl(uint64_t v, unsigned n)
{
	return v << n | v >> (64 - n);
}

IN_REGISTERS void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static uint64_t load_le(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

static uint64_t load_word(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

IN_REGISTERS void sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
}

uint64_t map_siphash(const uint64_t key[2], struct bytes data)
{
	uint64_t v[4] = { key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573) };
	size_t whole = data.len & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		sip_word(v, load_word(data.data + i));
	sip_word(v, (uint64_t)data.len << 56 | (data.len == whole ? 0 : load_le(data.data + whole, data.len - whole)));
	v[2] ^= 0xff;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

enum err map_init(struct map *m, const uint8_t key[16])
{
	memset(m, 0, sizeof(*m));
	m->bucket = (struct map_node **)calloc(MAP_MIN, sizeof(struct map_node *));
	if (m->bucket == NULL)
		return ERR_NOMEM;
	m->bucket_count = MAP_MIN;
	m->key[0] = load_le(key, 8);
	m->key[1] = load_le(key + 8, 8);
	return ERR_OK;
}

void map_fini(struct map *m)
{
	free(m->bucket);
	memset(m, 0, sizeof(*m));
}

uint64_t map_hash(const struct map *m, struct bytes key)
{
	return map_siphash(m->key, key);
}

static struct map_node **bucket_of(const struct map *m, uint64_t hash)
{
	return &m->bucket[hash & (m->bucket_count - 1)];
}

static void push(struct map *m, struct map_node *node)
{
	struct map_node **at = bucket_of(m, node->hash);

	node->next = *at;
	*at = node;
}

static void grow(struct map *m)
{
	struct map_node **old = m->bucket;
	size_t old_count = m->bucket_count;
	struct map_node **wide = (struct map_node **)calloc(old_count * 2, sizeof(struct map_node *));

	if (wide == NULL)
		return;
	m->bucket = wide;
	m->bucket_count = old_count * 2;
	for (size_t i = 0; i < old_count; i++)
		for (struct map_node *n = old[i], *next; n != NULL; n = next) {
			next = n->next;
			push(m, n);
		}
	free(old);
}

void map_add(struct map *m, struct map_node *node, uint64_t hash)
{
	assert(m->bucket_count != 0);
	if (m->count >= m->bucket_count)
		grow(m);
	node->hash = hash;
	push(m, node);
	m->count++;
}

void map_del(struct map *m, struct map_node *node)
{
	struct map_node **at = bucket_of(m, node->hash);

	while (*at != node) {
		assert(*at != NULL);
		at = &(*at)->next;
	}
	*at = node->next;
	node->next = NULL;
	m->count--;
}

static struct map_node *same_hash(struct map_node *n, uint64_t hash)
{
	while (n != NULL && n->hash != hash)
		n = n->next;
	return n;
}

struct map_node *map_find(const struct map *m, uint64_t hash)
{
	return m->bucket_count == 0 ? NULL : same_hash(*bucket_of(m, hash), hash);
}

struct map_node *map_find_next(const struct map_node *node)
{
	return same_hash(node->next, node->hash);
}

struct map_node *map_walk(const struct map *m, const struct map_node *node)
{
	size_t i = 0;

	if (node != NULL) {
		if (node->next != NULL)
			return node->next;
		i = (node->hash & (m->bucket_count - 1)) + 1;
	}
	for (; i < m->bucket_count; i++)
		if (m->bucket[i] != NULL)
			return m->bucket[i];
	return NULL;
}
