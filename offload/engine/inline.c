/*
 * ESP in the NIC by rte_security's inline protocol.  Sessions come and go on the main lcore (the API is synchronous
 * and its session count unlocked); workers mark packets and read what the device says.  The host numbers, and its
 * window decides, wherever the driver's row says that numbers pass both ways (sa-state 2, 10).
 */
#include "engine/inline.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <errno.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_security.h>
#include <rte_security_driver.h>

#include "engine/lcore.h"
#include "engine/suite.h"

enum { OUTER_TTL = 64, AEAD_NONCE = 12, CBC_NONCE = 16 };

struct inline_session {
	void *sec;
	struct rte_security_ctx *ctx;
	uint32_t epoch;
	uint32_t fence;
	uint16_t dpdk_port;
	int16_t seq_offset;
	uint8_t port;
	uint8_t direction;
	bool metadata;
	bool fencing; /* 'fence' was asked for */
};
static_assert(sizeof(struct inline_session) == 32, "inline session: half a line");

size_t engine_inline_session_size(void)
{
	return sizeof(struct inline_session);
}

static uint32_t limit_of(const struct engine *e, const struct engine_port *p)
{
	if (p->device.sa_limit != 0)
		return p->device.sa_limit;
	return p->device.row->sa_limit != 0 ? p->device.row->sa_limit : e->inlined.limit;
}

/* ---- devices ---- */

static bool make_pool(const struct engine *e, struct engine_port *p)
{
	size_t size = sizeof(struct rte_security_session) + rte_security_session_get_size(p->device.ctx);
	unsigned count = 2 * limit_of(e, p);
	char name[RTE_MEMPOOL_NAMESIZE];

	if (p->pool != NULL && p->pool->elt_size >= size && p->pool->size >= count)
		return true;
	if (p->pool != NULL && !rte_mempool_full(p->pool))
		return false; /* another device than before, and sessions of that one still wait for their grace period */
	rte_mempool_free(p->pool);
	(void)snprintf(name, sizeof(name), "nave_sec_%u", p->device.port);
	p->pool = rte_mempool_create(name, count, (unsigned)size, 0, 0, NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);
	return p->pool != NULL;
}

enum err engine_inline_attach(struct engine *e, const struct engine_device *d)
{
	struct engine_port *p = &e->port[d->port];
	const struct rte_security_capability *list = d->ctx == NULL ? NULL : rte_security_capabilities_get(d->ctx);
	int seq_offset = -1;

	p->alive = false;
	if (d->row == NULL || list == NULL)
		return ERR_UNSUPPORTED;
	if (d->row->seq_field != NULL)
		seq_offset = rte_mbuf_dynfield_lookup(d->row->seq_field, NULL);
	if (seq_offset < 0 && (d->row->host_numbers || d->row->rx_number))
		return ERR_UNSUPPORTED;
	engine_caps_of(d->row, list, DP_IN, &p->caps[DP_IN]);
	engine_caps_of(d->row, list, DP_OUT, &p->caps[DP_OUT]);
	if (!p->caps[DP_IN].any && !p->caps[DP_OUT].any)
		return ERR_UNSUPPORTED;
	p->device = *d;
	p->seq_offset = seq_offset;
	memset(p->used, 0, sizeof(p->used));
	if (!make_pool(e, p))
		return ERR_NOMEM;
	p->alive = true;
	return ERR_OK;
}

void engine_inline_detach(struct engine *e, uint8_t port)
{
	e->port[port].alive = false;
	memset(e->port[port].used, 0, sizeof(e->port[port].used));
}

void engine_inline_usage(const struct engine *e, uint8_t port, uint32_t *used, uint32_t *limit)
{
	const struct engine_port *p = &e->port[port];

	*used = p->used[DP_IN] + p->used[DP_OUT];
	*limit = p->alive ? 2 * limit_of(e, p) : 0;
}

void *engine_inline_session(const struct engine *e, const struct db_sa *sa, uint16_t *dpdk_port)
{
	const struct inline_session *s = (const struct inline_session *)sa->session;

	if (sa->engine != &engine_inline_ops || s == NULL || !e->port[s->port].alive || e->port[s->port].device.epoch != s->epoch)
		return NULL;
	*dpdk_port = s->dpdk_port;
	return s->sec;
}

const struct engine_ext *engine_inline_ext(const struct engine *e, uint8_t port)
{
	return e->port[port].device.ext;
}

