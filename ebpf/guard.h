/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
#ifndef STEER_GUARD_H
#define STEER_GUARD_H

/*
 * The verdict on a frame that the kernel sends out of a guarded port: the second gate of sa-state 22.  ARP, ND and
 * MLD, ESP, UDP from 500 or 4500 and what is configured pass, if they come from an address of the protected side;
 * everything else is a leak and stops here.
 */
#include "maps.h"

enum {
	GUARD_ICMP6_MLD_FIRST = 130, /* RFC2710-3.1 */
	GUARD_ICMP6_ND_LAST = 137,   /* MLD 130-132 and ND 133-137 adjoin */
	GUARD_ICMP6_MLD2 = 143,      /* RFC3810-5.2 */
};

static __always_inline const struct steer_allowed *guard_allowed(enum steer_allow_kind kind, __u8 proto, __u16 value)
{
	struct steer_allow key = { .kind = kind, .proto = proto, .value = value };

	return bpf_map_lookup_elem(&steer_allow, &key);
}

static __always_inline struct steer_head guard_head(const struct packet *p, __u32 ifindex)
{
	struct steer_head head = { .id = p->frag_id, .ifindex = ifindex };

	if (p->family == 4) {
		__builtin_memcpy(head.src, p->src, 4);
		__builtin_memcpy(head.dst, p->dst, 4);
	} else {
		__builtin_memcpy(head.src, p->src, 16);
		__builtin_memcpy(head.dst, p->dst, 16);
	}
	return head;
}

/* A look ahead: the cursor is the caller's copy. */
static __always_inline bool guard_is_discovery(struct cursor c, const struct packet *p)
{
	const __u8 *type;

	if (p->family != 6 || p->proto != IPPROTO_ICMPV6 || p->frag != PARSE_WHOLE)
		return false;
	type = parse_take(&c, sizeof(*type));
	return type != NULL && ((*type >= GUARD_ICMP6_MLD_FIRST && *type <= GUARD_ICMP6_ND_LAST) || *type == GUARD_ICMP6_MLD2);
}

/* Which rule lets a datagram with ports out; the default verdict of all that has none is a drop. */
static __always_inline enum steer_verdict guard_ports(struct cursor *c, const struct packet *p, bool *any_source)
{
	const struct {
		__be16 source, dest;
	} *port = parse_take(c, sizeof(*port));
	const struct steer_allowed *allowed;

	if (port == NULL)
		return STEER_V_GUARD_DROP_MALFORMED;
	if (p->proto == IPPROTO_UDP && (port->source == bpf_htons(PARSE_PORT_IKE) || port->source == bpf_htons(PARSE_PORT_IKE_NAT)))
		return STEER_V_GUARD_PASS_IKE;
	allowed = guard_allowed(STEER_ALLOW_SPORT, p->proto, bpf_ntohs(port->source));
	if (allowed == NULL)
		allowed = guard_allowed(STEER_ALLOW_DPORT, p->proto, bpf_ntohs(port->dest));
	if (allowed == NULL)
		return STEER_V_GUARD_DROP_PROTOCOL;
	*any_source = allowed->any_source != 0;
	return STEER_V_GUARD_PASS_ALLOWED;
}

static __always_inline enum steer_verdict guard_proto(struct cursor *c, const struct packet *p, bool *any_source)
{
	const struct steer_allowed *allowed;

	if (p->proto == IPPROTO_ESP)
		return STEER_V_GUARD_PASS_ESP;
	allowed = guard_allowed(STEER_ALLOW_PROTO, p->proto, 0);
	if (allowed != NULL) {
		*any_source = allowed->any_source != 0;
		return STEER_V_GUARD_PASS_ALLOWED;
	}
	if (p->proto != IPPROTO_UDP && p->proto != IPPROTO_TCP)
		return STEER_V_GUARD_DROP_PROTOCOL;
	if (p->frag == PARSE_LATER)
		return STEER_V_GUARD_DROP_FRAGMENT;
	return guard_ports(c, p, any_source);
}

/* Protocol, ports and source. */
static __always_inline enum steer_verdict guard_content(struct cursor *c, const struct packet *p, const struct steer_port *port)
{
	bool any_source = false;
	enum steer_verdict verdict = guard_proto(c, p, &any_source);
	int local;

	if (verdict != STEER_V_GUARD_PASS_ESP && verdict != STEER_V_GUARD_PASS_IKE && verdict != STEER_V_GUARD_PASS_ALLOWED)
		return verdict;
	local = maps_local(port->vrf, p, p->src);
	if (!any_source && (local < 0 || (local & STEER_L_UNDERLAY) == 0))
		return STEER_V_GUARD_DROP_SOURCE;
	return verdict;
}

/* Of a datagram in fragments the first decides, which the kernel sends first; a number that comes again is another's. */
static __always_inline enum steer_verdict guard_ip(struct cursor *c, struct packet *p, const struct steer_port *port, __u32 ifindex)
{
	enum steer_verdict verdict;
	struct steer_head head;
	__u8 passed = 1;

	if (guard_is_discovery(*c, p))
		return STEER_V_GUARD_PASS_ND;
	head = guard_head(p, ifindex);
	if (p->frag == PARSE_LATER && bpf_map_lookup_elem(&steer_heads, &head) != NULL)
		return STEER_V_GUARD_PASS_FRAGMENT;
	verdict = guard_content(c, p, port);
	if (p->frag != PARSE_FIRST)
		return verdict;
	if (verdict == STEER_V_GUARD_PASS_ESP || verdict == STEER_V_GUARD_PASS_IKE || verdict == STEER_V_GUARD_PASS_ALLOWED)
		(void)bpf_map_update_elem(&steer_heads, &head, &passed, BPF_ANY);
	else
		(void)bpf_map_delete_elem(&steer_heads, &head);
	return verdict;
}

static __always_inline enum steer_verdict guard(struct cursor *c, const struct steer_port *port, __u32 ifindex)
{
	struct packet p = {};
	__u16 type, vlan;

	if (parse_eth(c, &type, &vlan) == NULL)
		return STEER_V_GUARD_DROP_MALFORMED;
	if (type == ETH_P_ARP)
		return STEER_V_GUARD_PASS_ARP;
	if (type != ETH_P_IP && type != ETH_P_IPV6)
		return guard_allowed(STEER_ALLOW_ETHER, 0, type) != NULL ? STEER_V_GUARD_PASS_ALLOWED : STEER_V_GUARD_DROP_L2;
	if (!parse_ip(c, type, &p) || !parse_ext(c, &p))
		return STEER_V_GUARD_DROP_MALFORMED;
	return guard_ip(c, &p, port, ifindex);
}

#endif
