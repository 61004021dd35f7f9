/*
 * Inbound ESP (RFC4303-3.4) on the SA's owner: the window is asked before the engine works and marked after it has
 * said that the packet is authentic.  What a device has already opened goes through the same window (sa-state 10).
 */
#include "path/esp_in.h"

#include <netinet/in.h>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "db/gre.h"
#include "engine/inline.h"
#include "path/gate.h"
#include "path/pkt/buf.h"
#include "path/pkt/crypt.h"
#include "path/pkt/hand.h"
#include "path/pkt/ip.h"
#include "path/pkt/life.h"
#include "path/pkt/note.h"

enum { ESP_TRAILER = 2, NEXT_NONE = 59 };

/* ---- which SA ---- */

static void unknown(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_vrf *v = &c->db->vrf[p->vrf];
	bool v6 = p->family == AF_INET6;
	struct path_note n = { .kind = PATH_NOTE_UNKNOWN_SPI, .port = p->port, .id = p->spi, .value = v->id };

	if (db_hop_action(db_vrf_lookup(v, v6, path_ip_dst(p))) != DB_HOP_LOCAL) {
		p->l4 = (uint16_t)(p->l4 - ((p->flags & PATH_F_UDP) != 0 ? PATH_UDP : 0));
		path_list_add(&c->plain, p);
		return;
	}
	if (path_note_due(c)) {
		n.local = db_key_addr(path_ip_dst(p), p->family);
		n.remote.addr = db_key_addr(path_ip_src(p), p->family);
		n.remote.port = (p->flags & PATH_F_UDP) != 0 ? path_ip_get16(p->ip + p->l4 - PATH_UDP) : 0;
		(void)path_note_send(c, &n);
	}
	path_drop(c, p, PATH_DROP_UNKNOWN_SPI);
}

/* Plain ESP and ESP in UDP are both accepted whatever was agreed (RFC7296-2.23); the address must be the SA's. */
static bool find_sa(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa;

	if ((p->flags & PATH_F_CLEAR) != 0) {
		sa = p->tunnel <= c->db->slot_mask ? __atomic_load_n(&c->db->sa_in[p->tunnel], __ATOMIC_ACQUIRE) : NULL;
		if (sa == NULL || sa->generation != p->hop) {
			path_drop(c, p, PATH_DROP_INLINE_STALE);
			return false;
		}
	} else {
		sa = db_sa_in(c->db, p->spi);
		if (sa == NULL || sa->front_vrf != p->vrf || !db_key_eq(sa->end.local, path_ip_dst(p))) {
			unknown(c, p);
			return false;
		}
	}
	p->sa = sa;
	p->tunnel = sa->tunnel;
	return true;
}

static bool mine(struct path_ctx *c, struct path_pkt *p)
{
	if (p->sa->owner == c->worker)
		return true;
	path_hand_over(c, p, p->sa->owner, PATH_AT_CLASSIFY);
	return false;
}

/* ---- numbers and lengths, before the engine ---- */

static inline bool fresh(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;

	if ((sa->run.in->flags & DB_STATE_STOPPED) != 0) {
		path_drop_in(c, p, PATH_DROP_STOPPED);
		return false;
	}
	if (sa->window != 0 && p->seq != 0 && !db_sa_fresh(sa, p->seq)) {
		path_drop_in(c, p, PATH_DROP_REPLAY);
		return false;
	}
	return true;
}

static uint64_t number_of(const struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	uint32_t low = path_ip_get32(p->ip + p->l4 + 4);

	return (sa->flags & DB_SA_ESN) != 0 ? db_state_esn(sa->run.in->top, low, sa->window != 0 ? sa->window : DP_WINDOW_MIN) : low;
}

/* Software beside a device that left the packet raw; NULL: there is none yet, and the packet was dropped. */
static const struct db_sa_engine *raw_opener(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	struct path_note n = { .kind = PATH_NOTE_RAW, .port = p->port, .id = sa->id };
	const struct db_sa_engine *raw = __atomic_load_n(&sa->raw, __ATOMIC_ACQUIRE);

	if (path_note_due(c))
		(void)path_note_send(c, &n);
	if (raw == NULL)
		path_drop_in(c, p, PATH_DROP_INLINE_RAW);
	return raw;
}

static inline void queue(struct path_ctx *c, struct path_pkt *p, struct path_crypt *b)
{
	const struct db_sa *sa = p->sa;
	uint32_t len = (uint32_t)p->len - p->l4;
	uint32_t fixed = (uint32_t)DB_SA_ESP + sa->iv_len + sa->icv_len;
	struct db_sa_engine opener = { sa->engine, sa->session };
	const struct db_sa_engine *raw;
	struct engine_op *op;

	if (len < fixed + sa->align || ((len - fixed) & (sa->align - 1u)) != 0) {
		path_drop_in(c, p, PATH_DROP_ESP_FORMAT);
		return;
	}
	p->seq = number_of(p);
	if (p->seq == 0) {
		path_drop_in(c, p, PATH_DROP_REPLAY);
		return;
	}
	if (!fresh(c, p))
		return;
	raw = (sa->flags & DB_SA_INLINE) == 0 ? &opener : raw_opener(c, p);
	if (raw == NULL || raw->ops == NULL)
		return;
	op = path_crypt_add(b, p, raw->ops);
	op->esp = p->ip + p->l4;
	op->session = raw->session;
	op->seq = p->seq;
	op->len = len;
	path_crypt_made(b);
}

/* ---- after the engine ---- */