bool engine_inline_by_spi(const struct engine *e, uint8_t port)
{
	return e->port[port].device.row->binding == ENGINE_BIND_SPI_TABLE;
}

bool engine_inline_lives(const struct engine *e, uint8_t port)
{
	const struct engine_port *p = &e->port[port];
	const struct engine_ext *x = p->device.ext;

	return p->alive && (x == NULL || x->alive == NULL || x->alive(p->device.dpdk_port));
}

enum err engine_inline_status(const struct engine *e, const struct db_sa *sa)
{
	const struct engine_ext *x = e->port[sa->place_port].device.ext;
	uint16_t dpdk_port;
	const void *session = engine_inline_session(e, sa, &dpdk_port);

	if (session == NULL)
		return ERR_ABSENT; /* the device is dead, or was reset since */
	return x == NULL || x->session_status == NULL ? ERR_OK : x->session_status(dpdk_port, session);
}

/* ---- selection ---- */

enum dp_reason engine_inline_check(const struct engine *e, uint8_t port, const struct db_sa *sa)
{
	const struct engine_port *p = port == DB_PORT_NONE ? NULL : &e->port[port];
	const struct engine_row *row = p == NULL ? NULL : p->device.row;
	enum dp_reason why;

	if (row == NULL)
		return DP_WHY_NO_DEVICE;
	if (!p->alive)
		return DP_WHY_DEVICE_DOWN;
	why = engine_caps_check(&p->caps[sa->direction], sa);
	if (why != DP_WHY_NONE)
		return why;
	if (row->binding == ENGINE_BIND_SPI_TABLE && sa->direction == DP_IN && sa->slot >= limit_of(e, p))
		return DP_WHY_SPI_RANGE;
	/*
	 * Never a fresh window on an old key (sa-state 16), and no second counter beside the host's, whose IVs we don't know
	 * (sa-state 1): such an SA gets to the device by its next rekey.
	 */
	if (sa->direction == DP_IN ? !row->rx_number && sa->run.in->top != 0 : !row->host_numbers && sa->run.out->next != 1)
		return DP_WHY_MIGRATING;
	return p->used[sa->direction] >= limit_of(e, p) ? DP_WHY_TABLE_FULL : DP_WHY_NONE;
}

bool engine_inline_counts(const struct engine *e, uint8_t port)
{
	return !e->port[port].device.row->host_numbers;
}

uint32_t engine_inline_epoch(const struct engine *e, uint8_t port)
{
	return e->port[port].device.epoch;
}

/* ---- sessions ---- */

static void fill_tunnel(struct rte_security_ipsec_tunnel_param *t, const struct db_sa *sa)
{
	bool out = sa->direction == DP_OUT, v6 = (sa->flags & DB_SA_V6) != 0;
	struct addr src = db_key_addr(out ? db_sa_local(sa) : db_sa_remote(sa), v6 ? AF_INET6 : AF_INET);
	struct addr dst = db_key_addr(out ? db_sa_remote(sa) : db_sa_local(sa), v6 ? AF_INET6 : AF_INET);

	if (v6) {
		t->type = RTE_SECURITY_IPSEC_TUNNEL_IPV6;
		memcpy(&t->ipv6.src_addr, src.b, sizeof(t->ipv6.src_addr));
		memcpy(&t->ipv6.dst_addr, dst.b, sizeof(t->ipv6.dst_addr));
		t->ipv6.hlimit = OUTER_TTL;
		return;
	}
	t->type = RTE_SECURITY_IPSEC_TUNNEL_IPV4;
	memcpy(&t->ipv4.src_ip, src.b, sizeof(t->ipv4.src_ip));
	memcpy(&t->ipv4.dst_ip, dst.b, sizeof(t->ipv4.dst_ip));
	t->ipv4.ttl = OUTER_TTL;
	t->ipv4.df = sa->df == DP_DF_SET;
}

