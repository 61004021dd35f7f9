/* The ABI's suites and DPDK's transforms and capabilities. */
#include "pmd/suite.h"

#include <stddef.h>
#include <string.h>

#define CBC(suite, key, auth_key, icv, alg)                                                             \
	{                                                                                               \
		FWI_SUITE_##suite, key, auth_key, icv, RTE_CRYPTO_CIPHER_AES_CBC, RTE_CRYPTO_AUTH_##alg \
	}

static const struct pmd_suite suites[] = {
	{ FWI_SUITE_AES_128_GCM_16, 16, 0, 16, RTE_CRYPTO_AEAD_AES_GCM, 0 },
	{ FWI_SUITE_AES_192_GCM_16, 24, 0, 16, RTE_CRYPTO_AEAD_AES_GCM, 0 },
	{ FWI_SUITE_AES_256_GCM_16, 32, 0, 16, RTE_CRYPTO_AEAD_AES_GCM, 0 },
	{ FWI_SUITE_CHACHA20_POLY1305, 32, 0, 16, RTE_CRYPTO_AEAD_CHACHA20_POLY1305, 0 },
	CBC(AES_128_CBC_SHA1_96, 16, 20, 12, SHA1_HMAC),
	CBC(AES_256_CBC_SHA1_96, 32, 20, 12, SHA1_HMAC),
	CBC(AES_128_CBC_SHA2_256_128, 16, 32, 16, SHA256_HMAC),
	CBC(AES_256_CBC_SHA2_256_128, 32, 32, 16, SHA256_HMAC),
	CBC(AES_128_CBC_SHA2_384_192, 16, 48, 24, SHA384_HMAC),
	CBC(AES_256_CBC_SHA2_384_192, 32, 48, 24, SHA384_HMAC),
	CBC(AES_128_CBC_SHA2_512_256, 16, 64, 32, SHA512_HMAC),
	CBC(AES_256_CBC_SHA2_512_256, 32, 64, 32, SHA512_HMAC),
};

enum { SUITES = sizeof(suites) / sizeof(suites[0]), CBC_IV = 16, AEAD_NONCE = 12, AAD = 8, AAD_ESN = 12 };

static const struct pmd_suite *find_aead(const struct rte_crypto_aead_xform *x)
{
	for (size_t i = 0; i < SUITES; i++) {
		const struct pmd_suite *s = &suites[i];

		if (s->auth_len == 0 && s->cipher == (int)x->algo && s->key_len == x->key.length && s->icv_len == x->digest_length)
			return s;
	}
	return NULL;
}

static const struct pmd_suite *find_pair(const struct rte_crypto_cipher_xform *c, const struct rte_crypto_auth_xform *a)
{
	for (size_t i = 0; i < SUITES; i++) {
		const struct pmd_suite *s = &suites[i];

		if (s->auth_len != 0 && s->cipher == (int)c->algo && s->auth == (int)a->algo && s->key_len == c->key.length &&
			s->auth_len == a->key.length && s->icv_len == a->digest_length)
			return s;
	}
	return NULL;
}

const struct pmd_suite *pmd_suite_of(const struct rte_crypto_sym_xform *x, enum rte_security_ipsec_sa_direction direction)
{
	bool out = direction == RTE_SECURITY_IPSEC_SA_DIR_EGRESS;
	const struct rte_crypto_sym_xform *c, *a;

	if (x == NULL)
		return NULL;
	if (x->type == RTE_CRYPTO_SYM_XFORM_AEAD)
		return (x->aead.op == RTE_CRYPTO_AEAD_OP_ENCRYPT) == out ? find_aead(&x->aead) : NULL;
	c = out ? x : x->next;
	a = out ? x->next : x;
	if (c == NULL || a == NULL || c->type != RTE_CRYPTO_SYM_XFORM_CIPHER || a->type != RTE_CRYPTO_SYM_XFORM_AUTH)
		return NULL;
	if ((c->cipher.op == RTE_CRYPTO_CIPHER_OP_ENCRYPT) != out || (a->auth.op == RTE_CRYPTO_AUTH_OP_GENERATE) != out)
		return NULL;
	return find_pair(&c->cipher, &a->auth);
}

/* ---- capabilities ---- */

static struct rte_crypto_param_range one(uint16_t value)
{
	struct rte_crypto_param_range r = { .min = value, .max = value };

	return r;
}

static struct rte_cryptodev_capabilities aead_of(const struct pmd_suite *s)
{
	struct rte_cryptodev_capabilities c = { .op = RTE_CRYPTO_OP_TYPE_SYMMETRIC };