/* The peer's address as authentic packets show it; control decides what to do about it (RFC3948, RFC7296-2.23). */
static void watch_peer(struct path_ctx *c, const struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	struct db_key src = path_ip_src(p);
	uint16_t port = path_ip_get16(p->ip + p->l4 - PATH_UDP);
	uint64_t seen = (src.hi ^ src.lo) * UINT64_C(0x9e3779b97f4a7c15) + port + 1;
	struct path_note n = { .kind = PATH_NOTE_PEER_MOVED, .port = p->port };

	if (db_key_eq(src, sa->end.remote) && port == sa->end.remote_port) {
		sa->run.in->moved_to = 0;
		return;
	}
	if (sa->run.in->moved_to == seen)
		return;
	n.id = sa->id;
	n.remote.addr = db_key_addr(src, p->family);
	n.remote.port = port;
	if (path_note_send(c, &n))
		sa->run.in->moved_to = seen;
}

static void account(struct path_ctx *c, const struct db_sa *sa, uint32_t inner)
{
	struct db_state_in *in = sa->run.in;

	in->packets++;
	in->bytes += inner;
	if (in->bytes >= in->limit_bytes || in->packets >= in->limit_packets)
		path_life_in(c, sa);
}

/* What may be inside: an IP packet, in transport mode GRE. */
static bool carries(const struct db_sa *sa, uint8_t next)
{
	if ((sa->flags & DB_SA_TRANSPORT) != 0)
		return next == DB_GRE_PROTO;
	return next == IPPROTO_IPIP || next == IPPROTO_IPV6;
}

/* Takes off headers, padding and trailer: the mbuf begins at what ESP carried.  Padding is checked (RFC4303-2.4). */
static bool strip(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;
	uint32_t head = (uint32_t)p->l4 + DB_SA_ESP + sa->iv_len;
	uint32_t end = (uint32_t)p->len - sa->icv_len; /* of the trailer */
	uint8_t pad = p->ip[end - 2];
	uint8_t next = p->ip[end - 1];

	if (next == NEXT_NONE) {
		account(c, sa, 0);
		path_drop_in(c, p, PATH_DROP_DUMMY);
		return false;
	}
	if (head + pad + ESP_TRAILER > end) {
		path_drop_in(c, p, PATH_DROP_ESP_FORMAT);
		return false;
	}
	for (uint32_t i = 0; i < pad; i++) {
		if (p->ip[end - ESP_TRAILER - pad + i] != (uint8_t)(i + 1)) {
			path_drop_in(c, p, PATH_DROP_ESP_FORMAT);
			return false;
		}
	}
	if (!carries(sa, next)) {
		path_drop_in(c, p, PATH_DROP_NEXT_HEADER);
		return false;
	}
	p->family = next == IPPROTO_IPV6 ? AF_INET6 : AF_INET; /* as the trailer says; 'decap' compares */
	path_buf_trim(p->m, (uint32_t)pad + ESP_TRAILER + sa->icv_len);
	path_buf_pull(p->m, head);
	return true;
}

static void opened(struct path_ctx *c, struct path_pkt *p, bool ok)
{
	const struct db_sa *sa = p->sa;

	if (!ok) {
		path_drop_in(c, p, PATH_DROP_AUTH);
		return;
	}
	if (sa->window != 0 && !db_sa_mark(sa, p->seq)) {
		path_drop_in(c, p, PATH_DROP_REPLAY); /* twice in one burst */
		return;
	}
	if (sa->window == 0 && p->seq > sa->run.in->top)
		sa->run.in->top = p->seq;
	if ((p->flags & PATH_F_UDP) != 0 && (sa->flags & DB_SA_UDP) != 0)
		watch_peer(c, p);
	if (!strip(c, p))
		return;
	account(c, sa, rte_pktmbuf_data_len(p->m));
	path_list_add(&c->clear, p);
}

/* Opened by the device: the number it tells passes the host's window like any other. */
static void processed(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_sa *sa = p->sa;

	if (__atomic_load_n(&c->db->port[p->port].gate, __ATOMIC_ACQUIRE) != 0 && !path_gate_inner(c, p))
		return;
	if (!fresh(c, p))
		return;
	if (sa->window != 0 && p->seq != 0)
		(void)db_sa_mark(sa, p->seq);
	account(c, sa, rte_pktmbuf_data_len(p->m));
	path_count(c, PATH_COUNT_INLINE_IN, 1);
	path_list_add(&c->clear, p);
}

static void prefetch_sas(const struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->esp.count; i++) {
		uint32_t slot = c->esp.pkt[i]->spi & c->db->slot_mask;
		const struct db_sa *sa = __atomic_load_n(&c->db->sa_in[slot], __ATOMIC_ACQUIRE);

		rte_prefetch0(&c->db->state.in[slot]);
		if (sa != NULL) {
			rte_prefetch0(sa);
			rte_prefetch0(&sa->end);
		}
	}
}

void path_esp_in(struct path_ctx *c)
{
	struct path_crypt b;

	if (c->esp.count == 0)
		return;
	b.count = 0;
	b.mixed = false;
	prefetch_sas(c);
	for (uint32_t i = 0; i < c->esp.count; i++) {
		struct path_pkt *p = c->esp.pkt[i];

		if (!find_sa(c, p) || !mine(c, p))
			continue;
		if ((p->flags & PATH_F_CLEAR) != 0)
			processed(c, p);
		else
			queue(c, p, &b);
	}
	c->esp.count = 0;
	path_crypt_run(c, &b, false);
	for (uint32_t i = 0; i < b.count; i++)
		opened(c, b.pkt[i], b.op[i].ok);
	path_count(c, PATH_COUNT_ESP_IN, b.count);
}
