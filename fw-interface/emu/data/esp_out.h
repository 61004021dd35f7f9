#ifndef EMU_ESP_OUT_H
#define EMU_ESP_OUT_H

#include "emu/device.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that must be free in front of the Ethernet header. */
static inline uint32_t emu_esp_out_room(const struct emu_sa *sa)
{
	return (uint32_t)sa->outer_len + sa->suite->iv;
}

/*
 * Chooses the number of the packet that 'd' asks for and makes it the SA's last.  Returns 0 and the number, or the
 * enum fwi_tx_reason why it isn't sent.
 */
unsigned emu_esp_out_number(struct emu_sa *sa, const struct fwi_tx_desc *d, uint64_t *number);

/* A frame to encrypt: [room][Ethernet header of 'l2_len'][inner packet], 'len' bytes behind the room. */
struct emu_esp_out {
	uint8_t *buf;
	uint32_t l2_len;
	uint32_t len;
	uint64_t number;
};

/* Makes the ESP frame from 'buf' on.  Returns 0 and its length, or the enum fwi_tx_reason. */
unsigned emu_esp_out_seal(struct emu *e, struct emu_sa *sa, const struct emu_esp_out *p, uint32_t *out_len);

#ifdef __cplusplus
}
#endif
#endif
