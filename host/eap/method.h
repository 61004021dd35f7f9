#ifndef EAP_METHOD_H
#define EAP_METHOD_H

/* What an EAP method is to either end: a row of functions.  The folder's own, but for eap_method_find. */

#include "eap/end.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * After a packet: a request or response was written that waits for another; or the method is through, the peer's with its last
 * response written; or it has failed.
 */
enum eap_step { EAP_STEP_ON, EAP_STEP_DONE, EAP_STEP_FAIL };

struct eap_method {
	uint8_t type; /* enum eap_type */
	bool keys;    /* derives an MSK */
	bool safe;    /* fit for EAP-only authentication, RFC5998-4: mutual, with keys, and no dictionary helps */
	MUST_USE enum err (*open)(void **state);
	void (*close)(void *state);
	/* Server: the first request's data to 'w', then what each response's 'data' leads to.  DONE has set e->msk if 'keys'. */
	enum eap_step (*ask)(struct eap_end *e, struct wr *w);
	enum eap_step (*judge)(struct eap_end *e, struct bytes data, struct wr *w);
	/* Peer: the response to a request's 'data'. */
	enum eap_step (*answer)(struct eap_end *e, struct bytes data, struct wr *w);
};

/* NULL: Nave has no such method. */
const struct eap_method *eap_method_find(uint8_t type);

/* Fails with 'why', which is kept for the end's reply. */
enum eap_step eap_method_fail(struct eap_end *e, const char *why);

/*
 * Server: the password of 'user'.  A user that there isn't gets one that nobody knows, so that he takes as long as a wrong
 * password.  false: internal failure.
 */
bool eap_method_password(const struct eap_end *e, struct bytes user, struct secret *out);

extern const struct eap_method eap_gtc, eap_md5, eap_mschapv2, eap_tls;

#ifdef __cplusplus
}
#endif
#endif
