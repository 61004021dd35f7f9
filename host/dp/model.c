/*
 * Contract 1 in memory.  An operation makes a change (old object, new object) that a journal keeps until the
 * transaction is in; what only counts then - placement, state handles, SPI slots - is done at commit.  It keeps no
 * key, only a hash that tells whether one was ever active.  Loop thread of whoever tests.
 */
#include "dp/model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/slab.h"
#include "dp/ledger.h"
#include "dp/object.h"

enum { MODEL_OBJECTS_MAX = 1 << 20 };

/* 'named' counts the objects that name this one. */
struct thing {
	struct dp_object object;
	struct slab_handle handle;
	uint32_t named;
	uint64_t key_hash;
	struct dp_result result;
};

struct change {
	struct thing *old;
	struct thing *fresh;
	uint8_t why; /* an SA that was refused by its port's policy: enum dp_reason */
};

struct dp_model {
	struct map things;
	struct slab slab;
	struct dp_ledger ledger;
	struct dp_model_limits limits;
	struct dp_model_counts counts;
	uint64_t instance, control;
	uint32_t sas, inline_sas;
	uint32_t fail_skip;
	enum err fail_err;
};

enum err dp_model_new(struct dp_model **out, const uint8_t key[16], uint64_t seed)
{
	struct dp_model *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return ERR_NOMEM;
	slab_init(&m->slab, sizeof(struct thing), MODEL_OBJECTS_MAX);
	m->limits.inline_sas = UINT32_MAX;
	m->limits.sas = UINT32_MAX;
	m->limits.inline_udp = true;
	m->instance = seed;
	if (map_init(&m->things, key) != ERR_OK || dp_ledger_init(&m->ledger, key) != ERR_OK) {
		dp_model_free(m);
		return ERR_NOMEM;
	}
	*out = m;
	return ERR_OK;
}

static void thing_free(struct dp_model *m, struct thing *t)
{
	dp_object_fini(&t->object);
	slab_free(&m->slab, t->handle);
}

static void forget_things(struct dp_model *m)
{
	struct slab_handle h;
	struct thing *t;

	for (uint32_t at = 0; (t = slab_walk(&m->slab, &at, &h)) != NULL;) {
		map_del(&m->things, &t->object.node);
		thing_free(m, t);
	}
	m->sas = 0;
	m->inline_sas = 0;
}

void dp_model_free(struct dp_model *m)
{
	if (m == NULL)
		return;
	forget_things(m);
	dp_ledger_fini(&m->ledger);
	map_fini(&m->things);
	slab_fini(&m->slab);
	free(m);
}

struct dp_model_limits *dp_model_limit(struct dp_model *m)
{
	return &m->limits;
}

void dp_model_count(const struct dp_model *m, struct dp_model_counts *out)
{
	*out = m->counts;
	out->objects = (uint32_t)m->things.count;
	out->key_reuses = m->ledger.key_reuses;
	out->spis_leased = dp_ledger_leased(&m->ledger);
}

void dp_model_fail(struct dp_model *m, uint32_t skip, enum err err)
{
	m->fail_skip = skip;
	m->fail_err = err;
}

/* ---- one operation ---- */

static struct thing *find(const struct dp_model *m, const struct dp_key *key)
{
	struct dp_object *o = dp_object_find(&m->things, key);

	return o == NULL ? NULL : list_of(o, struct thing, object);
}

static struct thing *find_op(const struct dp_model *m, const struct dp_op *op)
{
	struct dp_key key;

	dp_object_key(op, &key);
	return find(m, &key);
}

/* Adds 'by' to the count of those who name what 't' names. */
static void count_refs(struct dp_model *m, const struct thing *t, int by)
{
	struct dp_key refs[DP_REFS_MAX];
	struct dp_op op;
	unsigned count;

	dp_object_load(&t->object, &op);
	count = dp_object_refs(&op, refs);
	for (unsigned i = 0; i < count; i++) {
		struct thing *named = find(m, &refs[i]);

		assert(named != NULL);
		named->named = (uint32_t)((int)named->named + by);
	}
}

static void link_thing(struct dp_model *m, struct thing *t)
{
	dp_object_add(&m->things, &t->object);
	count_refs(m, t, 1);
}

static void unlink_thing(struct dp_model *m, struct thing *t)
{
	count_refs(m, t, -1);
	map_del(&m->things, &t->object.node);
}

