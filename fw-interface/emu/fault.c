/* Faults on demand; docs/fw-interface.md 14.4. */
#include "emu/fault.h"

#include <string.h>

enum fwi_status emu_fault_set(struct emu *e, const struct fwi_cmd_fault *c)
{
	struct emu_faults *f = &e->faults;
	uint32_t value = le32_get(c->value);
	uint32_t count = le32_get(c->count);

	if (!e->config.allow_faults)
		return FWI_ST_DENIED;
	log_event(e->config.log, LOG_L_NOTICE, "nic.fault", "kind=%u value=%u count=%u", le32_get(c->kind), value, count);
	switch (le32_get(c->kind)) {
	case FWI_FAULT_CLEAR:
		f->heartbeat_stopped = false;
		f->fail_count = 0;
		f->delay_count = 0;
		f->corrupt_count = 0;
		return FWI_ST_OK;
	case FWI_FAULT_HANG:
		f->hang_until_ms = value == 0 ? UINT64_MAX : e->now_ms + value;
		return FWI_ST_OK;
	case FWI_FAULT_HEARTBEAT:
		f->heartbeat_stopped = true;
		return FWI_ST_OK;
	case FWI_FAULT_FAIL:
		if (value == FWI_ST_OK || value > UINT16_MAX)
			return FWI_ST_FIELD;
		f->fail_count = count;
		f->fail_status = (uint16_t)value;
		return FWI_ST_OK;
	case FWI_FAULT_DELAY:
		f->delay_count = count;
		f->delay_ms = value;
		return FWI_ST_OK;
	case FWI_FAULT_CORRUPT:
		f->corrupt_count = count;
		return FWI_ST_OK;
	case FWI_FAULT_CRASH:
		f->crash = true;
		return FWI_ST_OK;
	case FWI_FAULT_FATAL:
		e->fatal = value;
		return value != 0 ? FWI_ST_OK : FWI_ST_FIELD;
	default:
		return FWI_ST_FIELD;
	}
}

bool emu_fault_hangs(struct emu *e)
{
	struct emu_faults *f = &e->faults;

	if (f->crash) {
		f->crash = false;
		e->config.crash(e->config.ctx);
	}
	if (e->now_ms < f->hang_until_ms)
		return true;
	f->hang_until_ms = 0;
	return false;
}

enum fwi_status emu_fault_fail(struct emu *e)
{
	if (e->faults.fail_count == 0)
		return FWI_ST_OK;
	e->faults.fail_count--;
	return (enum fwi_status)e->faults.fail_status;
}

bool emu_fault_hold(struct emu *e, struct fwi_comp *comp)
{
	struct emu_faults *f = &e->faults;

	if (f->corrupt_count > 0) {
		f->corrupt_count--;
		comp->tag = le16_of(UINT16_MAX);
	}
	if (f->delay_count == 0 || f->held_count == EMU_HELD_MAX)
		return false;
	f->delay_count--;
	f->held[f->held_count].due_ms = e->now_ms + f->delay_ms;
	f->held[f->held_count].comp = *comp;
	f->held_count++;
	return true;
}

bool emu_fault_release(struct emu *e, struct fwi_comp *out)
{
	struct emu_faults *f = &e->faults;

	for (unsigned i = 0; i < f->held_count; i++) {
		if (e->now_ms < f->held[i].due_ms)
			continue;
		*out = f->held[i].comp;
		f->held_count--;
		memmove(&f->held[i], &f->held[i + 1], (f->held_count - i) * sizeof(f->held[0]));
		return true;
	}
	return false;
}
