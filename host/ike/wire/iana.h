#ifndef IKE_IANA_H
#define IKE_IANA_H

#include "crypto/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The IANA registry "Internet Key Exchange Version 2 (IKEv2) Parameters", each number once: X(name, number, text).
 * Algorithm numbers are in crypto/iana.h.  A list holds what Nave acts on or names in its logs; a number that
 * isn't here is still carried as a number.
 */

/* Exchange types: RFC7296-3.1, RFC5723 (resume), RFC9242 (intermediate), RFC9370 (follow-up). */
#define IKE_EXCHANGE_LIST(X)                            \
	X(IKE_SA_INIT, 34, "IKE_SA_INIT")               \
	X(IKE_AUTH, 35, "IKE_AUTH")                     \
	X(CREATE_CHILD_SA, 36, "CREATE_CHILD_SA")       \
	X(INFORMATIONAL, 37, "INFORMATIONAL")           \
	X(IKE_SESSION_RESUME, 38, "IKE_SESSION_RESUME") \
	X(IKE_INTERMEDIATE, 43, "IKE_INTERMEDIATE")     \
	X(IKE_FOLLOWUP_KE, 44, "IKE_FOLLOWUP_KE")

/* Payload types that Nave understands (RFC7296-2.5, -3.2; SKF RFC7383-2.5); text is the RFC's notation. */
#define IKE_PAYLOAD_LIST(X)       \
	X(SA, 33, "SA")           \
	X(KE, 34, "KE")           \
	X(IDI, 35, "IDi")         \
	X(IDR, 36, "IDr")         \
	X(CERT, 37, "CERT")       \
	X(CERTREQ, 38, "CERTREQ") \
	X(AUTH, 39, "AUTH")       \
	X(NONCE, 40, "Nonce")     \
	X(NOTIFY, 41, "N")        \
	X(DELETE, 42, "D")        \
	X(VENDOR, 43, "V")        \
	X(TSI, 44, "TSi")         \
	X(TSR, 45, "TSr")         \
	X(SK, 46, "SK")           \
	X(CP, 47, "CP")           \
	X(EAP, 48, "EAP")         \
	X(SKF, 53, "SKF")

/* Transform types: RFC7296-3.3.2, RFC9370-3.2.1 (ADDKE: key exchanges beside the first). */
#define IKE_TRANSFORM_LIST(X)   \
	X(ENCR, 1, "ENCR")      \
	X(PRF, 2, "PRF")        \
	X(INTEG, 3, "INTEG")    \
	X(GROUP, 4, "KE")       \
	X(ESN, 5, "ESN")        \
	X(ADDKE1, 6, "ADDKE1")  \
	X(ADDKE2, 7, "ADDKE2")  \
	X(ADDKE3, 8, "ADDKE3")  \
	X(ADDKE4, 9, "ADDKE4")  \
	X(ADDKE5, 10, "ADDKE5") \
	X(ADDKE6, 11, "ADDKE6") \
	X(ADDKE7, 12, "ADDKE7")

/* Transform attributes: RFC7296-3.3.5. */
#define IKE_ATTR_LIST(X) X(KEY_LENGTH, 14, "KEY_LENGTH")

/* Security protocols: RFC7296-3.3.1. */
#define IKE_PROTO_LIST(X) \
	X(NONE, 0, "-")   \
	X(IKE, 1, "IKE")  \
	X(AH, 2, "AH")    \
	X(ESP, 3, "ESP")

/* Types of PPK_ID: RFC8784-5.1. */
#define IKE_PPK_ID_LIST(X)     \
	X(OPAQUE, 1, "opaque") \
	X(FIXED, 2, "fixed")

/* Identification types: RFC7296-3.5, RFC7619 (NULL). */
#define IKE_ID_LIST(X)             \
	X(IPV4, 1, "ipv4-address") \
	X(FQDN, 2, "fqdn")         \
	X(EMAIL, 3, "email")       \
	X(IPV6, 5, "ipv6-address") \
	X(DN, 9, "dn")             \
	X(GN, 10, "gn")            \
	X(KEY_ID, 11, "key-id")    \
	X(NULL, 13, "null")

/* Certificate encodings: RFC7296-3.6, RFC4806 (OCSP), RFC7670 (raw public key). */
#define IKE_CERT_LIST(X)                         \
	X(PKCS7, 1, "pkcs7")                     \
	X(X509_SIGNATURE, 4, "x509-signature")   \
	X(CRL, 7, "crl")                         \
	X(URL_X509, 12, "hash-and-url-x509")     \
	X(URL_BUNDLE, 13, "hash-and-url-bundle") \
	X(OCSP, 14, "ocsp")                      \
	X(RAW_KEY, 15, "raw-public-key")

