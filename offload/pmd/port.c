/*
 * A port and its device: attachment, the tick, death.  Everything here runs under the port's lock, on the control thread
 * or in the tick on DPDK's interrupt thread, which calls the application back after it let go of the lock.
 */
#include "pmd/port.h"

#include <string.h>
#include <time.h>

#include <rte_alarm.h>

#include "mbox/query.h"
#include "mbox/shm.h"
#include "mbox/unix.h"
#include "pmd/flow.h"
#include "pmd/sec.h"
#include "pmd/stats.h"
#include "pmd/suite.h"

enum { TICK_US = 20000, ADMIN_LOG2 = 10, EVENT_LOG2 = 8, IMAGES = 512, WAIT_MS = 5 };

void pmd_port_lock(struct pmd_port *p)
{
	(void)pthread_mutex_lock(&p->lock);
}

void pmd_port_unlock(struct pmd_port *p)
{
	(void)pthread_mutex_unlock(&p->lock);
}

static uint64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- life ---- */

void pmd_port_die(struct pmd_port *p, enum fwi_status why)
{
	struct rte_pmd_nave_event e = { .type = RTE_PMD_NAVE_EV_DEAD, .error = mbox_errno(why), .text = fwi_status_str(why) };
	struct rte_eth_link down = { .link_status = RTE_ETH_LINK_DOWN };

	if (pmd_port_is_dead(p))
		return;
	__atomic_store_n(&p->dead, true, __ATOMIC_RELEASE);
	pmd_fence_end(&p->fences);
	pmd_event_put(&p->events, &e);
	(void)rte_eth_linkstatus_set(p->dev, &down);
}

void pmd_port_poll(struct pmd_port *p)
{
	enum fwi_status st;

	if (pmd_port_is_dead(p))
		return;
	st = mbox_poll(p->mbox);
	pmd_slot_reclaim(&p->sa[FWI_DIR_IN], pmd_queue_rx_passed, p);
	if (st != FWI_ST_OK)
		pmd_port_die(p, st);
}

void pmd_port_wait(struct pmd_port *p)
{
	if (mbox_arm(p->mbox))
		p->bus->ops->wait(p->bus, WAIT_MS);
	pmd_port_poll(p);
}

enum fwi_status pmd_port_call(struct pmd_port *p, const struct fwi_cmd *c, void *result)
{
	enum fwi_status st;

	if (pmd_port_is_dead(p))
		return FWI_ST_H_CLOSED;
	st = mbox_call(p->mbox, c, result);
	if (mbox_health(p->mbox) != FWI_ST_OK)
		pmd_port_die(p, mbox_health(p->mbox));
	return st;
}

enum fwi_status pmd_port_post(struct pmd_port *p, const struct fwi_cmd *c, mbox_done_fn *done, void *ctx)
{
	enum fwi_status st = FWI_ST_H_CLOSED;

	/* Bounded: a command that isn't answered in time ends the mailbox. */
	while (!pmd_port_is_dead(p) && (st = mbox_post(p->mbox, c, done, ctx)) == FWI_ST_H_FULL)
		pmd_port_wait(p);
	return pmd_port_is_dead(p) ? FWI_ST_H_CLOSED : st;
}

/* ---- events ---- */

static void set_link(struct pmd_port *p, const struct fwi_event *e)
{
	struct rte_eth_link link = {
		.link_speed = le32_get(e->value) == 0 ? RTE_ETH_SPEED_NUM_UNKNOWN : le32_get(e->value),
		.link_duplex = RTE_ETH_LINK_FULL_DUPLEX,
		.link_status = e->reason != 0 ? RTE_ETH_LINK_UP : RTE_ETH_LINK_DOWN,
	};

	if (rte_eth_linkstatus_set(p->dev, &link) == 0)
		p->link_told = false;
}

static void about_sa(const struct pmd_port *p, const struct fwi_event *from, struct rte_pmd_nave_event *to)
{
	const struct pmd_slots *s = &p->sa[from->direction == FWI_DIR_OUT ? FWI_DIR_OUT : FWI_DIR_IN];

	to->inbound = from->direction == FWI_DIR_IN;
	if (pmd_slot_is_live(s, le32_get(from->sa_index), le16_get(from->sa_generation)))
		to->userdata = s->slot[le32_get(from->sa_index)].sa.userdata;
}

