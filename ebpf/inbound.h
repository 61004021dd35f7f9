/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
#ifndef STEER_INBOUND_H
#define STEER_INBOUND_H

/*
 * The verdict on a received frame: pure decision, no side effect but the IKE_SA_INIT bucket.  Clear text that isn't
 * for the hub itself never gets a PASS verdict: that is the property which tests/bpf checks on random frames.
 */
#include "maps.h"

enum {
	INBOUND_IKE_SA_INIT = 34,  /* exchange type, RFC7296-3.1 */
	INBOUND_IKE_RESPONSE = 32, /* flag R */
	INBOUND_KEEPALIVE = 0xff,  /* RFC3948-2.3 */
	INBOUND_SWAPS = 4,         /* attempts at a bucket that other CPUs change too */
	INBOUND_ND_FIRST = 133,    /* router solicitation .. redirect, RFC4861-4 */
	INBOUND_ND_LAST = 137,
};

struct inbound_ike { /* RFC7296-3.1 */
	__be32 initiator_spi[2];
	__be32 responder_spi[2];
	__u8 next_payload, version, exchange, flags;
	__be32 message_id;
	__be32 length;
};
_Static_assert(sizeof(struct inbound_ike) == 28, "IKE header");

static __always_inline struct steer_source inbound_source(const struct packet *p)
{
	struct steer_source source = { .family = p->family };

	if (p->family == 4)
		__builtin_memcpy(source.net, p->src, STEER_PREFIX4 / 8);
	else
		__builtin_memcpy(source.net, p->src, STEER_PREFIX6 / 8);
	return source;
}

/* Takes a token of the source's bucket.  An unknown source begins with a full one. */
static __always_inline bool inbound_admit(const struct packet *p)
{
	struct steer_source source = inbound_source(p);
	__u32 zero = 0;
	const struct steer_limit *limit = bpf_map_lookup_elem(&steer_limit, &zero);
	__u64 *empty_at, now, first;

	if (limit == NULL || limit->interval_ns == 0)
		return true;
	now = bpf_ktime_get_ns();
	empty_at = bpf_map_lookup_elem(&steer_sources, &source);
	if (empty_at == NULL) {
		first = now + limit->interval_ns;
		(void)bpf_map_update_elem(&steer_sources, &source, &first, BPF_NOEXIST);
		return true;
	}
	for (int i = 0; i < INBOUND_SWAPS; i++) {
		__u64 old = *(volatile __u64 *)empty_at;
		__u64 from = old > now ? old : now;

		if (from - now > limit->tolerance_ns)
			return false;
		if (__sync_val_compare_and_swap(empty_at, old, from + limit->interval_ns) == old)
			return true;
	}
	return false;
}

/* Only what makes the control plane build state for a stranger is limited: a new IKE_SA_INIT request. */
static __always_inline enum steer_verdict inbound_ike(struct cursor *c, const struct packet *p)
{
	const struct inbound_ike *ike = parse_take(c, sizeof(*ike));

	if (ike == NULL || p->len < sizeof(*ike))
		return STEER_V_DROP_MALFORMED;
	if (ike->exchange != INBOUND_IKE_SA_INIT || (ike->responder_spi[0] | ike->responder_spi[1]) != 0 || ike->message_id != 0 ||
		(ike->flags & INBOUND_IKE_RESPONSE) != 0)
		return STEER_V_PASS_IKE;
	return inbound_admit(p) ? STEER_V_PASS_IKE : STEER_V_DROP_IKE_RATE;
}

/* Port 4500: keepalive, IKE behind a zero marker, or ESP (RFC3948-2). */
static __always_inline enum steer_verdict inbound_nat(struct cursor *c, struct packet *p)
{
	const __be32 *spi;
	const __u8 *byte;

	if (p->len == 1) {
		byte = parse_take(c, sizeof(*byte));
		return byte != NULL && *byte == INBOUND_KEEPALIVE ? STEER_V_DROP_KEEPALIVE : STEER_V_DROP_MALFORMED;
	}
	spi = parse_take(c, sizeof(*spi));
	if (spi == NULL || p->len < sizeof(*spi))
		return STEER_V_DROP_MALFORMED;
	if (*spi != 0)
		return STEER_V_STEER_UDP_ESP;
	p->len -= sizeof(*spi);
	return inbound_ike(c, p);
}

static __always_inline enum steer_verdict inbound_udp(struct cursor *c, struct packet *p)
{
	const struct udphdr *udp = parse_udp(c, p);

	if (udp == NULL)
		return STEER_V_DROP_MALFORMED;
	switch (bpf_ntohs(udp->dest)) {
	case PARSE_PORT_IKE:
		return inbound_ike(c, p);
	case PARSE_PORT_IKE_NAT:
		return inbound_nat(c, p);
	default:
		return STEER_V_PASS_LOCAL;
	}
}

