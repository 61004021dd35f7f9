/* EAP of the swarm's peers: the methods of host/eap, by one method that the command line names.  Loop thread. */
#include "naveload/eap.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/tls.h"
#include "eap/peer.h"
#include "ike/wire/id.h"
#include "pki/trust.h"

struct naveload_eap {
	struct naveload_eap_means means;
	struct eap_peer *peer;
	struct crypto_tls_config tls;
	struct bytes cert[PKI_CHAIN_MAX];
	struct ike_id hub;
	uint8_t hub_octets[NAVELOAD_ID_MAX];
};

static bool judge(void *ctx, const struct bytes *cert, unsigned count)
{
	const struct naveload_eap *e = (const struct naveload_eap *)ctx;

	return naveload_certs_believe(e->means.certs, cert, count, &e->hub, e->means.now_s) == NULL;
}

static enum err open_peer(struct naveload_eap *e, uint32_t index)
{
	const struct naveload_plan *plan = e->means.plan;
	char name[NAVELOAD_ID_MAX + 1];
	struct eap_means m;

	memset(&m, 0, sizeof(m));
	m.crypto = e->means.crypto;
	m.rand = e->means.rand;
	m.method_count = 1;
	m.method[0] = plan->eap;
	if (plan->eap == EAP_TYPE_TLS) {
		naveload_certs_tls(e->means.certs, index, e->cert, &e->tls);
		e->tls.judge = judge;
		e->tls.ctx = e;
		m.tls = &e->tls;
	}
	naveload_plan_name(plan, plan->eap_id != NULL ? plan->eap_id : plan->id, index, name);
	return eap_peer_new(&e->peer, &m, bytes_str(name), plan->eap == EAP_TYPE_TLS ? NULL : &plan->eap_password);
}

enum err naveload_eap_new(struct naveload_eap **out, const struct naveload_eap_means *means, uint32_t index, const struct ike_id *hub)
{
	struct naveload_eap *e = (struct naveload_eap *)calloc(1, sizeof(*e));
	enum err err = e == NULL ? ERR_NOMEM : hub->data.len > sizeof(e->hub_octets) ? ERR_RANGE : ERR_OK;

	if (err == ERR_OK) {
		e->means = *means;
		memcpy(e->hub_octets, hub->data.data, hub->data.len);
		e->hub.type = hub->type;
		e->hub.data = bytes_of(e->hub_octets, hub->data.len);
		err = open_peer(e, index);
	}
	if (err != ERR_OK) {
		naveload_eap_free(e);
		return err;
	}
	*out = e;
	return ERR_OK;
}

void naveload_eap_free(struct naveload_eap *e)
{
	if (e == NULL)
		return;
	eap_peer_free(e->peer);
	free(e);
}

void naveload_eap_take(struct naveload_eap *e, struct bytes packet, struct ike_eap_answer *out)
{
	static const enum ike_eap_verdict verdicts[] = {
		[EAP_GOES_ON] = IKE_EAP_ON, [EAP_ACCEPTED] = IKE_EAP_DONE, [EAP_REFUSED] = IKE_EAP_FAILED
	};
	struct eap_reply reply;

	eap_peer_take(e->peer, packet, &reply);
	memset(out, 0, sizeof(*out));
	out->verdict = verdicts[reply.verdict];
	out->packet = reply.packet;
	out->why = reply.why;
	out->method = eap_peer_method(e->peer);
	if (reply.verdict == EAP_ACCEPTED)
		eap_peer_msk(e->peer, &out->msk);
}