static void on_event(void *ctx, const struct fwi_event *e)
{
	static const uint8_t types[] = {
		[FWI_EV_QUEUE_ERROR] = RTE_PMD_NAVE_EV_QUEUE_ERROR,
		[FWI_EV_UNKNOWN_SPI] = RTE_PMD_NAVE_EV_UNKNOWN_SPI,
		[FWI_EV_PEER_MOVED] = RTE_PMD_NAVE_EV_PEER_MOVED,
		[FWI_EV_TX_REFUSED] = RTE_PMD_NAVE_EV_TX_REFUSED,
		[FWI_EV_GUARD_DROP] = RTE_PMD_NAVE_EV_GUARD_DROP,
	};
	struct pmd_port *p = (struct pmd_port *)ctx;
	struct rte_pmd_nave_event out = { .type = 0 };
	uint16_t type = le16_get(e->type);

	if (type == FWI_EV_LINK)
		set_link(p, e);
	if (type >= sizeof(types) || types[type] == 0)
		return;
	out.type = types[type];
	out.reason = e->reason;
	out.family = e->family == 4 || e->family == 6 ? e->family : 0;
	out.udp_encap = e->udp_encap != 0;
	out.port = le16_get(e->port);
	out.spi = le32_get(e->spi);
	out.value = le32_get(e->value);
	out.lost = le32_get(e->lost);
	out.number = le64_get(e->number);
	memcpy(out.addr, e->addr, sizeof(out.addr));
	if (type == FWI_EV_PEER_MOVED || type == FWI_EV_TX_REFUSED)
		about_sa(p, e, &out);
	pmd_event_put(&p->events, &out);
}

/* ---- attachment ---- */

static enum fwi_status reset(struct pmd_port *p)
{
	struct fwi_cmd c;

	mbox_build_reset(&c);
	return mbox_call(p->mbox, &c, NULL);
}

static uint64_t table_len(uint32_t slots)
{
	uint64_t len = (uint64_t)slots * sizeof(struct fwi_sa_stats);

	return len == 0 ? FWI_ALIGN : len;
}

static enum fwi_status show_page(struct pmd_port *p, enum fwi_stats_kind kind, uint64_t offset, uint64_t len)
{
	struct fwi_cmd c;

	mbox_build_stats_page(&c, kind, mbox_region_addr(&p->pages, p->pages.base + offset, (uint32_t)len));
	return mbox_call(p->mbox, &c, NULL);
}

static enum fwi_status make_pages(struct pmd_port *p)
{
	uint64_t port = sizeof(struct fwi_port_stats);
	uint64_t in = table_len(p->sa[FWI_DIR_IN].count);
	uint64_t out = table_len(p->sa[FWI_DIR_OUT].count);
	enum fwi_status st = mbox_region_init(&p->pages, p->bus, "nave-stats", port + in + out);

	if (st == FWI_ST_OK)
		st = show_page(p, FWI_STATS_PORT, 0, port);
	if (st == FWI_ST_OK && p->sa[FWI_DIR_IN].count != 0)
		st = show_page(p, FWI_STATS_SA_IN, port, in);
	if (st == FWI_ST_OK && p->sa[FWI_DIR_OUT].count != 0)
		st = show_page(p, FWI_STATS_SA_OUT, port + in, out);
	return st;
}

static enum fwi_status make_tables(struct pmd_port *p)
{
	bool by_spi = (le64_get(p->caps.features) >> FWI_F_SPI_TABLE & 1) != 0;

	if (!pmd_slot_init(&p->sa[FWI_DIR_IN], le32_get(p->caps.sa_in_max), FWI_DIR_IN, by_spi) ||
		!pmd_slot_init(&p->sa[FWI_DIR_OUT], le32_get(p->caps.sa_out_max), FWI_DIR_OUT, false) ||
		!pmd_flow_init(&p->flows, le32_get(p->caps.flow_max)))
		return FWI_ST_H_SYSTEM;
	p->sa[FWI_DIR_IN].port = p;
	p->sa[FWI_DIR_OUT].port = p;
	return FWI_ST_OK;
}

/* Memory that outlives an attachment is shown to the new device. */
static enum fwi_status show_pool(struct pmd_port *p)
{
	return p->pool.mempool == NULL ? FWI_ST_OK : mbox_region_show(&p->pool.region, p->bus);
}

static enum fwi_status begin(struct pmd_port *p)
{
	const struct mbox_config config = { .admin_log2 = ADMIN_LOG2, .event_log2 = EVENT_LOG2, .event = on_event, .ctx = p };
	enum fwi_status st;