/* Authentication methods: RFC7296-3.8, RFC4754 (ECDSA), RFC7619 (NULL), RFC7427 (digital signature). */
#define IKE_AUTH_LIST(X)                  \
	X(RSA, 1, "rsa-sig")              \
	X(PSK, 2, "pre-share")            \
	X(DSS, 3, "dss-sig")              \
	X(ECDSA_256, 9, "ecdsa-sig-256")  \
	X(ECDSA_384, 10, "ecdsa-sig-384") \
	X(ECDSA_521, 11, "ecdsa-sig-521") \
	X(NULL, 13, "null")               \
	X(SIGNATURE, 14, "digital-signature")

/* Traffic selector types: RFC7296-3.13.1. */
#define IKE_TS_LIST(X)           \
	X(IPV4, 7, "ipv4-range") \
	X(IPV6, 8, "ipv6-range")

/* Configuration payload types: RFC7296-3.15. */
#define IKE_CP_LIST(X)               \
	X(REQUEST, 1, "CFG_REQUEST") \
	X(REPLY, 2, "CFG_REPLY")     \
	X(SET, 3, "CFG_SET")         \
	X(ACK, 4, "CFG_ACK")

/* Configuration attributes: RFC7296-3.15.1, RFC8598 (split DNS); 28672 and up: private use, as Cisco Unity clients know them. */
#define IKE_CFG_LIST(X)                                      \
	X(IP4_ADDRESS, 1, "INTERNAL_IP4_ADDRESS")            \
	X(IP4_NETMASK, 2, "INTERNAL_IP4_NETMASK")            \
	X(IP4_DNS, 3, "INTERNAL_IP4_DNS")                    \
	X(IP4_NBNS, 4, "INTERNAL_IP4_NBNS")                  \
	X(IP4_DHCP, 6, "INTERNAL_IP4_DHCP")                  \
	X(APPLICATION_VERSION, 7, "APPLICATION_VERSION")     \
	X(IP6_ADDRESS, 8, "INTERNAL_IP6_ADDRESS")            \
	X(IP6_DNS, 10, "INTERNAL_IP6_DNS")                   \
	X(IP6_DHCP, 12, "INTERNAL_IP6_DHCP")                 \
	X(IP4_SUBNET, 13, "INTERNAL_IP4_SUBNET")             \
	X(SUPPORTED_ATTRIBUTES, 14, "SUPPORTED_ATTRIBUTES")  \
	X(IP6_SUBNET, 15, "INTERNAL_IP6_SUBNET")             \
	X(DNS_DOMAIN, 25, "INTERNAL_DNS_DOMAIN")             \
	X(UNITY_BANNER, 28672, "UNITY_BANNER")               \
	X(UNITY_SAVE_PASSWD, 28673, "UNITY_SAVE_PASSWD")     \
	X(UNITY_DEF_DOMAIN, 28674, "UNITY_DEF_DOMAIN")       \
	X(UNITY_SPLIT_DNS, 28675, "UNITY_SPLIT_DNS")         \
	X(UNITY_SPLIT_INCLUDE, 28676, "UNITY_SPLIT_INCLUDE") \
	X(UNITY_LOCAL_LAN, 28678, "UNITY_LOCAL_LAN")         \
	X(UNITY_PFS, 28679, "UNITY_PFS")                     \
	X(UNITY_BACKUP_SERVERS, 28681, "UNITY_BACKUP_SERVERS")

/*
 * Notify messages, errors below IKE_NOTIFY_STATUS: RFC7296-3.10.1; RFC4555 (MOBIKE), RFC4739, RFC5685 (redirect), RFC5723
 * (resumption), RFC5998 (EAP-only), RFC6023 (childless), RFC6290 (QCD), RFC6311 (message id sync), RFC7383 (fragmentation),
 * RFC7427 (signatures), RFC8019 (puzzles), RFC8784 (PPK), RFC9242 (intermediate), RFC9370 (additional key exchange).
 */
