/*
 * rte_flow rules for SAs.  While an SA moves from one session to another it has two configurations and two rules for
 * a moment, so rules are kept in a list by configuration, a short one a slot.
 */
#include "flow/flow.h"

#include <errno.h>
#include <rte_errno.h>
#include <rte_flow.h>
#include <rte_security.h>
#include <stdlib.h>
#include <string.h>

#include "engine/caps.h"
#include "engine/inline.h"

enum { FLOW_ITEMS = 5, FLOW_NATT_PORT = 4500 };

struct flow_rule {
	struct flow_rule *next;
	const struct db_sa *sa;
	struct rte_flow *flow;
	uint16_t dpdk_port;
	uint8_t port;
};

struct flow_table {
	struct flow_rule **by_slot;
	uint32_t slots;
	uint32_t count[DB_PORT_MAX];
};

/* What a rule matches, with room for its items' contents. */
struct pattern {
	struct rte_flow_item item[FLOW_ITEMS];
	struct rte_flow_item_ipv4 ip4, ip4_mask;
	struct rte_flow_item_ipv6 ip6, ip6_mask;
	struct rte_flow_item_udp udp, udp_mask;
	struct rte_flow_item_esp esp, esp_mask;
};

static void add_item(struct pattern *p, unsigned *count, enum rte_flow_item_type type, const void *spec, const void *mask)
{
	p->item[*count].type = type;
	p->item[*count].spec = spec;
	p->item[*count].mask = mask;
	(*count)++;
}

static void build(struct pattern *p, const struct db_sa *sa)
{
	const struct addr *local = &sa->conf->local.addr;
	unsigned count = 0;

	memset(p, 0, sizeof(*p));
	add_item(p, &count, RTE_FLOW_ITEM_TYPE_ETH, NULL, NULL);
	if (local->family == AF_INET) {
		memcpy(&p->ip4.hdr.dst_addr, local->b, 4);
		memset(&p->ip4_mask.hdr.dst_addr, 0xff, 4);
		add_item(p, &count, RTE_FLOW_ITEM_TYPE_IPV4, &p->ip4, &p->ip4_mask);
	} else {
		memcpy(p->ip6.hdr.dst_addr, local->b, 16);
		memset(p->ip6_mask.hdr.dst_addr, 0xff, 16);
		add_item(p, &count, RTE_FLOW_ITEM_TYPE_IPV6, &p->ip6, &p->ip6_mask);
	}
	if ((sa->flags & DB_SA_UDP) != 0) {
		p->udp.hdr.dst_port = rte_cpu_to_be_16(FLOW_NATT_PORT);
		p->udp_mask.hdr.dst_port = UINT16_MAX;
		add_item(p, &count, RTE_FLOW_ITEM_TYPE_UDP, &p->udp, &p->udp_mask);
	}
	p->esp.hdr.spi = rte_cpu_to_be_32(sa->spi);
	p->esp_mask.hdr.spi = UINT32_MAX;
	add_item(p, &count, RTE_FLOW_ITEM_TYPE_ESP, &p->esp, &p->esp_mask);
	add_item(p, &count, RTE_FLOW_ITEM_TYPE_END, NULL, NULL);
}

enum err flow_install(struct flow_table *t, const struct engine *e, const struct db_sa *sa)
{
	struct rte_flow_attr attr = { .ingress = 1 };
	struct rte_flow_action action[] = { { .type = RTE_FLOW_ACTION_TYPE_SECURITY }, { .type = RTE_FLOW_ACTION_TYPE_END } };
	struct rte_flow_error error;
	struct pattern pattern;
	struct flow_rule *r;

	if (sa->direction != DP_IN || (sa->flags & DB_SA_INLINE) == 0)
		return ERR_OK;
	r = (struct flow_rule *)calloc(1, sizeof(*r));
	if (r == NULL)
		return ERR_NOMEM;
	action[0].conf = engine_inline_session(e, sa, &r->dpdk_port);
	build(&pattern, sa);
	r->flow = rte_flow_create(r->dpdk_port, &attr, pattern.item, action, &error);
	if (r->flow == NULL) {
		free(r);
		return rte_errno == ENOSPC ? ERR_FULL : ERR_DEVICE;
	}
	r->sa = sa;
	r->port = sa->place_port;
	r->next = t->by_slot[sa->slot];
	t->by_slot[sa->slot] = r;
	t->count[r->port]++;
	return ERR_OK;
}

static void unlink_rule(struct flow_table *t, struct flow_rule **at)
{
	struct flow_rule *r = *at;

	*at = r->next;
	t->count[r->port]--;
	free(r);
}

void flow_remove(struct flow_table *t, const struct db_sa *sa)
{
	struct rte_flow_error error;

	if (sa->direction != DP_IN)
		return;
	for (struct flow_rule **at = &t->by_slot[sa->slot]; *at != NULL; at = &(*at)->next) {
		if ((*at)->sa != sa)
			continue;
		/* A device that refuses to forget a rule is reset or dead: the rule is gone with it. */
		(void)rte_flow_destroy((*at)->dpdk_port, (*at)->flow, &error);
		unlink_rule(t, at);
		return;
	}
}

void flow_forget(struct flow_table *t, uint8_t port)
{
	for (uint32_t slot = 0; slot < t->slots && t->count[port] != 0; slot++)
		for (struct flow_rule **at = &t->by_slot[slot]; *at != NULL;) {
			if ((*at)->port == port)
				unlink_rule(t, at);
			else
				at = &(*at)->next;
		}
}

uint32_t flow_count(const struct flow_table *t, uint8_t port)
{
	return t->count[port];
}

enum err flow_new(struct flow_table **out, uint32_t slots)
{
	struct flow_table *t = (struct flow_table *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->by_slot = (struct flow_rule **)calloc(slots, sizeof(*t->by_slot));
	if (t->by_slot == NULL) {
		free(t);
		return ERR_NOMEM;
	}
	t->slots = slots;
	*out = t;
	return ERR_OK;
}

void flow_free(struct flow_table *t)
{
	if (t == NULL)
		return;
	for (uint8_t port = 0; port < DB_PORT_MAX; port++)
		flow_forget(t, port);
	free(t->by_slot);
	free(t);
}
