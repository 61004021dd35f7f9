/* rte_pmd_nave.h: what DPDK's API has no words for. */
#include <errno.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

#include "mbox/query.h"
#include "mbox/shm.h"
#include "pmd/ethdev.h"
#include "pmd/flow.h"
#include "pmd/pool.h"
#include "pmd/port.h"
#include "pmd/rte_pmd_nave.h"
#include "pmd/sec.h"
#include "pmd/stats.h"

static_assert((int)RTE_PMD_NAVE_FAULT_FATAL == (int)FWI_FAULT_FATAL && (int)RTE_PMD_NAVE_STATUS_INTERNAL == (int)FWI_ST_INTERNAL, "faults");
static_assert((int)RTE_PMD_NAVE_GUARD_ETHERTYPE == (int)FWI_GUARD_ETHERTYPE && (int)RTE_PMD_NAVE_GUARD_IP == (int)FWI_GUARD_IP &&
		      (int)RTE_PMD_NAVE_GUARD_ND == (int)FWI_GUARD_ND && (int)RTE_PMD_NAVE_ICMP_ANY == (int)FWI_GUARD_ICMP_ANY,
	"guard rules are the device's");

/* NULL: no port of ours. */
static struct pmd_port *find(uint16_t port)
{
	struct rte_eth_dev *dev;

	if (!rte_eth_dev_is_valid_port(port))
		return NULL;
	dev = &rte_eth_devices[port];
	return dev->dev_ops == &pmd_ethdev_ops ? pmd_port_of(dev) : NULL;
}

/* The same, locked. */
static struct pmd_port *enter(uint16_t port)
{
	struct pmd_port *p = find(port);

	if (p != NULL)
		pmd_port_lock(p);
	return p;
}

/* ---- packets ---- */

int rte_pmd_nave_number_register(void)
{
	static const struct rte_mbuf_dynfield field = {
		.name = RTE_PMD_NAVE_NUMBER_FIELD,
		.size = sizeof(uint64_t),
		.align = __alignof__(uint64_t),
	};
	int offset = rte_mbuf_dynfield_register(&field);

	return offset < 0 ? -rte_errno : offset;
}

struct rte_mempool *rte_pmd_nave_pool_create(uint16_t port, const char *name, uint32_t count, uint16_t room)
{
	struct pmd_port *p = enter(port);
	int rc;

	if (p == NULL) {
		rte_errno = ENODEV;
		return NULL;
	}
	rc = pmd_port_is_dead(p) ? -ENODEV : pmd_pool_init(p, name, count, room);
	pmd_port_unlock(p);
	rte_errno = -rc;
	return rc == 0 ? p->pool.mempool : NULL;
}

/* ---- device ---- */

static uint32_t features_of(const struct fwi_caps *caps)
{
	static const struct {
		uint8_t bit;
		uint32_t feature;
	} map[] = {
		{ FWI_F_HOST_NUMBERS, RTE_PMD_NAVE_F_HOST_NUMBERS },
		{ FWI_F_RX_NUMBER, RTE_PMD_NAVE_F_RX_NUMBER },
		{ FWI_F_SPI_TABLE, RTE_PMD_NAVE_F_SPI_TABLE },
		{ FWI_F_GUARD, RTE_PMD_NAVE_F_GUARD },
		{ FWI_F_ADOPTION, RTE_PMD_NAVE_F_ADOPTION },
		{ FWI_F_FAULTS, RTE_PMD_NAVE_F_FAULTS },
	};
	uint32_t out = 0;

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if ((le64_get(caps->features) >> map[i].bit & 1) != 0)
			out |= map[i].feature;
	return out;
}

static uint32_t guard_max(const struct pmd_port *p)
{
	return RTE_MIN(le32_get(p->caps.guard_rule_max), (uint32_t)RTE_PMD_NAVE_GUARD_RULES);
}

