/*
 * Questions whose answer the device writes to memory: made for one call in a region of its own, because they are
 * rare (start, adoption, operator).  The copy that is returned has been bounded.  Control thread.
 */
#include "mbox/query.h"

#include <string.h>

#include "mbox/shm.h"

enum { DUMP_BYTES = 64 * 1024, GUARD_RULES = 127 };

/* Runs 'build' with an address of 'len' bytes that the device fills, and copies them out. */
static enum fwi_status ask(struct mbox *m, struct fwi_cmd *c, struct mbox_region *r, void *result, void *copy, uint32_t len)
{
	enum fwi_status st = mbox_call(m, c, result);

	if (st == FWI_ST_OK)
		mbox_shm_copy(copy, r->base, len);
	return st;
}

static enum fwi_status scratch(struct mbox *m, uint32_t len, struct mbox_region *r, struct fwi_addr *a)
{
	enum fwi_status st;

	memset(r, 0, sizeof(*r));
	st = mbox_region_init(r, mbox_bus(m), "nave-query", len);
	if (st == FWI_ST_OK)
		*a = mbox_region_addr(r, r->base, len);
	return st;
}

enum fwi_status mbox_query_identity(struct mbox *m, struct fwi_identity *out)
{
	struct mbox_region r;
	struct fwi_addr a;
	struct fwi_cmd c;
	enum fwi_status st = scratch(m, sizeof(*out), &r, &a);

	if (st != FWI_ST_OK)
		return st;
	mbox_build_identify(&c, a);
	st = ask(m, &c, &r, NULL, out, sizeof(*out));
	mbox_region_fini(&r, mbox_bus(m));
	if (st != FWI_ST_OK)
		return st;
	out->name[sizeof(out->name) - 1] = '\0';
	out->profile[sizeof(out->profile) - 1] = '\0';
	out->firmware[sizeof(out->firmware) - 1] = '\0';
	return FWI_ST_OK;
}

static bool are_sane(const struct fwi_caps *c)
{
	return le16_get(c->queue_pairs) >= 1 && le16_get(c->queue_pairs) <= FWI_QUEUES_MAX && le16_get(c->vectors) >= 1 &&
	       le16_get(c->vectors) <= FWI_VECTORS_MAX && le32_get(c->sa_in_max) <= MBOX_QUERY_SA_MAX &&
	       le32_get(c->sa_out_max) <= MBOX_QUERY_SA_MAX && le32_get(c->flow_max) <= MBOX_QUERY_FLOW_MAX &&
	       le32_get(c->window_max) <= 1024 && le32_get(c->mtu_max) >= 1280 && le32_get(c->mtu_max) <= FWI_FRAME_MAX &&
	       c->ring_log2_max >= FWI_RING_LOG2_MIN && c->ring_log2_max <= FWI_RING_LOG2_MAX;
}

enum fwi_status mbox_query_caps(struct mbox *m, struct fwi_caps *out)
{
	struct mbox_region r;
	struct fwi_addr a;
	struct fwi_cmd c;
	enum fwi_status st = scratch(m, sizeof(*out), &r, &a);

	if (st != FWI_ST_OK)
		return st;
	mbox_build_caps(&c, a);
	st = ask(m, &c, &r, NULL, out, sizeof(*out));
	mbox_region_fini(&r, mbox_bus(m));
	if (st == FWI_ST_OK && !are_sane(out))
		st = FWI_ST_H_COMPLETION;
	return st;
}

enum fwi_status mbox_query_sa_state(struct mbox *m, const struct mbox_build_sa *sa, struct fwi_sa_state *out)
{
	struct mbox_region r;
	struct fwi_addr a;
	struct fwi_cmd c;
	enum fwi_status st = scratch(m, sizeof(*out), &r, &a);

	if (st != FWI_ST_OK)
		return st;
	mbox_build_sa_state(&c, sa, a);
	st = ask(m, &c, &r, NULL, out, sizeof(*out));
	mbox_region_fini(&r, mbox_bus(m));
	if (st == FWI_ST_OK && le32_get(out->window) > sizeof(out->seen) * 8)
		st = FWI_ST_H_COMPLETION;
	return st;
}

