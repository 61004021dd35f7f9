#include "navedp/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <rte_mbuf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/nl/nl.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_tc.h"
#include "base/nl/nl_tun.h"
#include "navedp/space.h"

enum { MAC_LEN = 6, INLETS = 100000000 /* numbers that fit the name */ };

struct navedp_tap {
	int fd;
	uint32_t ifindex;
	struct rte_mempool *pool;
	struct path_port_info info; /* counters by the worker, facts by the main lcore */
};

struct rte_mbuf *navedp_tap_read(int fd, struct rte_mempool *pool)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(pool);
	ssize_t len;

	if (m == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	errno = EAGAIN; /* of a read of nothing */
	len = read(fd, rte_pktmbuf_mtod(m, void *), rte_pktmbuf_tailroom(m));
	if (len <= 0) {
		int why = errno;

		rte_pktmbuf_free(m);
		errno = why;
		return NULL;
	}
	m->data_len = (uint16_t)len;
	m->pkt_len = (uint32_t)len;
	return m;
}

static uint16_t tap_rx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	struct navedp_tap *t = (struct navedp_tap *)dev;
	uint16_t got = 0;

	(void)queue;
	while (got < count) {
		struct rte_mbuf *m = navedp_tap_read(t->fd, t->pool);

		if (m == NULL)
			break;
		t->info.in_packets++;
		t->info.in_bytes += m->data_len;
		pkts[got++] = m;
	}
	return got;
}

/* What the host doesn't take (device down, queue full) is lost, as on any wire. */
static uint16_t tap_tx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	struct navedp_tap *t = (struct navedp_tap *)dev;

	(void)queue;
	for (uint16_t i = 0; i < count; i++) {
		if (write(t->fd, rte_pktmbuf_mtod(pkts[i], void *), pkts[i]->data_len) < 0) {
			t->info.out_drops++;
		} else {
			t->info.out_packets++;
			t->info.out_bytes += pkts[i]->data_len;
		}
		rte_pktmbuf_free(pkts[i]);
	}
	return count;
}

static void tap_info(void *dev, struct path_port_info *out)
{
	*out = ((const struct navedp_tap *)dev)->info;
}

const struct path_port_ops navedp_tap_ops = { .name = "tap", .rx = tap_rx, .tx = tap_tx, .info = tap_info };

/*
 * An ICMP error about a packet of the host's own comes from an address of the host's own, which the kernel takes for forged else.  False: the
 * setting can't be written here, and the host's own packets are to fit by themselves.
 */
static bool accept_own(const struct navedp_space *space, const char *name)
{
	char path[128];
	int back, fd;
	bool done;

	if (netns_enter(space->fd, &back) != ERR_OK)
		return false;
	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/accept_local", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	netns_leave(back);
	if (fd < 0)
		return false;
	done = write(fd, "1", 1) == 1;
	(void)close(fd);
	return done;
}

static enum err set_up(struct navedp_tap *t, struct nl *nl, const struct nl_link *link, const uint8_t *mac)
{
	enum err err = ERR_OK;

	t->ifindex = link->index;
	t->info.mtu = (uint16_t)link->mtu;
	/* A twin needs its link-local address: without one the kernel probes no neighbour (RFC4861-7.2.2), and loses those that it has. */
	if (mac == NULL)
		err = nl_link_no_auto_address(nl, link->index);
	if (err == ERR_UNSUPPORTED)
		err = ERR_OK; /* a kernel without IPv6 makes none */
	if (err == ERR_OK && mac != NULL && memcmp(link->mac, mac, MAC_LEN) != 0) {
		/* Only a device that is down changes its address. */
		err = nl_link_set_up(nl, link->index, false);
		if (err == ERR_OK)
			err = nl_link_set_mac(nl, link->index, mac);
	}
	return err == ERR_OK ? nl_link_set_up(nl, link->index, true) : err;
}

/* Without a device yet; NULL: no memory. */
static struct navedp_tap *blank(const uint8_t *mac, struct rte_mempool *pool)
{
	struct navedp_tap *t = (struct navedp_tap *)calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->fd = -1;
	t->pool = pool;
	t->info.link_up = true;
	t->info.alive = true;
	(void)snprintf(t->info.driver, sizeof(t->info.driver), "%s", mac != NULL ? "tap" : "tun");
	if (mac != NULL)
		memcpy(t->info.mac, mac, MAC_LEN);
	return t;
}

enum err navedp_tap_new(
	struct navedp_tap **out, const struct navedp_space *space, const char *name, const uint8_t *mac, struct rte_mempool *pool)
{
	struct navedp_tap *t = blank(mac, pool);
	struct nl_link link;
	struct nl *nl = NULL;
	enum err err;

	if (t == NULL)
		return ERR_NOMEM;
	err = nl_open(space->fd, &nl);
	if (err == ERR_OK)
		err = nl_tun_open(space->fd, name, mac != NULL ? NL_TUN_ETHERNET : NL_TUN_IP, true, &t->fd);
	if (err == ERR_OK)
		err = nl_link_find(nl, name, &link);
	if (err == ERR_OK)
		err = navedp_space_adopt(space, nl, &link);
	if (err == ERR_OK)
		err = set_up(t, nl, &link, mac);
	if (err == ERR_OK && mac == NULL)
		(void)accept_own(space, name);
	nl_close(nl);
	if (err != ERR_OK) {
		navedp_tap_free(t);
		return err;
	}
	*out = t;
	return ERR_OK;
}

/* It has the device's address, so that the kernel takes what is for that one as for itself, and speaks by no address of its own. */
static enum err open_inlet(struct navedp_tap *t, struct nl *nl, const char *name, uint32_t ifindex)
{
	struct nl_link link;
	enum err err = nl_link_find(nl, name, &link);

	if (err != ERR_OK)
		return err;
	err = nl_link_no_auto_address(nl, link.index);
	if (err == ERR_UNSUPPORTED)
		err = ERR_OK; /* a kernel without IPv6 makes none */
	if (err == ERR_OK)
		err = nl_link_set_mac(nl, link.index, t->info.mac);
	if (err == ERR_OK)
		err = nl_tc_redirect(nl, link.index, ifindex);
	return err == ERR_OK ? nl_link_set_up(nl, link.index, true) : err;
}

enum err navedp_tap_new_inlet(
	struct navedp_tap **out, const struct navedp_space *space, uint32_t ifindex, const uint8_t *mac, struct rte_mempool *pool)
{
	struct navedp_tap *t = blank(mac, pool);
	char name[NL_LINK_NAME];
	struct nl *nl = NULL;
	enum err err;

	if (t == NULL)
		return ERR_NOMEM;
	(void)snprintf(name, sizeof(name), "nave-in%u", (unsigned)ifindex % INLETS);
	err = nl_open(space->fd, &nl);
	if (err == ERR_OK)
		err = nl_tun_open(space->fd, name, NL_TUN_ETHERNET, false, &t->fd);
	if (err == ERR_OK)
		err = open_inlet(t, nl, name, ifindex);
	nl_close(nl);
	if (err != ERR_OK) {
		navedp_tap_free(t);
		return err;
	}
	*out = t;
	return ERR_OK;
}

void navedp_tap_free(struct navedp_tap *t)
{
	if (t == NULL)
		return;
	if (t->fd >= 0)
		(void)close(t->fd);
	free(t);
}

int navedp_tap_fd(const struct navedp_tap *t)
{
	return t->fd;
}

uint32_t navedp_tap_ifindex(const struct navedp_tap *t)
{
	return t->ifindex;
}
