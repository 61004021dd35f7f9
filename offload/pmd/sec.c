/*
 * rte_security: sessions are slots of the device's SA tables.  Control thread.  Creation posts SA_ADD and returns when the
 * host's own checks passed: effects are in the order of submission, so rules and packets of the session may follow at once;
 * a late refusal comes as an event.
 */
#include "pmd/sec.h"

#include <errno.h>
#include <string.h>

#include <rte_errno.h>

#include "mbox/query.h"
#include "mbox/shm.h"
#include "pmd/flow.h"
#include "pmd/sa.h"
#include "pmd/stats.h"
#include "pmd/tx.h"

static struct pmd_port *port_of(void *device)
{
	return pmd_port_of((const struct rte_eth_dev *)device);
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

struct pmd_slot *pmd_sec_slot(struct pmd_port *p, const void *session)
{
	const struct pmd_session *s =
		(const struct pmd_session *)(const void *)((const struct rte_security_session *)session)->driver_priv_data;
	struct pmd_slot *slot;

	if (pmd_port_is_dead(p) || s->attach != p->attach || s->index >= p->sa[s->direction].count)
		return NULL;
	slot = &p->sa[s->direction].slot[s->index];
	return slot->generation == s->generation && slot->state <= PMD_SLOT_FAILED && slot->state != PMD_SLOT_FREE ? slot : NULL;
}

void pmd_sec_bind(const struct pmd_port *p, const struct pmd_slot *slot, struct rte_security_session *sess)
{
	struct pmd_session *s = (struct pmd_session *)(void *)sess->driver_priv_data;

	s->attach = p->attach;
	s->index = pmd_slot_index(slot);
	s->generation = slot->generation;
	s->direction = slot->table->direction;
	sess->fast_mdata = pmd_tx_metadata(s->index, s->generation, pmd_tx_attach(p->attach));
}

/*
 * One of the slot's commands was answered.  The answers come in any order, so a deleted slot that needn't drain is free when the last one
 * is there.
 */
static void settle(struct pmd_slot *slot)
{
	if (--slot->in_flight == 0 && slot->state == PMD_SLOT_DELETING)
		pmd_slot_give(slot);
}

/* ---- create ---- */

static void on_added(void *ctx, enum fwi_status status, const void *result)
{
	struct pmd_slot *slot = (struct pmd_slot *)ctx;
	struct pmd_port *p = (struct pmd_port *)slot->table->port;
	struct rte_pmd_nave_event e = { .type = RTE_PMD_NAVE_EV_SA_REFUSED };

	(void)result;
	slot->status = (uint8_t)status;
	if (slot->state != PMD_SLOT_ADDING) { /* destroyed meanwhile */
		settle(slot);
		return;
	}
	slot->in_flight--;
	slot->state = status == FWI_ST_OK ? PMD_SLOT_LIVE : PMD_SLOT_FAILED;
	if (status == FWI_ST_OK || status >= FWI_ST_H_CLOSED)
		return; /* a dead device has an event of its own */
	pmd_slot_withdraw(slot);
	e.inbound = slot->table->direction == FWI_DIR_IN;
	e.error = mbox_errno(status);
	e.text = fwi_status_str(status);
	e.spi = slot->sa.spi;
	e.userdata = slot->sa.userdata;
	pmd_event_put(&p->events, &e);
}

static enum fwi_status post_add(struct pmd_port *p, struct pmd_slot *slot, const struct fwi_sa_image *image)
{
	const struct mbox_build_sa name = name_of(slot);
	enum fwi_status st = FWI_ST_H_CLOSED;