static bool refs_are_there(const struct dp_model *m, const struct dp_op *op)
{
	struct dp_key refs[DP_REFS_MAX];
	unsigned count = dp_object_refs(op, refs);

	for (unsigned i = 0; i < count; i++)
		if (find(m, &refs[i]) == NULL)
			return false;
	return true;
}

/* An SA's own rules; 'old' is the one of this id, NULL when it isn't there. */
static enum err check_sa(struct dp_model *m, const struct thing *old, const struct dp_sa *sa)
{
	struct dp_op kept;

	if (old == NULL) {
		if (sa->direction == DP_IN && dp_ledger_spi_used(&m->ledger, sa->spi))
			return ERR_EXISTS;
		return dp_ledger_check(&m->ledger, sa);
	}
	dp_object_load(&old->object, &kept);
	if (old->key_hash != dp_ledger_hash(&m->ledger, sa) || kept.u.sa.spi != sa->spi || kept.u.sa.direction != sa->direction)
		return ERR_EXISTS;
	return ERR_OK;
}

/* Transport mode is for GRE. */
static enum err check_mode(const struct dp_model *m, const struct dp_sa *sa)
{
	struct dp_op tunnel = { .kind = DP_PUT_TUNNEL };

	tunnel.u.tunnel.id = sa->tunnel;
	dp_object_load(&find_op(m, &tunnel)->object, &tunnel);
	return sa->transport && tunnel.u.tunnel.mode == DP_TUNNEL_IPSEC ? ERR_UNSUPPORTED : ERR_OK;
}

static bool has_sas(const struct dp_model *m, uint32_t tunnel)
{
	struct slab_handle h;
	struct thing *t;

	for (uint32_t at = 0; (t = slab_walk(&m->slab, &at, &h)) != NULL;) {
		struct dp_op op;

		dp_object_load(&t->object, &op);
		if (op.kind == DP_PUT_SA && op.u.sa.tunnel == tunnel)
			return true;
	}
	return false;
}

/* A tunnel's own rule; 'old' as above. */
static enum err check_tunnel(const struct dp_model *m, const struct thing *old, const struct dp_tunnel *tunnel)
{
	struct dp_op kept;

	if (old == NULL)
		return ERR_OK;
	dp_object_load(&old->object, &kept);
	return !dp_tunnel_keeps_sas(&kept.u.tunnel, tunnel) && has_sas(m, tunnel->id) ? ERR_BUSY : ERR_OK;
}

static enum dp_reason why_not_inline(const struct dp_model *m, const struct dp_sa *sa)
{
	if (!sa->allow_offload)
		return DP_WHY_POLICY;
	if (sa->transport)
		return DP_WHY_TRANSPORT;
	if (sa->udp_encap && !m->limits.inline_udp)
		return DP_WHY_UDP_ENCAP;
	return m->inline_sas >= m->limits.inline_sas ? DP_WHY_TABLE_FULL : DP_WHY_NONE;
}

/* Whether the port that control names for the SA has its SAs in the device or nowhere. */
static bool is_inline_only(const struct dp_model *m, uint32_t port)
{
	struct dp_op op = { .kind = DP_PUT_PORT };
	struct thing *t;

	op.u.port.id = port;
	t = port == 0 ? NULL : find_op(m, &op);
	if (t == NULL)
		return false;
	dp_object_load(&t->object, &op);
	return op.u.port.offload == DP_OFFLOAD_INLINE;
}

static enum err place(struct dp_model *m, struct thing *t, uint8_t *why)
{
	struct dp_op op;

	dp_object_load(&t->object, &op);
	*why = (uint8_t)why_not_inline(m, &op.u.sa);
	if (*why != DP_WHY_NONE && is_inline_only(m, op.u.sa.port))
		return ERR_DENIED;
	t->result.placement = *why == DP_WHY_NONE ? DP_PLACE_INLINE_PROTOCOL : DP_PLACE_SOFT;
	t->result.reason = *why;
	m->inline_sas += *why == DP_WHY_NONE;
	return ERR_OK;
}

static void unplace(struct dp_model *m, const struct thing *t)
{
	m->inline_sas -= t->result.placement == DP_PLACE_INLINE_PROTOCOL;
}

static enum err thing_new(struct dp_model *m, struct dp_op *op, struct thing **out)
{
	struct slab_handle handle;
	struct thing *t = slab_new(&m->slab, &handle);

