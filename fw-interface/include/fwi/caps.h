#ifndef FWI_CAPS_H
#define FWI_CAPS_H

#include "fwi/abi.h"

/* What a device can do: bit numbers in fwi_caps.features.  Section 5.5. */
#define FWI_FEATURE_LIST(X)                                                            \
	X(TUNNEL_V4, 0, "IPv4 outer header")                                           \
	X(TUNNEL_V6, 1, "IPv6 outer header")                                           \
	X(UDP_ENCAP, 2, "ESP in UDP")                                                  \
	X(ESN, 3, "64-bit sequence numbers")                                           \
	X(HOST_NUMBERS, 4, "sequence numbers from the tx descriptor, checked to rise") \
	X(DEVICE_NUMBERS, 5, "sequence numbers of the device's own")                   \
	X(RX_NUMBER, 6, "64-bit number in the rx completion")                          \
	X(WINDOW, 7, "replay filter of the device's own")                              \
	X(STATE_READ, 8, "SA state can be read")                                       \
	X(ADOPTION, 9, "SAs outlive their driver")                                     \
	X(GUARD, 10, "egress guard")                                                   \
	X(PEER_MOVED, 11, "event when an SA's packets come from another address")      \
	X(SPI_TABLE, 12, "inbound slot = SPI & (sa_in_max - 1)")                       \
	X(FAULTS, 13, "fault injection commands")

enum fwi_feature {
#define FWI_FEATURE_ENUM(name, bit, text) FWI_F_##name = (bit),
	FWI_FEATURE_LIST(FWI_FEATURE_ENUM)
#undef FWI_FEATURE_ENUM
};

/*
 * Algorithms: X(name, number, key, salt, auth key, IV, ICV, block): sizes in bytes, 'block' is what the
 * encrypted part is padded to.  The number is also the bit in fwi_caps.suites.
 */
#define FWI_SUITE_LIST(X)                                      \
	X(AES_128_GCM_16, 1, 16, 4, 0, 8, 16, 4)               \
	X(AES_192_GCM_16, 2, 24, 4, 0, 8, 16, 4)               \
	X(AES_256_GCM_16, 3, 32, 4, 0, 8, 16, 4)               \
	X(CHACHA20_POLY1305, 4, 32, 4, 0, 8, 16, 4)            \
	X(AES_128_CBC_SHA1_96, 8, 16, 0, 20, 16, 12, 16)       \
	X(AES_256_CBC_SHA1_96, 9, 32, 0, 20, 16, 12, 16)       \
	X(AES_128_CBC_SHA2_256_128, 10, 16, 0, 32, 16, 16, 16) \
	X(AES_256_CBC_SHA2_256_128, 11, 32, 0, 32, 16, 16, 16) \
	X(AES_128_CBC_SHA2_384_192, 12, 16, 0, 48, 16, 24, 16) \
	X(AES_256_CBC_SHA2_384_192, 13, 32, 0, 48, 16, 24, 16) \
	X(AES_128_CBC_SHA2_512_256, 14, 16, 0, 64, 16, 32, 16) \
	X(AES_256_CBC_SHA2_512_256, 15, 32, 0, 64, 16, 32, 16)

enum fwi_suite {
	FWI_SUITE_NONE = 0,
#define FWI_SUITE_ENUM(name, number, key, salt, auth, iv, icv, block) FWI_SUITE_##name = (number),
	FWI_SUITE_LIST(FWI_SUITE_ENUM)
#undef FWI_SUITE_ENUM
		FWI_SUITE_COUNT = 16
};

/* The answer to FWI_OP_IDENTIFY.  Texts end with NUL unless they fill the field. */
struct fwi_identity {
	char name[32];     /* "navenic" */
	char profile[32];  /* "full" */
	char firmware[32]; /* "0.1.0" */
	uint8_t mac[6];    /* permanent address */
	uint8_t rsvd[26];
};
static_assert(sizeof(struct fwi_identity) == 128, "fw ABI: identity");
static_assert(offsetof(struct fwi_identity, mac) == 96, "fw ABI: identity");

/* The answer to FWI_OP_CAPS. */
struct fwi_caps {
	le64 features;  /* 1 << enum fwi_feature */
	le64 suites;    /* 1 << enum fwi_suite */
	le32 sa_in_max; /* slots of each direction's table */
	le32 sa_out_max;
	le32 flow_max;
	le32 local_addr_max; /* different local addresses in the flow table; 0: no limit of its own */
	le32 window_max;     /* packets; 0 without FWI_F_WINDOW */
	le32 guard_rule_max;
	le32 mtu_max; /* bytes of IP */
	le32 keep_s;  /* seconds that SAs outlive their driver; 0 without FWI_F_ADOPTION */
	le16 queue_pairs;
	le16 vectors;
	uint8_t ring_log2_max;
	uint8_t rsvd[75];
};
static_assert(sizeof(struct fwi_caps) == 128, "fw ABI: capabilities");
static_assert(offsetof(struct fwi_caps, sa_in_max) == 16 && offsetof(struct fwi_caps, queue_pairs) == 48, "fw ABI: capabilities");

#endif
