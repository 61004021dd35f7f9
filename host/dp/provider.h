#ifndef DP_PROVIDER_H
#define DP_PROVIDER_H

#include "base/list.h"
#include "dp/codec.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What control holds of a datapath: something that answers contract 1's requests.  dp/client.h reaches navedp over its
 * socket, dp/fake.h lives in memory; both embed a struct dp_provider as 'base'.  One loop thread.
 *
 * A request is a struct dp_msg whose arrays and secrets are borrowed for the time of the call alone; the answer comes
 * to a struct dp_call that the asker embeds and that must stay until then, or be cancelled.
 */
struct dp_provider;

struct dp_call {
	struct list link; /* provider's */
	uint32_t tag;     /* provider's; 0: not pending */
	uint64_t due_ms;  /* provider's */
	uint16_t count;   /* provider's: operations asked for */
	uint8_t answer;   /* provider's: enum dp_msg_kind that will answer */
	/*
	 * Called once, never from within dp_provider_call, and 'call' is no longer pending.  'reply' is of the kind that
	 * answers the request and lives as long as this function runs; NULL when 'err' isn't ERR_OK:
	 * ERR_CLOSED, the link died or the datapath didn't answer in time.  Whether a transaction was applied is unknown
	 * then.
	 */
	void (*done)(struct dp_call *call, enum err err, const struct dp_msg *reply);
};

/* Who wants to hear.  Embedded by its owner; both functions may be NULL. */
struct dp_listener {
	struct list link;
	/* The link came up (HELLOs were exchanged: see p->peer) or went down, all calls having failed before. */
	void (*changed)(struct dp_listener *l, struct dp_provider *p);
	void (*event)(struct dp_listener *l, const struct dp_event *e);
};

struct dp_provider_ops {
	enum err (*call)(struct dp_provider *p, struct dp_msg *request, struct dp_call *call);
	void (*cancel)(struct dp_provider *p, struct dp_call *call);
	void (*close)(struct dp_provider *p);
};

struct dp_provider {
	const struct dp_provider_ops *ops;
	struct list listeners;
	bool up;
	struct dp_hello peer; /* the datapath's last HELLO */
};

/*
 * Sends a request; 'request->tag' is set.  'call' is NULL for SPI_RELEASE alone.
 * ERR_AGAIN: too many are pending or the socket is full, try when one of yours is done or later; ERR_CLOSED: no link.
 */
MUST_USE enum err dp_provider_call(struct dp_provider *p, struct dp_msg *request, struct dp_call *call);

/* The answer won't be delivered; the request itself isn't undone.  Nothing when 'call' isn't pending. */
void dp_provider_cancel(struct dp_provider *p, struct dp_call *call);

bool dp_call_pending(const struct dp_call *call);

/* Requests by kind. */
MUST_USE enum err dp_provider_submit(struct dp_provider *p, struct dp_op *op, uint16_t count, struct dp_call *call);
MUST_USE enum err dp_provider_dump(struct dp_provider *p, uint64_t cursor, struct dp_call *call);
MUST_USE enum err dp_provider_stats(struct dp_provider *p, const struct dp_stats *which, struct dp_call *call);
MUST_USE enum err dp_provider_reserve(struct dp_provider *p, uint32_t port, uint16_t count, struct dp_call *call);
MUST_USE enum err dp_provider_release(struct dp_provider *p, uint32_t *spi, uint16_t count);
MUST_USE enum err dp_provider_fault(struct dp_provider *p, const struct dp_fault *fault, struct dp_call *call);

void dp_provider_listen(struct dp_provider *p, struct dp_listener *l);
void dp_provider_unlisten(struct dp_listener *l);

/* Fails all pending calls, drops listeners, frees; NULL is fine. */
void dp_provider_close(struct dp_provider *p);

/* For providers: the kind that answers a request of 'kind'; DP_MSG_NONE for one that isn't answered or no request. */
enum dp_msg_kind dp_provider_answer(enum dp_msg_kind kind);

/* For providers: whether 'reply' is what 'call' waits for. */
bool dp_provider_fits(const struct dp_call *call, const struct dp_msg *reply);

/* For providers: tell every listener.  A listener may leave from within its function. */
void dp_provider_tell_changed(struct dp_provider *p);
void dp_provider_tell_event(struct dp_provider *p, const struct dp_event *e);

#ifdef __cplusplus
}
#endif
#endif
