/* The memory of revocation answers: rows in groups that a key chooses, so that finding and forgetting cost the same at any load. */
#include "pki/cache.h"

#include <string.h>

enum { GROUP = 8, GROUPS = PKI_CACHE_ROWS / GROUP };

static unsigned group_of(const uint8_t key[PKI_CACHE_KEY])
{
	return (unsigned)(key[0] << 8 | key[1]) % GROUPS * GROUP;
}

enum pki_known pki_cache_get(const struct pki_cache *c, const uint8_t key[PKI_CACHE_KEY], int64_t now_s)
{
	const struct pki_cache_row *row = &c->row[group_of(key)];

	for (unsigned i = 0; i < GROUP; i++)
		if (row[i].until_s > now_s && memcmp(row[i].key, key, PKI_CACHE_KEY) == 0)
			return (enum pki_known)row[i].known;
	return PKI_KNOWN_NOT;
}

void pki_cache_put(struct pki_cache *c, const uint8_t key[PKI_CACHE_KEY], enum pki_known known, int64_t until_s)
{
	struct pki_cache_row *row = &c->row[group_of(key)], *victim = row;

	for (unsigned i = 0; i < GROUP; i++) {
		if (row[i].until_s != 0 && memcmp(row[i].key, key, PKI_CACHE_KEY) == 0) {
			victim = &row[i];
			break;
		}
		if (row[i].until_s < victim->until_s)
			victim = &row[i];
	}
	memcpy(victim->key, key, PKI_CACHE_KEY);
	victim->until_s = until_s;
	victim->known = (uint8_t)known;
}
