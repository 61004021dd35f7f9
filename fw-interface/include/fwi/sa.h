#ifndef FWI_SA_H
#define FWI_SA_H

#include "fwi/cmd.h"

/*
 * Security associations.  Section 6.  Each direction has a table; the driver chooses the slot ('index') and its
 * 'generation' (not 0, another one at each re-use), so that it may name an SA before the addition completes.
 */
enum fwi_direction { FWI_DIR_IN = 0, FWI_DIR_OUT = 1 };

enum fwi_sa_mode { FWI_MODE_TUNNEL_V4 = 1, FWI_MODE_TUNNEL_V6 = 2 };

enum fwi_sa_flag {
	FWI_SA_ESN = 1 << 0,       /* 64-bit numbers */
	FWI_SA_UDP_ENCAP = 1 << 1, /* ESP in UDP between 'udp_src' and 'udp_dst' */
	FWI_SA_COPY_DSCP = 1 << 2, /* outbound: outer DSCP from the inner packet, else 'dscp'.  Inbound never changes the inner one */
	FWI_SA_COPY_ECN = 1 << 3,  /* RFC6040 normal mode, both directions; else the outer field is 0 and ignored */
	FWI_SA_COPY_DF = 1 << 4,   /* outbound, inner IPv4: outer DF from the inner packet (inner IPv6: set) */
	FWI_SA_SET_DF = 1 << 5,    /* outbound: outer DF set; without both bits it is clear */
};

/*
 * The image that SA_ADD reads: once, after which the device overwrites all of it with zeroes.  'src' and 'dst'
 * are as on the wire: for FWI_DIR_OUT the outer header to build, for FWI_DIR_IN what is expected ('dst' is
 * local; 'src' and 'udp_src' only tell when FWI_EV_PEER_MOVED is due).  IPv4 addresses fill the first 4 bytes.
 */
struct fwi_sa_image {
	le32 spi;          /* not 0..255 */
	uint8_t direction; /* enum fwi_direction */
	uint8_t mode;      /* enum fwi_sa_mode */
	uint8_t suite;     /* enum fwi_suite */
	uint8_t ttl;       /* outbound: of the outer header, not 0 */
	le32 flags;        /* enum fwi_sa_flag */
	le16 udp_src;      /* with FWI_SA_UDP_ENCAP, else 0 */
	le16 udp_dst;
	uint8_t src[16];
	uint8_t dst[16];
	uint8_t dscp; /* 0..63 */
	uint8_t rsvd0[3];
	le32 window; /* inbound: packets, 0 or a multiple of 64 up to fwi_caps.window_max; 0: no filter in the device */
	le64 cookie; /* the driver's; comes back in a dump */
	le64 number; /* outbound: the last number used (0: none); inbound: the highest seen */
	uint8_t rsvd1[8];
	le64 seen[16]; /* inbound: bit n of the 1024 = number - n was seen, from bit 0 of seen[0] on */
	uint8_t rsvd2[8];
	uint8_t salt[4]; /* secrets begin here; sizes are the suite's, unused bytes 0 */
	uint8_t rsvd3[4];
	uint8_t key[32];
	uint8_t auth_key[64];
};
static_assert(sizeof(struct fwi_sa_image) == 320, "fw ABI: SA image");
static_assert(offsetof(struct fwi_sa_image, src) == 16 && offsetof(struct fwi_sa_image, dscp) == 48 &&
		      offsetof(struct fwi_sa_image, cookie) == 56 && offsetof(struct fwi_sa_image, seen) == 80 &&
		      offsetof(struct fwi_sa_image, salt) == 216 && offsetof(struct fwi_sa_image, key) == 224 &&
		      offsetof(struct fwi_sa_image, auth_key) == 256,
	"fw ABI: SA image");

/* SA_ADD ('data': struct fwi_sa_image), SA_DEL (no data), SA_STATE ('data': struct fwi_sa_state is written there). */
struct fwi_cmd_sa {
	le16 opcode;
	le16 tag;
	le32 epoch;
	le32 index;
	le16 generation;
	uint8_t direction; /* enum fwi_direction */
	uint8_t rsvd0;
	struct fwi_addr data;
	uint8_t rsvd1[32];
};
static_assert(sizeof(struct fwi_cmd_sa) == 64, "fw ABI: SA");
static_assert(offsetof(struct fwi_cmd_sa, index) == 8 && offsetof(struct fwi_cmd_sa, data) == 16, "fw ABI: SA");

/*
 * Result of SA_DEL: per rx queue the position of the next completion.  All completions that name the SA stand
 * below it, and none will at or above.  Zero for queues that don't run.
 */
struct fwi_res_sa_del {
	le32 rx_position[FWI_QUEUES_MAX];
	le64 number; /* as fwi_sa_state.number, at the end */
	uint8_t rsvd[8];
};
static_assert(sizeof(struct fwi_res_sa_del) == 48, "fw ABI: SA_DEL result");

struct fwi_sa_state {
	le64 number; /* outbound: last number used; inbound: the highest accepted */
	le32 window; /* packets */
	uint8_t rsvd[4];
	le64 seen[16]; /* as in the image */
};
static_assert(sizeof(struct fwi_sa_state) == 144, "fw ABI: SA state");

/* SA_DUMP: writes struct fwi_sa_entry for live slots from 'first' on, as many as 'out' holds. */
struct fwi_cmd_dump {
	le16 opcode;
	le16 tag;
	le32 epoch;
	le32 first;        /* index */
	uint8_t direction; /* SA_DUMP; 0 for FLOW_DUMP */
	uint8_t rsvd0[3];
	struct fwi_addr out;
	uint8_t rsvd1[32];
};
static_assert(sizeof(struct fwi_cmd_dump) == 64, "fw ABI: dump");

/* Result of SA_DUMP and FLOW_DUMP. */
struct fwi_res_dump {
	le32 count; /* entries written */
	le32 next;  /* index to go on with; FWI_DUMP_END when there are no more */
	uint8_t rsvd[40];
};
static_assert(sizeof(struct fwi_res_dump) == 48, "fw ABI: dump result");

#define FWI_DUMP_END UINT32_C(0xffffffff)

/* What a driver needs to recognise an SA that it or its predecessor made; never a key. */
struct fwi_sa_entry {
	le32 index;
	le16 generation;
	uint8_t direction;
	uint8_t mode;
	le32 spi;
	uint8_t suite;
	uint8_t ttl;
	uint8_t dscp;
	uint8_t rsvd;
	le32 flags;
	le32 window;
	le16 udp_src;
	le16 udp_dst;
	le32 flows; /* that refer to it */
	le64 cookie;
	le64 number;
	uint8_t src[16];
	uint8_t dst[16];
	uint8_t rsvd2[48];
};
static_assert(sizeof(struct fwi_sa_entry) == 128, "fw ABI: SA entry");
static_assert(offsetof(struct fwi_sa_entry, cookie) == 32 && offsetof(struct fwi_sa_entry, src) == 48, "fw ABI: SA entry");

#endif
