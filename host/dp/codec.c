/*
 * Contract 1's messages: a header (kind, zero, tag) and the kind's body.  Both programs call it, each on the thread
 * that owns its link.  No state.
 */
#include "dp/codec.h"

#include <string.h>

#include "dp/form.h"
#include "dp/sample.h"

#define DP_MAGIC UINT32_C(0x4e564450) /* "NVDP": a wrong program on the socket is told at its first message */

const char *dp_msg_str(enum dp_msg_kind kind)
{
	static const char *const words[] = { "none",
#define WORD(name, word, member) word,
		DP_MSG_LIST(WORD)
#undef WORD
	};

	return (unsigned)kind < DP_MSG_COUNT ? words[kind] : "?";
}

/* A count of min..max; outside it the error stands and the count is 0, so that nobody loops. */
static uint16_t read_count(struct rd *r, unsigned min, unsigned max)
{
	uint16_t count = rd_u16(r);

	if (count < min || count > max)
		rd_fail(r, ERR_RANGE);
	return r->err == ERR_OK ? count : 0;
}

static void write_count(struct wr *w, unsigned count, unsigned min, unsigned max)
{
	if (count < min || count > max)
		wr_fail(w, ERR_RANGE);
	wr_u16(w, (uint16_t)count);
}

/* ---- hello ---- */

static void write_hello(struct wr *w, const struct dp_hello *h)
{
	wr_u32(w, DP_MAGIC);
	wr_u16(w, h->major);
	wr_u16(w, h->minor);
	wr_u8(w, h->role);
	wr_u64(w, h->instance);
	wr_u64(w, h->store);
}

static void read_hello(struct rd *r, struct dp_hello *h)
{
	if (rd_u32(r) != DP_MAGIC)
		rd_fail(r, ERR_MALFORMED);
	h->major = rd_u16(r);
	h->minor = rd_u16(r);
	if (h->major != DP_VERSION_MAJOR)
		rd_fail(r, ERR_VERSION);
	h->role = dp_form_read_enum(r, DP_PEER_COUNT);
	h->instance = rd_u64(r);
	h->store = rd_u64(r);
}

/* ---- transactions ---- */

static void write_txn(struct wr *w, const struct dp_txn *t)
{
	write_count(w, t->count, 1, DP_OPS_MAX);
	for (unsigned i = 0; i < t->count; i++)
		dp_form_write_op(w, &t->op[i], true);
}

/* What an operation borrows from the message stands in the room from now on: so many bytes fit as a message has. */
static void keep_body(struct dp_room *room, struct dp_op *op)
{
	struct bytes *body = dp_op_body(op);
	uint8_t *to = room->bodies + room->bodies_used;

	if (body == NULL || body->len == 0)
		return;
	memcpy(to, body->data, body->len);
	room->bodies_used += (uint32_t)body->len;
	*body = bytes_of(to, body->len);
}

/* 'count' grows as operations are read, so that dp_codec_fini finds the keys of a message that breaks off. */
static void read_txn(struct rd *r, struct dp_room *room, struct dp_txn *t)
{
	uint16_t count = read_count(r, 1, DP_OPS_MAX);

	t->op = room->u.op;
	for (t->count = 0; t->count < count && r->err == ERR_OK; t->count++) {
		dp_form_read_op(r, &t->op[t->count]);
		keep_body(room, &t->op[t->count]);
	}
}

static void write_done(struct wr *w, const struct dp_done *d)
{
	write_count(w, d->count, 1, DP_OPS_MAX);
	for (unsigned i = 0; i < d->count; i++)
		dp_form_write_result(w, &d->result[i]);
}

static void read_done(struct rd *r, struct dp_room *room, struct dp_done *d)
{
	d->count = read_count(r, 1, DP_OPS_MAX);
	d->result = room->u.result;
	for (unsigned i = 0; i < d->count && r->err == ERR_OK; i++)
		dp_form_read_result(r, &d->result[i]);
}

/* ---- dump ---- */

static void write_items(struct wr *w, const struct dp_items *p)
{
	wr_u64(w, p->next);
	write_count(w, p->count, 0, DP_PAGE_MAX);
	for (unsigned i = 0; i < p->count; i++) {
		dp_form_write_op(w, &p->item[i].op, false);
		dp_form_write_result(w, &p->item[i].result);
	}
}

/* Only puts, and none with a key: a datapath that shows one is broken. */
static void read_item(struct rd *r, struct dp_room *room, struct dp_item *item)
{
	dp_form_read_op(r, &item->op);
	keep_body(room, &item->op);
	if (!dp_op_is_put(item->op.kind))
		rd_fail(r, ERR_RANGE);
	if (item->op.kind == DP_PUT_SA && (item->op.u.sa.key.len != 0 || item->op.u.sa.integ_key.len != 0)) {
		rd_fail(r, ERR_MALFORMED);
		dp_op_fini(&item->op);
	}
	dp_form_read_result(r, &item->result);
}

