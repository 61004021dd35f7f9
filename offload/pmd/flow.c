/*
 * rte_flow: which ESP the device decrypts with which session.  Control thread.  Like sessions, rules are posted and count
 * at once; a late refusal comes as an event.  A SECURITY rule for any ESP makes the driver keep a rule for each inbound session.
 */
#include "pmd/flow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>

#include "mbox/query.h"
#include "pmd/pattern.h"
#include "pmd/sec.h"

bool pmd_flow_init(struct pmd_flows *f, uint32_t max)
{
	memset(f, 0, sizeof(*f));
	TAILQ_INIT(&f->list);
	f->free = (uint32_t *)calloc((size_t)max + 1, sizeof(*f->free));
	if (f->free == NULL)
		return false;
	f->max = max;
	for (uint32_t i = max; i > 0; i--)
		f->free[f->free_count++] = i - 1;
	return true;
}

void pmd_flow_fini(struct pmd_flows *f)
{
	struct rte_flow *flow;

	if (f->free == NULL)
		return;
	while ((flow = TAILQ_FIRST(&f->list)) != NULL) {
		TAILQ_REMOVE(&f->list, flow, link);
		free(flow);
	}
	free(f->free);
	memset(f, 0, sizeof(*f));
}

uint32_t pmd_flow_used(const struct pmd_flows *f)
{
	return f->max - f->free_count;
}

struct rte_flow *pmd_flow_of(const struct pmd_flows *f, const struct pmd_slot *slot)
{
	struct rte_flow *flow;

	TAILQ_FOREACH(flow, &f->list, link)
	if (flow->slot == slot && flow->state != PMD_FLOW_DELETING)
		return flow;
	return NULL;
}

static struct rte_flow *flow_new(struct pmd_port *p, bool implicit, uint32_t spi)
{
	struct pmd_flows *f = &p->flows;
	struct rte_flow *flow;

	if (!implicit && f->free_count == 0)
		return NULL;
	flow = (struct rte_flow *)calloc(1, sizeof(*flow));
	if (flow == NULL)
		return NULL;
	flow->port = p;
	flow->implicit = implicit;
	flow->spi = spi;
	flow->state = implicit ? PMD_FLOW_LIVE : PMD_FLOW_ADDING;
	if (!implicit)
		flow->index = f->free[--f->free_count];
	TAILQ_INSERT_TAIL(&f->list, flow, link);
	return flow;
}

static void unname(struct rte_flow *flow)
{
	if (flow->slot == NULL)
		return;
	flow->slot->flows--;
	if (flow->slot->own_flow == flow)
		flow->slot->own_flow = NULL;
	flow->slot = NULL;
}

static void flow_free(struct rte_flow *flow)
{
	struct pmd_flows *f = &flow->port->flows;

	unname(flow);
	if (!flow->implicit)
		f->free[f->free_count++] = flow->index;
	TAILQ_REMOVE(&f->list, flow, link);
	free(flow);
}

/* A deleted rule's handle and index are free when the last of its commands was answered: answers come in any order. */
static void settle(struct rte_flow *flow)
{
	if (flow->in_flight == 0)
		flow_free(flow);
}

/* ---- create ---- */

static void on_added(void *ctx, enum fwi_status status, const void *result)
{
	struct rte_flow *flow = (struct rte_flow *)ctx;
	struct rte_pmd_nave_event e = { .type = RTE_PMD_NAVE_EV_FLOW_REFUSED, .inbound = 1 };

	(void)result;
	flow->status = (uint8_t)status;
	flow->in_flight--;
	if (flow->state != PMD_FLOW_ADDING) { /* destroyed meanwhile */
		settle(flow);
		return;
	}
	flow->state = status == FWI_ST_OK ? PMD_FLOW_LIVE : PMD_FLOW_FAILED;
	if (status == FWI_ST_OK || status >= FWI_ST_H_CLOSED)
		return;
	e.error = mbox_errno(status);
	e.text = fwi_status_str(status);
	e.spi = flow->spi;
	if (flow->slot != NULL)
		e.userdata = flow->slot->sa.userdata;
	pmd_event_put(&flow->port->events, &e);
}

/* The rule of 'pat' in the device's words; 'slot' NULL: to a queue. */
static struct fwi_cmd_flow rule_of(const struct pmd_pattern *pat, const struct pmd_slot *slot, uint32_t index)
{
	struct fwi_cmd_flow r;

