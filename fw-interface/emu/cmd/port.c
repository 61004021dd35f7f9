/* Commands about the port: link, address, MTU. */
#include "emu/cmd/port.h"

#include <string.h>

#include "emu/event.h"

enum { MTU_MIN = 68 };

void emu_port_down(struct emu *e)
{
	if (!e->port.up)
		return;
	e->port.up = false;
	emu_event_link(e);
}

static enum fwi_status start(struct emu *e, uint32_t flags)
{
	if ((flags & ~(uint32_t)FWI_PORT_GUARDED) != 0)
		return FWI_ST_FIELD;
	if (e->port.up || ((flags & FWI_PORT_GUARDED) != 0 && !e->guard.on))
		return FWI_ST_STATE;
	e->config.wire->ops->drop(e->config.wire); /* what came while nobody listened */
	e->port.up = true;
	emu_event_link(e);
	return FWI_ST_OK;
}

static enum fwi_status set_mac(struct emu *e, const uint8_t mac[6])
{
	if ((mac[0] & 1) != 0)
		return FWI_ST_FIELD;
	memcpy(e->port.mac, mac, sizeof(e->port.mac));
	return FWI_ST_OK;
}

enum fwi_status emu_port_run(struct emu *e, const struct fwi_cmd *cmd)
{
	struct fwi_cmd_port c;
	uint32_t value;

	memcpy(&c, cmd, sizeof(c));
	value = le32_get(c.value);
	switch (le16_get(c.opcode)) {
	case FWI_OP_PORT_START:
		return start(e, le32_get(c.flags));
	case FWI_OP_PORT_MAC:
		return set_mac(e, c.mac);
	case FWI_OP_PORT_MTU:
		if (value < MTU_MIN || value > e->config.profile->mtu_max)
			return FWI_ST_FIELD;
		e->port.mtu = value;
		return FWI_ST_OK;
	case FWI_OP_PORT_PROMISC:
		if (value > 1)
			return FWI_ST_FIELD;
		e->port.promisc = value == 1;
		return FWI_ST_OK;
	default:
		emu_port_down(e);
		return FWI_ST_OK;
	}
}
