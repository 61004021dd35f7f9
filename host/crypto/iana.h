#ifndef CRYPTO_IANA_H
#define CRYPTO_IANA_H

/*
 * Algorithm numbers of the IANA registry "Internet Key Exchange Version 2 (IKEv2) Parameters", Transform Type
 * Values: what a suite is made of, whoever negotiated it.  The rest of the registry is in ike/wire/iana.h.
 * X(name, number, text); the encryption list says too whether the algorithm is combined mode (RFC5282-1), which
 * is negotiated without an integrity algorithm.
 */

/* Transform type 1: RFC7296-3.3.2, RFC3686 (CTR), RFC5282 (CCM, GCM), RFC5529 (Camellia), RFC7634, RFC8750 (IIV). */
#define CRYPTO_ENCR_LIST(X)                                 \
	X(DES, 2, false, "DES-CBC")                         \
	X(3DES, 3, false, "3DES-CBC")                       \
	X(NULL, 11, false, "NULL")                          \
	X(AES_CBC, 12, false, "AES-CBC")                    \
	X(AES_CTR, 13, false, "AES-CTR")                    \
	X(AES_CCM_8, 14, true, "AES-CCM-8")                 \
	X(AES_CCM_12, 15, true, "AES-CCM-12")               \
	X(AES_CCM_16, 16, true, "AES-CCM-16")               \
	X(AES_GCM_8, 18, true, "AES-GCM-8")                 \
	X(AES_GCM_12, 19, true, "AES-GCM-12")               \
	X(AES_GCM_16, 20, true, "AES-GCM-16")               \
	X(NULL_AES_GMAC, 21, true, "NULL-AES-GMAC")         \
	X(CAMELLIA_CBC, 23, false, "CAMELLIA-CBC")          \
	X(CHACHA20_POLY1305, 28, true, "CHACHA20-POLY1305") \
	X(AES_CCM_8_IIV, 29, true, "AES-CCM-8-IIV")         \
	X(AES_GCM_16_IIV, 30, true, "AES-GCM-16-IIV")       \
	X(CHACHA20_POLY1305_IIV, 31, true, "CHACHA20-POLY1305-IIV")

/* Transform type 2: RFC7296-3.3.2, RFC4434 (XCBC), RFC4615 (CMAC), RFC4868 (SHA-2). */
#define CRYPTO_PRF_LIST(X)                   \
	X(HMAC_MD5, 1, "HMAC-MD5")           \
	X(HMAC_SHA1, 2, "HMAC-SHA1")         \
	X(AES128_XCBC, 4, "AES128-XCBC")     \
	X(HMAC_SHA2_256, 5, "HMAC-SHA2-256") \
	X(HMAC_SHA2_384, 6, "HMAC-SHA2-384") \
	X(HMAC_SHA2_512, 7, "HMAC-SHA2-512") \
	X(AES128_CMAC, 8, "AES128-CMAC")

/* Transform type 3: RFC7296-3.3.2, RFC3566 (XCBC), RFC4494 (CMAC), RFC4868 (SHA-2). */
#define CRYPTO_INTEG_LIST(X)                          \
	X(NONE, 0, "NONE")                            \
	X(HMAC_MD5_96, 1, "HMAC-MD5-96")              \
	X(HMAC_SHA1_96, 2, "HMAC-SHA1-96")            \
	X(AES_XCBC_96, 5, "AES-XCBC-96")              \
	X(AES_CMAC_96, 8, "AES-CMAC-96")              \
	X(HMAC_SHA2_256_128, 12, "HMAC-SHA2-256-128") \
	X(HMAC_SHA2_384_192, 13, "HMAC-SHA2-384-192") \
	X(HMAC_SHA2_512_256, 14, "HMAC-SHA2-512-256")

