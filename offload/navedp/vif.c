#include "navedp/vif.h"

#include <errno.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/nl/nl.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_tun.h"
#include "navedp/space.h"

enum { VIF_READY = 16, VIF_TURN = 8 }; /* devices that are read in a round, packets of one */

/* ---- workers ---- */

/* Whoever deleted the device made its descriptor useless: it mustn't wake anybody again. */
static void lose(struct navedp_vif_port *p, struct navedp_vif *v)
{
	(void)epoll_ctl(p->epoll, EPOLL_CTL_DEL, v->fd, NULL);
	__atomic_store_n(&v->lost, true, __ATOMIC_RELEASE);
}

static uint16_t read_some(struct navedp_vif_port *p, struct navedp_vif *v, struct rte_mbuf **pkts, uint16_t count)
{
	uint16_t got = 0;

	while (got < count && got < VIF_TURN) {
		struct rte_mbuf *m = navedp_tap_read(v->fd, p->pool);

		if (m == NULL) {
			if (errno != EAGAIN && errno != ENOMEM)
				lose(p, v);
			break;
		}
		m->hash.usr = v->index;
		p->info.in_packets++;
		p->info.in_bytes += m->data_len;
		pkts[got++] = m;
	}
	return got;
}

/* What isn't read of a device is told again: by the kernel's order those that wait longest come first. */
static uint16_t vif_rx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	struct navedp_vif_port *p = (struct navedp_vif_port *)dev;
	struct epoll_event ready[VIF_READY];
	int n = epoll_wait(p->epoll, ready, VIF_READY, 0);
	uint16_t got = 0;

	(void)queue;
	for (int i = 0; i < n; i++)
		got = (uint16_t)(got + read_some(p, (struct navedp_vif *)ready[i].data.ptr, pkts + got, (uint16_t)(count - got)));
	return got;
}

/* What the host doesn't take (device down or gone, queue full) is lost, as on any wire. */
static bool give(const struct navedp_vif_port *p, const struct rte_mbuf *m)
{
	const struct navedp_vif *v = __atomic_load_n(&p->at[m->hash.usr], __ATOMIC_ACQUIRE);

	return v != NULL && __atomic_load_n(&v->shown, __ATOMIC_ACQUIRE) && write(v->fd, rte_pktmbuf_mtod(m, void *), m->data_len) >= 0;
}

static uint16_t vif_tx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	struct navedp_vif_port *p = (struct navedp_vif_port *)dev;

	(void)queue;
	for (uint16_t i = 0; i < count; i++) {
		if (give(p, pkts[i])) {
			p->info.out_packets++;
			p->info.out_bytes += pkts[i]->data_len;
		} else {
			p->info.out_drops++;
		}
		rte_pktmbuf_free(pkts[i]);
	}
	return count;
}

static void vif_info(void *dev, struct path_port_info *out)
{
	*out = ((const struct navedp_vif_port *)dev)->info;
}

const struct path_port_ops navedp_vif_ops = { .name = "vif", .rx = vif_rx, .tx = vif_tx, .info = vif_info };

/* ---- the port: main lcore ---- */

enum err navedp_vif_port_init(struct navedp_vif_port *p, uint32_t tunnels, struct rte_mempool *pool)
{
	memset(p, 0, sizeof(*p));
	p->pool = pool;
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0)
		return err_of_errno(errno);
	p->at = (struct navedp_vif **)db_pool_map(tunnels * sizeof(struct navedp_vif *));
	if (p->at == NULL) {
		(void)close(p->epoll);
		return ERR_NOMEM;
	}
	p->info.link_up = true;
	p->info.alive = true;
	(void)snprintf(p->info.driver, sizeof(p->info.driver), "tun");
	return ERR_OK;
}

void navedp_vif_port_fini(struct navedp_vif_port *p, uint32_t tunnels)
{
	if (p->at == NULL)
		return;
	(void)close(p->epoll);
	db_pool_unmap(p->at, tunnels * sizeof(struct navedp_vif *));
	p->at = NULL;
}

enum err navedp_vif_show(struct navedp_vif_port *p, struct navedp_vif *v)
{
	struct epoll_event e = { .events = EPOLLIN };

	e.data.ptr = v;
	v->lost = false;
	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, v->fd, &e) != 0)
		return err_of_errno(errno);
	__atomic_store_n(&v->shown, true, __ATOMIC_RELEASE);
	return ERR_OK;
}

void navedp_vif_hide(struct navedp_vif_port *p, struct navedp_vif *v)
{
	__atomic_store_n(&v->shown, false, __ATOMIC_RELEASE);
	(void)epoll_ctl(p->epoll, EPOLL_CTL_DEL, v->fd, NULL); /* one that was lost has left */
}

/* ---- errands: their thread ---- */

/* A device without its long name is better than none. */
static void add_alias(const struct navedp_vif *v, struct nl *nl, uint32_t index)
{
	enum err err = nl_link_add_name(nl, index, v->alias);

	(void)err;
}

static enum err set_up(struct navedp_vif *v, struct nl *nl)
{
	struct nl_link link;
	enum err err = nl_link_find(nl, v->name, &link);

	if (err == ERR_OK)
		err = navedp_space_adopt(v->space, nl, &link);
	if (err == ERR_OK)
		err = nl_link_no_auto_address(nl, link.index);
	if (err == ERR_UNSUPPORTED)
		err = ERR_OK; /* a kernel without IPv6 makes none */
	if (err == ERR_OK && v->mtu != 0)
		err = nl_link_set_mtu(nl, link.index, v->mtu);
	if (err != ERR_OK)
		return err;
	v->set_mtu = v->mtu;
	v->ifindex = link.index;
	add_alias(v, nl, link.index);
	return nl_link_set_up(nl, link.index, true);
}

void navedp_vif_open(struct navedp_errand *e)
{
	struct navedp_vif *v = list_of(e, struct navedp_vif, errand);
	struct nl *nl = NULL;

	v->err = nl_open(v->space->fd, &nl);
	if (v->err == ERR_OK)
		v->err = nl_tun_open(v->space->fd, v->name, NL_TUN_IP, false, &v->fd);
	if (v->err == ERR_OK)
		v->err = set_up(v, nl);
	nl_close(nl);
	if (v->err != ERR_OK && v->fd >= 0) {
		(void)close(v->fd);
		v->fd = -1;
	}
}

void navedp_vif_resize(struct navedp_errand *e)
{
	struct navedp_vif *v = list_of(e, struct navedp_vif, errand);
	struct nl *nl = NULL;

	v->err = nl_open(v->space->fd, &nl);
	if (v->err == ERR_OK)
		v->err = nl_link_set_mtu(nl, v->ifindex, v->mtu);
	nl_close(nl);
	v->set_mtu = v->mtu; /* tried once */
}

void navedp_vif_close(struct navedp_errand *e)
{
	struct navedp_vif *v = list_of(e, struct navedp_vif, errand);

	(void)close(v->fd);
	v->fd = -1;
	v->err = ERR_OK;
}
