#ifndef PKI_ANCHOR_H
#define PKI_ANCHOR_H

/* The inside of a trust point, for trust.c and chain.c. */

#include <pthread.h>
#include <time.h>

#include "pki/cache.h"
#include "pki/trust.h"
#include "pki/x509.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PKI_CERTS_MAX = 64, PKI_CRL_FILES_MAX = 16 }; /* of one trust point */

struct pki_crl_file {
	char *path;
	struct timespec changed;
};

struct pki_trust {
	char *name;
	struct pki_revocation revocation;
	char *ocsp_url; /* what 'revocation' points to; NULL: none */
	struct pki_cache cache;
	struct pki_cert *ca[PKI_CERTS_MAX];
	unsigned ca_count;
	bool has_root;
	struct pki_cert *leaf[PKI_CERTS_MAX]; /* until settled; then ours alone, the first */
	unsigned leaf_count;
	struct crypto_key *key;
	X509_STORE *store;              /* anchors */
	STACK_OF(X509) * intermediates; /* borrowed from 'ca' */
	STACK_OF(X509_CRL) * crls;      /* of the files, and those fetched; under 'lock': replaced while workers verify */
	pthread_mutex_t lock;           /* 'crls', 'crls_count' and 'cache' */
	uint64_t crls_count;            /* how often they were replaced */
	STACK_OF(X509_CRL) * fetched;   /* of distribution points */
	struct pki_crl_file crl_file[PKI_CRL_FILES_MAX];
	unsigned crl_file_count;
	int64_t refreshed_s;
	unsigned chain_count; /* of ours, and who issued it, a root too */
	const struct pki_cert *chain[PKI_CHAIN_MAX];
};

/* The CRLs of now, to be freed with sk_X509_CRL_pop_free; NULL: out of memory.  Any thread. */
STACK_OF(X509_CRL) * pki_trust_crls(const struct pki_trust *t);

/* How often those of 't' have changed.  Any thread. */
uint64_t pki_trust_crls_count(const struct pki_trust *t);

/* Takes a CRL (counted) in the place of an older one of its issuer that was fetched.  ERR_FULL. */
MUST_USE enum err pki_trust_put_crl(struct pki_trust *t, X509_CRL *crl);

/* What is remembered of a question, and how it is.  Any thread. */
enum pki_known pki_trust_known(const struct pki_trust *t, const uint8_t key[PKI_CACHE_KEY], int64_t now_s);
void pki_trust_note(struct pki_trust *t, const uint8_t key[PKI_CACHE_KEY], enum pki_known known, int64_t until_s);

static inline bool pki_trust_is_anchor(const struct pki_trust *t, const struct pki_cert *ca)
{
	return !t->has_root || pki_cert_is_root(ca);
}

#ifdef __cplusplus
}
#endif
#endif
