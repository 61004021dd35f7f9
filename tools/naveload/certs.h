#ifndef NAVELOAD_CERTS_H
#define NAVELOAD_CERTS_H

#include "base/wr.h"
#include "crypto/crypto.h"
#include "naveload/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Certificates of a run: ours, one for all peers or one for each, and the CAs that the hub's must come from. */
struct naveload_certs;

enum { NAVELOAD_CERTS_WHY = 256 };

/* Reads the files that 'plan' names.  On an error 'why' (NAVELOAD_CERTS_WHY bytes) has words for the user. */
MUST_USE enum err naveload_certs_new(struct naveload_certs **out, const struct naveload_plan *plan, char *why);
void naveload_certs_free(struct naveload_certs *c); /* NULL is fine */

/* Whether peers prove themselves by certificate. */
bool naveload_certs_sign_all(const struct naveload_certs *c);

/* Appends what a CERTREQ asks for. */
void naveload_certs_request(const struct naveload_certs *c, struct wr *w);

/* Signs as peer 'index'.  'buf' (IKE_SIGNATURE_MAX bytes) holds the answer's data; its certificates borrow from 'certs'. */
void naveload_certs_sign(const struct naveload_certs *c, struct crypto *crypto, uint32_t index, const struct ike_text *text, uint8_t *buf,
	struct ike_signature *out);

/* What TLS needs of peer 'index': key and certificates, which are listed in 'cert' (PKI_CHAIN_MAX). */
struct crypto_tls_config;
void naveload_certs_tls(const struct naveload_certs *c, uint32_t index, struct bytes *cert, struct crypto_tls_config *out);

/* Whether certificates (the first one the hub's) come from a CA of ours and prove 'id', at 'now_s'; as the next one says it. */
const char *naveload_certs_believe(
	const struct naveload_certs *c, const struct bytes *cert, unsigned count, const struct ike_id *id, int64_t now_s);

/* Whether the hub of 'who' is who it says, at 'now_s'.  NULL: it is; else the word for why not. */
const char *naveload_certs_judge(const struct naveload_certs *c, struct crypto *crypto, const struct ike_who *who, int64_t now_s);

#ifdef __cplusplus
}
#endif
#endif
