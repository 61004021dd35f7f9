/*
 * The admin queue and the control register.  A command is copied once and judged by the copy; its effect comes
 * before the next command is looked at; completions may leave in another order only by FWI_FAULT_DELAY.
 */
#include "emu/admin.h"

#include <string.h>

#include "emu/cmd/cmd.h"
#include "emu/cmd/queue.h"
#include "emu/event.h"
#include "emu/fault.h"
#include "mbox/shm.h"

enum { COMMANDS_A_ROUND = 64 };

static void set_state(struct emu *e, enum fwi_state state)
{
	e->state = state;
	mbox_shm_store32(&e->bar->device.state, state);
}

static bool latch(const struct emu *e, const struct fwi_ring_reg *reg, uint32_t slot, struct emu_ring *out)
{
	struct fwi_ring_reg r;

	mbox_shm_copy(&r, reg, sizeof(r));
	if (r.log2_slots < FWI_RING_LOG2_MIN || r.log2_slots > FWI_RING_LOG2_MAX || le64_get(r.offset) % FWI_ALIGN != 0)
		return false;
	out->region = le16_get(r.region);
	out->log2_slots = r.log2_slots;
	out->offset = le64_get(r.offset);
	return emu_ring_at(e, out, slot) != NULL;
}

static void turn_on(struct emu *e)
{
	const struct fwi_regs_driver *reg = &e->bar->driver;
	struct emu_admin *a = &e->admin;

	memset(a, 0, sizeof(*a));
	if (!latch(e, &reg->asq, sizeof(struct fwi_cmd), &a->asq) || !latch(e, &reg->acq, sizeof(struct fwi_comp), &a->acq) ||
		!latch(e, &reg->evq, sizeof(struct fwi_event), &a->evq) || a->acq.log2_slots != a->asq.log2_slots) {
		set_state(e, FWI_STATE_BAD_RINGS);
		return;
	}
	e->epoch++;
	mbox_shm_store32(&e->bar->device.epoch, e->epoch);
	set_state(e, FWI_STATE_READY);
}

void emu_admin_off(struct emu *e)
{
	emu_queue_forget(e);
	memset(&e->faults.held, 0, sizeof(e->faults.held));
	e->faults.held_count = 0;
	if (e->state != FWI_STATE_FAILED)
		set_state(e, FWI_STATE_OFF);
}

static bool wants_change(const struct emu *e, uint32_t control)
{
	return (e->state == FWI_STATE_OFF && control == FWI_CONTROL_ON) ||
	       ((e->state == FWI_STATE_READY || e->state == FWI_STATE_BAD_RINGS) && control == FWI_CONTROL_OFF);
}

bool emu_admin_control(struct emu *e)
{
	uint32_t control = mbox_shm_load32(&e->bar->driver.control);

	if (!wants_change(e, control))
		return false;
	if (control == FWI_CONTROL_ON)
		turn_on(e);
	else
		emu_admin_off(e);
	log_event(e->config.log, LOG_L_INFO, "nic.control", "state=%u epoch=%u", e->state, e->epoch);
	return true;
}

/* The device gives up: what can't be trusted isn't touched again. */
static void fail(struct emu *e, uint32_t why)
{
	struct fwi_event ev = emu_event_of(FWI_EV_FATAL);

	log_event(e->config.log, LOG_L_ERROR, "nic.fatal", "code=%u", why);
	ev.value = le32_of(why);
	emu_event_put(e, &ev);
	e->fatal = why;
	mbox_shm_store32(&e->bar->device.fatal, why);
	set_state(e, FWI_STATE_FAILED);
	emu_admin_off(e);
}

static void write_completion(struct emu *e, struct fwi_comp *comp)
{
	struct emu_admin *a = &e->admin;
	struct fwi_comp *ring = (struct fwi_comp *)emu_ring_at(e, &a->acq, sizeof(*ring));
	struct fwi_comp *slot;

	if (ring == NULL)
		return; /* the driver took the ring away: nobody waits */
	slot = &ring[a->acq_prod & ((1u << a->acq.log2_slots) - 1)];
	memcpy((uint8_t *)slot + sizeof(slot->position), (const uint8_t *)comp + sizeof(comp->position),
		sizeof(*comp) - sizeof(comp->position));
	a->acq_prod++;
	mbox_shm_store32(&slot->position, a->acq_prod);
	emu_irq_update(&a->comp_irq, e->link.vector_fd[0], a->acq_prod, &e->bar->driver.acq_arm);
}

static void carry_out(struct emu *e, const struct fwi_cmd *cmd)
{
	struct fwi_comp comp;
	enum fwi_status st = FWI_ST_OK;
	bool is_fault = le16_get(cmd->opcode) == FWI_OP_FAULT;

	memset(&comp, 0, sizeof(comp));
	e->count.commands++;
	if (le32_get(cmd->epoch) != e->epoch)
		st = FWI_ST_EPOCH;
	else if (!is_fault)
		st = emu_fault_fail(e);
	if (st == FWI_ST_OK)
		st = emu_cmd_run(e, cmd, comp.result);
	else
		emu_cmd_discard(e, cmd);
	if (st != FWI_ST_OK)
		memset(comp.result, 0, sizeof(comp.result));
	comp.tag = cmd->tag;
	comp.status = le16_of((uint16_t)st);
	if (is_fault || !emu_fault_hold(e, &comp))
		write_completion(e, &comp);
}

/* How many commands wait; fatal when the doorbell can't be. */
static uint32_t waiting(const struct emu *e)
{
	return mbox_shm_load32(&e->bar->driver.asq_prod) - e->admin.asq_cons;
}

static bool take_commands(struct emu *e)
{
	uint32_t slots = 1u << e->admin.asq.log2_slots;
	uint32_t count = waiting(e);
	uint32_t done = 0;

	if (count > slots) {
		fail(e, FWI_ST_FIELD);
		return true;
	}
	while (done < count && done < COMMANDS_A_ROUND && e->faults.hang_until_ms == 0 && !e->faults.crash) {
		const struct fwi_cmd *ring = (const struct fwi_cmd *)emu_ring_at(e, &e->admin.asq, sizeof(*ring));
		struct fwi_cmd cmd;

		if (ring == NULL) {
			fail(e, FWI_ST_ADDRESS);
			return true;
		}
		mbox_shm_copy(&cmd, &ring[e->admin.asq_cons & (slots - 1)], sizeof(cmd));
		e->admin.asq_cons++;
		done++;
		carry_out(e, &cmd);
	}
	return done > 0;
}

bool emu_admin_poll(struct emu *e)
{
	struct fwi_comp comp;
	bool work = take_commands(e);

	while (e->state == FWI_STATE_READY && emu_fault_release(e, &comp)) {
		write_completion(e, &comp);
		work = true;
	}
	if (e->state == FWI_STATE_READY && e->fatal != 0)
		fail(e, e->fatal);
	return work;
}

bool emu_admin_has_work(const struct emu *e)
{
	if (wants_change(e, mbox_shm_load32(&e->bar->driver.control)))
		return true;
	return e->state == FWI_STATE_READY && waiting(e) != 0;
}