/* Transform type 4: RFC7296-B, RFC3526 (MODP), RFC5903 (ECP), RFC5114, RFC6954 (brainpool), RFC8031 (curves), draft-ietf-ipsecme-ikev2-mlkem. */
#define CRYPTO_GROUP_LIST(X)                  \
	X(NONE, 0, "NONE")                    \
	X(MODP_768, 1, "MODP-768")            \
	X(MODP_1024, 2, "MODP-1024")          \
	X(MODP_1536, 5, "MODP-1536")          \
	X(MODP_2048, 14, "MODP-2048")         \
	X(MODP_3072, 15, "MODP-3072")         \
	X(MODP_4096, 16, "MODP-4096")         \
	X(MODP_6144, 17, "MODP-6144")         \
	X(MODP_8192, 18, "MODP-8192")         \
	X(ECP_256, 19, "ECP-256")             \
	X(ECP_384, 20, "ECP-384")             \
	X(ECP_521, 21, "ECP-521")             \
	X(MODP_1024_160, 22, "MODP-1024-160") \
	X(MODP_2048_224, 23, "MODP-2048-224") \
	X(MODP_2048_256, 24, "MODP-2048-256") \
	X(ECP_192, 25, "ECP-192")             \
	X(ECP_224, 26, "ECP-224")             \
	X(BRAINPOOL_224, 27, "BRAINPOOL-224") \
	X(BRAINPOOL_256, 28, "BRAINPOOL-256") \
	X(BRAINPOOL_384, 29, "BRAINPOOL-384") \
	X(BRAINPOOL_512, 30, "BRAINPOOL-512") \
	X(CURVE25519, 31, "CURVE25519")       \
	X(CURVE448, 32, "CURVE448")           \
	X(ML_KEM_512, 35, "ML-KEM-512")       \
	X(ML_KEM_768, 36, "ML-KEM-768")       \
	X(ML_KEM_1024, 37, "ML-KEM-1024")

/* Transform type 5: RFC7296-3.3.2. */
#define CRYPTO_ESN_LIST(X) \
	X(NO, 0, "NO-ESN") \
	X(YES, 1, "ESN")

/* Hash algorithms of signatures: RFC7427-7, RFC8420 (identity: the text itself is signed). */
#define CRYPTO_HASH_LIST(X)        \
	X(SHA1, 1, "SHA1")         \
	X(SHA2_256, 2, "SHA2-256") \
	X(SHA2_384, 3, "SHA2-384") \
	X(SHA2_512, 4, "SHA2-512") \
	X(IDENTITY, 5, "IDENTITY")

enum crypto_encr {
#define CRYPTO_IANA_ENUM(name, number, aead, text) CRYPTO_ENCR_##name = number,
	CRYPTO_ENCR_LIST(CRYPTO_IANA_ENUM)
#undef CRYPTO_IANA_ENUM
};

enum crypto_prf {
#define CRYPTO_IANA_ENUM(name, number, text) CRYPTO_PRF_##name = number,
	CRYPTO_PRF_LIST(CRYPTO_IANA_ENUM)
#undef CRYPTO_IANA_ENUM
};

enum crypto_integ {
#define CRYPTO_IANA_ENUM(name, number, text) CRYPTO_INTEG_##name = number,
	CRYPTO_INTEG_LIST(CRYPTO_IANA_ENUM)
#undef CRYPTO_IANA_ENUM
};

enum crypto_group {
#define CRYPTO_IANA_ENUM(name, number, text) CRYPTO_GROUP_##name = number,
	CRYPTO_GROUP_LIST(CRYPTO_IANA_ENUM)
#undef CRYPTO_IANA_ENUM
};

enum crypto_esn {
#define CRYPTO_IANA_ENUM(name, number, text) CRYPTO_ESN_##name = number,
	CRYPTO_ESN_LIST(CRYPTO_IANA_ENUM)
#undef CRYPTO_IANA_ENUM
};

enum crypto_hash {
#define CRYPTO_IANA_ENUM(name, number, text) CRYPTO_HASH_##name = number,
	CRYPTO_HASH_LIST(CRYPTO_IANA_ENUM)
#undef CRYPTO_IANA_ENUM
		CRYPTO_HASH_ROWS
};

#endif