static void read_items(struct rd *r, struct dp_room *room, struct dp_items *p)
{
	p->next = rd_u64(r);
	p->count = read_count(r, 0, DP_PAGE_MAX);
	p->item = room->u.item;
	for (unsigned i = 0; i < p->count && r->err == ERR_OK; i++)
		read_item(r, room, &p->item[i]);
}

/* ---- counters ---- */

static void write_stats(struct wr *w, const struct dp_stats *s)
{
	wr_u8(w, s->which);
	wr_u32(w, s->id);
	wr_u64(w, s->cursor);
}

static void read_stats(struct rd *r, struct dp_stats *s)
{
	s->which = dp_form_read_enum(r, DP_STATS_COUNT);
	s->id = rd_u32(r);
	s->cursor = rd_u64(r);
}

static void write_samples(struct wr *w, const struct dp_samples *s)
{
	wr_u8(w, s->which);
	wr_u64(w, s->next);
	write_count(w, s->count, 0, DP_PAGE_MAX);
	for (unsigned i = 0; i < s->count; i++) {
		if (s->which == DP_STATS_SA)
			dp_sample_write_sa(w, &s->u.sa[i]);
		else if (s->which == DP_STATS_TUNNEL)
			dp_sample_write_tunnel(w, &s->u.tunnel[i]);
		else if (s->which == DP_STATS_PORT)
			dp_sample_write_port(w, &s->u.port[i]);
		else if (s->which == DP_STATS_LINE)
			dp_sample_write_line(w, &s->u.line[i]);
		else if (s->which == DP_STATS_TRAFFIC)
			dp_sample_write_traffic(w, &s->u.traffic[i]);
		else
			dp_sample_write_counter(w, &s->u.counter[i]);
	}
}

static void read_samples(struct rd *r, struct dp_room *room, struct dp_samples *s)
{
	s->which = dp_form_read_enum(r, DP_STATS_COUNT);
	s->next = rd_u64(r);
	s->count = read_count(r, 0, DP_PAGE_MAX);
	s->u.sa = room->u.sa; /* all members of the room's union begin where it begins */
	for (unsigned i = 0; i < s->count && r->err == ERR_OK; i++) {
		if (s->which == DP_STATS_SA)
			dp_sample_read_sa(r, &s->u.sa[i]);
		else if (s->which == DP_STATS_TUNNEL)
			dp_sample_read_tunnel(r, &s->u.tunnel[i]);
		else if (s->which == DP_STATS_PORT)
			dp_sample_read_port(r, &s->u.port[i]);
		else if (s->which == DP_STATS_LINE)
			dp_sample_read_line(r, &s->u.line[i]);
		else if (s->which == DP_STATS_TRAFFIC)
			dp_sample_read_traffic(r, &s->u.traffic[i]);
		else
			dp_sample_read_counter(r, &s->u.counter[i]);
	}
}

/* ---- SPIs ---- */

static void write_spis(struct wr *w, const uint32_t *spi, unsigned count, unsigned min)
{
	write_count(w, count, min, DP_SPI_BATCH);
	for (unsigned i = 0; i < count; i++)
		wr_u32(w, spi[i]);
}

static uint16_t read_spis(struct rd *r, struct dp_room *room, unsigned min)
{
	uint16_t count = read_count(r, min, DP_SPI_BATCH);

	for (unsigned i = 0; i < count; i++)
		room->u.spi[i] = rd_u32(r);
	return count;
}

static void write_reserve(struct wr *w, const struct dp_reserve *q)
{
	wr_u32(w, q->port);
	write_count(w, q->count, 1, DP_SPI_BATCH);
}

static void read_reserve(struct rd *r, struct dp_reserve *q)
{
	q->port = rd_u32(r);
	q->count = read_count(r, 1, DP_SPI_BATCH);
}

static void write_lease(struct wr *w, const struct dp_lease *l)
{
	wr_u8(w, (uint8_t)l->err);
	write_spis(w, l->spi, l->count, 0);
}

static void read_lease(struct rd *r, struct dp_room *room, struct dp_lease *l)
{
	l->err = (enum err)dp_form_read_enum(r, ERR_COUNT);
	l->spi = room->u.spi;
	l->count = read_spis(r, room, 0);
}

/* ---- events ---- */

static void write_events(struct wr *w, const struct dp_events *e)
{
	write_count(w, e->count, 1, DP_EVENTS_MAX);
	for (unsigned i = 0; i < e->count; i++)
		dp_sample_write_event(w, &e->event[i]);
}

static void read_events(struct rd *r, struct dp_room *room, struct dp_events *e)
{
	e->count = read_count(r, 1, DP_EVENTS_MAX);
	e->event = room->u.event;
	for (unsigned i = 0; i < e->count && r->err == ERR_OK; i++)
		dp_sample_read_event(r, &e->event[i]);
}

/* ---- faults ---- */

static void write_fault(struct wr *w, const struct dp_fault *f)
{
	wr_u32(w, f->port);
	wr_u8(w, f->kind);
	wr_u32(w, f->value);
	wr_u32(w, f->count);
}

