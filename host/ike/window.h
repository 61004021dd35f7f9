#ifndef IKE_WINDOW_H
#define IKE_WINDOW_H

#include "base/wheel.h"
#include "ike/blob.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_sa;

/* How long to wait for an answer. */
struct ike_pace {
	uint32_t base_ms;
	uint8_t tries; /* transmissions in all */
	bool constant; /* else each wait is twice the one before */
};

/*
 * Message ids and retransmission with a window of 1, RFC7296-2.1 to 2.3: at most one request of ours is under way, and
 * the last response is kept for the peer's retransmissions.
 */
struct ike_window {
	uint32_t tx_id;           /* of our request under way, or of the next one */
	uint32_t rx_id;           /* of the next request of the peer's */
	struct ike_blob request;  /* empty: none under way; here and below a train, frag/train.h */
	struct ike_blob response; /* to request rx_id - 1 */
	struct ike_blob held;     /* to request rx_id, which is busy, until the world has done what it says; empty: none */
	uint32_t wait_ms;
	uint8_t left;             /* transmissions that may follow */
	uint8_t vain_tx, vain_rx; /* of the request, and of the response: those that didn't get through, it seems */
	bool constant;
	bool busy; /* request rx_id is here and being worked on */
	struct wheel_timer timer;
};

enum ike_window_verdict {
	IKE_WINDOW_FRESH,  /* the next request, or the answer to ours */
	IKE_WINDOW_REPEAT, /* the last request again: its response is to be sent again */
	IKE_WINDOW_OUTSIDE /* anything else, a request that is being worked on included */
};

enum ike_window_verdict ike_window_judge(const struct ike_window *w, bool response, uint32_t id);

/* Sends request 'train' (frag/train.h) and again until answered; gives up with IKE_E_NO_ANSWER.  None may be under way. */
MUST_USE enum err ike_window_request(struct ike_sa *sa, struct bytes train, const struct ike_pace *pace);

static inline bool ike_window_waiting(const struct ike_window *w)
{
	return w->request.len != 0;
}

/* The answer is here: the request is dropped and the id moves on. */
void ike_window_answered(struct ike_sa *sa);

/* The request is given up without an answer and its id stays (IKE_SA_INIT begins again with id 0). */
void ike_window_withdraw(struct ike_sa *sa);

/* At most 'tries' more transmissions, 'base_ms' apart from the next on: a refusal came that can't be trusted. */
void ike_window_hurry(struct ike_sa *sa, uint32_t base_ms, uint8_t tries);

/* Sends the request under way, if any, once more at once: its path is another. */
void ike_window_again(struct ike_sa *sa);

/* Sends 'train' as the response to request rx_id and keeps it. */
MUST_USE enum err ike_window_respond(struct ike_sa *sa, struct bytes train);

/* Keeps 'train' back as the response to request rx_id, which isn't answered until it is released, if it is held at all. */
MUST_USE enum err ike_window_hold(struct ike_sa *sa, struct bytes train);
void ike_window_release(struct ike_sa *sa);

/* Sends the kept response again. */
void ike_window_repeat(struct ike_sa *sa);

void ike_window_fini(struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
