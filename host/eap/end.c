#include "eap/end.h"

#include <string.h>

#include "eap/method.h"

static void drop_method(struct eap_end *e)
{
	if (e->state != NULL)
		e->method->close(e->state);
	e->state = NULL;
	e->method = NULL;
	e->begun = false;
}

enum err eap_end_init(struct eap_end *e, const struct eap_means *means)
{
	memset(e, 0, sizeof(*e));
	e->means = *means;
	if (means->method_count == 0 || means->method_count > EAP_METHODS)
		return ERR_RANGE;
	for (unsigned i = 0; i < means->method_count; i++)
		if (eap_method_find(means->method[i]) == NULL)
			return ERR_RANGE;
	return ERR_OK;
}

void eap_end_fini(struct eap_end *e)
{
	drop_method(e);
	secret_fini(&e->password);
	secret_fini(&e->msk);
	bytes_wipe(e, sizeof(*e));
}

enum err eap_end_set_identity(struct eap_end *e, struct bytes identity)
{
	if (identity.len > sizeof(e->identity))
		return ERR_RANGE;
	if (identity.len != 0)
		memcpy(e->identity, identity.data, identity.len);
	e->identity_len = (uint16_t)identity.len;
	return ERR_OK;
}

struct bytes eap_end_identity(const struct eap_end *e)
{
	return bytes_of(e->identity, e->identity_len);
}

enum err eap_end_choose(struct eap_end *e, uint8_t type)
{
	drop_method(e);
	for (unsigned i = 0; i < e->means.method_count; i++) {
		if (e->means.method[i] != type)
			continue;
		e->method = eap_method_find(type);
		return e->method->open(&e->state);
	}
	return ERR_ABSENT;
}

void eap_end_send(struct eap_end *e, struct wr *w, struct eap_reply *out)
{
	if (eap_packet_end(w) != ERR_OK) {
		eap_end_refuse(e, "internal", out);
		return;
	}
	out->verdict = EAP_GOES_ON;
	out->packet = wr_view(w);
	out->why = e->why;
}

void eap_end_refuse(const struct eap_end *e, const char *why, struct eap_reply *out)
{
	out->verdict = EAP_REFUSED;
	out->packet = bytes_of(NULL, 0);
	out->why = e->why != NULL ? e->why : why;
}

void eap_end_send_bare(struct eap_end *e, enum eap_code code, uint8_t id, struct eap_reply *out)
{
	struct wr w = eap_packet_begin(e->buf, sizeof(e->buf), code, id, 0);

	if (eap_packet_end(&w) == ERR_OK)
		out->packet = wr_view(&w);
}
