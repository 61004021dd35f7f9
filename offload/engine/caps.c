/* What drivers can do.  Main lcore. */
#include "engine/caps.h"

#include <string.h>

#include <rte_cryptodev.h>
#include <rte_security.h>

#include "engine/suite.h"

static const struct engine_row rows[] = {
	{
		.driver = "net_nave",
		.seq_field = "nave_esp_number",
		.binding = ENGINE_BIND_FLOW,
		.host_numbers = true,
		.rx_number = true,
		.source = "docs/fw-interface.md 5.5, 7, 9",
	},
	{
		.driver = "net_cn10k",
		.binding = ENGINE_BIND_SPI_TABLE,
		.source = "DPDK 22.11 doc/guides/nics/cnxk.rst, Inline IPsec",
	},
	{
		.driver = "net_cn9k",
		.binding = ENGINE_BIND_SPI_TABLE,
		.source = "DPDK 22.11 doc/guides/nics/cnxk.rst, Inline IPsec",
	},
};

const struct engine_row *engine_caps_row(const char *driver)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].driver, driver) == 0)
			return &rows[i];
	return NULL;
}

static bool in_range(const struct rte_crypto_param_range *r, uint16_t len)
{
	if (len < r->min || len > r->max)
		return false;
	return len == r->min || (r->increment != 0 && (len - r->min) % r->increment == 0);
}

static uint64_t key_set(const struct rte_crypto_param_range *r)
{
	uint64_t set = 0;

	for (uint16_t len = 16; len <= 32; len = (uint16_t)(len + 8))
		if (in_range(r, len))
			set |= UINT64_C(1) << len;
	return set;
}

static void add_suite(struct engine_caps *caps, uint8_t cipher, uint8_t integ, uint64_t keys)
{
	for (int i = 0; i < caps->suite_count; i++) {
		if (caps->suite[i].cipher == cipher && caps->suite[i].integ == integ) {
			caps->suite[i].key_lens |= keys;
			return;
		}
	}
	if (caps->suite_count < ENGINE_SUITES_MAX && keys != 0)
		caps->suite[caps->suite_count++] = (struct engine_suite){ .cipher = cipher, .integ = integ, .key_lens = keys };
}

struct auth_row {
	uint8_t integ;
	uint8_t icv_len;
	enum rte_crypto_auth_algorithm alg;
};

static const struct auth_row auths[] = {
	{ DP_INTEG_SHA1_96, 12, RTE_CRYPTO_AUTH_SHA1_HMAC },
	{ DP_INTEG_SHA256_128, 16, RTE_CRYPTO_AUTH_SHA256_HMAC },
	{ DP_INTEG_SHA384_192, 24, RTE_CRYPTO_AUTH_SHA384_HMAC },
	{ DP_INTEG_SHA512_256, 32, RTE_CRYPTO_AUTH_SHA512_HMAC },
};

static const struct rte_cryptodev_symmetric_capability *next_sym(const struct rte_cryptodev_capabilities **list)
{
	while (*list != NULL && (*list)->op != RTE_CRYPTO_OP_TYPE_UNDEFINED) {
		const struct rte_cryptodev_capabilities *c = (*list)++;

		if (c->op == RTE_CRYPTO_OP_TYPE_SYMMETRIC)
			return &c->sym;
	}
	return NULL;
}

static void add_auths(struct engine_caps *caps, const struct rte_cryptodev_capabilities *list, uint8_t cipher, uint64_t keys)
{
	const struct rte_cryptodev_symmetric_capability *c;

	while ((c = next_sym(&list)) != NULL) {
		if (c->xform_type != RTE_CRYPTO_SYM_XFORM_AUTH)
			continue;
		for (size_t i = 0; i < sizeof(auths) / sizeof(auths[0]); i++)
			if (c->auth.algo == auths[i].alg && in_range(&c->auth.digest_size, auths[i].icv_len))
				add_suite(caps, cipher, auths[i].integ, keys);
	}
}

