#include "side.h"

#include <cstdio>
#include <cstdlib>

#include "../tests/sim/world.h"

namespace
{
Side *side(void *ctx)
{
	return static_cast<Side *>(ctx);
}

struct secret secret_of(const char *key)
{
	struct secret s = {};

	must(secret_set(&s, bytes_str(key)), "key");
	return s;
}

struct ike_id fqdn(const char *name)
{
	struct ike_id id = {};

	id.type = IKE_ID_FQDN;
	id.data = bytes_str(name);
	return id;
}

struct ike_terms terms_of(const Side &s)
{
	struct ike_terms t = {};

	t.child.esp = s.esp;
	t.child.local = t.child.remote = &s.any;
	t.child.local_count = t.child.remote_count = 1;
	return t;
}

void authenticate(void *ctx, struct slab_handle sa, const struct ike_who *who)
{
	struct ike_proof proof = {};

	proof.local_id = &side(ctx)->id;
	proof.verify = secret_of(side(ctx)->psk);
	if (who->role == IKE_RESPONDER)
		proof.sign = secret_of(side(ctx)->psk);
	ike_engine_authenticated(side(ctx)->engine, side(ctx)->now_ms, sa, &proof);
}

void authorize(void *ctx, struct slab_handle sa, const struct ike_plea *)
{
	struct ike_grant grant = {};

	grant.terms = terms_of(*side(ctx));
	ike_engine_authorized(side(ctx)->engine, side(ctx)->now_ms, sa, &grant);
}
} // namespace

void must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "%s: %s\n", what, err_str(err));
	exit(2);
}

void Side::start(struct crypto *crypto, const struct crypto_rand *rand, const char *name, const char *key, const char *words)
{
	struct ike_engine_config config = {};

	id = fqdn(name);
	psk = key;
	ike.count = esp.count = 1;
	ike.offer[0] = world_offer_ike(words);
	esp.offer[0] = world_offer_esp("aes-gcm-128");
	ports.ctx = this;
	ports.send = [](void *ctx, const struct ike_path *p, struct bytes d) { side(ctx)->send(p, d); };
	ports.keepalive = [](void *, const struct ike_path *) {};
	ports.policy = [](void *ctx, const struct ike_path *, struct ike_offers *offers) {
		*offers = side(ctx)->ike;
		return ERR_OK;
	};
	ports.authenticate = authenticate;
	ports.authorize = authorize;
	ports.spi_new = [](void *ctx, const struct ike_path *, uint32_t *out) {
		*out = side(ctx)->spi++;
		return ERR_OK;
	};
	ports.spi_free = [](void *, uint32_t) {};
	ports.install = [](void *ctx, struct slab_handle sa, struct ike_child_sa *child) {
		ike_engine_installed(side(ctx)->engine, side(ctx)->now_ms, sa, child->spi_in, ERR_OK);
	};
	ports.child_down = [](void *, struct slab_handle, uint32_t) {};
	ports.config_set = [](void *, struct slab_handle, const struct ike_config *, bool *) {};
	ports.up = [](void *ctx, struct slab_handle) { side(ctx)->ups++; };
	ports.down = [](void *, struct slab_handle, enum ike_down) {};
	ports.moved = [](void *, struct slab_handle, const struct ike_path *) {};
	config.crypto = crypto;
	config.rand = rand;
	config.ports = &ports;
	must(ike_engine_new(&engine, &config, now_ms), "engine");
}

Side::~Side()
{
	ike_engine_free(engine);
}

struct slab_handle Side::initiate(const struct ike_path &path, const char *name, const struct ike_config *want)
{
	struct ike_request r = {};
	struct ike_id as = name != nullptr ? fqdn(name) : id;
	struct slab_handle h;

	r.path = path;
	r.local_id = &as;
	r.psk = secret_of(psk);
	r.terms = terms_of(*this);
	r.want = want;
	must(ike_engine_initiate(engine, now_ms, &r, &h), "initiate");
	return h;
}
