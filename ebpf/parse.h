/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
#ifndef STEER_PARSE_H
#define STEER_PARSE_H

/*
 * Reading a frame in the kernel: a cursor whose every step is checked against the end, then one function a layer.
 * All are inlined, so that the verifier sees the checks next to the reads.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum {
	PARSE_ETH_VLAN = 0x8100, /* 802.1Q */
	PARSE_ETH_QINQ = 0x88a8, /* 802.1ad */
	PARSE_VLAN_ID = 0x0fff,
	PARSE_IPV4_MF = 0x2000,
	PARSE_IPV4_OFFSET = 0x1fff,
	PARSE_IPV6_OFFSET = 0xfff8,
	PARSE_PORT_IKE = 500,      /* RFC7296-2 */
	PARSE_PORT_IKE_NAT = 4500, /* RFC3948-2 */
};

struct cursor {
	void *at;
	void *end;
	__u32 left; /* of the frame, which on egress may go on beyond 'end' */
};

/* Where a fragment stands in its datagram. */
enum parse_frag { PARSE_WHOLE, PARSE_FIRST, PARSE_LATER };

struct packet {
	const void *src; /* 4 or 16 bytes */
	const void *dst;
	__u32 len; /* of the payload, as the IP header says: padding isn't counted */
	__u32 frag_id;
	__u8 family; /* 4, 6 */
	__u8 proto;
	__u8 frag; /* enum parse_frag */
};

/* The next 'len' bytes, which the cursor skips; NULL when there are fewer. */
static __always_inline void *parse_take(struct cursor *c, __u32 len)
{
	void *at = c->at;

	if (at + len > c->end)
		return NULL;
	c->at = at + len;
	c->left -= len;
	return at;
}

/* The Ethernet header; 'type' is what stands behind at most one tag, 'vlan' the number in it (0: there is none). */
static __always_inline const struct ethhdr *parse_eth(struct cursor *c, __u16 *type, __u16 *vlan)
{
	const struct ethhdr *eth = parse_take(c, sizeof(*eth));
	struct vlan {
		__be16 tci;
		__be16 type;
	} * tag;

	*type = *vlan =
		0; /* even on failure: clang 14 spills them before it looks, and the verifier wants what is spilled to have a value */
	if (eth == NULL)
		return NULL;
	*type = bpf_ntohs(eth->h_proto);
	if (*type != PARSE_ETH_VLAN)
		return eth;
	tag = parse_take(c, sizeof(*tag));
	if (tag == NULL)
		return NULL;
	*type = bpf_ntohs(tag->type);
	*vlan = bpf_ntohs(tag->tci) & PARSE_VLAN_ID;
	return eth;
}

/* Not memcmp: clang makes a call of it, and there is nothing to call here. */
static __always_inline bool parse_mac_eq(const __u8 *a, const __u8 *b)
{
	const __u16 *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

static __always_inline bool parse_is_group_mac(const __u8 *mac)
{
	return (mac[0] & 1) != 0;
}

static __always_inline bool parse_ipv4(struct cursor *c, struct packet *p)
{
	__u32 left = c->left;
	const struct iphdr *ip = parse_take(c, sizeof(*ip));
	__u32 header, total;
	__u16 frag;

	if (ip == NULL || ip->version != 4 || ip->ihl < 5)
		return false;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (total < header || total > left || parse_take(c, header - sizeof(*ip)) == NULL)
		return false;
	frag = bpf_ntohs(ip->frag_off);
	p->family = 4;
	p->proto = ip->protocol;
	p->src = &ip->saddr;
	p->dst = &ip->daddr;
	p->len = total - header;
	p->frag_id = ip->id;
	p->frag = frag & PARSE_IPV4_OFFSET ? PARSE_LATER : frag & PARSE_IPV4_MF ? PARSE_FIRST : PARSE_WHOLE;
	return true;
}

/* The fixed header; parse_ext walks on. */
static __always_inline bool parse_ipv6(struct cursor *c, struct packet *p)
{
	const struct ipv6hdr *ip = parse_take(c, sizeof(*ip));

	if (ip == NULL || ip->version != 6 || bpf_ntohs(ip->payload_len) > c->left)
		return false;
	p->family = 6;
	p->proto = ip->nexthdr;
	p->src = &ip->saddr;
	p->dst = &ip->daddr;
	p->len = bpf_ntohs(ip->payload_len);
	p->frag = PARSE_WHOLE;
	return true;
}

static __always_inline bool parse_ip(struct cursor *c, __u16 type, struct packet *p)
{
	return type == ETH_P_IP ? parse_ipv4(c, p) : parse_ipv6(c, p);
}

/* One extension header that begins with {next header, length in 8 bytes beyond the first 8}. */
static __always_inline bool parse_option(struct cursor *c, struct packet *p)
{
	const struct ipv6_opt_hdr *opt = parse_take(c, sizeof(*opt));
	__u32 len;

	if (opt == NULL)
		return false;
	len = 8 + opt->hdrlen * 8;
	if (len > p->len || parse_take(c, len - sizeof(*opt)) == NULL)
		return false;
	p->len -= len;
	p->proto = opt->nexthdr;
	return true;
}

static __always_inline bool parse_fragment(struct cursor *c, struct packet *p)
{
	const struct {
		__u8 next, rsvd;
		__be16 offset;
		__be32 id;
	} *frag = parse_take(c, sizeof(*frag));

	if (frag == NULL || p->len < sizeof(*frag))
		return false;
	p->len -= sizeof(*frag);
	p->proto = frag->next;
	p->frag = bpf_ntohs(frag->offset) & PARSE_IPV6_OFFSET ? PARSE_LATER : PARSE_FIRST;
	p->frag_id = frag->id;
	return true;
}

static __always_inline bool parse_is_option(__u8 proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_DSTOPTS;
}

/*
 * Walks the IPv6 extension headers up to and with the fragment header.  False when they are truncated or too many.
 * Every fragment of a datagram stops at the same next header, so all get the same verdict.
 */
static __always_inline bool parse_ext(struct cursor *c, struct packet *p)
{
	if (p->family == 4)
		return true;
	for (int i = 0; i < STEER_EXT_HEADERS && parse_is_option(p->proto); i++)
		if (!parse_option(c, p))
			return false;
	if (p->proto == IPPROTO_FRAGMENT)
		return parse_fragment(c, p);
	return !parse_is_option(p->proto);
}

/* The UDP header; the payload's length by its own word, which no padding can stretch. */
static __always_inline const struct udphdr *parse_udp(struct cursor *c, struct packet *p)
{
	const struct udphdr *udp = parse_take(c, sizeof(*udp));

	if (udp == NULL || bpf_ntohs(udp->len) < sizeof(*udp) || bpf_ntohs(udp->len) > p->len)
		return NULL;
	p->len = bpf_ntohs(udp->len) - sizeof(*udp);
	return udp;
}

#endif
