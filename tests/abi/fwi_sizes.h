#ifndef ABI_FWI_SIZES_H
#define ABI_FWI_SIZES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every structure of the firmware ABI with its size in bytes, as docs/fw-interface.md fixes it. */
#define FWI_SIZES_LIST(X)        \
	X(fwi_addr, 16)          \
	X(fwi_attach_msg, 32)    \
	X(fwi_identity, 128)     \
	X(fwi_caps, 128)         \
	X(fwi_cmd, 64)           \
	X(fwi_comp, 64)          \
	X(fwi_cmd_out, 64)       \
	X(fwi_cmd_port, 64)      \
	X(fwi_cmd_queue, 64)     \
	X(fwi_res_queue, 48)     \
	X(fwi_event, 64)         \
	X(fwi_cmd_fault, 64)     \
	X(fwi_cmd_flow, 64)      \
	X(fwi_res_flow, 48)      \
	X(fwi_flow_entry, 64)    \
	X(fwi_guard_rule, 32)    \
	X(fwi_cmd_guard, 64)     \
	X(fwi_regs_device, 4096) \
	X(fwi_ring_reg, 16)      \
	X(fwi_doorbell, 64)      \
	X(fwi_regs_driver, 4096) \
	X(fwi_bar, 8192)         \
	X(fwi_tx_desc, 32)       \
	X(fwi_tx_head, 64)       \
	X(fwi_rx_desc, 16)       \
	X(fwi_rx_comp, 32)       \
	X(fwi_sa_image, 320)     \
	X(fwi_cmd_sa, 64)        \
	X(fwi_res_sa_del, 48)    \
	X(fwi_sa_state, 144)     \
	X(fwi_cmd_dump, 64)      \
	X(fwi_res_dump, 48)      \
	X(fwi_sa_entry, 128)     \
	X(fwi_cmd_stats, 64)     \
	X(fwi_sa_stats, 64)      \
	X(fwi_port_stats, 256)

/* Names and sizes as the C compiler sees them; returns how many. */
size_t fwi_sizes_c(const char **name, size_t *size, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