int rte_pmd_nave_info_get(uint16_t port, struct rte_pmd_nave_info *out)
{
	struct pmd_port *p = enter(port);

	if (p == NULL)
		return -ENODEV;
	memset(out, 0, sizeof(*out));
	memcpy(out->name, p->identity.name, sizeof(out->name));
	memcpy(out->profile, p->identity.profile, sizeof(out->profile));
	memcpy(out->firmware, p->identity.firmware, sizeof(out->firmware));
	out->features = features_of(&p->caps);
	out->sa_in_max = p->sa[FWI_DIR_IN].count;
	out->sa_out_max = p->sa[FWI_DIR_OUT].count;
	out->flow_max = p->flows.max;
	out->sa_in_used = p->sa[FWI_DIR_IN].used;
	out->sa_out_used = p->sa[FWI_DIR_OUT].used;
	out->flow_used = pmd_flow_used(&p->flows);
	out->window_max = le32_get(p->caps.window_max);
	out->guard_max = guard_max(p);
	out->keep_s = le32_get(p->caps.keep_s);
	out->epoch = p->attach;
	out->alive = !pmd_port_is_dead(p);
	if (p->images != NULL) {
		out->in_flight = mbox_in_flight(p->mbox);
		out->boot_id = mbox_boot_id(p->mbox);
		out->unwiped = mbox_sa_unwiped(p->images);
	}
	pmd_port_unlock(p);
	return 0;
}

bool rte_pmd_nave_alive(uint16_t port)
{
	const struct pmd_port *p = find(port);

	return p != NULL && !pmd_port_is_dead(p);
}

int rte_pmd_nave_epoch(uint16_t port, uint32_t *epoch)
{
	struct pmd_port *p = enter(port);

	if (p == NULL)
		return -ENODEV;
	*epoch = p->attach;
	pmd_port_unlock(p);
	return 0;
}

int rte_pmd_nave_reattach(uint16_t port)
{
	struct pmd_port *p = enter(port);
	enum fwi_status st = FWI_ST_STATE;

	if (p == NULL)
		return -ENODEV;
	if (!p->started)
		st = pmd_port_attach(p);
	if (st == FWI_ST_OK)
		p->dev->state = RTE_ETH_DEV_ATTACHED; /* ethdev remembers that it asked when the device was gone */
	pmd_port_unlock(p);
	switch (st) {
	case FWI_ST_H_CLOSED:
	case FWI_ST_H_BUSY:
	case FWI_ST_H_TIMEOUT:
		return -EAGAIN;
	default:
		return -mbox_errno(st);
	}
}

/* ---- commands ---- */

int rte_pmd_nave_poll(uint16_t port)
{
	struct pmd_port *p = enter(port);
	int rc = -ENODEV;

	if (p == NULL)
		return rc;
	pmd_port_poll(p);
	if (!pmd_port_is_dead(p))
		rc = (int)mbox_in_flight(p->mbox);
	pmd_port_unlock(p);
	return rc;
}

static void on_fence(void *ctx, enum fwi_status status, const void *result)
{
	struct pmd_fence *f = (struct pmd_fence *)ctx;

	(void)status;
	(void)result;
	f->posted--;
}

static enum fwi_status post_fence(struct pmd_port *p, uint32_t *tag)
{
	struct rte_eth_dev_data *d = p->dev->data;
	struct pmd_fence *f;
	struct fwi_cmd c;
	enum fwi_status st;

	pmd_port_poll(p);
	if (pmd_port_is_dead(p))
		return FWI_ST_H_CLOSED;
	f = pmd_fence_take(&p->fences, tag);
	f->run = p->run;
	f->queues = p->started ? d->nb_tx_queues : 0;
	for (uint32_t i = 0; i < f->queues; i++)
		f->tx_prod[i] = __atomic_load_n(&((struct pmd_txq *)d->tx_queues[i])->produced, __ATOMIC_ACQUIRE);
	mbox_build_nop(&c);
	f->posted++;
	st = pmd_port_post(p, &c, on_fence, f);
	if (st != FWI_ST_OK)
		f->posted--;
	return st;
}

