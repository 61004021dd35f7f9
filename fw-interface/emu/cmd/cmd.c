/* Opcode to handler. */
#include "emu/cmd/cmd.h"

#include <string.h>

#include "emu/cmd/dev.h"
#include "emu/cmd/flowcmd.h"
#include "emu/cmd/port.h"
#include "emu/cmd/queue.h"
#include "emu/cmd/sacmd.h"
#include "emu/fault.h"
#include "emu/stats.h"

static enum fwi_status run_stats(struct emu *e, const struct fwi_cmd *cmd)
{
	struct fwi_cmd_stats c;

	memcpy(&c, cmd, sizeof(c));
	return emu_stats_page(e, c.kind, &c.page);
}

static enum fwi_status run_fault(struct emu *e, const struct fwi_cmd *cmd)
{
	struct fwi_cmd_fault c;

	memcpy(&c, cmd, sizeof(c));
	return emu_fault_set(e, &c);
}

enum fwi_status emu_cmd_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t result[EMU_CMD_RESULT])
{
	switch (le16_get(cmd->opcode)) {
	case FWI_OP_NOP:
		return FWI_ST_OK;
	case FWI_OP_IDENTIFY:
	case FWI_OP_CAPS:
	case FWI_OP_RESET:
		return emu_dev_run(e, cmd);
	case FWI_OP_PORT_START:
	case FWI_OP_PORT_STOP:
	case FWI_OP_PORT_MAC:
	case FWI_OP_PORT_MTU:
	case FWI_OP_PORT_PROMISC:
		return emu_port_run(e, cmd);
	case FWI_OP_QUEUE_SETUP:
	case FWI_OP_QUEUE_START:
	case FWI_OP_QUEUE_STOP:
		return emu_queue_run(e, cmd, result);
	case FWI_OP_SA_ADD:
	case FWI_OP_SA_DEL:
	case FWI_OP_SA_STATE:
	case FWI_OP_SA_DUMP:
		return emu_sacmd_run(e, cmd, result);
	case FWI_OP_FLOW_ADD:
	case FWI_OP_FLOW_DEL:
	case FWI_OP_FLOW_STATS:
	case FWI_OP_FLOW_DUMP:
		return emu_flowcmd_run(e, cmd, result);
	case FWI_OP_GUARD_SET:
		return emu_dev_guard(e, cmd);
	case FWI_OP_STATS_PAGE:
		return run_stats(e, cmd);
	case FWI_OP_FAULT:
		return run_fault(e, cmd);
	default:
		return FWI_ST_OPCODE;
	}
}

void emu_cmd_discard(struct emu *e, const struct fwi_cmd *cmd)
{
	if (le16_get(cmd->opcode) == FWI_OP_SA_ADD)
		emu_sacmd_discard(e, cmd);
}
