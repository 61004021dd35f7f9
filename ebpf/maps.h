/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
#ifndef STEER_MAPS_H
#define STEER_MAPS_H

/* The maps of contract 2 and the questions that both programs ask them. */
#include "steer_abi.h"

#include "parse.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_SLOTS);
	__type(key, __u32);
	__type(value, struct steer_port);
} steer_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_LOCALS);
	__type(key, struct steer_key4);
	__type(value, struct steer_local);
} steer_local4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_LOCALS);
	__type(key, struct steer_key6);
	__type(value, struct steer_local);
} steer_local6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, STEER_SLOTS *STEER_QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} steer_sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STEER_SLOTS *STEER_V_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} steer_counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct steer_limit);
} steer_limit SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, STEER_SOURCES);
	__type(key, struct steer_source);
	__type(value, __u64);
} steer_sources SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_ALLOWS);
	__type(key, struct steer_allow);
	__type(value, struct steer_allowed);
} steer_allow SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, STEER_HEADS);
	__type(key, struct steer_head);
	__type(value, __u8);
} steer_heads SEC(".maps");

static __always_inline void maps_count(__u32 slot, enum steer_verdict verdict)
{
	__u32 key = slot * STEER_V_COUNT + verdict;
	__u64 *count = bpf_map_lookup_elem(&steer_counts, &key);

	if (count != NULL)
		(*count)++;
}

static __always_inline bool maps_is_link_local(const __u8 *addr6)
{
	return addr6[0] == 0xfe && (addr6[1] & 0xc0) == 0x80;
}

/* The flags of a local address of the packet's family; negative when it isn't one.  IPv6 link-local addresses never
 * leave their link, so all of them count as local and as underlay. */
static __always_inline int maps_local(__u32 vrf, const struct packet *p, const void *addr)
{
	const struct steer_local *local;

	if (p->family == 4) {
		struct steer_key4 key = { .vrf = vrf, .addr = *(const __be32 *)addr };

		local = bpf_map_lookup_elem(&steer_local4, &key);
	} else {
		struct steer_key6 key = { .vrf = vrf };

		if (maps_is_link_local(addr))
			return STEER_L_UNDERLAY;
		__builtin_memcpy(key.addr, addr, sizeof(key.addr));
		local = bpf_map_lookup_elem(&steer_local6, &key);
	}
	return local != NULL ? (int)local->flags : -1;
}

#endif