int rte_pmd_nave_fence(uint16_t port, uint32_t *tag)
{
	struct pmd_port *p = enter(port);
	enum fwi_status st;

	if (p == NULL)
		return -ENODEV;
	st = post_fence(p, tag);
	pmd_port_unlock(p);
	return -mbox_errno(st);
}

/* Whether the device is done with the descriptors below 'prod'; its word is bounded by what was handed over since. */
static bool has_sent(const struct pmd_txq *q, uint32_t prod)
{
	uint32_t head = mbox_shm_load32(&q->ring.head->position);
	uint32_t now = __atomic_load_n(&q->produced, __ATOMIC_ACQUIRE);

	return (int32_t)(head - prod) >= 0 && (int32_t)(now - head) >= 0;
}

static bool is_done(void *ctx, const struct pmd_fence *f)
{
	const struct pmd_port *p = (const struct pmd_port *)ctx;

	if (f->posted != 0)
		return false;
	for (uint32_t i = 0; i < f->queues && p->started && f->run == p->run; i++)
		if (!has_sent((const struct pmd_txq *)p->dev->data->tx_queues[i], f->tx_prod[i]))
			return false;
	return true;
}

bool rte_pmd_nave_fence_passed(uint16_t port, uint32_t tag)
{
	struct pmd_port *p = enter(port);
	bool passed;

	if (p == NULL)
		return true;
	pmd_port_poll(p);
	pmd_fence_advance(&p->fences, is_done, p);
	passed = pmd_port_is_dead(p) || pmd_fence_passed(&p->fences, tag);
	pmd_port_unlock(p);
	return passed;
}

int rte_pmd_nave_session_status(uint16_t port, const void *session)
{
	struct pmd_port *p = enter(port);
	const struct pmd_slot *slot;
	int rc = -ENODEV;

	if (p == NULL)
		return rc;
	pmd_port_poll(p);
	slot = pmd_sec_slot(p, session);
	if (slot != NULL)
		rc = slot->state == PMD_SLOT_ADDING ? -EAGAIN : -mbox_errno((enum fwi_status)slot->status);
	pmd_port_unlock(p);
	return rc;
}

int rte_pmd_nave_flow_status(uint16_t port, const void *flow)
{
	const struct rte_flow *f = (const struct rte_flow *)flow;
	struct pmd_port *p = enter(port);
	int rc = -ENODEV;

	if (p == NULL)
		return rc;
	pmd_port_poll(p);
	if (!pmd_port_is_dead(p))
		rc = f->state == PMD_FLOW_ADDING ? -EAGAIN : -mbox_errno((enum fwi_status)f->status);
	pmd_port_unlock(p);
	return rc;
}

/* ---- SA state ---- */

static void fill_counters(const struct pmd_port *p, const struct pmd_slot *slot, struct rte_pmd_nave_state *out)
{
	struct fwi_sa_stats s;

	pmd_stats_sa(p, slot, &s);
	memset(out, 0, sizeof(*out));
	out->number = le64_get(s.number);
	out->packets = le64_get(s.packets);
	out->bytes = le64_get(s.bytes);
	out->auth_failed = le64_get(s.auth_failed);
	out->replayed = le64_get(s.replayed);
	out->malformed = le64_get(s.malformed);
	out->refused = le64_get(s.refused);
}

static struct mbox_build_sa name_of(const struct pmd_slot *slot)
{
	struct mbox_build_sa sa = {
		.index = pmd_slot_index(slot),
		.generation = slot->generation,
		.direction = (enum fwi_direction)slot->table->direction,
	};

	return sa;
}

static enum fwi_status ask_state(struct pmd_port *p, const struct pmd_slot *slot, struct rte_pmd_nave_state *out)
{
	const struct mbox_build_sa name = name_of(slot);
	struct fwi_sa_state s;
	enum fwi_status st = mbox_query_sa_state(p->mbox, &name, &s);

