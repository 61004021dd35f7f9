#ifndef IKE_AGREE_H
#define IKE_AGREE_H

#include "base/wheel.h"
#include "ike/blob.h"
#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Key exchanges are the world's to compute, and it may take its time.  Until it has, what needs one counts as not yet here: a message
 * is held as if the network had delayed it, an event is posted again.  So whatever happens meanwhile (messages, deletes, timeouts,
 * exchanges that cross) meets the tables in the state that it would find without, and no state says "computing".
 */

/* Whose exchange it is for; an SA has at most one of each, for windows are one request wide. */
enum ike_agree_side {
	IKE_AGREE_OURS,   /* a share for our request, or the response to it */
	IKE_AGREE_THEIRS, /* the peer's request */
	IKE_AGREE_SIDES
};

/* One question to the world, from asking until the step that it is for has been taken. */
struct ike_agreement {
	struct list link; /* of the engine's 'arrived', when it is answered and a message waits for it */
	struct slab_handle handle;
	struct ike_sa *sa;
	struct wheel_timer timer;
	const struct crypto_alg *group;
	struct ike_agreed answer; /* 'pub' is in the blob */
	struct ike_blob pub;
	struct ike_blob held; /* the message that waits, decrypted; empty: none does */
	struct ike_path path; /* that it came by */
	uint8_t side;
	uint8_t event; /* enum ike_event that waits; IKE_E_COUNT when a message does */
	bool asking;   /* inside the question */
	bool answered;
};

/*
 * Whether what 's' is about can be stepped with 'event', whose action needs what 'need' says: nothing, or it is computed.  If not, the
 * world has been asked; message or event comes again by itself.
 */
bool ike_agree_settled(const struct ike_step *s, enum ike_event event, ike_need_fn *need);

/* The step with 'event' is taken: what was computed for it is wiped. */
void ike_agree_spent(const struct ike_step *s, enum ike_event event);

/*
 * What was computed for this step with a share of 'group': secrets may be taken out, 'pub' lives as long as the step.  ERR_ABSENT:
 * nothing was; else the answer's error, ERR_MALFORMED for a bad public value of the peer's.
 */
MUST_USE enum err ike_agree_result(const struct ike_step *s, const struct crypto_alg *group, struct ike_agreed **out);

/* The world's answer, whose secrets are emptied. */
void ike_agree_take(struct ike_engine *e, struct slab_handle handle, struct ike_agreed *answer);

/* A message's KE payload as something to be computed with 'group'; false: it has none of that group. */
bool ike_agree_with(const struct ike_msg *msg, const struct crypto_alg *group, struct ike_agree *out);

/* Whatever waits on 'side' of the SA is dropped. */
void ike_agree_drop(struct ike_sa *sa, enum ike_agree_side side);

/* A message that waits for the peer's sake goes with the keys and the window that it came under. */
void ike_agree_swap(struct ike_sa *a, struct ike_sa *b);

#ifdef __cplusplus
}
#endif
#endif
