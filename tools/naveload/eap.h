#ifndef NAVELOAD_EAP_H
#define NAVELOAD_EAP_H

#include "ike/ports.h"
#include "naveload/certs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A peer that proves itself by EAP: its end of the conversation. */
struct naveload_eap;

/* What it works with; borrowed for its life. */
struct naveload_eap_means {
	const struct naveload_plan *plan;
	const struct naveload_certs *certs;
	struct crypto *crypto;
	const struct crypto_rand *rand;
	int64_t now_s; /* certificates are judged by it */
};

/* Of peer 'index', with the hub 'hub' (copied as far as its certificate must prove it).  ERR_RANGE: its name is too long. */
MUST_USE enum err naveload_eap_new(
	struct naveload_eap **out, const struct naveload_eap_means *means, uint32_t index, const struct ike_id *hub);
void naveload_eap_free(struct naveload_eap *e); /* NULL is fine */

/* What a packet of the hub's leads to; out->packet lives until the next call. */
void naveload_eap_take(struct naveload_eap *e, struct bytes packet, struct ike_eap_answer *out);

#ifdef __cplusplus
}
#endif
#endif
