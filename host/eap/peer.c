/* The end that proves itself: it answers what it is asked, and believes Success only of a method that is through. */
#include "eap/peer.h"

#include <stdlib.h>

#include "eap/method.h"

struct eap_peer {
	struct eap_end end;
	bool done; /* the method is through: Success may come */
};

enum err eap_peer_new(struct eap_peer **out, const struct eap_means *means, struct bytes identity, const struct secret *password)
{
	struct eap_peer *p = (struct eap_peer *)calloc(1, sizeof(*p));
	enum err err;

	if (p == NULL)
		return ERR_NOMEM;
	err = eap_end_init(&p->end, means);
	if (err == ERR_OK)
		err = eap_end_set_identity(&p->end, identity);
	if (err == ERR_OK && password != NULL)
		err = secret_set(&p->end.password, secret_view(password));
	if (err != ERR_OK) {
		eap_peer_free(p);
		return err;
	}
	*out = p;
	return ERR_OK;
}

void eap_peer_free(struct eap_peer *p)
{
	if (p == NULL)
		return;
	eap_end_fini(&p->end);
	free(p);
}

static struct wr begin_response(struct eap_peer *p, uint8_t type)
{
	return eap_packet_begin(p->end.buf, sizeof(p->end.buf), EAP_RESPONSE, p->end.id, type);
}

/* A response that says 'data' alone: the identity; nothing to a Notification; to another method those that we'd take. */
static void respond(struct eap_peer *p, uint8_t type, struct bytes data, struct eap_reply *out)
{
	struct wr w = begin_response(p, type);

	wr_bytes(&w, data);
	eap_end_send(&p->end, &w, out);
}

static void take_method(struct eap_peer *p, const struct eap_packet *in, struct eap_reply *out)
{
	struct eap_end *e = &p->end;
	enum eap_step step;
	struct wr w;

	if (e->method == NULL || (e->method->type != in->type && !e->begun)) {
		enum err err = eap_end_choose(e, in->type);

		if (err != ERR_OK) {
			if (err == ERR_ABSENT)
				respond(p, EAP_TYPE_NAK, bytes_of(e->means.method, e->means.method_count), out);
			else
				eap_end_refuse(e, "internal", out);
			return;
		}
	}
	if (e->method->type != in->type || p->done) {
		eap_end_refuse(e, "eap-syntax", out);
		return;
	}
	e->begun = true;
	w = begin_response(p, in->type);
	step = e->method->answer(e, in->data, &w);
	p->done = step == EAP_STEP_DONE;
	if (step == EAP_STEP_FAIL)
		eap_end_refuse(e, "eap-syntax", out);
	else
		eap_end_send(e, &w, out);
}

static void take_request(struct eap_peer *p, const struct eap_packet *in, struct eap_reply *out)
{
	p->end.id = in->id;
	switch (in->type) {
	case EAP_TYPE_IDENTITY:
		respond(p, in->type, eap_end_identity(&p->end), out);
		return;
	case EAP_TYPE_NOTIFICATION:
		respond(p, in->type, bytes_of(NULL, 0), out);
		return;
	default:
		take_method(p, in, out);
		return;
	}
}

void eap_peer_take(struct eap_peer *p, struct bytes packet, struct eap_reply *out)
{
	struct eap_packet in = { .code = 0 };

	if (eap_packet_parse(packet, &in) != ERR_OK)
		in.code = EAP_RESPONSE; /* as little use as one */
	switch (in.code) {
	case EAP_REQUEST:
		take_request(p, &in, out);
		return;
	case EAP_SUCCESS:
		if (!p->done) { /* RFC3748-4.2 */
			eap_end_refuse(&p->end, "early-success", out);
			return;
		}
		out->verdict = EAP_ACCEPTED;
		out->packet = bytes_of(NULL, 0);
		out->why = NULL;
		return;
	case EAP_FAILURE:
		eap_end_refuse(&p->end, "eap-failure", out);
		return;
	default:
		eap_end_refuse(&p->end, "eap-syntax", out);
		return;
	}
}

uint8_t eap_peer_method(const struct eap_peer *p)
{
	return p->end.method == NULL ? EAP_TYPE_NONE : p->end.method->type;
}

void eap_peer_msk(struct eap_peer *p, struct secret *out)
{
	secret_take(out, &p->end.msk);
}
