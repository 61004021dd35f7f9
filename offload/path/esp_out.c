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

enum { HEADER_V4 = PATH_IP4 + DB_SA_ESP, HEADER_V4_UDP = PATH_IP4 + PATH_UDP + DB_SA_ESP };

static inline bool take_number(struct path_ctx *c, struct path_pkt *p)
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

static inline void account(struct path_ctx *c, const struct path_pkt *p)
{
	struct db_state_out *o = p->sa->run.out;

	o->packets++;
	o->bytes += p->len + p->sa->gre_len;
	if (o->bytes >= o->limit_bytes || o->packets >= o->limit_packets)
		path_life_out(c, p->sa);
}

/* Copies of constant length for the usual two. */
static inline void copy_header(uint8_t *to, const struct db_sa *sa)
{
	if (sa->header_len == HEADER_V4)
		memcpy(to, sa->header, HEADER_V4);
	else if (sa->header_len == HEADER_V4_UDP)
		memcpy(to, sa->header, HEADER_V4_UDP);
	else
		memcpy(to, sa->header, sa->header_len);
}

/* Padding (RFC4303-2.4), its length, next header.  More than the padding is written: an ICV of 12 bytes at least follows. */
static inline void write_trailer(uint8_t *at, uint32_t pad, uint8_t next)
{
	static const uint8_t count[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

	if (pad <= 8)
		memcpy(at, count, 8);
	else
		memcpy(at, count, sizeof(count));
	at[pad] = (uint8_t)pad;
	at[pad + 1] = next;
}

static inline uint8_t next_header(const struct path_pkt *p)
{
	if (p->sa->next != 0)
		return p->sa->next;
	return p->family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

static inline void finish_udp(const struct db_sa *sa, uint8_t *ip, uint32_t total)
{
	uint8_t *udp = ip + sa->header_len - DB_SA_ESP - PATH_UDP;

	path_ip_put16(udp + 4, (uint16_t)(total - (uint32_t)(udp - ip)));
}

/* The whole packet but for IV, cipher text and ICV; false: no room in its buffer. */
static inline bool build(struct path_pkt *p, struct engine_op *op)
{
	const struct db_sa *sa = p->sa;
	uint32_t total = p->outer_len;
	uint32_t head = sa->head_len;
	uint32_t tail = total - head - p->len;
	bool df = path_ip_outer_df(p, sa->df);
	uint8_t *ip;

	if (p->m->data_off < head + PATH_ETHER || path_buf_tailroom(p->m) < tail)
		return false;
	write_trailer(p->ip + p->len, tail - DB_SA_TRAILER - sa->icv_len, next_header(p));
	ip = path_buf_wrap(p->m, head, tail);
	copy_header(ip, sa);
	if (sa->gre_len != 0)
		path_gre_write(p, sa->gre, df, ip + head - sa->gre_len);
	if ((sa->flags & DB_SA_V6) != 0)
		path_ip_finish6(ip, total, p->tos);
	else
		path_ip_finish4(ip, total, p->tos, df, p->seq);
	if ((sa->flags & DB_SA_UDP) != 0)
		finish_udp(sa, ip, total);
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

/* Out, or first to be cut. */
static inline void pass_on(struct path_ctx *c, struct path_pkt *p)
{
	p->family = (p->sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET;
	path_list_add((p->flags & PATH_F_POST_FRAG) != 0 ? &c->sealed : &c->out, p);
}

static inline void sealed(struct path_ctx *c, struct path_pkt *p, bool ok)
{
	const struct db_sa *sa = p->sa;

	if (!ok) {
		path_drop_out(c, p, PATH_DROP_CRYPTO);
		return;
	}
	if ((sa->flags & (DB_SA_V6 | DB_SA_UDP)) == (DB_SA_V6 | DB_SA_UDP))
		sum_udp6(p);
	p->flags |= PATH_F_SEALED;
	pass_on(c, p);
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
	path_count(c, PATH_COUNT_INLINE_OUT, 1);
	pass_on(c, p);
}

static inline void queue(struct path_ctx *c, struct path_pkt *p, struct path_crypt *b, const struct db_sa_engine *job)
{
	struct engine_op *op;

	if (!take_number(c, p))
		return;
	account(c, p);
	op = path_crypt_add(b, p, job->ops);
	op->session = job->session;
	if (build(p, op)) {
		path_crypt_made(b);
		return;
	}
	b->count--;
	path_drop_out(c, p, PATH_DROP_NO_BUFFER);
}

/* The device does the rest.  False: it can't cut the packet (sa-state 30), and software is to encrypt it: 'job' says with what. */
static bool left_to_device(struct path_ctx *c, struct path_pkt *p, struct db_sa_engine *job)
{
	const struct db_sa *sa = p->sa;
	struct path_note n = { .kind = PATH_NOTE_RAW, .port = p->port, .id = sa->id };
	const struct db_sa_engine *raw;

	if ((p->flags & PATH_F_POST_FRAG) == 0) {
		mark(c, p);
		return true;
	}
	raw = __atomic_load_n(&sa->raw, __ATOMIC_ACQUIRE);
	if (raw != NULL) {
		*job = *raw;
		return false;
	}
	if (path_note_due(c))
		(void)path_note_send(c, &n);
	path_drop_out(c, p, PATH_DROP_INLINE_RAW);
	return true;
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
		struct db_sa_engine job = { p->sa->engine, p->sa->session };

		if ((p->sa->flags & DB_SA_INLINE) == 0 || !left_to_device(c, p, &job))
			queue(c, p, &b, &job);
	}
	c->seal.count = 0;
	path_crypt_run(c, &b, true);
	for (uint32_t i = 0; i < b.count; i++)
		sealed(c, b.pkt[i], b.op[i].ok);
	path_count(c, PATH_COUNT_ESP_OUT, b.count);
}
