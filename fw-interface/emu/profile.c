/* The devices that navenic can be.  docs/fw-interface.md 17 has the same table. */
#include "emu/profile.h"

#include <string.h>

#include "fwi/caps.h"

#define F(name) (UINT64_C(1) << FWI_F_##name)
#define S(name) (UINT64_C(1) << FWI_SUITE_##name)

#define F_ALWAYS                                                                                                                      \
	(F(TUNNEL_V4) | F(TUNNEL_V6) | F(HOST_NUMBERS) | F(DEVICE_NUMBERS) | F(RX_NUMBER) | F(WINDOW) | F(STATE_READ) | F(ADOPTION) | \
		F(GUARD) | F(PEER_MOVED))
#define S_GCM (S(AES_128_GCM_16) | S(AES_192_GCM_16) | S(AES_256_GCM_16))
#define S_CBC_OLD (S(AES_128_CBC_SHA1_96) | S(AES_256_CBC_SHA1_96) | S(AES_128_CBC_SHA2_256_128) | S(AES_256_CBC_SHA2_256_128))
#define S_CBC_NEW (S(AES_128_CBC_SHA2_384_192) | S(AES_256_CBC_SHA2_384_192) | S(AES_128_CBC_SHA2_512_256) | S(AES_256_CBC_SHA2_512_256))

static const struct emu_profile profiles[] = {
	{
		.name = "full",
		.mimics = "what we would build",
		.features = F_ALWAYS | F(UDP_ENCAP) | F(ESN),
		.suites = S_GCM | S_CBC_OLD | S_CBC_NEW | S(CHACHA20_POLY1305),
		.sa_in_max = 65536,
		.sa_out_max = 65536,
		.flow_max = 131072,
		.window_max = 1024,
		.guard_rule_max = 256,
		.mtu_max = 9216,
		.queue_pairs = 4,
		.ring_log2_max = 12,
	},
	{
		.name = "small",
		.mimics = "a device that makes every fallback happen",
		.features = F_ALWAYS | F(ESN),
		.suites = S_GCM | S_CBC_OLD,
		.sa_in_max = 16,
		.sa_out_max = 16,
		.flow_max = 32,
		.window_max = 1024,
		.guard_rule_max = 256,
		.mtu_max = 9216,
		.queue_pairs = 4,
		.ring_log2_max = 12,
	},
	{
		.name = "ixgbe",
		.mimics = "the table sizes of an 82599: 1024 SAs, 128 local addresses, AES-128-GCM alone",
		.features = F_ALWAYS,
		.suites = S(AES_128_GCM_16),
		.sa_in_max = 1024,
		.sa_out_max = 1024,
		.flow_max = 1024,
		.local_addr_max = 128,
		.window_max = 1024,
		.guard_rule_max = 256,
		.mtu_max = 9216,
		.queue_pairs = 4,
		.ring_log2_max = 12,
	},
	{
		.name = "cnxk",
		.mimics = "an inbound table indexed by SPI, as an Octeon's",
		.features = F_ALWAYS | F(UDP_ENCAP) | F(ESN) | F(SPI_TABLE),
		.suites = S_GCM | S_CBC_OLD | S_CBC_NEW,
		.sa_in_max = 4096,
		.sa_out_max = 4096,
		.flow_max = 8192,
		.window_max = 1024,
		.guard_rule_max = 256,
		.mtu_max = 9216,
		.queue_pairs = 4,
		.ring_log2_max = 12,
	},
};

const struct emu_profile *emu_profile_at(size_t i)
{
	return i < sizeof(profiles) / sizeof(profiles[0]) ? &profiles[i] : NULL;
}

const struct emu_profile *emu_profile_find(const char *name)
{
	const struct emu_profile *p;

	for (size_t i = 0; (p = emu_profile_at(i)) != NULL; i++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}
