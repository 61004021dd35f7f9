/* Settings of a world in few words. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

static struct ike_offer offer_of(const char *words, const enum crypto_kind *kinds, unsigned kind_count)
{
	struct ike_offer offer;
	char text[128];
	char *save = NULL;

	memset(&offer, 0, sizeof(offer));
	(void)snprintf(text, sizeof(text), "%s", words);
	for (char *word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save))
		for (unsigned k = 0; k < kind_count; k++) {
			const struct crypto_alg *alg = crypto_alg_named(kinds[k], word);

			if (alg != NULL && offer.alg_count < IKE_OFFER_ALGS)
				offer.alg[offer.alg_count++] = alg;
		}
	return offer;
}

struct ike_offer world_offer_ike(const char *words)
{
	bool aead = strstr(words, "gcm") != NULL || strstr(words, "chacha") != NULL;
	static const enum crypto_kind kinds[] = { CRYPTO_ENCR, CRYPTO_PRF, CRYPTO_GROUP, CRYPTO_INTEG };

	return offer_of(words, kinds, aead ? 3 : 4);
}

struct ike_offer world_offer_esp(const char *words)
{
	static const enum crypto_kind kinds[] = { CRYPTO_ENCR, CRYPTO_INTEG };

	return offer_of(words, kinds, 2);
}

static void set_extra(struct ike_extra *x, uint8_t slot, const char *group)
{
	x->slot = slot;
	x->group = group == NULL ? NULL : crypto_alg_named(CRYPTO_GROUP, group);
}

void world_offer_extra(struct ike_offer *offer, uint8_t slot, const char *group)
{
	set_extra(&offer->extra[offer->extra_count++], slot, group);
}

void world_groups_extra(struct ike_groups *groups, uint8_t slot, const char *group)
{
	set_extra(&groups->extra[groups->extra_count++], slot, group);
}

struct ike_groups world_groups(const char *words)
{
	static const enum crypto_kind kinds[] = { CRYPTO_GROUP };
	struct ike_offer offer = offer_of(words, kinds, 1);
	struct ike_groups groups = { .count = 0 };

	for (unsigned i = 0; i < offer.alg_count && i < IKE_PFS_GROUPS; i++)
		groups.alg[groups.count++] = offer.alg[i];
	return groups;
}

void world_defaults(struct world_settings *s, const char *id, const char *psk)
{
	memset(s, 0, sizeof(*s));
	s->id = id;
	s->psk = psk;
	s->ike.count = 1;
	s->ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31 19");
	s->esp.count = 1;
	s->esp.offer[0] = world_offer_esp("aes-gcm-128");
	s->local_count = 1;
	s->remote_count = 1;
	s->local[0] = ike_ts_any(AF_INET);
	s->remote[0] = ike_ts_any(AF_INET);
}

struct ike_child_policy world_first_child(const struct world *w)
{
	struct ike_child_policy p;

	memset(&p, 0, sizeof(p));
	p.esp = w->set.esp;
	p.local = w->set.local;
	p.remote = w->set.remote;
	p.local_count = w->set.local_count;
	p.remote_count = w->set.remote_count;
	p.narrow_to_address = w->set.narrow_to_address;
	p.pfs = w->set.pfs;
	p.lifetime_s = w->set.child_lifetime_s;
	p.limit = w->set.child_limit;
	p.transport = w->set.transport;
	p.endpoints = w->set.endpoints;
	return p;
}

struct ike_terms world_terms(const struct world *w)
{
	struct ike_terms t;

	memset(&t, 0, sizeof(t));
	t.child = world_first_child(w);
	t.dpd = w->set.dpd;
	t.childless = w->set.childless;
	t.mobike = w->set.mobike;
	t.lifetime_s = w->set.lifetime_s;
	t.auth_lifetime_s = w->set.auth_lifetime_s;
	return t;
}
