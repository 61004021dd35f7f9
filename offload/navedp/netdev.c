#include "navedp/netdev.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/nl/nl.h"
#include "base/nl/nl_link.h"
#include "loader/steer.h"
#include "navedp/space.h"
#include "xsk/port.h"

static bool forwards(const char *family, const char *name)
{
	char path[128], value = '0';
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/forwarding", family, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false; /* a kernel without that family */
	if (read(fd, &value, 1) != 1)
		value = '0';
	(void)close(fd);
	return value != '0';
}

static enum err check_forwarding(const char *name, const struct log *log)
{
	static const char *const family[] = { "ipv4", "ipv6" };

	for (int i = 0; i < 2; i++)
		if (forwards(family[i], name)) {
			log_event(log, LOG_L_ERROR, "port.forwarding",
				"netdev=%s: set net.%s.conf.%s.forwarding=0, else the kernel sends on in clear", name, family[i], name);
			return ERR_DENIED;
		}
	return ERR_OK;
}

static enum err take_link(struct navedp_netdev *n, const char *name)
{
	struct nl_link link;
	struct nl *nl;
	enum err err = nl_open(-1, &nl);

	if (err != ERR_OK)
		return err;
	err = nl_link_find(nl, name, &link);
	if (err == ERR_OK)
		err = navedp_space_adopt(n->space, nl, &link);
	if (err == ERR_OK && !link.up)
		err = nl_link_set_up(nl, link.index, true);
	nl_close(nl);
	if (err != ERR_OK)
		return err;
	n->ifindex = link.index;
	n->mtu = (uint16_t)(link.mtu > UINT16_MAX ? UINT16_MAX : link.mtu);
	memcpy(n->mac, link.mac, sizeof(n->mac));
	return ERR_OK;
}

/* In the device's namespace. */
static enum err open_here(struct navedp_netdev *n, const char *name, struct rte_mempool *pool, const struct log *log)
{
	struct xsk_port_conf conf = { .name = name, .pool = pool };
	enum err err = check_forwarding(name, log);

	if (err == ERR_OK && n->space->device[0] != '\0')
		err = check_forwarding(n->space->device, log); /* what comes in by a slave is forwarded as the VRF device says */
	if (err == ERR_OK)
		err = take_link(n, name);
	if (err == ERR_OK)
		err = xsk_port_new(&n->xsk, &conf);
	if (err == ERR_OK)
		n->queues = xsk_port_queue_count(n->xsk);
	return err;
}

enum err navedp_netdev_open(
	struct navedp_netdev *n, const struct navedp_space *space, const char *name, struct rte_mempool *pool, const struct log *log)
{
	int back;
	enum err err = netns_enter(space->fd, &back);

	memset(n, 0, sizeof(*n));
	if (err != ERR_OK)
		return err;
	n->space = space;
	err = open_here(n, name, pool, log);
	netns_leave(back);
	return err;
}

static enum err attach(struct navedp_netdev *n, struct loader_port *port)
{
	struct loader_steer *steer = n->space->steer;
	int back;
	enum err err = netns_enter(n->space->fd, &back);

	if (err != ERR_OK)
		return err;
	port->ifindex = n->ifindex;
	port->mode = LOADER_NATIVE;
	err = loader_steer_attach(steer, port);
	if (err == ERR_UNSUPPORTED) {
		port->mode = LOADER_GENERIC; /* a driver without XDP of its own */
		err = loader_steer_attach(steer, port);
	}
	netns_leave(back);
	for (uint32_t q = 0; q < n->queues && err == ERR_OK; q++)
		err = loader_steer_set_socket(steer, n->ifindex, q, xsk_port_fd(n->xsk, q));
	return err;
}

static bool judges(const struct dp_port *conf, enum dp_family family)
{
	const struct dp_feature *f = &conf->feature[family];

	return f->filter[DP_IN] != 0 || f->urpf != DP_URPF_OFF || conf->policy[DP_IN] != 0;
}

bool navedp_netdev_judges(const struct dp_port *conf)
{
	return judges(conf, DP_V4) || judges(conf, DP_V6);
}

enum err navedp_netdev_steer(struct navedp_netdev *n, const struct dp_port *conf)
{
	struct loader_port port = { .vrf = conf->vrf, .judge4 = judges(conf, DP_V4), .judge6 = judges(conf, DP_V6) };

	port.role = conf->role == DP_ROLE_WAN ? LOADER_WAN : LOADER_LAN;
	port.guard = conf->role == DP_ROLE_WAN;
	return attach(n, &port);
}

/* It is the device's own switch: whoever else wants the same has to say so again. */
static enum err set_promisc(struct navedp_netdev *n, bool on)
{
	struct nl *nl;
	enum err err = nl_open(n->space->fd, &nl);

	if (err != ERR_OK)
		return err;
	err = nl_link_set_promisc(nl, n->ifindex, on);
	nl_close(nl);
	if (err == ERR_OK)
		n->promisc = on;
	return err;
}

enum err navedp_netdev_lend(struct navedp_netdev *n, const struct dp_port *conf)
{
	struct loader_port port = { .vrf = conf->vrf, .role = LOADER_WIRE, .guard = true };
	enum err err = set_promisc(n, true);

	return err == ERR_OK ? attach(n, &port) : err;
}

void navedp_netdev_close(struct navedp_netdev *n)
{
	int back;

	/* The device may be gone, and with it what was attached and set. */
	if (n->promisc && set_promisc(n, false) != ERR_OK)
		n->promisc = false;
	if (n->space->steer != NULL && netns_enter(n->space->fd, &back) == ERR_OK) {
		loader_steer_detach(n->space->steer, n->ifindex);
		netns_leave(back);
	}
	xsk_port_free(n->xsk);
	memset(n, 0, sizeof(*n));
}
