#ifndef EMU_PACKET_H
#define EMU_PACKET_H

#include "emu/wire/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A network interface as the wire: all its frames, promiscuously; needs CAP_NET_RAW.  The interface should be up and carry no
 * addresses, and senders at its other end (veth) must not leave segmentation to it (ethtool -K IF tso off gso off).
 */
MUST_USE enum err emu_packet_open(const char *name, const struct emu_wire_env *env, struct emu_wire **out);

/* Completes the checksum that a sender left to the hardware: the field holds the sum of the pseudo header. */
void emu_packet_complete_checksum(uint8_t *frame, uint32_t len);

#ifdef __cplusplus
}
#endif
#endif
