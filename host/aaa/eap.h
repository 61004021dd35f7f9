#ifndef AAA_EAP_H
#define AAA_EAP_H

#include "base/secret.h"
#include "cfg/model.h"
#include "eap/end.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Who checks a peer's EAP, `aaa authentication eap LIST`: one door in front of the back ends that a list's methods name.  A back end may
 * answer at once or later.
 */
struct aaa_eap;

/* What comes of a packet of the peer's. */
struct aaa_eap_result {
	enum eap_verdict verdict;
	struct bytes packet;   /* to be sent on; lives until the conversation's next call */
	const char *why;       /* EAP_REFUSED: for the log; else NULL */
	uint8_t method;        /* EAP_ACCEPTED: enum eap_type; */
	struct bytes identity; /* that it proved */
	struct secret msk;     /* to be moved out; empty: the method has none */
};

/* Called once for each step, perhaps before that returns; may free the conversation, for nothing of it is touched afterwards. */
typedef void aaa_eap_answer_fn(void *ctx, struct aaa_eap_result *result);

/* Borrowed for the conversation's life, but for 'identity'. */
struct aaa_eap_request {
	const struct cfg_model *model; /* its users */
	const struct cfg_aaa_list *list;
	bool query;            /* ask the peer for its identity */
	struct bytes identity; /* what it is called if it isn't asked */
	bool safe;             /* only methods that prove both ends (RFC5998) */
	struct crypto *crypto;
	const struct crypto_rand *rand;
	const struct crypto_tls_config *tls; /* of EAP-TLS; NULL: without */
	aaa_eap_answer_fn *answer;
	void *ctx;
};

/* ERR_UNSUPPORTED: the list has no back end that is there; ERR_ABSENT: it has no method that would do. */
MUST_USE enum err aaa_eap_new(const struct aaa_eap_request *request, struct aaa_eap **out);
void aaa_eap_free(struct aaa_eap *c); /* NULL is fine; no answer comes any more */

/* The peer's packet; empty: how to begin. */
void aaa_eap_step(struct aaa_eap *c, struct bytes packet);

/* Whether taking 'packet' is long public-key work.  Then run, on any thread, and tell afterwards do what step does. */
bool aaa_eap_is_long(const struct aaa_eap *c, struct bytes packet);
void aaa_eap_run(struct aaa_eap *c, struct bytes packet);
void aaa_eap_tell(struct aaa_eap *c);

/* Whom the peer claims to be so far; not proved before EAP_ACCEPTED. */
struct bytes aaa_eap_identity(const struct aaa_eap *c);

/* ---- for back ends ---- */

struct aaa_eap_backend {
	MUST_USE enum err (*open)(struct aaa_eap *c);
	void (*step)(struct aaa_eap *c, struct bytes packet);
	void (*run)(struct aaa_eap *c, struct bytes packet); /* with 'tell' another way to step; NULL: nothing of it is long */
	void (*tell)(struct aaa_eap *c);
	struct bytes (*identity)(const struct aaa_eap *c);
	void (*close)(struct aaa_eap *c); /* also of one whose 'open' failed */
};

struct aaa_eap {
	struct aaa_eap_request request;
	const struct aaa_eap_backend *backend;
	void *state; /* the back end's */
};

extern const struct aaa_eap_backend aaa_eap_local; /* the methods of eap, the configuration's users */

#ifdef __cplusplus
}
#endif
#endif