	/* Images and tags are bounded; the device frees them at its own pace or dies trying. */
	while (!pmd_port_is_dead(p) && (st = mbox_sa_add(p->images, &name, image, on_added, slot)) == FWI_ST_H_FULL)
		pmd_port_wait(p);
	if (st != FWI_ST_OK || pmd_port_is_dead(p))
		return FWI_ST_H_CLOSED;
	slot->in_flight++;
	return FWI_ST_OK;
}

static struct pmd_slot_sa sa_of(const struct fwi_sa_image *image)
{
	struct pmd_slot_sa sa = {
		.userdata = le64_get(image->cookie),
		.spi = le32_get(image->spi),
		.udp_port = le16_get(image->udp_dst),
		.family = image->mode == FWI_MODE_TUNNEL_V6 ? 6 : 4,
		.udp_encap = (le32_get(image->flags) & FWI_SA_UDP_ENCAP) != 0,
	};

	memcpy(sa.local, image->dst, sizeof(sa.local));
	return sa;
}

static enum fwi_status create(struct pmd_port *p, const struct rte_security_session_conf *conf, struct rte_security_session *sess)
{
	struct fwi_sa_image image;
	struct pmd_slot *slot = NULL;
	enum fwi_status st = pmd_port_is_dead(p) ? FWI_ST_H_CLOSED : FWI_ST_OK;

	if (st != FWI_ST_OK)
		return st;
	st = pmd_sa_build(&p->caps, conf, p->number_offset >= 0, &image);
	if (st == FWI_ST_OK) {
		const struct pmd_slot_sa sa = sa_of(&image);

		slot = pmd_slot_take(&p->sa[image.direction], &sa);
		st = slot == NULL ? FWI_ST_SA_FULL : post_add(p, slot, &image);
	}
	mbox_shm_wipe(&image, sizeof(image));
	if (st != FWI_ST_OK) {
		if (slot != NULL)
			pmd_slot_give(slot);
		return st;
	}
	st = pmd_flow_follow(p, slot);
	if (st != FWI_ST_OK)
		(void)pmd_sec_delete(p, slot);
	else
		pmd_sec_bind(p, slot, sess);
	return st;
}

static int session_create(void *device, struct rte_security_session_conf *conf, struct rte_security_session *sess)
{
	struct pmd_port *p = port_of(device);
	enum fwi_status st;

	pmd_port_lock(p);
	st = create(p, conf, sess);
	pmd_port_unlock(p);
	rte_errno = mbox_errno(st);
	return -mbox_errno(st);
}

/* ---- destroy ---- */

static void on_deleted(void *ctx, enum fwi_status status, const void *result)
{
	struct pmd_slot *slot = (struct pmd_slot *)ctx;
	const struct fwi_res_sa_del *r = (const struct fwi_res_sa_del *)result;
	uint32_t rx_position[FWI_QUEUES_MAX];

	/* Refused: it never was there.  Outbound: no completion names it. */
	if (status == FWI_ST_OK && slot->table->direction == FWI_DIR_IN) {
		for (unsigned q = 0; q < FWI_QUEUES_MAX; q++)
			rx_position[q] = le32_get(r->rx_position[q]);
		pmd_slot_drain(slot, rx_position);
	}
	settle(slot);
}

enum fwi_status pmd_sec_delete(struct pmd_port *p, struct pmd_slot *slot)
{
	const struct mbox_build_sa name = name_of(slot);
	struct fwi_cmd c;
	uint8_t before = slot->state;
	enum fwi_status st;

