#include "eap/method.h"

enum { RANDOM_PASSWORD_LEN = 32 };

const struct eap_method *eap_method_find(uint8_t type)
{
	static const struct eap_method *const methods[EAP_METHODS] = { &eap_gtc, &eap_md5, &eap_mschapv2, &eap_tls };

	for (unsigned i = 0; i < EAP_METHODS; i++)
		if (methods[i]->type == type)
			return methods[i];
	return NULL;
}

enum eap_step eap_method_fail(struct eap_end *e, const char *why)
{
	if (e->why == NULL)
		e->why = why;
	return EAP_STEP_FAIL;
}

bool eap_method_password(const struct eap_end *e, struct bytes user, struct secret *out)
{
	if (e->means.password != NULL && e->means.password(e->means.ctx, user, out) == ERR_OK && out->len != 0)
		return true;
	if (secret_new(out, RANDOM_PASSWORD_LEN) != ERR_OK || crypto_rand_fill(e->means.rand, out->data, out->len) != ERR_OK)
		return false;
	for (size_t i = 0; i < out->len; i++) /* letters: it has to be text */
		out->data[i] = (uint8_t)('a' + (out->data[i] & 0xf));
	return true;
}
