/* Commands as bytes: every structure overlays the 64-byte slot, so each is filled as itself and copied. */
#include "mbox/build.h"

#include <string.h>

static void set_opcode(struct fwi_cmd *c, enum fwi_op op)
{
	memset(c, 0, sizeof(*c));
	c->opcode = le16_of((uint16_t)op);
}

static void put(struct fwi_cmd *c, enum fwi_op op, const void *overlay)
{
	memcpy(c, overlay, sizeof(*c));
	c->opcode = le16_of((uint16_t)op);
}

static void put_out(struct fwi_cmd *c, enum fwi_op op, struct fwi_addr out)
{
	struct fwi_cmd_out o = { .out = out };

	put(c, op, &o);
}

void mbox_build_nop(struct fwi_cmd *c)
{
	set_opcode(c, FWI_OP_NOP);
}

void mbox_build_identify(struct fwi_cmd *c, struct fwi_addr out)
{
	put_out(c, FWI_OP_IDENTIFY, out);
}

void mbox_build_caps(struct fwi_cmd *c, struct fwi_addr out)
{
	put_out(c, FWI_OP_CAPS, out);
}

void mbox_build_reset(struct fwi_cmd *c)
{
	set_opcode(c, FWI_OP_RESET);
}

void mbox_build_port_start(struct fwi_cmd *c, uint32_t flags)
{
	struct fwi_cmd_port p = { .flags = le32_of(flags) };

	put(c, FWI_OP_PORT_START, &p);
}

void mbox_build_port_stop(struct fwi_cmd *c)
{
	set_opcode(c, FWI_OP_PORT_STOP);
}

void mbox_build_port_mac(struct fwi_cmd *c, const uint8_t mac[6])
{
	struct fwi_cmd_port p = { .flags = le32_of(0) };

	memcpy(p.mac, mac, sizeof(p.mac));
	put(c, FWI_OP_PORT_MAC, &p);
}

void mbox_build_port_mtu(struct fwi_cmd *c, uint32_t mtu)
{
	struct fwi_cmd_port p = { .value = le32_of(mtu) };

	put(c, FWI_OP_PORT_MTU, &p);
}

void mbox_build_port_promisc(struct fwi_cmd *c, uint32_t on)
{
	struct fwi_cmd_port p = { .value = le32_of(on) };

	put(c, FWI_OP_PORT_PROMISC, &p);
}

void mbox_build_queue_setup(struct fwi_cmd *c, const struct mbox_build_queue *q)
{
	struct fwi_cmd_queue o = {
		.queue = le16_of(q->queue), .kind = (uint8_t)q->kind, .log2_slots = q->log2_slots, .ring = q->ring, .back = q->back
	};

	put(c, FWI_OP_QUEUE_SETUP, &o);
}

void mbox_build_queue_start(struct fwi_cmd *c, uint16_t queue, enum fwi_queue_kind kind)
{
	struct fwi_cmd_queue o = { .queue = le16_of(queue), .kind = (uint8_t)kind };

	put(c, FWI_OP_QUEUE_START, &o);
}

void mbox_build_queue_stop(struct fwi_cmd *c, uint16_t queue, enum fwi_queue_kind kind)
{
	struct fwi_cmd_queue o = { .queue = le16_of(queue), .kind = (uint8_t)kind };

	put(c, FWI_OP_QUEUE_STOP, &o);
}

static void put_sa(struct fwi_cmd *c, enum fwi_op op, const struct mbox_build_sa *sa, struct fwi_addr data)
{
	struct fwi_cmd_sa o = {
		.index = le32_of(sa->index), .generation = le16_of(sa->generation), .direction = (uint8_t)sa->direction, .data = data
	};

	put(c, op, &o);
}

void mbox_build_sa_add(struct fwi_cmd *c, const struct mbox_build_sa *sa, struct fwi_addr image)
{
	put_sa(c, FWI_OP_SA_ADD, sa, image);
}

void mbox_build_sa_del(struct fwi_cmd *c, const struct mbox_build_sa *sa)
{
	const struct fwi_addr none = { .region = le16_of(0) };

	put_sa(c, FWI_OP_SA_DEL, sa, none);
}

void mbox_build_sa_state(struct fwi_cmd *c, const struct mbox_build_sa *sa, struct fwi_addr out)
{
	put_sa(c, FWI_OP_SA_STATE, sa, out);
}

void mbox_build_sa_dump(struct fwi_cmd *c, enum fwi_direction direction, uint32_t first, struct fwi_addr out)
{
	struct fwi_cmd_dump o = { .first = le32_of(first), .direction = (uint8_t)direction, .out = out };

	put(c, FWI_OP_SA_DUMP, &o);
}

void mbox_build_flow_add(struct fwi_cmd *c, const struct fwi_cmd_flow *rule)
{
	put(c, FWI_OP_FLOW_ADD, rule);
}

void mbox_build_flow_del(struct fwi_cmd *c, uint32_t index)
{
	struct fwi_cmd_flow o = { .index = le32_of(index) };

	put(c, FWI_OP_FLOW_DEL, &o);
}

void mbox_build_flow_stats(struct fwi_cmd *c, uint32_t index)
{
	struct fwi_cmd_flow o = { .index = le32_of(index) };

	put(c, FWI_OP_FLOW_STATS, &o);
}

void mbox_build_flow_dump(struct fwi_cmd *c, uint32_t first, struct fwi_addr out)
{
	struct fwi_cmd_dump o = { .first = le32_of(first), .out = out };

	put(c, FWI_OP_FLOW_DUMP, &o);
}

void mbox_build_guard_on(struct fwi_cmd *c, struct fwi_addr rules, uint32_t count)
{
	struct fwi_cmd_guard o = { .on = 1, .count = le32_of(count), .rules = rules };

	put(c, FWI_OP_GUARD_SET, &o);
}

void mbox_build_guard_off(struct fwi_cmd *c)
{
	set_opcode(c, FWI_OP_GUARD_SET);
}

void mbox_build_stats_page(struct fwi_cmd *c, enum fwi_stats_kind kind, struct fwi_addr page)
{
	struct fwi_cmd_stats o = { .kind = (uint8_t)kind, .page = page };

	put(c, FWI_OP_STATS_PAGE, &o);
}

void mbox_build_fault(struct fwi_cmd *c, enum fwi_fault_kind kind, uint32_t value, uint32_t count)
{
	struct fwi_cmd_fault o = { .kind = le32_of((uint32_t)kind), .value = le32_of(value), .count = le32_of(count) };

	put(c, FWI_OP_FAULT, &o);
}
