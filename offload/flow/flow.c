/* rte_flow rules for SAs: a configuration has its own, so that while an SA moves from one session to another it has two for a moment. */
#include "flow/flow.h"

#include <errno.h>
#include <rte_errno.h>
#include <rte_flow.h>
#include <rte_security.h>
#include <stdlib.h>
#include <string.h>

#include "engine/inline.h"

enum { FLOW_ITEMS = 5, FLOW_NATT_PORT = 4500 };

struct flow_table {
	uint32_t count[DB_PORT_MAX];
	bool all_esp[DB_PORT_MAX]; /* the rule of an SPI-table device; it stays as long as the device */
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
	struct addr local = db_key_addr(sa->end.local, (sa->flags & DB_SA_V6) != 0 ? AF_INET6 : AF_INET);
	unsigned count = 0;

	memset(p, 0, sizeof(*p));
	add_item(p, &count, RTE_FLOW_ITEM_TYPE_ETH, NULL, NULL);
	if (local.family == AF_INET) {
		memcpy(&p->ip4.hdr.dst_addr, local.b, 4);
		memset(&p->ip4_mask.hdr.dst_addr, 0xff, 4);
		add_item(p, &count, RTE_FLOW_ITEM_TYPE_IPV4, &p->ip4, &p->ip4_mask);
	} else {
		memcpy(p->ip6.hdr.dst_addr, local.b, 16);
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

/* A device that looks the SPI up itself: SECURITY without a session (sa-state 27). */
static void build_all(struct pattern *p)
{
	unsigned count = 0;

	memset(p, 0, sizeof(*p));
	add_item(p, &count, RTE_FLOW_ITEM_TYPE_ESP, NULL, NULL);
	add_item(p, &count, RTE_FLOW_ITEM_TYPE_END, NULL, NULL);
}

static enum err create(uint16_t dpdk_port, const struct pattern *p, const void *session, struct rte_flow **out)
{
	struct rte_flow_attr attr = { .ingress = 1 };
	struct rte_flow_action action[] = { { .type = RTE_FLOW_ACTION_TYPE_SECURITY, .conf = session },
		{ .type = RTE_FLOW_ACTION_TYPE_END } };
	struct rte_flow_error error;

	*out = rte_flow_create(dpdk_port, &attr, p->item, action, &error);
	if (*out != NULL)
		return ERR_OK;
	return rte_errno == ENOSPC ? ERR_FULL : ERR_DEVICE;
}

static enum err install_all(struct flow_table *t, uint8_t port, uint16_t dpdk_port)
{
	struct pattern pattern;
	struct rte_flow *flow;
	enum err err;

	if (t->all_esp[port])
		return ERR_OK;
	build_all(&pattern);
	err = create(dpdk_port, &pattern, NULL, &flow);
	t->all_esp[port] = err == ERR_OK;
	return err;
}

static enum err install_one(struct flow_table *t, struct db_sa *sa, uint16_t dpdk_port, const void *session)
{
	struct pattern pattern;
	enum err err;

	build(&pattern, sa);
	err = create(dpdk_port, &pattern, session, &sa->flow);
	t->count[sa->place_port] += err == ERR_OK;
	return err;
}

enum err flow_install(struct flow_table *t, const struct engine *e, struct db_sa *sa)
{
	const void *session;
	uint16_t dpdk_port;

	if (sa->direction != DP_IN || (sa->flags & DB_SA_INLINE) == 0)
		return ERR_OK;
	session = engine_inline_session(e, sa, &dpdk_port);
	if (session == NULL)
		return ERR_DEVICE; /* it has just died */
	if (engine_inline_by_spi(e, sa->place_port))
		return install_all(t, sa->place_port, dpdk_port);
	return install_one(t, sa, dpdk_port, session);
}

enum err flow_status(const struct engine *e, const struct db_sa *sa)
{
	const struct engine_ext *x = sa->flow == NULL ? NULL : engine_inline_ext(e, sa->place_port);
	uint16_t dpdk_port;

	if (x == NULL || x->flow_status == NULL)
		return ERR_OK;
	return engine_inline_session(e, sa, &dpdk_port) == NULL ? ERR_ABSENT : x->flow_status(dpdk_port, sa->flow);
}

void flow_remove(struct flow_table *t, const struct engine *e, struct db_sa *sa)
{
	struct rte_flow_error error;
	uint16_t dpdk_port;

	if (sa->flow == NULL)
		return;
	if (engine_inline_session(e, sa, &dpdk_port) != NULL) {
		/* A device that refuses to forget a rule is reset or dead: the rule is gone with it. */
		(void)rte_flow_destroy(dpdk_port, sa->flow, &error);
		t->count[sa->place_port]--;
	}
	sa->flow = NULL;
}

void flow_forget(struct flow_table *t, uint8_t port)
{
	t->all_esp[port] = false;
	t->count[port] = 0;
}

uint32_t flow_count(const struct flow_table *t, uint8_t port)
{
	return t->count[port];
}

enum err flow_new(struct flow_table **out)
{
	*out = (struct flow_table *)calloc(1, sizeof(**out));
	return *out == NULL ? ERR_NOMEM : ERR_OK;
}

void flow_free(struct flow_table *t)
{
	free(t);
}