	memset(&r, 0, sizeof(r));
	r.index = le32_of(index);
	r.action = slot != NULL ? FWI_FLOW_TO_SA : FWI_FLOW_TO_QUEUE;
	r.family = pat->family;
	r.udp_encap = pat->udp_encap;
	r.spi = le32_of(pat->spi);
	r.udp_port = le16_of(pat->udp_encap ? pat->udp_port : 0);
	r.queue = le16_of(pat->queue);
	memcpy(r.local, pat->local, sizeof(r.local));
	if (slot != NULL) {
		r.sa_index = le32_of(pmd_slot_index(slot));
		r.sa_generation = le16_of(slot->generation);
	}
	return r;
}

/* What the pattern leaves open is the SA's. */
static void complete(struct pmd_pattern *pat, const struct pmd_slot *slot)
{
	if (!pat->has_spi)
		pat->spi = slot->sa.spi;
	if (pat->family != 0)
		return;
	pat->family = slot->sa.family;
	pat->udp_encap = slot->sa.udp_encap != 0;
	pat->udp_port = slot->sa.udp_port;
	memcpy(pat->local, slot->sa.local, sizeof(pat->local));
}

static enum fwi_status post(struct pmd_port *p, struct pmd_pattern *pat, struct pmd_slot *slot, struct rte_flow **out)
{
	struct rte_flow *flow;
	struct fwi_cmd_flow rule;
	struct fwi_cmd c;
	enum fwi_status st;

	if (slot != NULL)
		complete(pat, slot);
	flow = flow_new(p, false, pat->spi);
	if (flow == NULL)
		return FWI_ST_FLOW_FULL;
	flow->slot = slot;
	if (slot != NULL)
		slot->flows++;
	rule = rule_of(pat, slot, flow->index);
	mbox_build_flow_add(&c, &rule);
	st = pmd_port_post(p, &c, on_added, flow);
	if (st != FWI_ST_OK) {
		flow_free(flow);
		return st;
	}
	flow->in_flight++;
	*out = flow;
	return st;
}

/* The inbound session that a SECURITY rule without one means: by SPI, and by address where the rule has one. */
static struct pmd_slot *find_slot(struct pmd_port *p, const struct pmd_pattern *pat)
{
	struct pmd_slots *s = &p->sa[FWI_DIR_IN];

	for (uint32_t i = 0; i < s->count; i++) {
		struct pmd_slot *slot = &s->slot[i];

		if ((slot->state != PMD_SLOT_ADDING && slot->state != PMD_SLOT_LIVE) || slot->sa.spi != pat->spi)
			continue;
		if (pat->family == 0 || (pat->family == slot->sa.family && memcmp(pat->local, slot->sa.local, sizeof(pat->local)) == 0))
			return slot;
	}
	return NULL;
}

enum fwi_status pmd_flow_follow(struct pmd_port *p, struct pmd_slot *slot)
{
	struct pmd_pattern pat = { .queue = FWI_QUEUE_ANY };

	if (p->flows.catch_all == NULL || slot->table->direction != FWI_DIR_IN || slot->flows != 0)
		return FWI_ST_OK;
	return post(p, &pat, slot, &slot->own_flow);
}

/* SECURITY for any ESP: rules for the sessions there are, and for those that come. */
static enum fwi_status catch_all(struct pmd_port *p, struct rte_flow **out)
{
	struct pmd_slots *s = &p->sa[FWI_DIR_IN];
	enum fwi_status st = FWI_ST_OK;

	if (p->flows.catch_all != NULL)
		return FWI_ST_EXISTS;
	*out = flow_new(p, true, 0);
	if (*out == NULL)
		return FWI_ST_H_SYSTEM;
	p->flows.catch_all = *out;
	for (uint32_t i = 0; i < s->count && st == FWI_ST_OK; i++)
		if (s->slot[i].state == PMD_SLOT_ADDING || s->slot[i].state == PMD_SLOT_LIVE)
			st = pmd_flow_follow(p, &s->slot[i]);
	return st;
}

/* A rule brings an inbound SA its own packets and no others. */
static bool fits(const struct pmd_pattern *pat, const struct pmd_slot *slot)
{
	if (slot->table->direction != FWI_DIR_IN || (pat->has_spi && pat->spi != slot->sa.spi))
		return false;
	return pat->family == 0 || pat->udp_encap == (slot->sa.udp_encap != 0);
}