	if (st != FWI_ST_OK)
		return st;
	out->number = le64_get(s.number);
	out->window = le32_get(s.window);
	for (unsigned i = 0; i < sizeof(out->seen) / sizeof(out->seen[0]); i++)
		out->seen[i] = le64_get(s.seen[i]);
	return FWI_ST_OK;
}

int rte_pmd_nave_state_get(uint16_t port, const void *session, struct rte_pmd_nave_state *out)
{
	struct pmd_port *p = enter(port);
	enum fwi_status st = FWI_ST_H_CLOSED;
	const struct pmd_slot *slot;

	if (p == NULL)
		return -ENODEV;
	slot = pmd_sec_slot(p, session);
	if (slot != NULL) {
		fill_counters(p, slot, out);
		st = ask_state(p, slot, out);
		pmd_port_poll(p);
	}
	pmd_port_unlock(p);
	return -mbox_errno(st);
}

int rte_pmd_nave_counters_get(uint16_t port, const void *session, struct rte_pmd_nave_state *out)
{
	struct pmd_port *p = enter(port);
	const struct pmd_slot *slot;

	if (p == NULL)
		return -ENODEV;
	slot = pmd_sec_slot(p, session);
	if (slot != NULL)
		fill_counters(p, slot, out);
	pmd_port_unlock(p);
	return slot != NULL ? 0 : -ENODEV;
}

/* ---- adoption ---- */

static const struct pmd_slot *next_found(const struct pmd_slots *s, uint32_t index)
{
	for (; index < s->count; index++)
		if (s->slot[index].state == PMD_SLOT_FOUND)
			return &s->slot[index];
	return NULL;
}

int rte_pmd_nave_found_next(uint16_t port, bool inbound, uint32_t index, struct rte_pmd_nave_found *out)
{
	struct pmd_port *p = enter(port);
	struct rte_pmd_nave_state state = { .number = 0 };
	const struct pmd_slot *slot;
	enum fwi_status st = FWI_ST_ABSENT;

	if (p == NULL)
		return -ENODEV;
	slot = next_found(&p->sa[inbound ? FWI_DIR_IN : FWI_DIR_OUT], index);
	if (pmd_port_is_dead(p))
		st = FWI_ST_H_CLOSED;
	else if (slot != NULL)
		st = ask_state(p, slot, &state);
	if (st == FWI_ST_OK) {
		out->index = pmd_slot_index(slot);
		out->spi = slot->sa.spi;
		out->userdata = slot->sa.userdata;
		out->number = state.number;
		out->inbound = inbound;
	}
	pmd_port_unlock(p);
	return -mbox_errno(st);
}

static int adopt(struct pmd_port *p, const struct rte_pmd_nave_found *found, struct rte_mempool *pool, void **session, void **flow)
{
	struct pmd_slots *s = &p->sa[found->inbound ? FWI_DIR_IN : FWI_DIR_OUT];
	struct pmd_slot *slot = &s->slot[found->index];
	struct rte_security_session *sess;

	if (pmd_port_is_dead(p))
		return -ENODEV;
	if (found->index >= s->count || slot->state != PMD_SLOT_FOUND || slot->sa.spi != found->spi)
		return -ENOENT;
	if (pool->elt_size < sizeof(*sess) + sizeof(struct pmd_session) || rte_mempool_get(pool, (void **)&sess) != 0)
		return -ENOMEM;
	memset(sess, 0, sizeof(*sess));
	pmd_sec_bind(p, slot, sess);
	slot->state = PMD_SLOT_LIVE;
	slot->status = FWI_ST_OK;
	*flow = slot->own_flow;
	if (slot->own_flow != NULL)
		slot->own_flow->found = false;
	slot->own_flow = NULL;
	pmd_slot_publish(slot);
	p->ctx.sess_cnt++;
	*session = sess;
	return 0;
}

