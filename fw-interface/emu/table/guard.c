/* The egress guard: the list of what may leave in clear.  Device thread. */
#include "emu/table/guard.h"

#include <stdlib.h>
#include <string.h>

enum {
	ND_FIRST = 133,
	ND_LAST = 137,
	ND_HOPS = 255,
	MLD_FIRST = 130,
	MLD_LAST = 132,
	MLD2_REPORT = 143,
	MLD_HOPS = 1,
};

void emu_guard_fini(struct emu_guard *g)
{
	free(g->rules);
	memset(g, 0, sizeof(*g));
}

static bool is_any(const uint8_t *addr)
{
	static const uint8_t zero[16];

	return memcmp(addr, zero, sizeof(zero)) == 0;
}

static bool is_valid(const struct fwi_guard_rule *r)
{
	uint16_t type = le16_get(r->ethertype);
	bool icmp = r->protocol == EMU_FRAME_PROTO_ICMP || r->protocol == EMU_FRAME_PROTO_ICMP6;
	bool ports = r->protocol == EMU_FRAME_PROTO_TCP || r->protocol == EMU_FRAME_PROTO_UDP;

	switch (r->kind) {
	case FWI_GUARD_ETHERTYPE:
		return type >= 0x0600 && type != EMU_FRAME_TYPE_V4 && type != EMU_FRAME_TYPE_V6 && type != EMU_FRAME_TYPE_VLAN;
	case FWI_GUARD_IP:
		if ((r->family != 4 && r->family != 6) || r->protocol == 0 || (!icmp && r->icmp_type != 0))
			return false;
		return ports || (le16_get(r->src_port) == 0 && le16_get(r->dst_port) == 0);
	case FWI_GUARD_ND:
		return true;
	default:
		return false;
	}
}

enum fwi_status emu_guard_set(struct emu_guard *g, const struct fwi_guard_rule *rules, uint32_t count)
{
	struct fwi_guard_rule *copy;

	for (uint32_t i = 0; i < count; i++)
		if (!is_valid(&rules[i]))
			return FWI_ST_FIELD;
	copy = (struct fwi_guard_rule *)calloc(count + 1, sizeof(*copy));
	if (copy == NULL)
		return FWI_ST_NOMEM;
	if (count != 0)
		memcpy(copy, rules, count * sizeof(*copy));
	free(g->rules);
	g->rules = copy;
	g->count = count;
	g->on = true;
	return FWI_ST_OK;
}

static bool is_nd(const struct emu_frame *f)
{
	uint8_t type;

	if (f->family != 6 || f->protocol != EMU_FRAME_PROTO_ICMP6 || f->fragment != EMU_FRAME_WHOLE || f->l4_len < 4)
		return false;
	type = f->data[f->l4];
	if (type >= ND_FIRST && type <= ND_LAST)
		return f->hop_limit == ND_HOPS;
	return ((type >= MLD_FIRST && type <= MLD_LAST) || type == MLD2_REPORT) && f->hop_limit == MLD_HOPS;
}

/* A later fragment of a datagram is judged by what is seen of it: never by ports or an ICMP type. */
static bool matches_transport(const struct fwi_guard_rule *r, const struct emu_frame *f)
{
	bool icmp = r->protocol == EMU_FRAME_PROTO_ICMP || r->protocol == EMU_FRAME_PROTO_ICMP6;
	uint16_t src;
	uint16_t dst;

	emu_frame_ports(f, &src, &dst);
	if (le16_get(r->src_port) != 0 && le16_get(r->src_port) != src)
		return false;
	if (le16_get(r->dst_port) != 0 && le16_get(r->dst_port) != dst)
		return false;
	if (!icmp || r->icmp_type == FWI_GUARD_ICMP_ANY)
		return true;
	return f->fragment != EMU_FRAME_LATER && f->l4_len >= 1 && f->data[f->l4] == r->icmp_type;
}

static bool matches_ip(const struct fwi_guard_rule *r, const struct emu_frame *f)
{
	if (f->family != r->family || f->protocol != r->protocol || f->l4 == 0)
		return false;
	if (!is_any(r->src) && memcmp(r->src, f->src, f->addr_len) != 0)
		return false;
	return matches_transport(r, f);
}

static bool matches(const struct fwi_guard_rule *r, const struct emu_frame *f)
{
	switch (r->kind) {
	case FWI_GUARD_ETHERTYPE:
		return !f->tagged && f->ethertype == le16_get(r->ethertype);
	case FWI_GUARD_IP:
		return matches_ip(r, f);
	case FWI_GUARD_ND:
		return is_nd(f);
	default:
		return false;
	}
}

static void name_fragment(const struct emu_frame *f, struct emu_guard_fragment *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->src, f->src, f->addr_len);
	memcpy(out->dst, f->dst, f->addr_len);
	out->id = f->fragment_id;
	out->protocol = f->protocol;
	out->family = f->family;
}

static void remember(struct emu_guard *g, const struct emu_frame *f, uint64_t now_ms)
{
	struct emu_guard_fragment *slot = &g->fragment[g->next_fragment++ % EMU_GUARD_FRAGMENTS];

	name_fragment(f, slot);
	slot->until_ms = now_ms + EMU_GUARD_FRAGMENT_MS;
}

static bool is_remembered(const struct emu_guard *g, const struct emu_frame *f, uint64_t now_ms)
{
	struct emu_guard_fragment want;

	name_fragment(f, &want);
	for (unsigned i = 0; i < EMU_GUARD_FRAGMENTS; i++) {
		const struct emu_guard_fragment *s = &g->fragment[i];

		if (s->family == want.family && s->id == want.id && s->protocol == want.protocol &&
			memcmp(s->src, want.src, sizeof(want.src)) == 0 && memcmp(s->dst, want.dst, sizeof(want.dst)) == 0 &&
			now_ms < s->until_ms)
			return true;
	}
	return false;
}

bool emu_guard_allows(struct emu_guard *g, const struct emu_frame *f, uint64_t now_ms)
{
	if (!g->on)
		return true;
	for (uint32_t i = 0; i < g->count; i++) {
		if (!matches(&g->rules[i], f))
			continue;
		if (f->fragment == EMU_FRAME_FIRST)
			remember(g, f, now_ms);
		return true;
	}
	return f->fragment == EMU_FRAME_LATER && is_remembered(g, f, now_ms);
}