/* Why the device can't have the rule, before anything is done; FWI_ST_OK: it can, for '*slot' (NULL: no session). */
static enum fwi_status check(struct pmd_port *p, const struct pmd_pattern *pat, struct pmd_slot **slot)
{
	*slot = NULL;
	if (pmd_port_is_dead(p))
		return FWI_ST_H_CLOSED;
	if (pat->udp_encap && (le64_get(p->caps.features) >> FWI_F_UDP_ENCAP & 1) == 0)
		return FWI_ST_NO_UDP_ENCAP;
	if (pat->queue != FWI_QUEUE_ANY && pat->queue >= p->dev->data->nb_rx_queues)
		return FWI_ST_FIELD;
	if (!pat->security)
		return pat->has_spi && (pat->family != 0 || pat->spi == 0) ? FWI_ST_OK : FWI_ST_NO_FEATURE;
	if (!pat->has_spi && pat->session == NULL)
		return FWI_ST_OK;
	*slot = pat->session != NULL ? pmd_sec_slot(p, pat->session) : find_slot(p, pat);
	if (*slot == NULL)
		return FWI_ST_ABSENT;
	return fits(pat, *slot) ? FWI_ST_OK : FWI_ST_FIELD;
}

/* IKE on the port of encapsulated ESP has SPI 0 and goes to the host in any device. */
static bool is_by_itself(const struct pmd_pattern *pat)
{
	return !pat->security && pat->spi == 0;
}

static enum fwi_status add(struct pmd_port *p, struct pmd_pattern *pat, struct rte_flow **out)
{
	struct pmd_slot *slot;
	enum fwi_status st = check(p, pat, &slot);

	if (st != FWI_ST_OK)
		return st;
	if (pat->security && slot == NULL)
		return catch_all(p, out);
	if (!is_by_itself(pat))
		return post(p, pat, slot, out);
	*out = flow_new(p, true, 0);
	return *out != NULL ? FWI_ST_OK : FWI_ST_H_SYSTEM;
}

static int fail(struct rte_flow_error *error, enum fwi_status st)
{
	return rte_flow_error_set(error, mbox_errno(st), RTE_FLOW_ERROR_TYPE_UNSPECIFIED, NULL, fwi_status_str(st));
}

static struct rte_flow *flow_create(struct rte_eth_dev *dev, const struct rte_flow_attr *attr, const struct rte_flow_item items[],
	const struct rte_flow_action actions[], struct rte_flow_error *error)
{
	struct pmd_port *p = pmd_port_of(dev);
	struct rte_flow *flow = NULL;
	struct pmd_pattern pat;
	enum fwi_status st;

	if (pmd_pattern_parse(attr, items, actions, &pat, error) != 0)
		return NULL;
	pmd_port_lock(p);
	st = add(p, &pat, &flow);
	pmd_port_unlock(p);
	if (st == FWI_ST_OK)
		return flow;
	(void)fail(error, st);
	return NULL;
}

static int flow_validate(struct rte_eth_dev *dev, const struct rte_flow_attr *attr, const struct rte_flow_item items[],
	const struct rte_flow_action actions[], struct rte_flow_error *error)
{
	struct pmd_port *p = pmd_port_of(dev);
	struct pmd_pattern pat;
	struct pmd_slot *slot;
	enum fwi_status st;
	int rc = pmd_pattern_parse(attr, items, actions, &pat, error);

	if (rc != 0)
		return rc;
	pmd_port_lock(p);
	st = check(p, &pat, &slot);
	if (st == FWI_ST_OK && p->flows.free_count == 0)
		st = FWI_ST_FLOW_FULL;
	pmd_port_unlock(p);
	return st == FWI_ST_OK ? 0 : fail(error, st);
}

/* ---- destroy ---- */

static void on_deleted(void *ctx, enum fwi_status status, const void *result)
{
	struct rte_flow *flow = (struct rte_flow *)ctx;

	(void)status; /* refused: it never was there */
	(void)result;
	flow->in_flight--;
	settle(flow);
}

enum fwi_status pmd_flow_delete(struct pmd_port *p, struct rte_flow *flow)
{
	struct fwi_cmd c;
	enum fwi_status st;
	uint8_t before = flow->state;

	if (p->flows.catch_all == flow)
		p->flows.catch_all = NULL;
	if (flow->implicit) {
		flow_free(flow);
		return FWI_ST_OK;
	}
	flow->state = PMD_FLOW_DELETING;
	mbox_build_flow_del(&c, flow->index);
	st = pmd_port_post(p, &c, on_deleted, flow);
	if (st != FWI_ST_OK) {
		flow->state = before;
		return st;
	}
	flow->in_flight++;
	unname(flow); /* SA_DEL may follow: effects are in the order of submission */
	TAILQ_REMOVE(&p->flows.list, flow, link);
	TAILQ_INSERT_TAIL(&p->flows.list, flow, link); /* behind those that live: flush */
	return FWI_ST_OK;
}