static __always_inline enum steer_verdict inbound_icmp6(struct cursor *c)
{
	const __u8 *type = parse_take(c, sizeof(*type));

	if (type == NULL)
		return STEER_V_DROP_MALFORMED;
	return *type >= INBOUND_ND_FIRST && *type <= INBOUND_ND_LAST ? STEER_V_PASS_ND : STEER_V_PASS_LOCAL;
}

/* An IPv6 fragment that hides its protocol behind options may be ESP or UDP. */
static __always_inline bool inbound_is_steered_fragment(__u8 proto, bool ipsec)
{
	return proto == IPPROTO_GRE || (ipsec && (proto == IPPROTO_ESP || proto == IPPROTO_UDP || parse_is_option(proto)));
}

static __always_inline enum steer_verdict inbound_local(struct cursor *c, struct packet *p, const struct steer_port *port)
{
	bool ipsec = (port->flags & STEER_F_IPSEC) != 0;

	if (!parse_ext(c, p))
		return STEER_V_DROP_MALFORMED;
	if (p->frag != PARSE_WHOLE)
		return inbound_is_steered_fragment(p->proto, ipsec) ? STEER_V_STEER_FRAGMENT : STEER_V_PASS_LOCAL;
	if (p->family == 6 && p->proto == IPPROTO_ICMPV6)
		return inbound_icmp6(c);
	if (p->proto == IPPROTO_GRE)
		return STEER_V_STEER_GRE;
	if (!ipsec)
		return STEER_V_PASS_LOCAL;
	switch (p->proto) {
	case IPPROTO_ESP:
		return STEER_V_STEER_ESP;
	case IPPROTO_UDP:
		return inbound_udp(c, p);
	default:
		return STEER_V_PASS_LOCAL;
	}
}

/* A group's neighbour discovery is told apart, as that for one address is. */
static __always_inline enum steer_verdict inbound_group(struct cursor *c, struct packet *p)
{
	bool nd = p->family == 6 && parse_ext(c, p) && p->frag == PARSE_WHOLE && p->proto == IPPROTO_ICMPV6;

	return nd && inbound_icmp6(c) == STEER_V_PASS_ND ? STEER_V_PASS_ND : STEER_V_PASS_GROUP;
}

/* Whether what the kernel is to have meets the port's features first.  A VLAN's is another interface's. */
static __always_inline bool inbound_is_judged(const struct steer_port *port, const struct packet *p, __u16 vlan)
{
	return vlan == 0 && (port->flags & (p->family == 6 ? STEER_F_JUDGE6 : STEER_F_JUDGE4)) != 0;
}

static __always_inline enum steer_verdict inbound_judged(enum steer_verdict verdict)
{
	switch (verdict) {
	case STEER_V_PASS_IKE:
	case STEER_V_PASS_LOCAL:
	case STEER_V_PASS_GROUP:
		return STEER_V_STEER_LOCAL;
	default:
		return verdict;
	}
}

static __always_inline bool inbound_is_group(const struct ethhdr *eth, const struct packet *p)
{
	const __u8 *dst = p->dst;

	if (parse_is_group_mac(eth->h_dest))
		return true;
	if (p->family == 6)
		return dst[0] == 0xff;
	return dst[0] >= 224 && (dst[0] < 240 || *(const __be32 *)p->dst == (__be32)-1);
}

static __always_inline enum steer_verdict inbound(struct cursor *c, const struct steer_port *port)
{
	struct packet p = {};
	enum steer_verdict verdict;
	__u16 type, vlan;
	const struct ethhdr *eth = parse_eth(c, &type, &vlan);

	if ((port->flags & STEER_F_WIRE) != 0)
		return STEER_V_STEER_WIRE;
	if (eth == NULL)
		return STEER_V_DROP_MALFORMED;
	if (type == ETH_P_ARP)
		return STEER_V_PASS_ARP;
	if (type == PARSE_ETH_VLAN || type == PARSE_ETH_QINQ)
		return STEER_V_DROP_VLAN;
	if (type != ETH_P_IP && type != ETH_P_IPV6)
		return STEER_V_PASS_L2;
	if (!parse_is_group_mac(eth->h_dest) && !parse_mac_eq(eth->h_dest, port->mac))
		return STEER_V_DROP_OTHER_HOST;
	if (!parse_ip(c, type, &p))
		return STEER_V_DROP_MALFORMED;
	if (maps_local(port->vrf, &p, p.dst) >= 0)
		verdict = inbound_local(c, &p, port);
	else if (inbound_is_group(eth, &p))
		verdict = inbound_group(c, &p);
	else
		return (port->flags & STEER_F_TRANSIT) != 0 ? STEER_V_STEER_TRANSIT : STEER_V_DROP_TRANSIT;
	return inbound_is_judged(port, &p, vlan) ? inbound_judged(verdict) : verdict;
}

#endif
