/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * The two programs of a kernel-owned port: nave_steer (XDP, ingress) sends each frame to the datapath's AF_XDP
 * socket or to the kernel, nave_guard (tc egress) stops what the kernel may not send.  docs/steering.md holds the
 * decision tables.  Both outlive navedp: with no socket in its map nave_steer drops, it never falls to the kernel.
 */
#include "steer_abi.h"

#include <linux/pkt_cls.h>

#include "guard.h"
#include "inbound.h"

enum { STEER_PULL = 256 }; /* bytes of an outgoing frame that are made linear: all headers that are read */

#define STEER_PASS_BIT(name, action, text) | (STEER_##action == STEER_PASS ? 1ULL << STEER_V_##name : 0)
#define STEER_STEER_BIT(name, action, text) | (STEER_##action == STEER_STEER ? 1ULL << STEER_V_##name : 0)

/* A verdict's action, from bit masks that the X-list gives: no table look-up per frame. */
static __always_inline enum steer_action steer_action_of(enum steer_verdict verdict)
{
	const __u64 pass = 0 STEER_VERDICTS(STEER_PASS_BIT);
	const __u64 steer = 0 STEER_VERDICTS(STEER_STEER_BIT);

	if ((pass >> verdict & 1) != 0)
		return STEER_PASS;
	return (steer >> verdict & 1) != 0 ? STEER_STEER : STEER_DROP;
}

/* Carries the verdict out and counts it; a frame for a datapath that isn't there is dropped, never passed. */
static __always_inline int steer_apply(enum steer_verdict verdict, __u32 slot, __u32 queue)
{
	enum steer_action action = steer_action_of(verdict);
	int rc = action == STEER_PASS ? XDP_PASS : XDP_DROP;

	if (action == STEER_STEER && queue >= STEER_QUEUES) {
		verdict = STEER_V_DROP_NO_QUEUE;
	} else if (action == STEER_STEER) {
		rc = (int)bpf_redirect_map(&steer_sockets, slot * STEER_QUEUES + queue, XDP_DROP);
		if (rc != XDP_REDIRECT)
			verdict = STEER_V_DROP_NO_SOCKET;
	}
	maps_count(slot, verdict);
	return rc;
}

SEC("xdp")
int nave_steer(struct xdp_md *ctx)
{
	struct cursor c = { .at = (void *)(long)ctx->data, .end = (void *)(long)ctx->data_end };
	__u32 ifindex = ctx->ingress_ifindex;
	__u32 queue = ctx->rx_queue_index;
	__u64 left = (__u64)(c.end - c.at);
	const struct steer_port *port;

	/* clang 14 may move these reads behind arithmetic on ctx, and halve the subtraction: the verifier refuses both. */
	asm volatile("" : "+r"(ifindex), "+r"(queue), "+r"(left));
	c.left = (__u32)left;
	port = bpf_map_lookup_elem(&steer_ports, &ifindex);
	if (port == NULL)
		return steer_apply(STEER_V_DROP_NO_PORT, 0, queue);
	return steer_apply(inbound(&c, port), port->slot, queue);
}

SEC("tc")
int nave_guard(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;
	__u32 len = skb->len;
	const struct steer_port *port = bpf_map_lookup_elem(&steer_ports, &ifindex);
	enum steer_verdict verdict;
	struct cursor c;

	if (port == NULL) {
		maps_count(0, STEER_V_DROP_NO_PORT);
		return TC_ACT_SHOT;
	}
	(void)bpf_skb_pull_data(skb, len < STEER_PULL ? len : STEER_PULL);
	c.at = (void *)(long)skb->data;
	c.end = (void *)(long)skb->data_end;
	c.left = len;
	verdict = guard(&c, port, ifindex);
	maps_count(port->slot, verdict);
	return steer_action_of(verdict) == STEER_PASS ? TC_ACT_UNSPEC : TC_ACT_SHOT;
}

char steer_licence[] SEC("license") = "Dual BSD/GPL";