	if (t == NULL)
		return ERR_FULL;
	t->handle = handle;
	if (op->kind == DP_PUT_SA)
		t->key_hash = dp_ledger_hash(&m->ledger, &op->u.sa);
	dp_op_fini(op);
	if (dp_object_take(&t->object, op) != ERR_OK) {
		slab_free(&m->slab, handle);
		return ERR_NOMEM;
	}
	*out = t;
	return ERR_OK;
}

static enum err put(struct dp_model *m, struct dp_op *op, struct change *c)
{
	enum err err = dp_op_check(op);

	if (err != ERR_OK)
		return err;
	c->old = find_op(m, op);
	if (!refs_are_there(m, op)) {
		m->counts.order_breaks++;
		return ERR_ABSENT;
	}
	if (op->kind == DP_PUT_SA) {
		err = check_mode(m, &op->u.sa);
		if (err == ERR_OK)
			err = check_sa(m, c->old, &op->u.sa);
		if (err == ERR_OK && c->old == NULL && m->sas >= m->limits.sas)
			err = ERR_FULL;
	}
	if (op->kind == DP_PUT_TUNNEL)
		err = check_tunnel(m, c->old, &op->u.tunnel);
	if (err == ERR_OK)
		err = thing_new(m, op, &c->fresh);
	if (err == ERR_OK && op->kind == DP_PUT_SA && c->old == NULL)
		err = place(m, c->fresh, &c->why);
	if (err != ERR_OK) {
		if (c->fresh != NULL)
			thing_free(m, c->fresh);
		return err;
	}
	if (c->old != NULL) {
		c->fresh->named = c->old->named;
		c->fresh->result = c->old->result;
		unlink_thing(m, c->old);
	}
	link_thing(m, c->fresh);
	m->sas += op->kind == DP_PUT_SA && c->old == NULL;
	return ERR_OK;
}

static enum err del(struct dp_model *m, const struct dp_op *op, struct change *c)
{
	struct thing *t = find_op(m, op);

	if (t == NULL)
		return ERR_ABSENT;
	if (t->named != 0) {
		m->counts.busy_dels++;
		return ERR_BUSY;
	}
	unlink_thing(m, t);
	m->sas -= op->kind == DP_DEL_SA;
	c->old = t;
	return ERR_OK;
}

static enum err apply(struct dp_model *m, struct dp_op *op, struct change *c)
{
	m->counts.operations++;
	memset(c, 0, sizeof(*c));
	if (m->fail_err != ERR_OK && m->fail_skip-- == 0) {
		enum err err = m->fail_err;

		m->fail_err = ERR_OK;
		return err;
	}
	return dp_op_is_put(op->kind) ? put(m, op, c) : del(m, op, c);
}

/* The del of an SA is for good. */
static bool is_final(const struct change *c)
{
	return c->fresh == NULL && c->old != NULL && dp_object_class(&c->old->object) == DP_CLASS_SA;
}

static void undo(struct dp_model *m, struct change *c)
{
	bool is_new_sa = c->old == NULL && dp_object_class(&c->fresh->object) == DP_CLASS_SA;

	if (c->fresh != NULL) {
		unlink_thing(m, c->fresh);
		if (c->old == NULL)
			unplace(m, c->fresh);
		if (c->old != NULL)
			c->old->named = c->fresh->named;
		thing_free(m, c->fresh);
	}
	if (c->old != NULL)
		link_thing(m, c->old);
	m->sas -= is_new_sa;
}

/* ---- commit ---- */

static void commit_sa(struct dp_model *m, struct thing *t, bool is_new)
{
	struct dp_op op;

	dp_object_load(&t->object, &op);
	if (!is_new)
		return;
	t->result.state = op.u.sa.state;
	if (t->result.state.store == 0 && dp_ledger_activate(&m->ledger, t->key_hash, &t->result.state) != ERR_OK)
		abort(); /* out of memory in a test's datapath */
	if (op.u.sa.direction == DP_IN)
		dp_ledger_use_spi(&m->ledger, op.u.sa.spi);
}

static void forget_sa(struct dp_model *m, const struct thing *t)
{
	struct dp_op op;

	unplace(m, t);
	dp_object_load(&t->object, &op);
	if (op.u.sa.direction == DP_IN)
		dp_ledger_free_spi(&m->ledger, op.u.sa.spi);
}