	pmd_port_detach(p);
	st = mbox_unix_open(p->path, now_ms, &p->bus);
	if (st == FWI_ST_OK)
		st = mbox_new(p->bus, &config, &p->mbox);
	p->attaching = st == FWI_ST_OK;
	return st;
}

/* The device is READY: what it is, what it counts, what it has. */
static enum fwi_status set_up(struct pmd_port *p)
{
	enum fwi_status st = FWI_ST_OK;

	if (!p->adopt)
		st = reset(p);
	if (st == FWI_ST_OK)
		st = mbox_query_identity(p->mbox, &p->identity);
	if (st == FWI_ST_OK)
		st = mbox_query_caps(p->mbox, &p->caps);
	if (st == FWI_ST_OK)
		st = mbox_sa_pool_new(p->mbox, IMAGES, &p->images);
	if (st == FWI_ST_OK)
		st = make_tables(p);
	if (st == FWI_ST_OK)
		st = make_pages(p);
	if (st == FWI_ST_OK)
		st = show_pool(p);
	if (st == FWI_ST_OK && p->adopt)
		st = pmd_sec_find(p);
	return st;
}

enum fwi_status pmd_port_attach(struct pmd_port *p)
{
	enum fwi_status st = p->attaching ? FWI_ST_OK : begin(p);

	if (st == FWI_ST_OK)
		st = mbox_attach(p->mbox);
	if (st == FWI_ST_H_PENDING)
		return st;
	p->attaching = false;
	if (st == FWI_ST_OK)
		st = set_up(p);
	if (st != FWI_ST_OK) {
		pmd_port_detach(p);
		return st;
	}
	pmd_suite_capabilities(&p->caps, p->security, p->crypto);
	p->attach++;
	p->death_told = false;
	__atomic_store_n(&p->dead, false, __ATOMIC_RELEASE);
	return FWI_ST_OK;
}

void pmd_port_detach(struct pmd_port *p)
{
	__atomic_store_n(&p->dead, true, __ATOMIC_RELEASE);
	p->attaching = false;
	pmd_stats_keep(p);
	mbox_free(p->mbox);
	p->mbox = NULL;
	mbox_sa_pool_free(p->images);
	p->images = NULL;
	mbox_region_fini(&p->pages, p->bus);
	mbox_bus_close(p->bus);
	p->bus = NULL;
	pmd_fence_end(&p->fences);
	pmd_flow_fini(&p->flows);
	pmd_slot_fini(&p->sa[FWI_DIR_IN]);
	pmd_slot_fini(&p->sa[FWI_DIR_OUT]);
}

/* ---- the tick ---- */

/* What the application is to be called for, found under the lock. */
struct news {
	bool death;
	bool link;
	bool events;
};

static struct news look(struct pmd_port *p)
{
	struct news n = {
		.death = pmd_port_is_dead(p) && !p->death_told,
		.link = !p->link_told && p->dev->data->dev_conf.intr_conf.lsc != 0,
		.events = p->events.prod != p->events_told,
	};

	p->death_told = p->death_told || n.death;
	p->link_told = true;
	p->events_told = p->events.prod;
	return n;
}

static void tick(void *ctx)
{
	struct pmd_port *p = (struct pmd_port *)ctx;
	struct rte_eth_event_ipsec_desc desc = { .subtype = RTE_ETH_EVENT_IPSEC_UNKNOWN };
	struct news n;

	pmd_port_lock(p);
	pmd_port_poll(p);
	n = look(p);
	pmd_port_unlock(p);
	if (n.link)
		(void)rte_eth_dev_callback_process(p->dev, RTE_ETH_EVENT_INTR_LSC, NULL);
	if (n.events)
		(void)rte_eth_dev_callback_process(p->dev, RTE_ETH_EVENT_IPSEC, &desc);
	if (n.death)
		(void)rte_eth_dev_callback_process(p->dev, RTE_ETH_EVENT_INTR_RMV, NULL);
	(void)rte_eal_alarm_set(TICK_US, tick, p);
}

int pmd_port_tick_start(struct pmd_port *p)
{
	int rc = rte_eal_alarm_set(TICK_US, tick, p);

	p->ticking = rc == 0;
	return rc;
}

void pmd_port_tick_stop(struct pmd_port *p)
{
	if (p->ticking)
		(void)rte_eal_alarm_cancel(tick, p);
	p->ticking = false;
}
