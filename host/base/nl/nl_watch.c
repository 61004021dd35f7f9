/*
 * The kernel's own notices of what changed in its tables.  They come as fast as the kernel likes: when the socket's
 * buffer overflows the reader is told, and reads the tables again.
 */
#include "base/nl/nl_watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/nl/nl_req.h"

enum { WATCH_READS = 4096, WATCH_BUFFER = 8 << 20 };

struct nl_watch {
	struct nl *nl;
	struct nl_watch_fns fns;
};

static enum err join(struct nl_watch *w, unsigned group)
{
	return mnl_socket_setsockopt(w->nl->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0 ? ERR_OK : err_of_errno(errno);
}

/* A daemon that fills the tables is faster than we read; without privileges the system's limit stands. */
static void widen(struct nl_watch *w)
{
	int size = WATCH_BUFFER;

	(void)setsockopt(nl_watch_fd(w), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
}

static enum err join_all(struct nl_watch *w)
{
	const struct {
		unsigned group;
		bool wanted;
	} all[] = {
		{ RTNLGRP_LINK, w->fns.link != NULL },
		{ RTNLGRP_IPV4_IFADDR, w->fns.addr != NULL },
		{ RTNLGRP_IPV6_IFADDR, w->fns.addr != NULL },
		{ RTNLGRP_IPV4_ROUTE, w->fns.route != NULL },
		{ RTNLGRP_IPV6_ROUTE, w->fns.route != NULL },
		{ RTNLGRP_NEIGH, w->fns.neigh != NULL },
	};
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && err == ERR_OK; i++)
		if (all[i].wanted)
			err = join(w, all[i].group);
	return err;
}

enum err nl_watch_open(int netns_fd, const struct nl_watch_fns *fns, struct nl_watch **out)
{
	struct nl_watch *w = (struct nl_watch *)calloc(1, sizeof(*w));
	enum err err;

	if (w == NULL)
		return ERR_NOMEM;
	w->fns = *fns;
	err = nl_open(netns_fd, &w->nl);
	if (err == ERR_OK) {
		widen(w);
		err = join_all(w);
	}
	if (err != ERR_OK) {
		nl_watch_close(w);
		return err;
	}
	*out = w;
	return ERR_OK;
}

void nl_watch_close(struct nl_watch *w)
{
	if (w == NULL)
		return;
	nl_close(w->nl);
	free(w);
}

enum err nl_watch_leave_out(struct nl_watch *w, const struct nl *own)
{
	/* A notice carries the port of who asked for the change.  A filter loads words from network order. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(own->port), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog filter = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(nl_watch_fd(w), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0 ? ERR_OK : err_of_errno(errno);
}

int nl_watch_fd(const struct nl_watch *w)
{
	return mnl_socket_get_fd(w->nl->sock);
}

static void tell(const struct nl_watch *w, const struct nlmsghdr *msg)
{
	union {
		struct nl_link link;
		struct nl_addr addr;
		struct nl_route route;
		struct nl_neigh neigh;
	} u;

	switch (msg->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (nl_link_parse(msg, &u.link))
			w->fns.link(w->fns.ctx, &u.link, msg->nlmsg_type == RTM_DELLINK);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (nl_addr_parse(msg, &u.addr))
			w->fns.addr(w->fns.ctx, &u.addr, msg->nlmsg_type == RTM_DELADDR);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (nl_route_parse(msg, &u.route))
			w->fns.route(w->fns.ctx, &u.route, msg->nlmsg_type == RTM_DELROUTE);
		break;
	case RTM_NEWNEIGH:
	case RTM_DELNEIGH:
		if (nl_neigh_parse(msg, &u.neigh))
			w->fns.neigh(w->fns.ctx, &u.neigh, msg->nlmsg_type == RTM_DELNEIGH);
		break;
	default:
		break;
	}
}

enum err nl_watch_read(struct nl_watch *w)
{
	for (int reads = 0; reads < WATCH_READS; reads++) {
		ssize_t got = recv(nl_watch_fd(w), w->nl->in, sizeof(w->nl->in), MSG_DONTWAIT);
		int left = (int)got;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? ERR_OK : err_of_errno(errno); /* ENOBUFS gives ERR_FULL */
		for (const struct nlmsghdr *msg = (const struct nlmsghdr *)(const void *)w->nl->in; mnl_nlmsg_ok(msg, left);
			msg = mnl_nlmsg_next(msg, &left))
			tell(w, msg);
	}
	return ERR_AGAIN;
}