static void commit(struct dp_model *m, struct change *c, struct dp_result *result)
{
	if (c->fresh != NULL && dp_object_class(&c->fresh->object) == DP_CLASS_SA)
		commit_sa(m, c->fresh, c->old == NULL);
	if (is_final(c)) {
		dp_ledger_drop(&m->ledger, &c->old->result.state);
		forget_sa(m, c->old);
	}
	if (c->fresh != NULL)
		*result = c->fresh->result;
	if (c->old != NULL)
		thing_free(m, c->old);
}

static void transact(struct dp_model *m, const struct dp_txn *t, struct dp_done *out)
{
	struct change journal[DP_OPS_MAX];
	enum err err = ERR_OK;
	unsigned done = 0;

	m->counts.transactions++;
	memset(out->result, 0, t->count * sizeof(out->result[0]));
	out->count = t->count;
	while (done < t->count && err == ERR_OK) {
		err = apply(m, &t->op[done], &journal[done]);
		if (err == ERR_OK)
			done++;
	}
	if (err == ERR_OK) {
		for (unsigned i = 0; i < t->count; i++)
			commit(m, &journal[i], &out->result[i]);
		return;
	}
	m->counts.refused++;
	for (unsigned i = 0; i < t->count; i++)
		out->result[i].err = i == done ? err : ERR_STATE;
	out->result[done].reason = journal[done].why;
	while (done-- > 0) {
		if (is_final(&journal[done])) {
			commit(m, &journal[done], &out->result[done]);
			out->result[done].err = ERR_OK;
		} else {
			undo(m, &journal[done]);
		}
	}
}

/* ---- questions ---- */

/* The cursor is the slab's. */
static void dump(struct dp_model *m, uint64_t cursor, struct dp_items *out)
{
	uint32_t at = (uint32_t)cursor;
	struct slab_handle h;
	struct thing *t = NULL;
	long room = DP_MSG_MAX / 8; /* of long filters and policies one closes the page */

	while (out->count < DP_PAGE_MAX && room > 0 && (t = slab_walk(&m->slab, &at, &h)) != NULL) {
		dp_object_load(&t->object, &out->item[out->count].op);
		room -= dp_op_body(&out->item[out->count].op) != NULL ? (long)t->object.len : 0;
		out->item[out->count++].result = t->result;
	}
	out->next = t != NULL ? at : 0;
}

/* Lines count nothing here, and as many as fit are told. */
static void sample_lines(const struct dp_filter *f, struct dp_samples *out)
{
	for (unsigned i = 0; i <= f->count && out->count < DP_PAGE_MAX; i++)
		out->u.line[out->count++] = (struct dp_line_stats){ .id = f->id, .line = (uint16_t)i };
}

static bool sample(const struct thing *t, const struct dp_stats *ask, struct dp_samples *out)
{
	static const enum dp_class classes[] = { DP_CLASS_SA, DP_CLASS_TUNNEL, DP_CLASS_PORT, DP_CLASS_COUNT, DP_CLASS_FILTER,
		DP_CLASS_COUNT }; /* by enum dp_stats_which */
	struct dp_op op;

	dp_object_load(&t->object, &op);
	if (dp_op_class(op.kind) != classes[ask->which])
		return false;
	if (ask->which == DP_STATS_SA && (ask->id == 0 || ask->id == op.u.sa.id)) {
		struct dp_sa_stats *s = memset(&out->u.sa[out->count++], 0, sizeof(*s));

		s->id = op.u.sa.id;
		s->placement = t->result.placement;
		s->reason = t->result.reason;
		s->next_seq = op.u.sa.direction == DP_OUT;
	} else if (ask->which == DP_STATS_TUNNEL && (ask->id == 0 || ask->id == op.u.tunnel.id)) {
		struct dp_tunnel_stats *s = memset(&out->u.tunnel[out->count++], 0, sizeof(*s));

		s->id = op.u.tunnel.id;
		s->mtu = op.u.tunnel.mtu;
		s->idle_in_ms = UINT32_MAX;
		s->idle_out_ms = UINT32_MAX;
	} else if (ask->which == DP_STATS_PORT && (ask->id == 0 || ask->id == op.u.port.id)) {
		struct dp_port_stats *s = memset(&out->u.port[out->count++], 0, sizeof(*s));

		s->id = op.u.port.id;
		s->link_up = op.u.port.up;
		s->device_alive = true;
		memcpy(s->driver, "fake", sizeof("fake"));
	} else if (ask->which == DP_STATS_LINE && (ask->id == 0 || ask->id == op.u.filter.id)) {
		sample_lines(&op.u.filter, out);
	}
	return true;
}

