#ifndef EMU_ESP_IN_H
#define EMU_ESP_IN_H

#include "emu/device.h"
#include "emu/data/frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a received ESP packet. */
struct emu_esp_in {
	uint8_t reason;      /* enum fwi_rx_reason; FWI_RX_R_NONE: decrypted */
	bool drop;           /* a dummy, or one that RFC6040 says to drop: nothing to deliver */
	const uint8_t *data; /* decrypted frame, in the device's scratch; else unset */
	uint32_t len;
	uint64_t number; /* verified or inferred */
};

/* Verifies and decrypts 'f', whose ESP header is at offset 'esp', with 'sa'.  docs/fw-interface.md 12.3. */
void emu_esp_in_open(struct emu *e, struct emu_sa *sa, const struct emu_frame *f, uint32_t esp, struct emu_esp_in *out);

#ifdef __cplusplus
}
#endif
#endif
