#ifndef PMD_SUITE_H
#define PMD_SUITE_H

#include <rte_crypto_sym.h>
#include <rte_cryptodev.h>
#include <rte_security.h>

#include "fwi/caps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One of the ABI's suites in DPDK's words. */
struct pmd_suite {
	uint8_t suite; /* enum fwi_suite */
	uint8_t key_len;
	uint8_t auth_len; /* key of the HMAC, 0: AEAD */
	uint8_t icv_len;
	int cipher; /* enum rte_crypto_aead_algorithm or rte_crypto_cipher_algorithm */
	int auth;   /* enum rte_crypto_auth_algorithm */
};

/* What a session's transforms ask for: an AEAD, or CBC and HMAC in the order of 'direction'.  NULL: no suite of the ABI. */
const struct pmd_suite *pmd_suite_of(const struct rte_crypto_sym_xform *x, enum rte_security_ipsec_sa_direction direction);

/* Fills what rte_security_capabilities_get returns for a device: both directions and the end; 'crypto' has its algorithms. */
void pmd_suite_capabilities(
	const struct fwi_caps *caps, struct rte_security_capability *security, struct rte_cryptodev_capabilities *crypto);

#ifdef __cplusplus
}
#endif
#endif
