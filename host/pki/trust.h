#ifndef PKI_TRUST_H
#define PKI_TRUST_H

#include "base/wr.h"
#include "pki/cert.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A trust point: the CAs that are believed, and our own certificate with its key and chain, if it has one.  Of the CA
 * certificates imported those that issued themselves are trust anchors and the others help to build chains; where none issued
 * itself they are all anchors.
 */
struct pki_trust;

enum { PKI_CHAIN_MAX = 8 }; /* certificates of one chain */

/*
 * `revocation-check`: methods one after the other, the next where the one before can't tell.  Nothing believes what wasn't
 * said to be revoked; where no method can tell a certificate is refused.
 */
enum pki_method { PKI_BY_NOTHING, PKI_BY_CRL, PKI_BY_OCSP };
enum { PKI_METHODS = 3 };

struct pki_revocation {
	uint8_t count; /* 0: as PKI_BY_NOTHING */
	enum pki_method method[PKI_METHODS];
	const char *ocsp_url; /* NULL: what the certificate says; copied */
};

MUST_USE enum err pki_trust_new(const char *name, struct pki_revocation revocation, struct pki_trust **out);
void pki_trust_free(struct pki_trust *t); /* NULL is fine */

struct pki_import {
	const char *path;
	bool pkcs12;
	struct bytes password;
};

/* Adds what a file holds: CAs, our certificate, its key, CRLs.  On an error nothing is added and '*why' has words for it. */
MUST_USE enum err pki_trust_import(struct pki_trust *t, const struct pki_import *file, const char **why);

/*
 * After the last import, once: judges the whole.  ERR_INCOMPLETE: no CA; a key without certificate or certificate without key; a
 * certificate that doesn't chain to the CAs here, or may not sign.  '*why' has words for it.
 */
MUST_USE enum err pki_trust_settle(struct pki_trust *t, const char **why);

const char *pki_trust_name(const struct pki_trust *t);

/* Our certificate and private key; NULL: none. */
const struct pki_cert *pki_trust_cert(const struct pki_trust *t);
const struct crypto_key *pki_trust_key(const struct pki_trust *t);

/* What is sent as CERT: our certificate, then its issuers but for the root.  Views into the trust point; returns how many. */
unsigned pki_trust_chain(const struct pki_trust *t, struct bytes out[PKI_CHAIN_MAX]);

/* Whether our certificate is one that a CERTREQ for 'authorities' (hashes, one after the other) asks for; none: any is. */
bool pki_trust_answers(const struct pki_trust *t, struct bytes authorities);

/* Appends the hash of each trust anchor, for a CERTREQ of ours. */
void pki_trust_authorities(const struct pki_trust *t, struct wr *w);

/* Whether it asks of revocation at all. */
bool pki_trust_revokes(const struct pki_trust *t);

/* Reads CRL files again that changed, but not more often than once a minute. */
void pki_trust_refresh(struct pki_trust *t, int64_t now_s);

#ifdef __cplusplus
}
#endif
#endif
