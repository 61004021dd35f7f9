/*
 * Outbound ESP (RFC4303-3.3) on the SA's owner.  The number is taken here in every placement, and the next one
 * stored, before any engine or device sees the packet (sa-state 2, 5).
 */
#include "path/esp_out.h"

#include <netinet/in.h>

#include <rte_ip.h>
#include <rte_mbuf.h>

#include "db/gre.h"
#include "path/pkt/buf.h"
#include "path/pkt/crypt.h"
#include "path/pkt/gre.h"
#include "path/pkt/ip.h"
#include "path/pkt/life.h"
#include "path/pkt/note.h"

enum { ESP_TRAILER = 2, HEADER_V4 = PATH_IP4 + DB_SA_ESP, HEADER_V4_UDP = PATH_IP4 + PATH_UDP + DB_SA_ESP };

static bool take_number(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	struct db_state_out *o = sa->run.out;

	if (o->next >= path_life_near(sa))
		path_life_numbers(c, sa);
	if ((o->flags & DB_STATE_STOPPED) != 0) {
		path_drop_out(c, p, PATH_DROP_STOPPED);
		return false;
	}
	p->seq = o->next;
	__atomic_store_n(&o->next, p->seq + 1, __ATOMIC_RELEASE);
	return true;
}

static void account(struct path_ctx *c, const struct path_pkt *p)
{
	struct db_state_out *o = p->sa->run.out;

	o->packets++;
	o->bytes += p->len + p->sa->gre_len;
	if (o->bytes >= o->limit_bytes || o->packets >= o->limit_packets)
		path_life_out(c, p->sa);
}

/* Copies of constant length for the usual two. */
static void copy_header(uint8_t *to, const struct db_sa *sa)
{
	if (sa->header_len == HEADER_V4)
		memcpy(to, sa->header, HEADER_V4);
	else if (sa->header_len == HEADER_V4_UDP)
		memcpy(to, sa->header, HEADER_V4_UDP);
	else
		memcpy(to, sa->header, sa->header_len);
}

