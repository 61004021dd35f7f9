/* From rte_security's session to the device's image.  All that the device would refuse is refused here already. */
#include "pmd/sa.h"

#include <string.h>

#include "pmd/suite.h"

enum { SPI_MIN = 256, WINDOW_STEP = 64, DSCP_MAX = 63, TTL_DEFAULT = 64, NATT_PORT = 4500 };

static bool has(const struct fwi_caps *caps, enum fwi_feature f)
{
	return (le64_get(caps->features) >> f & 1) != 0;
}

/* Options whose effect the device doesn't have; the rest is in the image. */
static bool asks_too_much(const struct rte_security_ipsec_xform *x)
{
	const struct rte_security_ipsec_sa_options *o = &x->options;

	return o->copy_flabel != 0 || o->dec_ttl != 0 || o->iv_gen_disable != 0 || o->tunnel_hdr_verify != 0 || o->udp_ports_verify != 0 ||
	       o->ip_csum_enable != 0 || o->l4_csum_enable != 0 || o->ip_reassembly_en != 0 || x->life.packets_soft_limit != 0 ||
	       x->life.bytes_soft_limit != 0 || x->life.packets_hard_limit != 0 || x->life.bytes_hard_limit != 0;
}

static enum fwi_status check(const struct fwi_caps *caps, const struct rte_security_session_conf *conf)
{
	const struct rte_security_ipsec_xform *x = &conf->ipsec;

	if (conf->action_type != RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL || conf->protocol != RTE_SECURITY_PROTOCOL_IPSEC ||
		x->proto != RTE_SECURITY_IPSEC_SA_PROTO_ESP || x->mode != RTE_SECURITY_IPSEC_SA_MODE_TUNNEL)
		return FWI_ST_NO_MODE;
	if (x->spi < SPI_MIN)
		return FWI_ST_FIELD;
	if (asks_too_much(x))
		return FWI_ST_NO_FEATURE;
	if (x->options.udp_encap != 0 && !has(caps, FWI_F_UDP_ENCAP))
		return FWI_ST_NO_UDP_ENCAP;
	if (x->options.esn != 0 && !has(caps, FWI_F_ESN))
		return FWI_ST_NO_ESN;
	if (x->options.esn == 0 && x->esn.value > UINT32_MAX)
		return FWI_ST_FIELD;
	return FWI_ST_OK;
}

static enum fwi_status set_tunnel(const struct fwi_caps *caps, const struct rte_security_ipsec_xform *x, struct fwi_sa_image *out)
{
	const struct rte_security_ipsec_tunnel_param *t = &x->tunnel;
	bool v6 = t->type == RTE_SECURITY_IPSEC_TUNNEL_IPV6;

	if (!v6 && t->type != RTE_SECURITY_IPSEC_TUNNEL_IPV4)
		return FWI_ST_NO_MODE;
	if (!has(caps, v6 ? FWI_F_TUNNEL_V6 : FWI_F_TUNNEL_V4))
		return FWI_ST_NO_MODE;
	out->mode = v6 ? FWI_MODE_TUNNEL_V6 : FWI_MODE_TUNNEL_V4;
	out->ttl = v6 ? t->ipv6.hlimit : t->ipv4.ttl;
	out->dscp = v6 ? t->ipv6.dscp : t->ipv4.dscp;
	if (out->ttl == 0)
		out->ttl = TTL_DEFAULT;
	if (out->dscp > DSCP_MAX || (v6 && t->ipv6.flabel != 0))
		return FWI_ST_FIELD;
	if (v6) {
		memcpy(out->src, &t->ipv6.src_addr, 16);
		memcpy(out->dst, &t->ipv6.dst_addr, 16);
	} else {
		memcpy(out->src, &t->ipv4.src_ip, 4);
		memcpy(out->dst, &t->ipv4.dst_ip, 4);
	}
	return FWI_ST_OK;
}

