#ifndef FWI_RING_H
#define FWI_RING_H

#include "fwi/abi.h"

/*
 * The packet rings.  Section 9.  All positions are free-running 32-bit numbers; the slot is position modulo ring
 * size.  Who reads a slot copies it once and works on the copy: the other side may rewrite it at any time.
 */
enum fwi_tx_op {
	FWI_TX_PLAIN = 1,   /* a frame as it is */
	FWI_TX_SECURED = 2, /* Ethernet header and inner packet: to be encrypted */
	FWI_TX_SEG = 3,     /* goes on with the packet of the descriptor before */
};

enum fwi_tx_flag {
	FWI_TX_MORE = 1 << 0,           /* a FWI_TX_SEG follows */
	FWI_TX_DEVICE_NUMBERS = 1 << 1, /* secured: the device counts, 'number' is 0 */
};

struct fwi_tx_desc {
	uint8_t opcode; /* enum fwi_tx_op */
	uint8_t flags;  /* enum fwi_tx_flag */
	uint8_t l2_len; /* secured: bytes in front of the inner IP header, 14 or 18 (one VLAN tag) */
	uint8_t rsvd;
	le16 region;
	le16 length;
	le64 offset;
	le32 sa_index; /* these four: FWI_TX_SECURED, else 0 */
	le16 sa_generation;
	le16 check;  /* fwi_tx_check */
	le64 number; /* of the ESP packet, above the SA's last one */
};
static_assert(sizeof(struct fwi_tx_desc) == 32, "fw ABI: tx descriptor");
static_assert(offsetof(struct fwi_tx_desc, offset) == 8 && offsetof(struct fwi_tx_desc, check) == 22 &&
		      offsetof(struct fwi_tx_desc, number) == 24,
	"fw ABI: tx descriptor");

/*
 * The check field of a secured descriptor: its four 64-bit words with 'check' 0, and the epoch, folded by XOR to
 * 16 bits, XOR 0xa5c3.  A stray write, a slot of another epoch or another opcode doesn't pass for a secured one.
 */
static inline uint16_t fwi_tx_check(const struct fwi_tx_desc *d, uint32_t epoch)
{
	uint64_t x = (uint64_t)d->opcode | (uint64_t)d->flags << 8 | (uint64_t)d->l2_len << 16 | (uint64_t)d->rsvd << 24 |
		     (uint64_t)le16_get(d->region) << 32 | (uint64_t)le16_get(d->length) << 48;

	x ^= le64_get(d->offset);
	x ^= (uint64_t)le32_get(d->sa_index) | (uint64_t)le16_get(d->sa_generation) << 32;
	x ^= le64_get(d->number);
	x ^= epoch;
	x ^= x >> 32;
	x ^= x >> 16;
	return (uint16_t)((x & 0xffff) ^ 0xa5c3);
}

/* Written by the device, after the memory of all descriptors below 'position' may be re-used. */
struct fwi_tx_head {
	le32 position;
	uint8_t rsvd[60];
};
static_assert(sizeof(struct fwi_tx_head) == 64, "fw ABI: tx head");

/* An empty buffer.  The device uses buffers in order: completion n is about buffer n. */
struct fwi_rx_desc {
	le16 region;
	le16 length;
	uint8_t rsvd[4];
	le64 offset;
};
static_assert(sizeof(struct fwi_rx_desc) == 16, "fw ABI: rx descriptor");
static_assert(offsetof(struct fwi_rx_desc, offset) == 8, "fw ABI: rx descriptor");

enum fwi_rx_flag {
	FWI_RX_SEC_OK = 1 << 0,      /* decrypted and verified: 'sa_*' and 'number' say by what */
	FWI_RX_SEC_FAILED = 1 << 1,  /* ESP of a rule's SA, as it came: 'reason' says why */
	FWI_RX_IP_CSUM_BAD = 1 << 2, /* plain: the IPv4 header checksum is wrong */
};

enum fwi_rx_reason {
	FWI_RX_R_NONE = 0,
	FWI_RX_R_AUTH = 1,      /* integrity check failed */
	FWI_RX_R_REPLAY = 2,    /* seen or left of the device's window */
	FWI_RX_R_UNKNOWN = 3,   /* the rule's SA is gone */
	FWI_RX_R_MALFORMED = 4, /* too short, misaligned, padding or next header wrong */
};

struct fwi_rx_comp {
	le32 position;  /* of this completion + 1; written last */
	le16 length;    /* bytes of frame in the buffer, 0: the buffer was skipped (unusable address) */
	uint8_t flags;  /* enum fwi_rx_flag */
	uint8_t reason; /* enum fwi_rx_reason */
	le32 sa_index;  /* with either FWI_RX_SEC flag, else 0 */
	le16 sa_generation;
	uint8_t rsvd0[2];
	le64 number; /* FWI_RX_SEC_OK: 64 bits, as verified.  FWI_RX_R_REPLAY: as inferred */
	le32 spi;    /* with either FWI_RX_SEC flag */
	uint8_t rsvd1[4];
};
static_assert(sizeof(struct fwi_rx_comp) == 32, "fw ABI: rx completion");
static_assert(offsetof(struct fwi_rx_comp, sa_index) == 8 && offsetof(struct fwi_rx_comp, number) == 16, "fw ABI: rx completion");

#endif