static void add_aead(struct engine_caps *caps, const struct rte_cryptodev_symmetric_capability *c)
{
	if (c->aead.algo == RTE_CRYPTO_AEAD_AES_GCM)
		add_suite(caps, DP_CIPHER_AES_GCM, DP_INTEG_NONE, key_set(&c->aead.key_size));
	if (c->aead.algo == RTE_CRYPTO_AEAD_CHACHA20_POLY1305)
		add_suite(caps, DP_CIPHER_CHACHA20_POLY1305, DP_INTEG_NONE, key_set(&c->aead.key_size));
}

static void add_suites(struct engine_caps *caps, const struct rte_cryptodev_capabilities *list)
{
	const struct rte_cryptodev_capabilities *all = list;
	const struct rte_cryptodev_symmetric_capability *c;

	while ((c = next_sym(&list)) != NULL) {
		if (c->xform_type == RTE_CRYPTO_SYM_XFORM_AEAD)
			add_aead(caps, c);
		else if (c->xform_type == RTE_CRYPTO_SYM_XFORM_CIPHER && c->cipher.algo == RTE_CRYPTO_CIPHER_AES_CBC)
			add_auths(caps, all, DP_CIPHER_AES_CBC, key_set(&c->cipher.key_size));
		else if (c->xform_type == RTE_CRYPTO_SYM_XFORM_CIPHER && c->cipher.algo == RTE_CRYPTO_CIPHER_NULL)
			add_auths(caps, all, DP_CIPHER_NULL, 1);
	}
}

void engine_caps_of(
	const struct engine_row *row, const struct rte_security_capability *list, enum dp_direction direction, struct engine_caps *out)
{
	enum rte_security_ipsec_sa_direction want =
		direction == DP_IN ? RTE_SECURITY_IPSEC_SA_DIR_INGRESS : RTE_SECURITY_IPSEC_SA_DIR_EGRESS;

	memset(out, 0, sizeof(*out));
	out->row = row;
	for (; row != NULL && list != NULL && list->action != RTE_SECURITY_ACTION_TYPE_NONE; list++) {
		if (list->action != RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL || list->protocol != RTE_SECURITY_PROTOCOL_IPSEC)
			continue;
		if (list->ipsec.proto != RTE_SECURITY_IPSEC_SA_PROTO_ESP || list->ipsec.mode != RTE_SECURITY_IPSEC_SA_MODE_TUNNEL ||
			list->ipsec.direction != want)
			continue;
		out->any = true;
		out->udp_encap = out->udp_encap || list->ipsec.options.udp_encap != 0;
		out->esn = out->esn || list->ipsec.options.esn != 0;
		out->metadata = out->metadata || (list->ol_flags & RTE_SECURITY_TX_OLOAD_NEED_MDATA) != 0;
		if (list->ipsec.replay_win_sz_max > out->window_max)
			out->window_max = list->ipsec.replay_win_sz_max;
		add_suites(out, list->crypto_capabilities);
	}
}

static bool suite_known(const struct engine_caps *caps, const struct db_sa_conf *conf, const struct engine_sizes *sizes)
{
	for (int i = 0; i < caps->suite_count; i++) {
		const struct engine_suite *s = &caps->suite[i];

		if (s->cipher == conf->cipher && s->integ == conf->integ && (s->key_lens >> sizes->key_len & 1) != 0)
			return true;
	}
	return false;
}

/* Where the device tells the number, its window is a filter on top of the host's and may be switched off. */
static bool window_fits(const struct engine_caps *caps, const struct db_sa *sa)
{
	return sa->direction == DP_OUT || caps->row->rx_number || sa->window <= caps->window_max;
}

enum dp_reason engine_caps_check(const struct engine_caps *caps, const struct db_sa *sa)
{
	struct engine_sizes sizes;

	if (!caps->any)
		return DP_WHY_NO_DEVICE;
	if (engine_suite_sizes(sa->conf, &sizes) != ERR_OK || !suite_known(caps, sa->conf, &sizes))
		return DP_WHY_ALGORITHM;
	if ((sa->flags & DB_SA_TRANSPORT) != 0)
		return DP_WHY_TRANSPORT;
	if ((sa->flags & DB_SA_UDP) != 0 && !caps->udp_encap)
		return DP_WHY_UDP_ENCAP;
	if ((sa->flags & DB_SA_ESN) != 0 && !caps->esn)
		return DP_WHY_ESN;
	return window_fits(caps, sa) ? DP_WHY_NONE : DP_WHY_WINDOW;
}
