#ifndef EMU_FRAME_H
#define EMU_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum emu_frame_fragment { EMU_FRAME_WHOLE, EMU_FRAME_FIRST, EMU_FRAME_LATER };

/* Numbers of the headers that the device reads. */
enum {
	EMU_FRAME_ETHER = 14,
	EMU_FRAME_TAG = 4,
	EMU_FRAME_TYPE_V4 = 0x0800,
	EMU_FRAME_TYPE_V6 = 0x86dd,
	EMU_FRAME_TYPE_VLAN = 0x8100,
	EMU_FRAME_PROTO_ICMP = 1,
	EMU_FRAME_PROTO_IPIP = 4,
	EMU_FRAME_PROTO_TCP = 6,
	EMU_FRAME_PROTO_UDP = 17,
	EMU_FRAME_PROTO_IPV6 = 41,
	EMU_FRAME_PROTO_ESP = 50,
	EMU_FRAME_PROTO_ICMP6 = 58,
	EMU_FRAME_PROTO_NONE = 59,
};

/* What a frame is.  Offsets count from the Ethernet header; 'src' and 'dst' borrow from the frame. */
struct emu_frame {
	const uint8_t *data;
	uint32_t len;       /* of the frame, padding behind the IP packet cut */
	uint16_t ethertype; /* behind the VLAN tag if there is one */
	bool tagged;
	uint8_t family; /* 4 or 6, 0: not IP or too short for its header; all below is 0 then */
	uint8_t tos;    /* or traffic class */
	uint8_t hop_limit;
	uint8_t protocol; /* behind hop-by-hop and fragment headers; a later fragment's is the fragment header's */
	uint8_t fragment; /* enum emu_frame_fragment */
	uint32_t fragment_id;
	bool plain;        /* options, extension headers, fragment, lengths that disagree: not for the ESP engine */
	bool checksum_bad; /* of the IPv4 header */
	uint16_t l3;
	uint16_t l4; /* where 'protocol' begins */
	uint32_t l4_len;
	uint8_t addr_len; /* 4 or 16 */
	const uint8_t *src;
	const uint8_t *dst;
};

/* Reads 'len' bytes from the Ethernet header on. */
void emu_frame_parse(const uint8_t *data, uint32_t len, struct emu_frame *out);

/* The same for an IP packet at 'l3' of 'data' whatever the ethertype says: by its version. */
void emu_frame_parse_ip(const uint8_t *data, uint32_t len, uint16_t l3, struct emu_frame *out);

/* Ports of TCP and UDP; zeroes where there are none. */
void emu_frame_ports(const struct emu_frame *f, uint16_t *src, uint16_t *dst);

/* Spreads flows; equal for all frames of one. */
uint32_t emu_frame_hash(const struct emu_frame *f);

/* Internet checksum of 'len' bytes, at most 64 kB. */
uint16_t emu_frame_checksum(const uint8_t *data, uint32_t len);

static inline uint16_t emu_frame_get16(const uint8_t *at)
{
	return (uint16_t)((unsigned)at[0] << 8 | at[1]);
}

static inline uint32_t emu_frame_get32(const uint8_t *at)
{
	return (uint32_t)emu_frame_get16(at) << 16 | emu_frame_get16(at + 2);
}

static inline void emu_frame_put16(uint8_t *at, uint32_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

static inline void emu_frame_put32(uint8_t *at, uint32_t v)
{
	emu_frame_put16(at, v >> 16);
	emu_frame_put16(at + 2, v);
}

#ifdef __cplusplus
}
#endif
#endif
