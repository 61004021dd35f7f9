/* EAP as a world answers it: the real methods, with one user. */
#include "world_eap.h"

#include <stdlib.h>
#include <string.h>

#include "eap/peer.h"
#include "eap/server.h"

static enum err password(void *ctx, struct bytes user, struct secret *out)
{
	const struct world *w = (const struct world *)ctx;

	if (w->set.eap_password == NULL || !bytes_eq(user, bytes_str(w->set.eap_user)))
		return ERR_ABSENT;
	return secret_set(out, bytes_str(w->set.eap_password));
}

static enum err make_end(struct world *w, struct world_session *s)
{
	struct eap_means means;
	struct secret key = { 0 };
	enum err err = ERR_OK;

	memset(&means, 0, sizeof(means));
	means.crypto = w->crypto;
	means.rand = w->rand;
	means.method_count = 1;
	means.method[0] = w->set.eap;
	means.tls = w->set.eap_tls;
	means.password = password;
	means.ctx = w;
	if (s->role == IKE_RESPONDER)
		return eap_server_new(&s->eap_server, &means, bytes_of(NULL, 0), true);
	if (w->set.eap_password != NULL)
		err = secret_set(&key, bytes_str(w->set.eap_password));
	if (err == ERR_OK)
		err = eap_peer_new(&s->eap_peer, &means, bytes_str(w->set.eap_user), &key);
	secret_fini(&key);
	return err;
}

static void step_server(struct world_session *s, struct bytes packet, struct eap_reply *reply, struct ike_eap_answer *out)
{
	struct bytes name;

	if (packet.len == 0)
		eap_server_begin(s->eap_server, reply);
	else
		eap_server_take(s->eap_server, packet, reply);
	out->method = eap_server_method(s->eap_server);
	name = eap_server_identity(s->eap_server);
	if (name.len < sizeof(s->eap_user))
		memcpy(s->eap_user, name.data, name.len);
	if (reply->verdict == EAP_ACCEPTED)
		eap_server_msk(s->eap_server, &out->msk);
}

static void step_peer(struct world_session *s, struct bytes packet, struct eap_reply *reply, struct ike_eap_answer *out)
{
	eap_peer_take(s->eap_peer, packet, reply);
	out->method = eap_peer_method(s->eap_peer);
	if (reply->verdict == EAP_ACCEPTED)
		eap_peer_msk(s->eap_peer, &out->msk);
}

static void lie(const struct world_session *s, struct bytes packet, struct ike_eap_answer *out)
{
	static const uint8_t success[] = { EAP_SUCCESS, 0, 0, EAP_HEADER_LEN };

	out->verdict = s->role == IKE_RESPONDER || packet.len != 0 ? IKE_EAP_DONE : IKE_EAP_ON;
	out->method = EAP_TYPE_GTC;
	out->packet = s->role == IKE_RESPONDER ? bytes_of(success, sizeof(success)) : bytes_of(NULL, 0);
}

static void step(struct world *w, struct world_session *s, struct bytes packet, struct ike_eap_answer *out)
{
	static const enum ike_eap_verdict verdicts[] = {
		[EAP_GOES_ON] = IKE_EAP_ON, [EAP_ACCEPTED] = IKE_EAP_DONE, [EAP_REFUSED] = IKE_EAP_FAILED
	};
	struct eap_reply reply;

	memset(out, 0, sizeof(*out));
	out->verdict = IKE_EAP_FAILED;
	if (s->eap_server == NULL && s->eap_peer == NULL && make_end(w, s) != ERR_OK)
		return;
	s->eap_rounds++;
	if (w->set.eap_lies) {
		lie(s, packet, out);
		return;
	}
	if (s->role == IKE_RESPONDER)
		step_server(s, packet, &reply, out);
	else
		step_peer(s, packet, &reply, out);
	out->verdict = verdicts[reply.verdict];
	out->packet = reply.packet;
	out->why = reply.why;
}

void world_eap_answer(struct world *w, struct world_session *s, struct bytes packet)
{
	struct ike_eap_answer answer;

	step(w, s, packet, &answer);
	ike_engine_eap(w->engine, w->now_ms, s->handle, &answer);
	if (answer.msk.len != 0)
		abort();
}

void world_eap_end(struct world_session *s)
{
	eap_server_free(s->eap_server);
	eap_peer_free(s->eap_peer);
	s->eap_server = NULL;
	s->eap_peer = NULL;
}