#define IKE_NOTIFY_LIST(X)                                                                   \
	X(UNSUPPORTED_CRITICAL_PAYLOAD, 1, "UNSUPPORTED_CRITICAL_PAYLOAD")                   \
	X(INVALID_IKE_SPI, 4, "INVALID_IKE_SPI")                                             \
	X(INVALID_MAJOR_VERSION, 5, "INVALID_MAJOR_VERSION")                                 \
	X(INVALID_SYNTAX, 7, "INVALID_SYNTAX")                                               \
	X(INVALID_MESSAGE_ID, 9, "INVALID_MESSAGE_ID")                                       \
	X(INVALID_SPI, 11, "INVALID_SPI")                                                    \
	X(NO_PROPOSAL_CHOSEN, 14, "NO_PROPOSAL_CHOSEN")                                      \
	X(INVALID_KE_PAYLOAD, 17, "INVALID_KE_PAYLOAD")                                      \
	X(AUTHENTICATION_FAILED, 24, "AUTHENTICATION_FAILED")                                \
	X(SINGLE_PAIR_REQUIRED, 34, "SINGLE_PAIR_REQUIRED")                                  \
	X(NO_ADDITIONAL_SAS, 35, "NO_ADDITIONAL_SAS")                                        \
	X(INTERNAL_ADDRESS_FAILURE, 36, "INTERNAL_ADDRESS_FAILURE")                          \
	X(FAILED_CP_REQUIRED, 37, "FAILED_CP_REQUIRED")                                      \
	X(TS_UNACCEPTABLE, 38, "TS_UNACCEPTABLE")                                            \
	X(INVALID_SELECTORS, 39, "INVALID_SELECTORS")                                        \
	X(UNACCEPTABLE_ADDRESSES, 40, "UNACCEPTABLE_ADDRESSES")                              \
	X(UNEXPECTED_NAT_DETECTED, 41, "UNEXPECTED_NAT_DETECTED")                            \
	X(TEMPORARY_FAILURE, 43, "TEMPORARY_FAILURE")                                        \
	X(CHILD_SA_NOT_FOUND, 44, "CHILD_SA_NOT_FOUND")                                      \
	X(STATE_NOT_FOUND, 47, "STATE_NOT_FOUND")                                            \
	X(INITIAL_CONTACT, 16384, "INITIAL_CONTACT")                                         \
	X(SET_WINDOW_SIZE, 16385, "SET_WINDOW_SIZE")                                         \
	X(ADDITIONAL_TS_POSSIBLE, 16386, "ADDITIONAL_TS_POSSIBLE")                           \
	X(IPCOMP_SUPPORTED, 16387, "IPCOMP_SUPPORTED")                                       \
	X(NAT_DETECTION_SOURCE_IP, 16388, "NAT_DETECTION_SOURCE_IP")                         \
	X(NAT_DETECTION_DESTINATION_IP, 16389, "NAT_DETECTION_DESTINATION_IP")               \
	X(COOKIE, 16390, "COOKIE")                                                           \
	X(USE_TRANSPORT_MODE, 16391, "USE_TRANSPORT_MODE")                                   \
	X(HTTP_CERT_LOOKUP_SUPPORTED, 16392, "HTTP_CERT_LOOKUP_SUPPORTED")                   \
	X(REKEY_SA, 16393, "REKEY_SA")                                                       \
	X(ESP_TFC_PADDING_NOT_SUPPORTED, 16394, "ESP_TFC_PADDING_NOT_SUPPORTED")             \
	X(NON_FIRST_FRAGMENTS_ALSO, 16395, "NON_FIRST_FRAGMENTS_ALSO")                       \
	X(MOBIKE_SUPPORTED, 16396, "MOBIKE_SUPPORTED")                                       \
	X(ADDITIONAL_IP4_ADDRESS, 16397, "ADDITIONAL_IP4_ADDRESS")                           \
	X(ADDITIONAL_IP6_ADDRESS, 16398, "ADDITIONAL_IP6_ADDRESS")                           \
	X(NO_ADDITIONAL_ADDRESSES, 16399, "NO_ADDITIONAL_ADDRESSES")                         \
	X(UPDATE_SA_ADDRESSES, 16400, "UPDATE_SA_ADDRESSES")                                 \
	X(COOKIE2, 16401, "COOKIE2")                                                         \
	X(NO_NATS_ALLOWED, 16402, "NO_NATS_ALLOWED")                                         \
	X(AUTH_LIFETIME, 16403, "AUTH_LIFETIME")                                             \
	X(MULTIPLE_AUTH_SUPPORTED, 16404, "MULTIPLE_AUTH_SUPPORTED")                         \
	X(ANOTHER_AUTH_FOLLOWS, 16405, "ANOTHER_AUTH_FOLLOWS")                               \
	X(REDIRECT_SUPPORTED, 16406, "REDIRECT_SUPPORTED")                                   \
	X(REDIRECT, 16407, "REDIRECT")                                                       \
	X(REDIRECTED_FROM, 16408, "REDIRECTED_FROM")                                         \
	X(TICKET_LT_OPAQUE, 16409, "TICKET_LT_OPAQUE")                                       \
	X(TICKET_REQUEST, 16410, "TICKET_REQUEST")                                           \
	X(TICKET_ACK, 16411, "TICKET_ACK")                                                   \
	X(TICKET_NACK, 16412, "TICKET_NACK")                                                 \
	X(TICKET_OPAQUE, 16413, "TICKET_OPAQUE")                                             \
	X(EAP_ONLY_AUTHENTICATION, 16417, "EAP_ONLY_AUTHENTICATION")                         \
	X(CHILDLESS_IKEV2_SUPPORTED, 16418, "CHILDLESS_IKEV2_SUPPORTED")                     \
	X(QUICK_CRASH_DETECTION, 16419, "QUICK_CRASH_DETECTION")                             \
	X(IKEV2_MESSAGE_ID_SYNC_SUPPORTED, 16420, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED")         \
	X(IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED, 16421, "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED") \
	X(IKEV2_MESSAGE_ID_SYNC, 16422, "IKEV2_MESSAGE_ID_SYNC")                             \
	X(IPSEC_REPLAY_COUNTER_SYNC, 16423, "IPSEC_REPLAY_COUNTER_SYNC")                     \
	X(IKEV2_FRAGMENTATION_SUPPORTED, 16430, "IKEV2_FRAGMENTATION_SUPPORTED")             \
	X(SIGNATURE_HASH_ALGORITHMS, 16431, "SIGNATURE_HASH_ALGORITHMS")                     \
	X(PUZZLE, 16434, "PUZZLE")                                                           \
	X(USE_PPK, 16435, "USE_PPK")                                                         \
	X(PPK_IDENTITY, 16436, "PPK_IDENTITY")                                               \
	X(NO_PPK_AUTH, 16437, "NO_PPK_AUTH")                                                 \
	X(INTERMEDIATE_EXCHANGE_SUPPORTED, 16438, "INTERMEDIATE_EXCHANGE_SUPPORTED")         \
	X(ADDITIONAL_KEY_EXCHANGE, 16441, "ADDITIONAL_KEY_EXCHANGE")

enum ike_exchange_type {
#define IKE_IANA_ENUM(name, number, text) IKE_X_##name = number,
	IKE_EXCHANGE_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_payload_type {
	IKE_P_NONE = 0, /* ends a chain */
#define IKE_IANA_ENUM(name, number, text) IKE_P_##name = number,
	IKE_PAYLOAD_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_transform_type {
#define IKE_IANA_ENUM(name, number, text) IKE_TRANSFORM_##name = number,
	IKE_TRANSFORM_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
		IKE_TRANSFORM_END /* one above the highest */
};

enum ike_attr_type {
#define IKE_IANA_ENUM(name, number, text) IKE_ATTR_##name = number,
	IKE_ATTR_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_proto {
#define IKE_IANA_ENUM(name, number, text) IKE_PROTO_##name = number,
	IKE_PROTO_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_id_type {
#define IKE_IANA_ENUM(name, number, text) IKE_ID_##name = number,
	IKE_ID_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_ppk_id_type {
#define IKE_IANA_ENUM(name, number, text) IKE_PPK_ID_##name = number,
	IKE_PPK_ID_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_cert_encoding {
#define IKE_IANA_ENUM(name, number, text) IKE_CERT_##name = number,
	IKE_CERT_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_auth_method {
#define IKE_IANA_ENUM(name, number, text) IKE_AUTH_##name = number,
	IKE_AUTH_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_ts_type {
#define IKE_IANA_ENUM(name, number, text) IKE_TS_##name = number,
	IKE_TS_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_cp_type {
#define IKE_IANA_ENUM(name, number, text) IKE_CP_##name = number,
	IKE_CP_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_cfg_type {
#define IKE_IANA_ENUM(name, number, text) IKE_CFG_##name = number,
	IKE_CFG_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum ike_notify_type {
#define IKE_IANA_ENUM(name, number, text) IKE_N_##name = number,
	IKE_NOTIFY_LIST(IKE_IANA_ENUM)
#undef IKE_IANA_ENUM
};

enum { IKE_NOTIFY_STATUS = 16384 }; /* RFC7296-3.10.1: types below are errors */

/* The text of a number as logs carry it; "unknown" for one that isn't in its list. */
const char *ike_iana_exchange_str(unsigned number);
const char *ike_iana_payload_str(unsigned number);
const char *ike_iana_proto_str(unsigned number);
const char *ike_iana_id_str(unsigned number);
const char *ike_iana_cert_str(unsigned number);
const char *ike_iana_auth_str(unsigned number);
const char *ike_iana_cp_str(unsigned number);
const char *ike_iana_cfg_str(unsigned number);
const char *ike_iana_notify_str(unsigned number);
const char *ike_iana_transform_type_str(unsigned type);

/* The text of algorithm 'id' of transform type 'type' ("AES-GCM-16"). */
const char *ike_iana_transform_str(unsigned type, unsigned id);

#ifdef __cplusplus
}
#endif
#endif