static int flow_destroy(struct rte_eth_dev *dev, struct rte_flow *flow, struct rte_flow_error *error)
{
	struct pmd_port *p = pmd_port_of(dev);
	enum fwi_status st;

	pmd_port_lock(p);
	st = pmd_flow_delete(p, flow);
	pmd_port_unlock(p);
	/* With the device gone the rule is gone too; its handle goes with the attachment. */
	return st == FWI_ST_OK || st == FWI_ST_H_CLOSED ? 0 : fail(error, st);
}

static int flow_flush(struct rte_eth_dev *dev, struct rte_flow_error *error)
{
	struct pmd_port *p = pmd_port_of(dev);
	enum fwi_status st = FWI_ST_OK;
	struct rte_flow *flow;

	pmd_port_lock(p);
	/* Deleted ones go to the end, or away. */
	while (st == FWI_ST_OK && (flow = TAILQ_FIRST(&p->flows.list)) != NULL && flow->state != PMD_FLOW_DELETING)
		st = pmd_flow_delete(p, flow);
	pmd_port_unlock(p);
	return st == FWI_ST_OK || st == FWI_ST_H_CLOSED ? 0 : fail(error, st);
}

/* ---- query ---- */

static int flow_query(
	struct rte_eth_dev *dev, struct rte_flow *flow, const struct rte_flow_action *action, void *data, struct rte_flow_error *error)
{
	struct pmd_port *p = pmd_port_of(dev);
	struct rte_flow_query_count *count = (struct rte_flow_query_count *)data;
	struct fwi_res_flow res;
	struct fwi_cmd c;
	enum fwi_status st;

	if (action->type != RTE_FLOW_ACTION_TYPE_COUNT || count->reset != 0 || flow->implicit)
		return rte_flow_error_set(error, ENOTSUP, RTE_FLOW_ERROR_TYPE_ACTION, action, "COUNT without reset");
	pmd_port_lock(p);
	mbox_build_flow_stats(&c, flow->index);
	st = pmd_port_call(p, &c, &res);
	pmd_port_unlock(p);
	if (st != FWI_ST_OK)
		return fail(error, st);
	count->hits_set = 1;
	count->bytes_set = 1;
	count->hits = le64_get(res.packets);
	count->bytes = le64_get(res.bytes);
	return 0;
}

const struct rte_flow_ops pmd_flow_ops = {
	.validate = flow_validate,
	.create = flow_create,
	.destroy = flow_destroy,
	.flush = flow_flush,
	.query = flow_query,
};

/* ---- adoption ---- */

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* Takes 'index' out of the free stack, which is sorted downwards while a dump is read. */
static bool take_index(struct pmd_flows *f, uint32_t index)
{
	uint32_t *at = (uint32_t *)bsearch(&index, f->free, f->free_count, sizeof(*f->free), by_value);

	if (at == NULL)
		return false;
	memmove(at, at + 1, (size_t)(f->free + f->free_count - at - 1) * sizeof(*at));
	f->free_count--;
	return true;
}

static bool find_rule(void *ctx, const struct fwi_flow_entry *e)
{
	struct pmd_port *p = (struct pmd_port *)ctx;
	uint32_t sa = le32_get(e->sa_index);
	struct rte_flow *flow;

	if (!take_index(&p->flows, le32_get(e->index)))
		return false;
	flow = (struct rte_flow *)calloc(1, sizeof(*flow));
	if (flow == NULL)
		return false;
	flow->port = p;
	flow->index = le32_get(e->index);
	flow->spi = le32_get(e->spi);
	flow->state = PMD_FLOW_LIVE;
	flow->found = true;
	if (e->action == FWI_FLOW_TO_SA && sa < p->sa[FWI_DIR_IN].count && p->sa[FWI_DIR_IN].slot[sa].state == PMD_SLOT_FOUND) {
		flow->slot = &p->sa[FWI_DIR_IN].slot[sa];
		flow->slot->flows++;
		flow->slot->own_flow = flow; /* until it is adopted */
	}
	TAILQ_INSERT_TAIL(&p->flows.list, flow, link);
	return true;
}

enum fwi_status pmd_flow_find(struct pmd_port *p)
{
	return mbox_query_flows(p->mbox, find_rule, p);
}

enum fwi_status pmd_flow_forget(struct pmd_port *p)
{
	enum fwi_status st = FWI_ST_OK;
	struct rte_flow *flow;

	/* From the start after each: a full mailbox serves completions, which free handles. */
	do {
		TAILQ_FOREACH(flow, &p->flows.list, link)
		if (flow->found)
			break;
		if (flow != NULL) {
			flow->found = false;
			st = pmd_flow_delete(p, flow);
		}
	} while (flow != NULL && st == FWI_ST_OK);
	return st;
}
