#ifndef EMU_PCAP_H
#define EMU_PCAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A capture file of Ethernet frames, whole in memory: classic pcap, either byte order, micro- or nanoseconds. */
struct emu_pcap {
	uint8_t *data;
	size_t len;
	size_t at; /* of the next record */
	bool swapped;
};

/* IO, NOMEM, or MALFORMED: no capture of Ethernet frames. */
MUST_USE enum err emu_pcap_load(struct emu_pcap *p, const char *path);
void emu_pcap_fini(struct emu_pcap *p);

/* The next frame, borrowed; false at the end, and where the file is broken. */
bool emu_pcap_next(struct emu_pcap *p, const uint8_t **data, uint32_t *len);
void emu_pcap_rewind(struct emu_pcap *p);

/* Begins a capture file at 'path'; NULL when it can't be made. */
FILE *emu_pcap_create(const char *path);

/* Appends a frame seen at 'wall_ms'. */
void emu_pcap_append(FILE *f, uint64_t wall_ms, const uint8_t *data, uint32_t len);

#ifdef __cplusplus
}
#endif
#endif