	c.sym.xform_type = RTE_CRYPTO_SYM_XFORM_AEAD;
	c.sym.aead.algo = (enum rte_crypto_aead_algorithm)s->cipher;
	c.sym.aead.block_size = s->cipher == RTE_CRYPTO_AEAD_AES_GCM ? 16 : 64;
	c.sym.aead.key_size = one(s->key_len);
	c.sym.aead.digest_size = one(s->icv_len);
	c.sym.aead.aad_size = (struct rte_crypto_param_range){ .min = AAD, .max = AAD_ESN, .increment = AAD_ESN - AAD };
	c.sym.aead.iv_size = one(AEAD_NONCE);
	return c;
}

static struct rte_cryptodev_capabilities cipher_of(const struct pmd_suite *s)
{
	struct rte_cryptodev_capabilities c = { .op = RTE_CRYPTO_OP_TYPE_SYMMETRIC };

	c.sym.xform_type = RTE_CRYPTO_SYM_XFORM_CIPHER;
	c.sym.cipher.algo = (enum rte_crypto_cipher_algorithm)s->cipher;
	c.sym.cipher.block_size = CBC_IV;
	c.sym.cipher.key_size = one(s->key_len);
	c.sym.cipher.iv_size = one(CBC_IV);
	return c;
}

static struct rte_cryptodev_capabilities auth_of(const struct pmd_suite *s)
{
	struct rte_cryptodev_capabilities c = { .op = RTE_CRYPTO_OP_TYPE_SYMMETRIC };

	c.sym.xform_type = RTE_CRYPTO_SYM_XFORM_AUTH;
	c.sym.auth.algo = (enum rte_crypto_auth_algorithm)s->auth;
	c.sym.auth.block_size = s->auth_len > 32 ? 128 : 64;
	c.sym.auth.key_size = one(s->auth_len);
	c.sym.auth.digest_size = one(s->icv_len);
	return c;
}

/* Appends 'c' unless the list (ended by UNDEFINED) has it. */
static void add(struct rte_cryptodev_capabilities *list, const struct rte_cryptodev_capabilities *c)
{
	while (list->op != RTE_CRYPTO_OP_TYPE_UNDEFINED) {
		if (memcmp(list, c, sizeof(*c)) == 0)
			return;
		list++;
	}
	*list = *c;
	memset(&list[1], 0, sizeof(list[1]));
}

static void add_suites(uint64_t offered, struct rte_cryptodev_capabilities *crypto)
{
	for (size_t i = 0; i < SUITES; i++) {
		struct rte_cryptodev_capabilities c;

		if ((offered >> suites[i].suite & 1) == 0)
			continue;
		c = suites[i].auth_len == 0 ? aead_of(&suites[i]) : cipher_of(&suites[i]);
		add(crypto, &c);
		if (suites[i].auth_len == 0)
			continue;
		c = auth_of(&suites[i]);
		add(crypto, &c);
	}
}

static struct rte_security_capability capability(const struct fwi_caps *caps, enum rte_security_ipsec_sa_direction direction)
{
	uint64_t f = le64_get(caps->features);
	struct rte_security_capability c = {
		.action = RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL,
		.protocol = RTE_SECURITY_PROTOCOL_IPSEC,
	};

	c.ipsec.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
	c.ipsec.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
	c.ipsec.direction = direction;
	c.ipsec.options.esn = f >> FWI_F_ESN & 1;
	c.ipsec.options.udp_encap = f >> FWI_F_UDP_ENCAP & 1;
	c.ipsec.options.copy_dscp = 1;
	c.ipsec.options.copy_df = 1;
	c.ipsec.options.ecn = 1;
	c.ipsec.options.stats = 1;
	if (direction == RTE_SECURITY_IPSEC_SA_DIR_INGRESS)
		c.ipsec.replay_win_sz_max = le32_get(caps->window_max);
	else
		c.ol_flags = RTE_SECURITY_TX_OLOAD_NEED_MDATA;
	return c;
}

void pmd_suite_capabilities(
	const struct fwi_caps *caps, struct rte_security_capability *security, struct rte_cryptodev_capabilities *crypto)
{
	memset(&crypto[0], 0, sizeof(crypto[0]));
	add_suites(le64_get(caps->suites), crypto);
	security[0] = capability(caps, RTE_SECURITY_IPSEC_SA_DIR_INGRESS);
	security[1] = capability(caps, RTE_SECURITY_IPSEC_SA_DIR_EGRESS);
	memset(&security[2], 0, sizeof(security[2])); /* action NONE */
	security[0].crypto_capabilities = crypto;
	security[1].crypto_capabilities = crypto;
}