static void sample_counters(const struct dp_model *m, struct dp_samples *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{ "transactions", m->counts.transactions },
		{ "operations", m->counts.operations },
		{ "refused", m->counts.refused },
		{ "inline-sas", m->inline_sas },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dp_counter *c = memset(&out->u.counter[out->count++], 0, sizeof(*c));

		memcpy(c->name, rows[i].name, strlen(rows[i].name));
		c->value = rows[i].value;
	}
}

static void stats(struct dp_model *m, const struct dp_stats *ask, struct dp_samples *out)
{
	uint32_t at = (uint32_t)ask->cursor;
	struct slab_handle h;
	struct thing *t = NULL;

	out->which = ask->which;
	if (ask->which == DP_STATS_COUNTER) {
		sample_counters(m, out);
		return;
	}
	while (out->count < DP_PAGE_MAX && (t = slab_walk(&m->slab, &at, &h)) != NULL)
		(void)sample(t, ask, out);
	out->next = t != NULL ? at : 0;
}

static void lease(struct dp_model *m, const struct dp_reserve *ask, struct dp_lease *out)
{
	while (out->count < ask->count && out->err == ERR_OK) {
		out->err = dp_ledger_lease(&m->ledger, &out->spi[out->count]);
		out->count = (uint16_t)(out->count + (out->err == ERR_OK));
	}
}

bool dp_model_answer(struct dp_model *m, const struct dp_msg *request, struct dp_room *room, struct dp_msg *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->tag = request->tag;
	switch (request->kind) {
	case DP_MSG_TXN:
		answer->kind = DP_MSG_DONE;
		answer->u.done.result = room->u.result;
		transact(m, &request->u.txn, &answer->u.done);
		return true;
	case DP_MSG_DUMP:
		answer->kind = DP_MSG_ITEMS;
		answer->u.items.item = room->u.item;
		dump(m, request->u.dump.cursor, &answer->u.items);
		return true;
	case DP_MSG_STATS:
		answer->kind = DP_MSG_SAMPLES;
		answer->u.samples.u.sa = room->u.sa; /* all members of the room's union begin where it begins */
		stats(m, &request->u.stats, &answer->u.samples);
		return true;
	case DP_MSG_SPI_RESERVE:
		answer->kind = DP_MSG_SPI_LEASE;
		answer->u.lease.spi = room->u.spi;
		lease(m, &request->u.reserve, &answer->u.lease);
		return true;
	case DP_MSG_SPI_RELEASE:
		for (unsigned i = 0; i < request->u.release.count; i++)
			dp_ledger_release(&m->ledger, request->u.release.spi[i]);
		return false;
		return false;
	case DP_MSG_FAULT:
		answer->kind = DP_MSG_FAULTED;
		answer->u.faulted.err = ERR_UNSUPPORTED; /* it has no device */
		return true;
	default:
		return false;
	}
}
/* ---- life ---- */

void dp_model_hello(struct dp_model *m, const struct dp_hello *control, struct dp_hello *answer)
{
	if (m->control != control->instance)
		dp_ledger_release_all(&m->ledger);
	m->control = control->instance;
	if (m->ledger.store == 0)
		m->ledger.store = control->store != 0 && m->ledger.state_count != 0 ? control->store : m->instance ^ UINT64_C(0x53544f5245);
	memset(answer, 0, sizeof(*answer));
	answer->major = DP_VERSION_MAJOR;
	answer->minor = DP_VERSION_MINOR;
	answer->role = DP_PEER_DATAPATH;
	answer->instance = m->instance;
	answer->store = m->ledger.store;
}

void dp_model_restart(struct dp_model *m, bool lose_store)
{
	forget_things(m);
	dp_ledger_close(&m->ledger, !lose_store);
	m->instance++;
}

void dp_model_lose(struct dp_model *m, const struct dp_op *what)
{
	struct change c = { 0 };

	if (del(m, what, &c) != ERR_OK)
		return;
	if (dp_object_class(&c.old->object) == DP_CLASS_SA)
		forget_sa(m, c.old);
	thing_free(m, c.old);
}