static uint32_t flags_of(const struct rte_security_ipsec_xform *x)
{
	bool out = x->direction == RTE_SECURITY_IPSEC_SA_DIR_EGRESS;
	uint32_t f = 0;

	f |= x->options.esn != 0 ? FWI_SA_ESN : 0u;
	f |= x->options.udp_encap != 0 ? FWI_SA_UDP_ENCAP : 0u;
	f |= x->options.ecn != 0 ? FWI_SA_COPY_ECN : 0u;
	if (!out)
		return f;
	f |= x->options.copy_dscp != 0 ? FWI_SA_COPY_DSCP : 0u;
	if (x->options.copy_df != 0)
		f |= FWI_SA_COPY_DF;
	else if (x->tunnel.type == RTE_SECURITY_IPSEC_TUNNEL_IPV4 && x->tunnel.ipv4.df != 0)
		f |= FWI_SA_SET_DF;
	return f;
}

/*
 * Outbound, esn.value is the first number to use.  Inbound it is the highest seen: what lies below it is taken as seen
 * unless the application judges that by a window of its own.
 */
static enum fwi_status set_numbers(
	const struct fwi_caps *caps, const struct rte_security_ipsec_xform *x, bool host_window, struct fwi_sa_image *out)
{
	uint32_t window = (x->replay_win_sz + WINDOW_STEP - 1) / WINDOW_STEP * WINDOW_STEP;
	uint64_t value = x->esn.value;

	if (x->direction == RTE_SECURITY_IPSEC_SA_DIR_EGRESS) {
		out->number = le64_of(value == 0 ? 0 : value - 1);
		return FWI_ST_OK;
	}
	if (window > le32_get(caps->window_max))
		return FWI_ST_NO_WINDOW;
	out->window = le32_of(window);
	out->number = le64_of(value);
	if (value == 0)
		return FWI_ST_OK;
	if (host_window)
		out->seen[0] = le64_of(1);
	else
		memset(out->seen, 0xff, sizeof(out->seen));
	return FWI_ST_OK;
}

static enum fwi_status set_keys(const struct fwi_caps *caps, const struct rte_security_session_conf *conf, struct fwi_sa_image *out)
{
	const struct rte_crypto_sym_xform *x = conf->crypto_xform;
	const struct pmd_suite *s = pmd_suite_of(x, conf->ipsec.direction);
	bool egress = conf->ipsec.direction == RTE_SECURITY_IPSEC_SA_DIR_EGRESS;

	if (s == NULL || (le64_get(caps->suites) >> s->suite & 1) == 0)
		return FWI_ST_NO_SUITE;
	out->suite = s->suite;
	if (s->auth_len == 0) {
		memcpy(out->salt, &conf->ipsec.salt, sizeof(out->salt));
		memcpy(out->key, x->aead.key.data, s->key_len);
		return FWI_ST_OK;
	}
	memcpy(out->key, (egress ? x : x->next)->cipher.key.data, s->key_len);
	memcpy(out->auth_key, (egress ? x->next : x)->auth.key.data, s->auth_len);
	return FWI_ST_OK;
}

enum fwi_status pmd_sa_build(
	const struct fwi_caps *caps, const struct rte_security_session_conf *conf, bool host_window, struct fwi_sa_image *out)
{
	const struct rte_security_ipsec_xform *x = &conf->ipsec;
	enum fwi_status st = check(caps, conf);

	memset(out, 0, sizeof(*out));
	if (st != FWI_ST_OK)
		return st;
	out->spi = le32_of(x->spi);
	out->direction = x->direction == RTE_SECURITY_IPSEC_SA_DIR_EGRESS ? FWI_DIR_OUT : FWI_DIR_IN;
	out->flags = le32_of(flags_of(x));
	out->cookie = le64_of((uint64_t)(uintptr_t)conf->userdata);
	if (x->options.udp_encap != 0) {
		out->udp_src = le16_of(x->udp.sport == 0 ? NATT_PORT : x->udp.sport);
		out->udp_dst = le16_of(x->udp.dport == 0 ? NATT_PORT : x->udp.dport);
	}
	st = set_tunnel(caps, x, out);
	if (st == FWI_ST_OK)
		st = set_numbers(caps, x, host_window, out);
	return st == FWI_ST_OK ? set_keys(caps, conf, out) : st;
}