static void fill_ipsec(struct rte_security_ipsec_xform *x, const struct db_sa *sa, const struct engine_caps *caps)
{
	const struct db_sa_conf *conf = sa->conf;
	bool out = sa->direction == DP_OUT;
	struct engine_sizes sizes;

	x->spi = sa->spi;
	x->direction = out ? RTE_SECURITY_IPSEC_SA_DIR_EGRESS : RTE_SECURITY_IPSEC_SA_DIR_INGRESS;
	x->proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
	x->mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
	x->options.esn = (sa->flags & DB_SA_ESN) != 0;
	x->options.udp_encap = (sa->flags & DB_SA_UDP) != 0;
	x->options.copy_dscp = 1;
	x->options.copy_df = sa->df == DP_DF_COPY;
	x->options.ecn = 1;
	x->udp.sport = out ? conf->local_port : conf->remote_port;
	x->udp.dport = out ? conf->remote_port : conf->local_port;
	fill_tunnel(&x->tunnel, sa);
	x->replay_win_sz = out || sa->window > caps->window_max ? 0 : sa->window;
	x->esn.value = out ? sa->run.out->next : sa->run.in->top;
	if (engine_suite_sizes(conf, &sizes) == ERR_OK && sizes.salt_len == ENGINE_SALT)
		memcpy(&x->salt, db_sa_key(conf).data + sizes.key_len, ENGINE_SALT);
}

static void fill_aead(struct rte_crypto_sym_xform *x, const struct db_sa *sa, const struct engine_sizes *sizes)
{
	x->type = RTE_CRYPTO_SYM_XFORM_AEAD;
	x->aead.op = sa->direction == DP_OUT ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT;
	x->aead.algo = sa->conf->cipher == DP_CIPHER_AES_GCM ? RTE_CRYPTO_AEAD_AES_GCM : RTE_CRYPTO_AEAD_CHACHA20_POLY1305;
	x->aead.key.data = db_sa_key(sa->conf).data;
	x->aead.key.length = sizes->key_len;
	x->aead.iv.length = AEAD_NONCE;
	x->aead.digest_length = sizes->icv_len;
	x->aead.aad_length = (sa->flags & DB_SA_ESN) != 0 ? 12 : 8;
}

static enum rte_crypto_auth_algorithm auth_of(uint8_t integ)
{
	switch (integ) {
	case DP_INTEG_SHA1_96:
		return RTE_CRYPTO_AUTH_SHA1_HMAC;
	case DP_INTEG_SHA256_128:
		return RTE_CRYPTO_AUTH_SHA256_HMAC;
	case DP_INTEG_SHA384_192:
		return RTE_CRYPTO_AUTH_SHA384_HMAC;
	default:
		return RTE_CRYPTO_AUTH_SHA512_HMAC;
	}
}

/* Encrypt then hash; hash then decrypt. */
static struct rte_crypto_sym_xform *fill_pair(struct rte_crypto_sym_xform x[2], const struct db_sa *sa, const struct engine_sizes *sizes)
{
	const struct db_sa_conf *conf = sa->conf;
	bool out = sa->direction == DP_OUT;
	struct rte_crypto_sym_xform *c = &x[out ? 0 : 1];
	struct rte_crypto_sym_xform *a = &x[out ? 1 : 0];

	c->type = RTE_CRYPTO_SYM_XFORM_CIPHER;
	c->cipher.op = out ? RTE_CRYPTO_CIPHER_OP_ENCRYPT : RTE_CRYPTO_CIPHER_OP_DECRYPT;
	c->cipher.algo = conf->cipher == DP_CIPHER_NULL ? RTE_CRYPTO_CIPHER_NULL : RTE_CRYPTO_CIPHER_AES_CBC;
	c->cipher.key.data = db_sa_key(conf).data;
	c->cipher.key.length = sizes->key_len;
	c->cipher.iv.length = sizes->iv_len == 0 ? 0 : CBC_NONCE;
	a->type = RTE_CRYPTO_SYM_XFORM_AUTH;
	a->auth.op = out ? RTE_CRYPTO_AUTH_OP_GENERATE : RTE_CRYPTO_AUTH_OP_VERIFY;
	a->auth.algo = auth_of(conf->integ);
	a->auth.key.data = db_sa_integ_key(conf).data;
	a->auth.key.length = sizes->integ_len;
	a->auth.digest_length = sizes->icv_len;
	x[0].next = &x[1];
	return x;
}

/* The handle that comes back with each packet: never a pointer (sa-state 9). */
static void *handle_of(const struct db_sa *sa)
{
	return (void *)(uintptr_t)((uint64_t)sa->generation << 32 | sa->slot);
}

static enum err create(struct engine *e, const struct db_sa *sa, uint8_t port, void **session)
{
	struct engine_port *p = &e->port[port];
	struct inline_session *s = (struct inline_session *)db_pool_take(&e->inlined);
	struct rte_crypto_sym_xform x[2];
	struct rte_security_session_conf conf;
	struct engine_sizes sizes;
	enum err err = engine_suite_sizes(sa->conf, &sizes);

