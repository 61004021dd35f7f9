#ifndef FWI_STATS_H
#define FWI_STATS_H

#include "fwi/cmd.h"

/*
 * Statistics that the device writes back to driver memory every FWI_STATS_MS when they changed.  Section 11.
 * Each 64-bit counter is written whole; a page as such isn't a snapshot.
 */
enum fwi_stats_kind {
	FWI_STATS_PORT = 1,   /* one struct fwi_port_stats */
	FWI_STATS_SA_IN = 2,  /* struct fwi_sa_stats[sa_in_max], by index */
	FWI_STATS_SA_OUT = 3, /* struct fwi_sa_stats[sa_out_max], by index */
};

/* STATS_PAGE: from now on writes 'kind' to 'page' (region 0: no more). */
struct fwi_cmd_stats {
	le16 opcode;
	le16 tag;
	le32 epoch;
	uint8_t kind; /* enum fwi_stats_kind */
	uint8_t rsvd0[7];
	struct fwi_addr page;
	uint8_t rsvd1[32];
};
static_assert(sizeof(struct fwi_cmd_stats) == 64, "fw ABI: stats");
static_assert(offsetof(struct fwi_cmd_stats, page) == 16, "fw ABI: stats");

/* One SA; zero from its addition on. */
struct fwi_sa_stats {
	le64 packets; /* out: sent encrypted; in: delivered decrypted */
	le64 bytes;   /* of inner IP */
	le64 auth_failed;
	le64 replayed;
	le64 malformed;  /* in; out: refused for any fwi_tx_reason but NUMBER */
	le64 refused;    /* out: FWI_TX_R_NUMBER and _EXHAUSTED */
	le64 number;     /* out: last used; in: highest accepted */
	le16 generation; /* of the SA that these are about, 0: none yet */
	uint8_t rsvd[6];
};
static_assert(sizeof(struct fwi_sa_stats) == 64, "fw ABI: SA stats");

/* Counters of the port: X(name, text).  The order is the ABI. */
#define FWI_PORT_STATS_LIST(X)                                                   \
	X(rx_packets, "frames received")                                         \
	X(rx_bytes, "bytes received")                                            \
	X(rx_secured, "ESP packets decrypted and delivered")                     \
	X(rx_no_buffer, "frames lost: no rx buffer")                             \
	X(rx_buffer_small, "frames lost: longer than the rx buffer")             \
	X(rx_filtered, "frames for other stations")                              \
	X(rx_oversize, "frames longer than the MTU allows")                      \
	X(rx_unknown_spi, "ESP packets of no flow rule")                         \
	X(rx_auth_failed, "ESP packets that failed the integrity check")         \
	X(rx_replayed, "ESP packets seen before")                                \
	X(rx_malformed, "ESP packets that break the format")                     \
	X(rx_stale, "ESP packets whose rule names a deleted SA")                 \
	X(rx_dummy, "ESP dummy packets")                                         \
	X(tx_packets, "frames sent")                                             \
	X(tx_bytes, "bytes sent")                                                \
	X(tx_secured, "packets encrypted and sent")                              \
	X(tx_guarded, "plain frames that the guard dropped")                     \
	X(tx_bad_desc, "descriptors refused")                                    \
	X(tx_bad_check, "secured descriptors with a wrong check")                \
	X(tx_unknown_sa, "secured descriptors without an SA")                    \
	X(tx_stale_sa, "secured descriptors of an old generation")               \
	X(tx_bad_number, "secured descriptors with a number not above the last") \
	X(tx_exhausted, "secured descriptors without a number left")             \
	X(tx_malformed, "secured descriptors without an IP packet")              \
	X(tx_oversize, "frames longer than the MTU allows")                      \
	X(tx_wire_full, "frames that the wire didn't take")                      \
	X(events_lost, "events that found the ring full")                        \
	X(commands, "commands carried out")

struct fwi_port_stats {
#define FWI_PORT_STATS_FIELD(name, text) le64 name;
	FWI_PORT_STATS_LIST(FWI_PORT_STATS_FIELD)
#undef FWI_PORT_STATS_FIELD
	le64 rsvd[4];
};
static_assert(sizeof(struct fwi_port_stats) == 256, "fw ABI: port stats");

#endif
