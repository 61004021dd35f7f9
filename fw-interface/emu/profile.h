#ifndef EMU_PROFILE_H
#define EMU_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The limits of one device, as data.  Fields as in struct fwi_caps. */
struct emu_profile {
	const char *name;
	const char *mimics;
	uint64_t features;
	uint64_t suites;
	uint32_t sa_in_max;
	uint32_t sa_out_max;
	uint32_t flow_max;
	uint32_t local_addr_max; /* 0: no limit of its own */
	uint32_t window_max;
	uint32_t guard_rule_max;
	uint32_t mtu_max;
	uint16_t queue_pairs;
	uint8_t ring_log2_max;
};

/* The profile called 'name', or NULL. */
const struct emu_profile *emu_profile_find(const char *name);

/* The i-th profile, NULL behind the last. */
const struct emu_profile *emu_profile_at(size_t i);

#ifdef __cplusplus
}
#endif
#endif
