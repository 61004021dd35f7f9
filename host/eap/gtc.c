/* Generic Token Card, RFC3748-5.6: the password in clear, which IKE protects once the gateway has proved itself.  No keys. */
#include <stdlib.h>

#include "eap/method.h"

static const char prompt[] = "Password:";

/* There is nothing to remember; but a method that is open has a state. */
static enum err gtc_open(void **state)
{
	*state = malloc(1);
	return *state == NULL ? ERR_NOMEM : ERR_OK;
}

static enum eap_step gtc_ask(struct eap_end *e, struct wr *w)
{
	(void)e;
	wr_bytes(w, bytes_str(prompt));
	return EAP_STEP_ON;
}

static enum eap_step gtc_judge(struct eap_end *e, struct bytes data, struct wr *w)
{
	struct secret password = { 0 };
	bool right = eap_method_password(e, eap_end_identity(e), &password) && secret_eq(secret_view(&password), data);

	(void)w;
	secret_fini(&password);
	return right ? EAP_STEP_DONE : eap_method_fail(e, "wrong-password");
}

static enum eap_step gtc_answer(struct eap_end *e, struct bytes data, struct wr *w)
{
	(void)data; /* the prompt is for people */
	wr_bytes(w, secret_view(&e->password));
	return EAP_STEP_DONE;
}

const struct eap_method eap_gtc = {
	.type = EAP_TYPE_GTC, .open = gtc_open, .close = free, .ask = gtc_ask, .judge = gtc_judge, .answer = gtc_answer
};
