#include "navedp/nave.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_ether.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <string.h>

#include "pmd/rte_pmd_nave.h"

enum { NAVE_BUFFERS = 8191, NAVE_ROOM = 2048 + 256, IKE_PORT = 500, NATT_PORT = 4500 };

static enum err err_of(int result)
{
	return result >= 0 ? ERR_OK : err_of_errno(-result);
}

static bool is_nave(uint16_t port)
{
	struct rte_pmd_nave_info info;

	return rte_pmd_nave_info_get(port, &info) == 0;
}

struct rte_mempool *navedp_nave_prepare(uint16_t dpdk_port, const char *name)
{
	if (!is_nave(dpdk_port) || rte_pmd_nave_number_register() < 0)
		return NULL;
	return rte_pmd_nave_pool_create(dpdk_port, name, NAVE_BUFFERS, NAVE_ROOM);
}

/* ---- the extension table ---- */

static enum err state_get(uint16_t port, const void *session, struct engine_ext_state *out)
{
	struct rte_pmd_nave_state s;
	int result = rte_pmd_nave_counters_get(port, session, &s);

	if (result != 0)
		return err_of(result);
	memset(out, 0, sizeof(*out));
	out->next = s.number + 1;
	out->packets = s.packets;
	out->bytes = s.bytes;
	out->replay_drops = s.replayed;
	out->auth_drops = s.auth_failed;
	out->other_drops = s.malformed + s.refused;
	return ERR_OK;
}

static enum err fence(uint16_t port, uint32_t *tag)
{
	return err_of(rte_pmd_nave_fence(port, tag));
}

static enum err session_status(uint16_t port, const void *session)
{
	return err_of(rte_pmd_nave_session_status(port, session));
}

static enum err flow_status(uint16_t port, const void *flow)
{
	return err_of(rte_pmd_nave_flow_status(port, flow));
}

static enum err epoch(uint16_t port, uint32_t *out)
{
	return err_of(rte_pmd_nave_epoch(port, out));
}

static const struct engine_ext nave_ext = { .state_get = state_get,
	.fence = fence,
	.fence_passed = rte_pmd_nave_fence_passed,
	.session_status = session_status,
	.flow_status = flow_status,
	.epoch = epoch,
	.alive = rte_pmd_nave_alive };

const struct engine_ext *navedp_nave_ext(uint16_t dpdk_port)
{
	return is_nave(dpdk_port) ? &nave_ext : NULL;
}

/* ---- what the device is ---- */

void navedp_nave_limits(uint16_t dpdk_port, uint32_t *sa, uint32_t *flows)
{
	struct rte_pmd_nave_info info;

	*sa = 0;
	*flows = 0;
	if (rte_pmd_nave_info_get(dpdk_port, &info) != 0)
		return;
	*sa = info.sa_in_max < info.sa_out_max ? info.sa_in_max : info.sa_out_max;
	*flows = info.flow_max;
}

void navedp_nave_name(uint16_t dpdk_port, char *out, size_t cap)
{
	struct rte_pmd_nave_info info;

	if (rte_pmd_nave_info_get(dpdk_port, &info) == 0)
		(void)snprintf(out, cap, "%s, firmware %s", info.profile, info.firmware);
	else
		(void)snprintf(out, cap, "%s", "");
}

/* ---- guard ---- */

static void add_ip(struct rte_pmd_nave_guard_rule *r, const struct addr *src, uint8_t protocol, uint16_t src_port)
{
	memset(r, 0, sizeof(*r));
	r->kind = RTE_PMD_NAVE_GUARD_IP;
	r->family = src->family == AF_INET6 ? 6 : 4;
	r->protocol = protocol;
	r->src_port = src_port;
	memcpy(r->src, src->b, sizeof(r->src));
}

static void add_icmp(struct rte_pmd_nave_guard_rule *r, uint8_t family, uint8_t protocol)
{
	memset(r, 0, sizeof(*r));
	r->kind = RTE_PMD_NAVE_GUARD_IP;
	r->family = family;
	r->protocol = protocol;
	r->icmp_type = RTE_PMD_NAVE_ICMP_ANY;
}

enum err navedp_nave_guard(uint16_t dpdk_port, const struct addr *locals, unsigned count)
{
	struct rte_pmd_nave_guard_rule rule[RTE_PMD_NAVE_GUARD_RULES];
	uint32_t n = 0;

	if (!is_nave(dpdk_port))
		return ERR_UNSUPPORTED;
	memset(rule, 0, 2 * sizeof(rule[0]));
	rule[n].kind = RTE_PMD_NAVE_GUARD_ETHERTYPE;
	rule[n++].ethertype = RTE_ETHER_TYPE_ARP;
	rule[n++].kind = RTE_PMD_NAVE_GUARD_ND;
	add_icmp(&rule[n++], 4, IPPROTO_ICMP);
	add_icmp(&rule[n++], 6, IPPROTO_ICMPV6);
	for (unsigned i = 0; i < count && n + 3 <= RTE_PMD_NAVE_GUARD_RULES; i++) {
		add_ip(&rule[n++], &locals[i], IPPROTO_ESP, 0);
		add_ip(&rule[n++], &locals[i], IPPROTO_UDP, IKE_PORT);
		add_ip(&rule[n++], &locals[i], IPPROTO_UDP, NATT_PORT);
	}
	return err_of(rte_pmd_nave_guard_set(dpdk_port, rule, n));
}

/* ---- tests ---- */

enum err navedp_nave_fault(uint16_t dpdk_port, const struct dp_fault *fault)
{
	static const uint8_t kinds[DP_FAULT_COUNT] = {
		[DP_FAULT_CLEAR] = RTE_PMD_NAVE_FAULT_CLEAR,
		[DP_FAULT_HANG] = RTE_PMD_NAVE_FAULT_HANG,
		[DP_FAULT_HEARTBEAT] = RTE_PMD_NAVE_FAULT_HEARTBEAT,
		[DP_FAULT_REFUSE] = RTE_PMD_NAVE_FAULT_FAIL,
		[DP_FAULT_SLOW] = RTE_PMD_NAVE_FAULT_DELAY,
		[DP_FAULT_CORRUPT] = RTE_PMD_NAVE_FAULT_CORRUPT,
		[DP_FAULT_DIE] = RTE_PMD_NAVE_FAULT_CRASH,
		[DP_FAULT_FAIL] = RTE_PMD_NAVE_FAULT_FATAL,
	};
	uint32_t value = fault->value;

	if (!is_nave(dpdk_port))
		return ERR_UNSUPPORTED;
	if (fault->kind == DP_FAULT_REFUSE)
		value = RTE_PMD_NAVE_STATUS_INTERNAL;
	else if (fault->kind == DP_FAULT_FAIL)
		value = 1;
	return err_of(rte_pmd_nave_fault(dpdk_port, kinds[fault->kind], value, fault->count));
}

/* ---- life ---- */

bool navedp_nave_alive(uint16_t dpdk_port)
{
	return !is_nave(dpdk_port) || rte_pmd_nave_alive(dpdk_port);
}

enum err navedp_nave_reattach(uint16_t dpdk_port)
{
	return err_of(rte_pmd_nave_reattach(dpdk_port));
}
