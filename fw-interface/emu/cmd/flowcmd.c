/* Commands about flow rules. */
#include "emu/cmd/flowcmd.h"

#include <string.h>

#include "emu/cmd/queue.h"
#include "fwi/caps.h"

static enum fwi_status check(const struct emu *e, const struct fwi_cmd_flow *c)
{
	uint64_t features = e->config.profile->features;
	uint16_t queue = le16_get(c->queue);

	if (c->action != FWI_FLOW_TO_SA && c->action != FWI_FLOW_TO_QUEUE)
		return FWI_ST_FIELD;
	if (queue != FWI_QUEUE_ANY && queue >= e->config.profile->queue_pairs)
		return FWI_ST_FIELD;
	if (c->udp_encap != 0 && (features >> FWI_F_UDP_ENCAP & 1) == 0)
		return FWI_ST_NO_UDP_ENCAP;
	if ((features >> FWI_F_SPI_TABLE & 1) != 0 && c->action == FWI_FLOW_TO_SA &&
		(le32_get(c->spi) & (e->sa[FWI_DIR_IN].size - 1)) != le32_get(c->sa_index))
		return FWI_ST_NO_SPI_SLOT;
	return FWI_ST_OK;
}

static enum fwi_status find_sa(const struct emu *e, const struct fwi_cmd_flow *c, struct emu_sa **out)
{
	struct emu_sa *sa = NULL;

	if (c->action == FWI_FLOW_TO_SA) {
		sa = emu_sa_at(&e->sa[FWI_DIR_IN], le32_get(c->sa_index));
		if (sa == NULL)
			return FWI_ST_ABSENT;
		if (sa->generation != le16_get(c->sa_generation))
			return FWI_ST_STALE;
		if (sa->spi != le32_get(c->spi) || ((sa->flags & FWI_SA_UDP_ENCAP) != 0) != (c->udp_encap != 0))
			return FWI_ST_FIELD;
	}
	*out = sa;
	return FWI_ST_OK;
}

static enum fwi_status add(struct emu *e, const struct fwi_cmd_flow *c)
{
	struct emu_sa *sa = NULL;
	enum fwi_status st = check(e, c);

	if (st == FWI_ST_OK)
		st = find_sa(e, c, &sa);
	return st == FWI_ST_OK ? emu_flow_add(&e->flow, c, sa) : st;
}

static enum fwi_status count_and_del(struct emu *e, const struct fwi_cmd_flow *c, uint8_t *result)
{
	struct emu_flow *f = emu_flow_at(&e->flow, le32_get(c->index));
	struct fwi_res_flow res;

	if (f == NULL)
		return FWI_ST_ABSENT;
	memset(&res, 0, sizeof(res));
	res.packets = le64_of(f->packets);
	res.bytes = le64_of(f->bytes);
	if (le16_get(c->opcode) == FWI_OP_FLOW_DEL) {
		emu_queue_rx_positions(e, res.rx_position);
		emu_flow_del(&e->flow, f);
	}
	memcpy(result, &res, sizeof(res));
	return FWI_ST_OK;
}

static enum fwi_status dump(struct emu *e, const struct fwi_cmd_dump *c, uint8_t *result)
{
	uint32_t room = le32_get(c->out.length) / (uint32_t)sizeof(struct fwi_flow_entry);
	struct fwi_flow_entry *to = (struct fwi_flow_entry *)emu_mem_object(&e->mem, &c->out, le32_get(c->out.length));
	struct fwi_res_dump res;
	uint32_t count = 0;
	uint32_t i;

	if (to == NULL || room == 0)
		return FWI_ST_ADDRESS;
	for (i = le32_get(c->first); i < e->flow.size && count < room; i++) {
		struct fwi_flow_entry entry;

		if (e->flow.slot[i] == NULL)
			continue;
		emu_flow_entry(e->flow.slot[i], &entry);
		memcpy(&to[count++], &entry, sizeof(entry));
	}
	memset(&res, 0, sizeof(res));
	res.count = le32_of(count);
	res.next = le32_of(i < e->flow.size ? i : FWI_DUMP_END);
	memcpy(result, &res, sizeof(res));
	return FWI_ST_OK;
}

enum fwi_status emu_flowcmd_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t *result)
{
	struct fwi_cmd_dump d;
	struct fwi_cmd_flow c;

	memcpy(&c, cmd, sizeof(c));
	memcpy(&d, cmd, sizeof(d));
	switch (le16_get(c.opcode)) {
	case FWI_OP_FLOW_ADD:
		return add(e, &c);
	case FWI_OP_FLOW_DUMP:
		return dump(e, &d, result);
	default:
		return count_and_del(e, &c, result);
	}
}