/* Padding (RFC4303-2.4), its length, next header.  More than the padding is written: an ICV of 12 bytes at least follows. */
static void write_trailer(uint8_t *at, uint32_t pad, uint8_t next)
{
	static const uint8_t count[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

	if (pad <= 8)
		memcpy(at, count, 8);
	else
		memcpy(at, count, sizeof(count));
	at[pad] = (uint8_t)pad;
	at[pad + 1] = next;
}

/* What ESP carries (RFC4303-2.6): an IP packet, in transport mode GRE itself. */
static uint8_t next_header(const struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	bool v6 = p->family == AF_INET6;

	if ((sa->flags & DB_SA_TRANSPORT) != 0)
		return DB_GRE_PROTO;
	if (sa->gre_len != 0)
		v6 = sa->gre->delivery_len == PATH_IP6;
	return v6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/* The whole packet but for IV, cipher text and ICV; false: no room in its buffer. */
static bool build(struct path_pkt *p, struct engine_op *op)
{
	const struct db_sa *sa = p->sa;
	uint32_t total = db_sa_outer_len(sa, p->len);
	uint32_t head = (uint32_t)sa->header_len + sa->iv_len + sa->gre_len;
	uint32_t pad = total - head - sa->icv_len - p->len - ESP_TRAILER;
	bool df = path_ip_outer_df(p, sa->df);
	uint8_t *ip;
	uint8_t *tail;

	if (p->m->data_off < head + PATH_ETHER || path_buf_tailroom(p->m) < total - head - p->len || total > UINT16_MAX)
		return false;
	tail = path_buf_put(p->m, total - head - p->len);
	write_trailer(tail, pad, next_header(p));
	ip = path_buf_push(p->m, head);
	copy_header(ip, sa);
	if (sa->gre_len != 0)
		path_gre_write(p, sa->gre, df, ip + head - sa->gre_len);
	if ((sa->flags & DB_SA_V6) != 0)
		path_ip_finish6(ip, total, p->tos);
	else
		path_ip_finish4(ip, total, p->tos, df, p->seq);
	if ((sa->flags & DB_SA_UDP) != 0) {
		uint8_t *udp = ip + sa->header_len - DB_SA_ESP - PATH_UDP;

		path_ip_put16(udp + 4, (uint16_t)(total - (uint32_t)(udp - ip)));
	}
	op->esp = ip + sa->header_len - DB_SA_ESP;
	path_ip_put32(op->esp + 4, (uint32_t)p->seq);
	op->len = total - sa->header_len + DB_SA_ESP;
	op->seq = p->seq;
	p->ip = ip;
	p->len = (uint16_t)total;
	return true;
}

/* Zero is allowed over IPv4 (RFC3948-2.1), not over IPv6 (RFC8200-8.1). */
static void sum_udp6(const struct path_pkt *p)
{
	struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(void *)p->ip;
	uint16_t sum = rte_ipv6_udptcp_cksum(ip, p->ip + PATH_IP6);

	memcpy(p->ip + PATH_IP6 + 6, &sum, sizeof(sum));
}

static void sealed(struct path_ctx *c, struct path_pkt *p, bool ok)
{
	const struct db_sa *sa = p->sa;

	if (!ok) {
		path_drop_out(c, p, PATH_DROP_CRYPTO);
		return;
	}
	if ((sa->flags & (DB_SA_V6 | DB_SA_UDP)) == (DB_SA_V6 | DB_SA_UDP))
		sum_udp6(p);
	p->family = (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET;
	p->flags |= PATH_F_SEALED;
	path_list_add(&c->sealed, p);
}

/* The device does the rest; software has what the device can't cut (sa-state 30). */
static bool goes_inline(const struct path_pkt *p)
{
	return (p->sa->flags & DB_SA_INLINE) != 0 && (p->flags & PATH_F_POST_FRAG) == 0;
}

/* The device encrypts a GRE packet that is whole; false: no room in its buffer. */
static bool wrap(struct path_pkt *p)
{
	bool df = path_ip_outer_df(p, p->sa->df);

	if (p->sa->gre_len == 0)
		return true;
	if (p->m->data_off < p->sa->gre_len + PATH_ETHER)
		return false;
	path_gre_write(p, p->sa->gre, df, path_buf_push(p->m, p->sa->gre_len));
	return true;
}

static void mark(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;

	if (!take_number(c, p))
		return;
	account(c, p);
	if (!wrap(p)) {
		path_drop_out(c, p, PATH_DROP_NO_BUFFER);
		return;
	}
	if (!sa->engine->mark(sa, p->m, p->seq)) {
		path_drop_out(c, p, PATH_DROP_CRYPTO);
		return;
	}
	p->family = (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET;
	path_count(c, PATH_COUNT_INLINE_OUT, 1);
	path_list_add(&c->sealed, p);
}

static const struct engine_ops *sealer(struct path_ctx *c, struct path_pkt *p, void **session)
{
	const struct db_sa *sa = p->sa;
	struct path_note n = { .kind = PATH_NOTE_RAW, .port = p->port, .id = sa->id };
	const struct engine_ops *raw;

	if ((sa->flags & DB_SA_INLINE) == 0) {
		*session = sa->session;
		return sa->engine;
	}
	raw = __atomic_load_n(&sa->raw_engine, __ATOMIC_ACQUIRE);
	if (raw == NULL) {
		if (path_note_due(c))
			(void)path_note_send(c, &n);
		path_drop_out(c, p, PATH_DROP_INLINE_RAW);
	}
	*session = sa->raw_session;
	return raw;
}

static void queue(struct path_ctx *c, struct path_pkt *p, struct path_crypt *b)
{
	void *session;
	const struct engine_ops *e = sealer(c, p, &session);
	struct engine_op *op;

	if (e == NULL || !take_number(c, p))
		return;
	account(c, p);
	op = path_crypt_add(b, p, e);
	op->session = session;
	if (!build(p, op)) {
		b->count--;
		path_drop_out(c, p, PATH_DROP_NO_BUFFER);
	}
}

void path_esp_out(struct path_ctx *c)
{
	struct path_crypt b;

	if (c->seal.count == 0)
		return;
	b.count = 0;
	b.mixed = false;
	for (uint32_t i = 0; i < c->seal.count; i++) {
		struct path_pkt *p = c->seal.pkt[i];

		if (goes_inline(p))
			mark(c, p);
		else
			queue(c, p, &b);
	}
	c->seal.count = 0;
	path_crypt_run(c, &b, true);
	for (uint32_t i = 0; i < b.count; i++)
		sealed(c, b.pkt[i], b.op[i].ok);
	path_count(c, PATH_COUNT_ESP_OUT, b.count);
}
