#ifndef FWI_GUARD_H
#define FWI_GUARD_H

#include "fwi/cmd.h"

/*
 * The egress guard: which packets of the plain opcode may leave.  Section 8.  Secured packets always may.  A
 * guard that is on drops and counts everything that no rule allows.
 */
enum fwi_guard_kind {
	FWI_GUARD_ETHERTYPE = 1, /* 'ethertype', whatever it carries; not 0x0800, 0x86dd or a VLAN tag */
	FWI_GUARD_IP = 2,        /* family, protocol, and what else isn't 'any' */
	FWI_GUARD_ND = 3,        /* neighbour discovery and MLD: ICMPv6 130-137 and 143, hop limit 255 or 1 */
};

enum { FWI_GUARD_ICMP_ANY = 0xff };

/* One rule; a field of 0 matches anything, except where said. */
struct fwi_guard_rule {
	uint8_t kind;      /* enum fwi_guard_kind */
	uint8_t family;    /* FWI_GUARD_IP: 4 or 6 */
	uint8_t protocol;  /* FWI_GUARD_IP: never 0 */
	uint8_t icmp_type; /* with protocol 1 or 58: the type or FWI_GUARD_ICMP_ANY; else 0 */
	le16 ethertype;    /* FWI_GUARD_ETHERTYPE, as a number (0x0806) */
	le16 src_port;     /* protocol 6 and 17 */
	le16 dst_port;
	uint8_t rsvd[6];
	uint8_t src[16]; /* source address; IPv4 in the first 4 bytes */
};
static_assert(sizeof(struct fwi_guard_rule) == 32, "fw ABI: guard rule");
static_assert(offsetof(struct fwi_guard_rule, src) == 16, "fw ABI: guard rule");

/* GUARD_SET: replaces guard state and all rules at once.  'on' 0 is refused with FWI_ST_STATE while the port runs. */
struct fwi_cmd_guard {
	le16 opcode;
	le16 tag;
	le32 epoch;
	uint8_t on;
	uint8_t rsvd0[3];
	le32 count; /* rules at 'rules'; 0 with on 0 */
	struct fwi_addr rules;
	uint8_t rsvd1[32];
};
static_assert(sizeof(struct fwi_cmd_guard) == 64, "fw ABI: guard");
static_assert(offsetof(struct fwi_cmd_guard, rules) == 16, "fw ABI: guard");

#endif
