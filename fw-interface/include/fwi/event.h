#ifndef FWI_EVENT_H
#define FWI_EVENT_H

#include "fwi/abi.h"

/* What the device says unasked.  Section 10.  X(name, number). */
#define FWI_EVENT_LIST(X) \
	X(LINK, 1)        \
	X(FATAL, 2)       \
	X(QUEUE_ERROR, 3) \
	X(UNKNOWN_SPI, 4) \
	X(PEER_MOVED, 5)  \
	X(TX_REFUSED, 6)  \
	X(GUARD_DROP, 7)

enum fwi_event_type {
#define FWI_EVENT_ENUM(name, number) FWI_EV_##name = (number),
	FWI_EVENT_LIST(FWI_EVENT_ENUM)
#undef FWI_EVENT_ENUM
};

/* Why a secured descriptor was not sent. */
enum fwi_tx_reason {
	FWI_TX_R_CHECK = 1,     /* check field */
	FWI_TX_R_UNKNOWN = 2,   /* no SA in the slot */
	FWI_TX_R_STALE = 3,     /* another generation in the slot */
	FWI_TX_R_NUMBER = 4,    /* not above the SA's last */
	FWI_TX_R_EXHAUSTED = 5, /* above 2^32 - 1 without ESN, or no number left */
	FWI_TX_R_MALFORMED = 6, /* not an IP packet behind 'l2_len' bytes, or not of the length its header says */
	FWI_TX_R_SIZE = 7,      /* longer than the MTU when encrypted */
};

struct fwi_event {
	le32 position;     /* of this event + 1; written last */
	le16 type;         /* enum fwi_event_type */
	uint8_t direction; /* of the SA */
	uint8_t reason;    /* TX_REFUSED: enum fwi_tx_reason; QUEUE_ERROR: enum fwi_queue_kind; LINK: 1 up, 0 down */
	le32 lost;         /* events that found the ring full since the one before */
	le32 value;        /* LINK: Mbit/s, 0 unknown; QUEUE_ERROR: queue; GUARD_DROP: drops since the one before; FATAL: as the register */
	le32 sa_index;     /* PEER_MOVED, TX_REFUSED */
	le16 sa_generation;
	uint8_t family;    /* UNKNOWN_SPI, PEER_MOVED, GUARD_DROP: of 'addr' (4, 6; 0 none) */
	uint8_t udp_encap; /* UNKNOWN_SPI: 1 in UDP */
	le32 spi;          /* UNKNOWN_SPI, PEER_MOVED, TX_REFUSED */
	le16 port;         /* UNKNOWN_SPI, PEER_MOVED: the peer's UDP port, 0 without UDP */
	uint8_t rsvd[2];
	le64 number;      /* TX_REFUSED: the descriptor's; PEER_MOVED: the packet's */
	uint8_t addr[16]; /* UNKNOWN_SPI, PEER_MOVED: the peer's; GUARD_DROP: destination of the last one dropped */
	uint8_t rsvd2[8];
};
static_assert(sizeof(struct fwi_event) == 64, "fw ABI: event");
static_assert(
	offsetof(struct fwi_event, sa_index) == 16 && offsetof(struct fwi_event, number) == 32 && offsetof(struct fwi_event, addr) == 40,
	"fw ABI: event");

#endif
