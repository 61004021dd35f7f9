#ifndef MBOX_MBOX_H
#define MBOX_MBOX_H

#include <stdbool.h>

#include "fwi/caps.h"
#include "fwi/cmd.h"
#include "fwi/event.h"
#include "mbox/build.h"
#include "mbox/bus.h"
#include "mbox/region.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The admin side of one attachment: commands with several in flight, completions, events, life signs.  Not locked:
 * one control thread calls everything here.  Nothing the device wrote is believed: what breaks the protocol
 * ends the mailbox (mbox_health) and answers all that was in flight.
 */
struct mbox;

/*
 * The answer to one command; called once, from mbox_poll, mbox_call or mbox_free.  'result' is the completion's 48 bytes,
 * a copy (struct fwi_res_…), zero unless 'status' is OK.  It may post, but not call, poll or free.
 */
typedef void mbox_done_fn(void *ctx, enum fwi_status status, const void *result);

/* One event, a copy.  Types it doesn't know are to be ignored.  The same limits as above. */
typedef void mbox_event_fn(void *ctx, const struct fwi_event *event);

struct mbox_config {
	uint8_t admin_log2; /* commands in flight as a power of two, 3..12 */
	uint8_t event_log2;
	mbox_event_fn *event; /* NULL: events are dropped */
	void *ctx;
};

/* A mailbox that mbox_attach has to bring up.  'bus' is borrowed and outlives it.  FIELD: a ring of a size that no device has. */
enum fwi_status mbox_new(struct fwi_bus *bus, const struct mbox_config *config, struct mbox **out);

/*
 * A step of bringing the device up, without waiting for it: its welcome, the admin rings, ON, READY under a new epoch.  H_PENDING:
 * call it again (bus->ops->wait returns when that is worthwhile).  Else it is mbox_health: OK; H_TIMEOUT: not up within 2 s of
 * mbox_new; H_COMPLETION: its registers are nonsense; or why the device refused.
 */
enum fwi_status mbox_attach(struct mbox *m);

/*
 * Turns the device off, answers what is in flight with H_CLOSED, wipes images, gives the memory back.  A device that is in health is
 * waited for, 2 s at most; any other loses the rings with the attachment ('gone').  NULL is fine.
 */
void mbox_free(struct mbox *m);

/*
 * Posts a command built by mbox/build.h; tag and epoch are stamped here.  'done' may be NULL.
 * H_FULL: too many in flight (poll first); else what mbox_health says.  'done' is called only after OK.
 */
enum fwi_status mbox_post(struct mbox *m, const struct fwi_cmd *cmd, mbox_done_fn *done, void *ctx);

/* Posts and waits; 'result' (48 bytes) may be NULL.  Other completions and events are served meanwhile. */
enum fwi_status mbox_call(struct mbox *m, const struct fwi_cmd *cmd, void *result);

/* Takes completions and events, checks time-outs and life signs; bounded work.  Returns mbox_health. */
enum fwi_status mbox_poll(struct mbox *m);

/*
 * Arms vector 0.  True: nothing waits, the caller may sleep on bus->vector_fd[0] (and bus->device_fd) up to 100 ms
 * before it polls again; false: poll now.
 */
bool mbox_arm(struct mbox *m);

/* OK; H_PENDING: not up yet; or why the device can't be used any more: H_CLOSED (gone), H_TIMEOUT (hung), H_COMPLETION (broken, or FAILED). */
enum fwi_status mbox_health(const struct mbox *m);

uint32_t mbox_epoch(const struct mbox *m);
uint64_t mbox_boot_id(const struct mbox *m);   /* another value than last time: the device lost its SAs */
uint32_t mbox_in_flight(const struct mbox *m); /* commands */
struct fwi_bus *mbox_bus(const struct mbox *m);

/* An errno value (positive) for a status, for drivers whose callers expect one; 0 for OK. */
int mbox_errno(enum fwi_status status);

#ifdef __cplusplus
}
#endif
#endif
