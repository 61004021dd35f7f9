/*
 * Faults on demand.  The datapath passes them on to the port's device, and answers when the device took them: what comes
 * of it shows in show platform offload and show crypto session like any other failure.  Loop thread.
 */
#include "ctl/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/list.h"
#include "ctl/text.h"

enum { FAULT_MS_MAX = 3600000, FAULT_COUNT_MAX = 1000000, FAULT_COUNT = 1 };

/* A decimal of 1..max. */
static bool read_number(const char *text, unsigned long max, uint32_t *out)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || v == 0 || v > max)
		return false;
	*out = (uint32_t)v;
	return true;
}

/* hang and slow take milliseconds; refuse, corrupt and slow a count. */
static bool read_arguments(const struct ctl_call *call, struct dp_fault *out)
{
	bool timed = out->kind == DP_FAULT_HANG || out->kind == DP_FAULT_SLOW;
	const char *ms = timed ? call->arg[1] : NULL, *count = timed ? call->arg[2] : call->arg[1];

	out->count = FAULT_COUNT;
	return (ms == NULL || read_number(ms, FAULT_MS_MAX, &out->value)) &&
	       (count == NULL || read_number(count, FAULT_COUNT_MAX, &out->count));
}

static const char *explain(enum err err)
{
	switch (err) {
	case ERR_CLOSED:
		return "the datapath isn't connected";
	case ERR_ABSENT:
		return "the datapath doesn't have the port";
	case ERR_UNSUPPORTED:
		return "no device that could fail stands behind the port";
	case ERR_DENIED:
		return "the device takes no faults (navenic --allow-faults)";
	case ERR_DEVICE:
	case ERR_TIMEOUT:
		return "the device doesn't answer";
	default:
		return err_str(err);
	}
}

static enum err fail(struct ctl_call *call, enum err err)
{
	if (err != ERR_OK)
		(void)snprintf(call->error, sizeof(call->error), "%s", explain(err));
	return err;
}

static void answered(struct dp_call *c, enum err err, const struct dp_msg *reply)
{
	struct ctl_call *call = list_of(c, struct ctl_device_state, call)->owner;

	ctl_server_ready(call, fail(call, err == ERR_OK ? reply->u.faulted.err : err));
}

enum err ctl_device_begin_fault(struct ctl_call *call)
{
	const struct ctl_world *w = ctl_show_world(call);
	struct ctl_device_state *state = (struct ctl_device_state *)call->state;
	struct dp_fault fault = { .port = session_hub_port_id(w->hub, call->arg[0]), .kind = (uint8_t)call->command->variant };
	enum err err;

	if (fault.port == 0) {
		(void)snprintf(call->error, sizeof(call->error), "no port stands behind that interface (show platform offload)");
		return ERR_ABSENT;
	}
	if (!read_arguments(call, &fault)) {
		(void)snprintf(call->error, sizeof(call->error), "milliseconds are 1 to %d, counts 1 to %d", FAULT_MS_MAX, FAULT_COUNT_MAX);
		return ERR_RANGE;
	}
	state->owner = call;
	state->call.done = answered;
	err = dp_provider_fault(w->datapath, &fault, &state->call);
	return err == ERR_OK ? ERR_AGAIN : fail(call, err);
}

enum err ctl_device_fault(struct ctl_call *call, json_t *doc, bool *more)
{
	json_t *row = json_pack(
		"{s:o, s:s}", "interface", ctl_text_str(call->arg[0]), "fault", dp_fault_str((enum dp_fault_kind)call->command->variant));

	(void)more;
	return json_object_update_new(doc, row) == 0 ? ERR_OK : ERR_NOMEM;
}

void ctl_device_end_fault(struct ctl_call *call)
{
	struct ctl_device_state *state = (struct ctl_device_state *)call->state;

	dp_provider_cancel(ctl_show_world(call)->datapath, &state->call);
}
