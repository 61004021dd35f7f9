#ifndef MBOX_BUILD_H
#define MBOX_BUILD_H

#include "fwi/cmd.h"
#include "fwi/fault.h"
#include "fwi/flow.h"
#include "fwi/guard.h"
#include "fwi/sa.h"
#include "fwi/stats.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One builder a command.  Each fills all 64 bytes of 'c' but tag and epoch, which mbox_post stamps. */
void mbox_build_nop(struct fwi_cmd *c);
void mbox_build_identify(struct fwi_cmd *c, struct fwi_addr out);
void mbox_build_caps(struct fwi_cmd *c, struct fwi_addr out);
void mbox_build_reset(struct fwi_cmd *c);

void mbox_build_port_start(struct fwi_cmd *c, uint32_t flags);
void mbox_build_port_stop(struct fwi_cmd *c);
void mbox_build_port_mac(struct fwi_cmd *c, const uint8_t mac[6]);
void mbox_build_port_mtu(struct fwi_cmd *c, uint32_t mtu);
void mbox_build_port_promisc(struct fwi_cmd *c, uint32_t on);

/* A queue of 1 << log2_slots descriptors; 'ring' and 'back' as struct fwi_cmd_queue says. */
struct mbox_build_queue {
	uint16_t queue;
	enum fwi_queue_kind kind;
	uint8_t log2_slots;
	struct fwi_addr ring;
	struct fwi_addr back;
};
void mbox_build_queue_setup(struct fwi_cmd *c, const struct mbox_build_queue *q);
void mbox_build_queue_start(struct fwi_cmd *c, uint16_t queue, enum fwi_queue_kind kind);
void mbox_build_queue_stop(struct fwi_cmd *c, uint16_t queue, enum fwi_queue_kind kind);

/* An SA by its name. */
struct mbox_build_sa {
	uint32_t index;
	uint16_t generation;
	enum fwi_direction direction;
};
void mbox_build_sa_add(struct fwi_cmd *c, const struct mbox_build_sa *sa, struct fwi_addr image);
void mbox_build_sa_del(struct fwi_cmd *c, const struct mbox_build_sa *sa);
void mbox_build_sa_state(struct fwi_cmd *c, const struct mbox_build_sa *sa, struct fwi_addr out);
void mbox_build_sa_dump(struct fwi_cmd *c, enum fwi_direction direction, uint32_t first, struct fwi_addr out);

/* 'rule' has the fields of the match and action; its opcode is set here. */
void mbox_build_flow_add(struct fwi_cmd *c, const struct fwi_cmd_flow *rule);
void mbox_build_flow_del(struct fwi_cmd *c, uint32_t index);
void mbox_build_flow_stats(struct fwi_cmd *c, uint32_t index);
void mbox_build_flow_dump(struct fwi_cmd *c, uint32_t first, struct fwi_addr out);

/* 'count' struct fwi_guard_rule at 'rules'. */
void mbox_build_guard_on(struct fwi_cmd *c, struct fwi_addr rules, uint32_t count);
void mbox_build_guard_off(struct fwi_cmd *c);

void mbox_build_stats_page(struct fwi_cmd *c, enum fwi_stats_kind kind, struct fwi_addr page);
void mbox_build_fault(struct fwi_cmd *c, enum fwi_fault_kind kind, uint32_t value, uint32_t count);

#ifdef __cplusplus
}
#endif
#endif
