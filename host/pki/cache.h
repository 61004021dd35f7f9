#ifndef PKI_CACHE_H
#define PKI_CACHE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is known of certificates and distribution points that were asked about: bounded, the soonest to end gives way. */
enum pki_known { PKI_KNOWN_NOT, PKI_KNOWN_GOOD, PKI_KNOWN_REVOKED, PKI_KNOWN_UNKNOWN, PKI_KNOWN_FAILED };

enum { PKI_CACHE_ROWS = 512, PKI_CACHE_KEY = 32 };

struct pki_cache_row {
	uint8_t key[PKI_CACHE_KEY]; /* a SHA-256 */
	int64_t until_s;            /* 0: free */
	uint8_t known;
};

/* All-zero is empty. */
struct pki_cache {
	struct pki_cache_row row[PKI_CACHE_ROWS];
};

enum pki_known pki_cache_get(const struct pki_cache *c, const uint8_t key[PKI_CACHE_KEY], int64_t now_s);
void pki_cache_put(struct pki_cache *c, const uint8_t key[PKI_CACHE_KEY], enum pki_known known, int64_t until_s);

#ifdef __cplusplus
}
#endif
#endif