int rte_pmd_nave_adopt(uint16_t port, const struct rte_pmd_nave_found *found, struct rte_mempool *pool, void **session, void **flow)
{
	struct pmd_port *p = enter(port);
	int rc;

	if (p == NULL)
		return -ENODEV;
	rc = adopt(p, found, pool, session, flow);
	pmd_port_unlock(p);
	return rc;
}

int rte_pmd_nave_forget(uint16_t port)
{
	struct pmd_port *p = enter(port);
	enum fwi_status st;

	if (p == NULL)
		return -ENODEV;
	st = pmd_port_is_dead(p) ? FWI_ST_H_CLOSED : pmd_flow_forget(p);
	for (unsigned d = 0; d < 2; d++)
		for (uint32_t i = 0; i < p->sa[d].count && st == FWI_ST_OK; i++)
			if (p->sa[d].slot[i].state == PMD_SLOT_FOUND)
				st = pmd_sec_delete(p, &p->sa[d].slot[i]);
	pmd_port_unlock(p);
	return -mbox_errno(st);
}

/* ---- guard ---- */

static struct fwi_guard_rule rule_of(const struct rte_pmd_nave_guard_rule *r)
{
	struct fwi_guard_rule g;

	memset(&g, 0, sizeof(g));
	g.kind = r->kind;
	g.family = r->family;
	g.protocol = r->protocol;
	g.icmp_type = r->icmp_type;
	g.ethertype = le16_of(r->ethertype);
	g.src_port = le16_of(r->src_port);
	g.dst_port = le16_of(r->dst_port);
	memcpy(g.src, r->src, sizeof(g.src));
	return g;
}

static enum fwi_status set_guard(struct pmd_port *p, const struct rte_pmd_nave_guard_rule *rules, uint32_t count)
{
	struct fwi_guard_rule list[RTE_PMD_NAVE_GUARD_RULES];
	struct fwi_cmd c;
	enum fwi_status st;

	if (pmd_port_is_dead(p))
		return FWI_ST_H_CLOSED;
	if (count > guard_max(p))
		return FWI_ST_GUARD_FULL;
	for (uint32_t i = 0; i < count; i++)
		list[i] = rule_of(&rules[i]);
	mbox_build_guard_off(&c);
	st = count == 0 ? pmd_port_call(p, &c, NULL) : mbox_query_guard_on(p->mbox, list, count);
	if (st != FWI_ST_OK)
		return st;
	memcpy(p->guard, list, count * sizeof(list[0]));
	p->guard_count = count;
	return FWI_ST_OK;
}

int rte_pmd_nave_guard_set(uint16_t port, const struct rte_pmd_nave_guard_rule *rules, uint32_t count)
{
	struct pmd_port *p = enter(port);
	enum fwi_status st;

	if (p == NULL)
		return -ENODEV;
	st = set_guard(p, rules, count);
	pmd_port_poll(p);
	pmd_port_unlock(p);
	return -mbox_errno(st);
}

/* ---- events and tests ---- */

int rte_pmd_nave_event_get(uint16_t port, struct rte_pmd_nave_event *out)
{
	struct pmd_port *p = enter(port);
	bool found;

	if (p == NULL)
		return -ENODEV;
	found = pmd_event_take(&p->events, out);
	pmd_port_unlock(p);
	return found ? 0 : -EAGAIN;
}

int rte_pmd_nave_fault(uint16_t port, uint32_t kind, uint32_t value, uint32_t count)
{
	struct pmd_port *p = enter(port);
	struct fwi_cmd c;
	enum fwi_status st;

	if (p == NULL)
		return -ENODEV;
	mbox_build_fault(&c, (enum fwi_fault_kind)kind, value, count);
	st = pmd_port_call(p, &c, NULL);
	pmd_port_unlock(p);
	return -mbox_errno(st);
}