static void read_fault(struct rd *r, struct dp_fault *f)
{
	f->port = rd_u32(r);
	f->kind = dp_form_read_enum(r, DP_FAULT_COUNT);
	f->value = rd_u32(r);
	f->count = rd_u32(r);
}

/* ---- messages ---- */

static void write_body(struct wr *w, const struct dp_msg *m)
{
	switch (m->kind) {
	case DP_MSG_HELLO:
		write_hello(w, &m->u.hello);
		break;
	case DP_MSG_TXN:
		write_txn(w, &m->u.txn);
		break;
	case DP_MSG_DONE:
		write_done(w, &m->u.done);
		break;
	case DP_MSG_DUMP:
		wr_u64(w, m->u.dump.cursor);
		break;
	case DP_MSG_ITEMS:
		write_items(w, &m->u.items);
		break;
	case DP_MSG_STATS:
		write_stats(w, &m->u.stats);
		break;
	case DP_MSG_SAMPLES:
		write_samples(w, &m->u.samples);
		break;
	case DP_MSG_SPI_RESERVE:
		write_reserve(w, &m->u.reserve);
		break;
	case DP_MSG_SPI_LEASE:
		write_lease(w, &m->u.lease);
		break;
	case DP_MSG_SPI_RELEASE:
		write_spis(w, m->u.release.spi, m->u.release.count, 1);
		break;
	case DP_MSG_EVENTS:
		write_events(w, &m->u.events);
		break;
	case DP_MSG_FAULT:
		write_fault(w, &m->u.fault);
		break;
	case DP_MSG_FAULTED:
		wr_u8(w, (uint8_t)m->u.faulted.err);
		break;
	case DP_MSG_NONE:
	case DP_MSG_COUNT:
		wr_fail(w, ERR_UNSUPPORTED);
		break;
	}
}

enum err dp_codec_write(struct wr *w, const struct dp_msg *m)
{
	wr_u16(w, (uint16_t)m->kind);
	wr_u16(w, 0);
	wr_u32(w, m->tag);
	write_body(w, m);
	return wr_done(w);
}

static void read_body(struct rd *r, struct dp_room *room, struct dp_msg *m)
{
	switch (m->kind) {
	case DP_MSG_HELLO:
		read_hello(r, &m->u.hello);
		break;
	case DP_MSG_TXN:
		read_txn(r, room, &m->u.txn);
		break;
	case DP_MSG_DONE:
		read_done(r, room, &m->u.done);
		break;
	case DP_MSG_DUMP:
		m->u.dump.cursor = rd_u64(r);
		break;
	case DP_MSG_ITEMS:
		read_items(r, room, &m->u.items);
		break;
	case DP_MSG_STATS:
		read_stats(r, &m->u.stats);
		break;
	case DP_MSG_SAMPLES:
		read_samples(r, room, &m->u.samples);
		break;
	case DP_MSG_SPI_RESERVE:
		read_reserve(r, &m->u.reserve);
		break;
	case DP_MSG_SPI_LEASE:
		read_lease(r, room, &m->u.lease);
		break;
	case DP_MSG_SPI_RELEASE:
		m->u.release.spi = room->u.spi;
		m->u.release.count = read_spis(r, room, 1);
		break;
	case DP_MSG_EVENTS:
		read_events(r, room, &m->u.events);
		break;
	case DP_MSG_FAULT:
		read_fault(r, &m->u.fault);
		break;
	case DP_MSG_FAULTED:
		m->u.faulted.err = (enum err)dp_form_read_enum(r, ERR_COUNT);
		break;
	case DP_MSG_NONE:
	case DP_MSG_COUNT:
		rd_fail(r, ERR_UNSUPPORTED);
		break;
	}
}

/* Requests and their answers carry a tag, the others none. */
static bool tag_fits(const struct dp_msg *m)
{
	bool tagless = m->kind == DP_MSG_HELLO || m->kind == DP_MSG_SPI_RELEASE || m->kind == DP_MSG_EVENTS;

	return tagless == (m->tag == 0);
}

enum err dp_codec_read(struct bytes in, struct dp_room *room, struct dp_msg *out)
{
	struct rd r = rd_of(in);
	struct dp_msg m = { 0 };
	unsigned kind = rd_u16(&r);
	enum err err;

	(void)rd_u16(&r); /* reserved: ignored on receipt */
	m.tag = rd_u32(&r);
	if (r.err != ERR_OK)
		return r.err;
	if (kind == DP_MSG_NONE || kind >= DP_MSG_COUNT)
		return ERR_UNSUPPORTED;
	m.kind = (enum dp_msg_kind)kind;
	room->bodies_used = 0;
	if (!tag_fits(&m))
		rd_fail(&r, ERR_RANGE);
	read_body(&r, room, &m);
	err = rd_done(&r);
	if (err != ERR_OK) {
		dp_codec_fini(&m);
		return err;
	}
	*out = m;
	return ERR_OK;
}

void dp_codec_fini(struct dp_msg *m)
{
	if (m->kind != DP_MSG_TXN)
		return;
	for (unsigned i = 0; i < m->u.txn.count; i++)
		dp_op_fini(&m->u.txn.op[i]);
}
