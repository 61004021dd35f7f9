/* Commands about the device as a whole: identify, capabilities, reset, guard. */
#include "emu/cmd/dev.h"

#include <string.h>

#include "emu/cmd/queue.h"
#include "emu/stats.h"
#include "fwi/caps.h"
#include "fwi/guard.h"

static void put_text(char *to, size_t cap, const char *text)
{
	size_t len = strlen(text);

	memcpy(to, text, len < cap ? len : cap);
}

static void make_identity(const struct emu *e, struct fwi_identity *out)
{
	memset(out, 0, sizeof(*out));
	put_text(out->name, sizeof(out->name), "navenic");
	put_text(out->profile, sizeof(out->profile), e->config.profile->name);
	put_text(out->firmware, sizeof(out->firmware), e->config.firmware);
	memcpy(out->mac, e->config.mac, sizeof(out->mac));
}

static void make_caps(const struct emu *e, struct fwi_caps *out)
{
	const struct emu_profile *p = e->config.profile;

	memset(out, 0, sizeof(*out));
	out->features = le64_of(p->features | (e->config.allow_faults ? UINT64_C(1) << FWI_F_FAULTS : 0));
	out->suites = le64_of(p->suites);
	out->sa_in_max = le32_of(p->sa_in_max);
	out->sa_out_max = le32_of(p->sa_out_max);
	out->flow_max = le32_of(p->flow_max);
	out->local_addr_max = le32_of(p->local_addr_max);
	out->window_max = le32_of(p->window_max);
	out->guard_rule_max = le32_of(p->guard_rule_max);
	out->mtu_max = le32_of(p->mtu_max);
	out->keep_s = le32_of(e->config.keep_s);
	out->queue_pairs = le16_of(p->queue_pairs);
	out->vectors = le16_of((uint16_t)e->link.vectors);
	out->ring_log2_max = p->ring_log2_max;
}

static enum fwi_status tell(struct emu *e, const struct fwi_addr *out, const void *what, uint32_t len)
{
	void *to = emu_mem_object(&e->mem, out, len);

	if (to == NULL)
		return FWI_ST_ADDRESS;
	memcpy(to, what, len);
	return FWI_ST_OK;
}

void emu_dev_forget_sas(struct emu *e)
{
	emu_flow_clear(&e->flow);
	for (unsigned d = 0; d < 2; d++)
		for (uint32_t i = 0; i < e->sa[d].size && e->sa[d].used > 0; i++)
			if (e->sa[d].slot[i] != NULL)
				emu_sa_drop(&e->sa[d], e->sa[d].slot[i]);
}

static void reset(struct emu *e)
{
	emu_queue_forget(e);
	emu_dev_forget_sas(e);
	emu_guard_fini(&e->guard);
	e->port.promisc = false;
	e->port.mtu = 1500;
	memcpy(e->port.mac, e->config.mac, sizeof(e->port.mac));
	log_event(e->config.log, LOG_L_NOTICE, "nic.reset", "epoch=%u", e->epoch);
}

enum fwi_status emu_dev_run(struct emu *e, const struct fwi_cmd *cmd)
{
	struct fwi_identity identity;
	struct fwi_caps caps;
	struct fwi_cmd_out c;

	memcpy(&c, cmd, sizeof(c));
	switch (le16_get(c.opcode)) {
	case FWI_OP_IDENTIFY:
		make_identity(e, &identity);
		return tell(e, &c.out, &identity, sizeof(identity));
	case FWI_OP_CAPS:
		make_caps(e, &caps);
		return tell(e, &c.out, &caps, sizeof(caps));
	default:
		reset(e);
		return FWI_ST_OK;
	}
}

/* Copies the rules one by one: each is read once. */
static enum fwi_status guard_on(struct emu *e, const struct fwi_cmd_guard *c)
{
	struct fwi_guard_rule rules[256];
	uint32_t count = le32_get(c->count);
	const void *from;

	static_assert(sizeof(rules) == 8192, "on the stack");
	if (count > e->config.profile->guard_rule_max || count > sizeof(rules) / sizeof(rules[0]))
		return FWI_ST_GUARD_FULL;
	from = emu_mem_object(&e->mem, &c->rules, count * sizeof(rules[0]));
	if (count != 0 && from == NULL)
		return FWI_ST_ADDRESS;
	if (count != 0)
		memcpy(rules, from, count * sizeof(rules[0]));
	return emu_guard_set(&e->guard, rules, count);
}

enum fwi_status emu_dev_guard(struct emu *e, const struct fwi_cmd *cmd)
{
	struct fwi_cmd_guard c;

	memcpy(&c, cmd, sizeof(c));
	if ((e->config.profile->features >> FWI_F_GUARD & 1) == 0)
		return FWI_ST_NO_FEATURE;
	if (c.on == 1)
		return guard_on(e, &c);
	if (c.on != 0 || le32_get(c.count) != 0)
		return FWI_ST_FIELD;
	if (e->port.up)
		return FWI_ST_STATE;
	emu_guard_fini(&e->guard);
	return FWI_ST_OK;
}