	if (s == NULL)
		return ERR_FULL;
	memset(x, 0, sizeof(x));
	memset(&conf, 0, sizeof(conf));
	conf.action_type = RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL;
	conf.protocol = RTE_SECURITY_PROTOCOL_IPSEC;
	conf.userdata = handle_of(sa);
	conf.crypto_xform = x;
	fill_ipsec(&conf.ipsec, sa, &p->caps[sa->direction]);
	if (sizes.salt_len != 0)
		fill_aead(&x[0], sa, &sizes);
	else
		conf.crypto_xform = fill_pair(x, sa, &sizes);
	rte_errno = 0; /* a driver may leave it alone */
	s->sec = err == ERR_OK ? rte_security_session_create(p->device.ctx, &conf, p->pool) : NULL;
	bytes_wipe(&conf.ipsec.salt, sizeof(conf.ipsec.salt));
	if (s->sec == NULL) {
		db_pool_give(&e->inlined, s);
		return rte_errno == ENOSPC ? ERR_FULL : ERR_DEVICE;
	}
	s->ctx = p->device.ctx;
	s->seq_offset = (int16_t)p->seq_offset; /* within an mbuf */
	s->metadata = p->caps[sa->direction].metadata;
	s->port = port;
	s->direction = sa->direction;
	s->dpdk_port = p->device.dpdk_port;
	s->epoch = p->device.epoch;
	p->used[sa->direction]++;
	*session = s;
	return ERR_OK;
}

/* Whether the device no longer works on anything that was submitted before the call that asked first. */
static bool fenced(const struct engine_port *p, struct inline_session *s)
{
	const struct engine_ext *x = p->device.ext;

	if (x == NULL || x->fence == NULL || x->fence_passed == NULL)
		return true;
	if (s->fencing)
		return x->fence_passed(s->dpdk_port, s->fence);
	s->fencing = x->fence(s->dpdk_port, &s->fence) == ERR_OK;
	return !s->fencing;
}

static enum err destroy(struct engine *e, void *session)
{
	struct inline_session *s = (struct inline_session *)session;
	struct engine_port *p = &e->port[s->port];

	if (p->alive && p->device.epoch == s->epoch) {
		if (!fenced(p, s))
			return ERR_AGAIN;
		(void)rte_security_session_destroy(s->ctx, s->sec);
		p->used[s->direction]--;
	} else {
		rte_mempool_put(rte_mempool_from_obj(s->sec), s->sec); /* its device is gone, or was reset and has forgotten it */
	}
	db_pool_give(&e->inlined, s);
	return ERR_OK;
}

/* ---- packets ---- */

static uint64_t *number_of(struct rte_mbuf *m, int offset)
{
	return (uint64_t *)(void *)((uint8_t *)m + offset);
}

static bool mark(const struct db_sa *sa, struct rte_mbuf *m, uint64_t seq)
{
	const struct inline_session *s = (const struct inline_session *)sa->session;

	if (s->seq_offset >= 0)
		*number_of(m, s->seq_offset) = seq;
	m->ol_flags |= RTE_MBUF_F_TX_SEC_OFFLOAD;
	return !s->metadata || rte_security_set_pkt_metadata(s->ctx, s->sec, m, NULL) == 0;
}

enum engine_verdict engine_inline_verdict(const struct engine_lcore *l, uint8_t port, struct rte_mbuf *m, struct engine_rx *out)
{
	int seq_offset = l->engine->port[port].seq_offset;
	uint64_t handle;

	if ((m->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED) != 0)
		return ENGINE_FAILED;
	if ((m->ol_flags & RTE_MBUF_F_RX_SEC_OFFLOAD) == 0)
		return ENGINE_RAW;
	if (l->engine->port[port].device.row == NULL || !rte_security_dynfield_is_registered())
		return ENGINE_FAILED; /* nobody asked this port for that */
	handle = *rte_security_dynfield(m);
	out->slot = (uint32_t)handle;
	out->generation = (uint32_t)(handle >> 32);
	if (l->engine->port[port].device.row->rx_number) {
		out->seq = *number_of(m, seq_offset);
		return out->seq == 0 ? ENGINE_FAILED : ENGINE_CLEAR;
	}
	out->seq = 0;
	return ENGINE_CLEAR;
}

const struct engine_ops engine_inline_ops = {
	.name = "inline-protocol",
	.placement = DP_PLACE_INLINE_PROTOCOL,
	.create = create,
	.destroy = destroy,
	.mark = mark,
};
