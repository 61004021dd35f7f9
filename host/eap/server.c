/*
 * The authenticating end: Identity if it is wanted, then a method, another one if the peer would rather have that (Nak), and the
 * end.  IKE carries each packet reliably and in lockstep, so what doesn't fit is refused instead of awaited again.
 */
#include "eap/server.h"

#include <stdlib.h>

#include "eap/method.h"

enum stage { STAGE_IDENTITY, STAGE_METHOD, STAGE_OVER };

struct eap_server {
	struct eap_end end;
	enum stage stage;
	bool query;
	uint8_t tried; /* methods offered so far, a bit by their place */
};

enum err eap_server_new(struct eap_server **out, const struct eap_means *means, struct bytes identity, bool query)
{
	struct eap_server *s = (struct eap_server *)calloc(1, sizeof(*s));
	enum err err;

	if (s == NULL)
		return ERR_NOMEM;
	err = eap_end_init(&s->end, means);
	if (err == ERR_OK)
		err = eap_end_set_identity(&s->end, identity);
	if (err == ERR_OK)
		err = crypto_rand_fill(means->rand, &s->end.id, sizeof(s->end.id));
	if (err != ERR_OK) {
		eap_server_free(s);
		return err;
	}
	s->query = query;
	*out = s;
	return ERR_OK;
}

void eap_server_free(struct eap_server *s)
{
	if (s == NULL)
		return;
	eap_end_fini(&s->end);
	free(s);
}

static void refuse(struct eap_server *s, const char *why, struct eap_reply *out)
{
	s->stage = STAGE_OVER;
	eap_end_refuse(&s->end, why, out);
	eap_end_send_bare(&s->end, EAP_FAILURE, s->end.id, out);
}

static void accept(struct eap_server *s, struct eap_reply *out)
{
	s->stage = STAGE_OVER;
	out->verdict = EAP_ACCEPTED;
	out->why = NULL;
	eap_end_send_bare(&s->end, EAP_SUCCESS, s->end.id, out);
}

static struct wr begin_request(struct eap_server *s, uint8_t type)
{
	s->end.id++;
	return eap_packet_begin(s->end.buf, sizeof(s->end.buf), EAP_REQUEST, s->end.id, type);
}

static void start_method(struct eap_server *s, uint8_t type, struct eap_reply *out)
{
	struct eap_end *e = &s->end;
	struct wr w;

	for (unsigned i = 0; i < e->means.method_count; i++)
		if (e->means.method[i] == type)
			s->tried = (uint8_t)(s->tried | 1u << i);
	s->stage = STAGE_METHOD;
	if (eap_end_choose(e, type) != ERR_OK) {
		refuse(s, "internal", out);
		return;
	}
	w = begin_request(s, type);
	if (e->method->ask(e, &w) == EAP_STEP_ON)
		eap_end_send(e, &w, out);
	else
		refuse(s, "internal", out);
}

void eap_server_begin(struct eap_server *s, struct eap_reply *out)
{
	struct wr w;

	if (!s->query) {
		start_method(s, s->end.means.method[0], out);
		return;
	}
	w = begin_request(s, EAP_TYPE_IDENTITY);
	eap_end_send(&s->end, &w, out);
}

static void take_identity(struct eap_server *s, const struct eap_packet *p, struct eap_reply *out)
{
	if (p->type != EAP_TYPE_IDENTITY || p->data.len == 0 || eap_end_set_identity(&s->end, p->data) != ERR_OK) {
		refuse(s, "eap-identity", out);
		return;
	}
	s->end.told = true;
	start_method(s, s->end.means.method[0], out);
}

/* Legacy Nak, RFC3748-5.3.1: the types that the peer would take.  Our preference decides. */
static void take_nak(struct eap_server *s, struct bytes wanted, struct eap_reply *out)
{
	const struct eap_means *m = &s->end.means;

	for (unsigned i = 0; i < m->method_count; i++)
		for (size_t k = 0; k < wanted.len; k++)
			if (wanted.data[k] == m->method[i] && (s->tried & 1u << i) == 0) {
				start_method(s, m->method[i], out);
				return;
			}
	refuse(s, "no-common-method", out);
}

static void take_method(struct eap_server *s, const struct eap_packet *p, struct eap_reply *out)
{
	struct eap_end *e = &s->end;
	enum eap_step step;
	struct wr w;

	if (p->type == EAP_TYPE_NAK && !e->begun) {
		take_nak(s, p->data, out);
		return;
	}
	if (p->type != e->method->type) {
		refuse(s, "eap-syntax", out);
		return;
	}
	e->begun = true;
	w = eap_packet_begin(e->buf, sizeof(e->buf), EAP_REQUEST, (uint8_t)(e->id + 1), p->type);
	step = e->method->judge(e, p->data, &w);
	if (step == EAP_STEP_ON) {
		e->id++;
		eap_end_send(e, &w, out);
	} else if (step == EAP_STEP_DONE) {
		accept(s, out);
	} else {
		refuse(s, "eap-syntax", out);
	}
}

void eap_server_take(struct eap_server *s, struct bytes packet, struct eap_reply *out)
{
	struct eap_packet p;

	if (s->stage == STAGE_OVER || eap_packet_parse(packet, &p) != ERR_OK || p.code != EAP_RESPONSE || p.id != s->end.id)
		refuse(s, "eap-syntax", out);
	else if (s->stage == STAGE_IDENTITY)
		take_identity(s, &p, out);
	else
		take_method(s, &p, out);
}

struct bytes eap_server_identity(const struct eap_server *s)
{
	return eap_end_identity(&s->end);
}

uint8_t eap_server_method(const struct eap_server *s)
{
	return s->end.method == NULL ? EAP_TYPE_NONE : s->end.method->type;
}

void eap_server_msk(struct eap_server *s, struct secret *out)
{
	secret_take(out, &s->end.msk);
}