	if (slot->flows != 0)
		return FWI_ST_IN_USE;
	pmd_slot_withdraw(slot);
	slot->state = PMD_SLOT_DELETING;
	mbox_build_sa_del(&c, &name);
	st = pmd_port_post(p, &c, on_deleted, slot);
	if (st == FWI_ST_OK)
		slot->in_flight++;
	else
		slot->state = before;
	return st;
}

static int session_destroy(void *device, struct rte_security_session *sess)
{
	struct pmd_port *p = port_of(device);
	enum fwi_status st = FWI_ST_OK;
	struct pmd_slot *slot;

	pmd_port_lock(p);
	slot = pmd_sec_slot(p, sess);
	if (slot != NULL && slot->own_flow != NULL)
		st = pmd_flow_delete(p, slot->own_flow);
	if (slot != NULL && st == FWI_ST_OK)
		st = pmd_sec_delete(p, slot);
	pmd_port_unlock(p);
	/* With the device gone the SA is gone too. */
	return st == FWI_ST_H_CLOSED ? 0 : -mbox_errno(st);
}

/* ---- the rest ---- */

static unsigned session_size(void *device)
{
	(void)device;
	return sizeof(struct pmd_session);
}

/* Keys and addresses of an SA don't change here: another session and a switch (docs/sa-state.md 17). */
static int session_update(void *device, struct rte_security_session *sess, struct rte_security_session_conf *conf)
{
	(void)device;
	(void)sess;
	(void)conf;
	return -ENOTSUP;
}

static int session_stats(void *device, struct rte_security_session *sess, struct rte_security_stats *stats)
{
	struct pmd_port *p = port_of(device);
	struct fwi_sa_stats s;
	const struct pmd_slot *slot;

	memset(stats, 0, sizeof(*stats));
	stats->protocol = RTE_SECURITY_PROTOCOL_IPSEC;
	if (sess == NULL)
		return -EINVAL;
	pmd_port_lock(p);
	slot = pmd_sec_slot(p, sess);
	if (slot != NULL)
		pmd_stats_sa(p, slot, &s);
	pmd_port_unlock(p);
	if (slot == NULL)
		return -ENODEV;
	if (slot->table->direction == FWI_DIR_IN) {
		stats->ipsec.ipackets = le64_get(s.packets);
		stats->ipsec.ibytes = le64_get(s.bytes);
		stats->ipsec.ierrors = le64_get(s.auth_failed) + le64_get(s.replayed) + le64_get(s.malformed);
	} else {
		stats->ipsec.opackets = le64_get(s.packets);
		stats->ipsec.obytes = le64_get(s.bytes);
		stats->ipsec.oerrors = le64_get(s.malformed) + le64_get(s.refused);
	}
	return 0;
}

/* The library writes fast_mdata itself (RTE_SEC_CTX_F_FAST_SET_MDATA); this is for who calls the function. */
static int set_pkt_metadata(void *device, struct rte_security_session *sess, struct rte_mbuf *m, void *params)
{
	(void)device;
	(void)params;
	*rte_security_dynfield(m) = sess->fast_mdata;
	return 0;
}

static const struct rte_security_capability *capabilities(void *device)
{
	return port_of(device)->security;
}

const struct rte_security_ops pmd_sec_ops = {
	.session_create = session_create,
	.session_update = session_update,
	.session_get_size = session_size,
	.session_stats_get = session_stats,
	.session_destroy = session_destroy,
	.set_pkt_metadata = set_pkt_metadata,
	.capabilities_get = capabilities,
};

/* ---- adoption ---- */

static bool find_sa(void *ctx, const struct fwi_sa_entry *e)
{
	struct pmd_port *p = (struct pmd_port *)ctx;
	struct pmd_slot_sa sa = {
		.userdata = le64_get(e->cookie),
		.spi = le32_get(e->spi),
		.udp_port = le16_get(e->udp_dst),
		.family = e->mode == FWI_MODE_TUNNEL_V6 ? 6 : 4,
		.udp_encap = (le32_get(e->flags) & FWI_SA_UDP_ENCAP) != 0,
	};

	memcpy(sa.local, e->dst, sizeof(sa.local));
	(void)pmd_slot_find(
		&p->sa[e->direction == FWI_DIR_OUT ? FWI_DIR_OUT : FWI_DIR_IN], le32_get(e->index), le16_get(e->generation), &sa);
	return true;
}

enum fwi_status pmd_sec_find(struct pmd_port *p)
{
	enum fwi_status st = mbox_query_sas(p->mbox, FWI_DIR_IN, find_sa, p);

	if (st == FWI_ST_OK)
		st = mbox_query_sas(p->mbox, FWI_DIR_OUT, find_sa, p);
	return st == FWI_ST_OK ? pmd_flow_find(p) : st;
}