/* A walk over one table. */
struct walk {
	struct mbox *m;
	struct mbox_region region;
	struct fwi_addr addr;
	uint32_t entry_len;
	uint32_t limit;                                           /* slots */
	bool (*each_sa)(void *ctx, const struct fwi_sa_entry *e); /* one of the two */
	bool (*each_flow)(void *ctx, const struct fwi_flow_entry *e);
	void *ctx;
};

/* Both begin with the index. */
union entry {
	struct fwi_sa_entry sa;
	struct fwi_flow_entry flow;
};

/*
 * Hands one answer's entries on.  '*first' is where the walk goes on, FWI_DUMP_END when it is over.  Indexes rise
 * strictly, so a device can't keep the driver here for ever.
 */
static enum fwi_status take_dump(struct walk *w, const struct fwi_res_dump *res, uint32_t *first)
{
	uint32_t count = le32_get(res->count);
	uint32_t next = le32_get(res->next);
	uint32_t floor = *first;

	if (count > DUMP_BYTES / w->entry_len)
		return FWI_ST_H_COMPLETION;
	for (uint32_t i = 0; i < count; i++) {
		union entry e;
		uint32_t index;

		mbox_shm_copy(&e, w->region.base + (size_t)i * w->entry_len, w->entry_len);
		index = le32_get(e.sa.index);
		if (index < floor || index >= w->limit)
			return FWI_ST_H_COMPLETION;
		floor = index + 1;
		if (!(w->each_sa != NULL ? w->each_sa(w->ctx, &e.sa) : w->each_flow(w->ctx, &e.flow))) {
			*first = FWI_DUMP_END;
			return FWI_ST_OK;
		}
	}
	if (next != FWI_DUMP_END && (next < floor || next <= *first || next >= w->limit))
		return FWI_ST_H_COMPLETION;
	*first = next;
	return FWI_ST_OK;
}

static enum fwi_status walk_table(struct walk *w, enum fwi_op op, enum fwi_direction direction)
{
	uint32_t first = 0;
	enum fwi_status st = scratch(w->m, DUMP_BYTES, &w->region, &w->addr);

	if (st != FWI_ST_OK)
		return st;
	while (st == FWI_ST_OK && first != FWI_DUMP_END) {
		struct fwi_res_dump res;
		struct fwi_cmd c;

		if (op == FWI_OP_SA_DUMP)
			mbox_build_sa_dump(&c, direction, first, w->addr);
		else
			mbox_build_flow_dump(&c, first, w->addr);
		st = mbox_call(w->m, &c, &res);
		if (st == FWI_ST_OK)
			st = take_dump(w, &res, &first);
	}
	mbox_region_fini(&w->region, mbox_bus(w->m));
	return st;
}

enum fwi_status mbox_query_sas(
	struct mbox *m, enum fwi_direction direction, bool (*each)(void *ctx, const struct fwi_sa_entry *e), void *ctx)
{
	struct walk w = {
		.m = m,
		.entry_len = sizeof(struct fwi_sa_entry),
		.limit = MBOX_QUERY_SA_MAX,
		.each_sa = each,
		.ctx = ctx,
	};

	return walk_table(&w, FWI_OP_SA_DUMP, direction);
}

enum fwi_status mbox_query_flows(struct mbox *m, bool (*each)(void *ctx, const struct fwi_flow_entry *e), void *ctx)
{
	struct walk w = {
		.m = m,
		.entry_len = sizeof(struct fwi_flow_entry),
		.limit = MBOX_QUERY_FLOW_MAX,
		.each_flow = each,
		.ctx = ctx,
	};

	return walk_table(&w, FWI_OP_FLOW_DUMP, FWI_DIR_IN);
}

enum fwi_status mbox_query_guard_on(struct mbox *m, const struct fwi_guard_rule *rules, uint32_t count)
{
	uint32_t len = count * (uint32_t)sizeof(*rules);
	struct mbox_region r;
	struct fwi_addr a;
	struct fwi_cmd c;
	enum fwi_status st;

	if (count == 0 || count > GUARD_RULES)
		return FWI_ST_GUARD_FULL;
	st = scratch(m, len, &r, &a);
	if (st != FWI_ST_OK)
		return st;
	memcpy(r.base, rules, len);
	mbox_build_guard_on(&c, a, count);
	st = mbox_call(m, &c, NULL);
	mbox_region_fini(&r, mbox_bus(m));
	return st;
}
