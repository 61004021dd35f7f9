/*
 * UDP 500 and 4500, one socket a port and family.  The kernel tells each datagram's destination address (packet info),
 * because a responder must answer from the address it was asked at.  At most UDP_BURST datagrams are read in one turn
 * of the loop, so that timers and other sockets get theirs under a flood.
 */
#include "net/udp.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"

enum { UDP_SOCKETS = 4, UDP_BURST = 32, UDP_RCVBUF = 4 * 1024 * 1024, UDP_MARKER = 4 };

struct udp_socket {
	struct net_udp *udp;
	struct event *event;
	int fd; /* -1: not open */
	uint8_t family;
	bool natt;
};

struct net_udp {
	struct udp_socket socket[UDP_SOCKETS];
	uint16_t port[2]; /* IKE, NAT-T */
	net_udp_fn *receive;
	void *ctx;
	uint64_t count[NET_UDP_STAT_COUNT];
	uint8_t buf[NET_UDP_MAX];
};

union control {
	struct cmsghdr align;
	uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* ---- receiving ---- */

static struct addr destination(struct msghdr *msg)
{
	struct addr none = { .family = 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return addr_of(bytes_of(&info.ipi_addr, 4));
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return addr_of(bytes_of(&info.ipi6_addr, 16));
		}
	}
	return none;
}

/* Takes the marker off; false: nothing for IKE. */
static bool strip_marker(struct net_udp *u, struct bytes *datagram)
{
	static const uint8_t marker[UDP_MARKER];

	if (datagram->len == 1) {
		u->count[NET_UDP_KEEPALIVE]++;
		return false;
	}
	if (datagram->len <= UDP_MARKER) {
		u->count[NET_UDP_SHORT]++;
		return false;
	}
	if (memcmp(datagram->data, marker, UDP_MARKER) != 0) {
		u->count[NET_UDP_ESP]++;
		return false;
	}
	*datagram = bytes_of(datagram->data + UDP_MARKER, datagram->len - UDP_MARKER);
	return true;
}

/* false: nothing more to read. */
static bool receive_one(struct udp_socket *s)
{
	struct net_udp *u = s->udp;
	union control control;
	struct sockaddr_storage from;
	struct iovec iov = { .iov_base = u->buf, .iov_len = sizeof(u->buf) };
	struct msghdr msg = { .msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t len = recvmsg(s->fd, &msg, MSG_DONTWAIT);
	struct net_udp_path path = { .natt = s->natt };
	struct bytes datagram;

	if (len < 0)
		return false;
	datagram = bytes_of(u->buf, (size_t)len);
	path.local.addr = destination(&msg);
	path.local.port = u->port[s->natt];
	if (path.local.addr.family == 0 || addr_of_sockaddr((const struct sockaddr *)&from, &path.remote) != ERR_OK)
		return true;
	if (s->natt && !strip_marker(u, &datagram))
		return true;
	u->count[NET_UDP_RX]++;
	u->receive(u->ctx, &path, datagram);
	return true;
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
	struct udp_socket *s = (struct udp_socket *)arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < UDP_BURST && receive_one(s); i++)
		;
}

/* ---- sending ---- */

static size_t put_source(union control *control, const struct addr *local)
{
	struct cmsghdr *c = &control->align;

	memset(control, 0, sizeof(*control));
	if (local->family == AF_INET) {
		struct in_pktinfo info = { .ipi_ifindex = 0 };

		memcpy(&info.ipi_spec_dst, local->b, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}
	struct in6_pktinfo info = { .ipi6_ifindex = 0 };

	memcpy(&info.ipi6_addr, local->b, 16);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return CMSG_SPACE(sizeof(info));
}

static struct udp_socket *find(struct net_udp *u, uint8_t family, bool natt)
{
	for (int i = 0; i < UDP_SOCKETS; i++)
		if (u->socket[i].fd >= 0 && u->socket[i].family == family && u->socket[i].natt == natt)
			return &u->socket[i];
	return NULL;
}

static void send_parts(struct net_udp *u, const struct net_udp_path *path, struct iovec *iov, size_t count)
{
	struct udp_socket *s = find(u, path->remote.addr.family, path->natt);
	struct sockaddr_storage to;
	union control control;
	struct msghdr msg = { .msg_name = &to, .msg_iov = iov, .msg_iovlen = count, .msg_control = &control };

	msg.msg_namelen = addr_to_sockaddr(&path->remote, &to);
	msg.msg_controllen = put_source(&control, &path->local.addr);
	if (s == NULL || sendmsg(s->fd, &msg, MSG_DONTWAIT) < 0)
		u->count[NET_UDP_TX_ERROR]++;
	else
		u->count[NET_UDP_TX]++;
}

void net_udp_send(struct net_udp *u, const struct net_udp_path *path, struct bytes datagram)
{
	uint8_t marker[UDP_MARKER] = { 0 };
	struct iovec iov[2] = { { .iov_base = marker, .iov_len = sizeof(marker) },
		{ .iov_base = (void *)(uintptr_t)datagram.data, .iov_len = datagram.len } };

	send_parts(u, path, path->natt ? iov : iov + 1, path->natt ? 2 : 1);
}

void net_udp_keepalive(struct net_udp *u, const struct net_udp_path *path)
{
	uint8_t byte = 0xff;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };

	send_parts(u, path, &iov, 1);
}

/* ---- life ---- */

static enum err set_options(int fd, uint8_t family)
{
	int one = 1, size = UDP_RCVBUF;
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int pktinfo = family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO;

	/* Best effort: without privileges the system's limit stands. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0)
		return err_of_errno(errno);
	return setsockopt(fd, level, pktinfo, &one, sizeof(one)) == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err bind_any(int fd, uint8_t family, uint16_t port)
{
	struct addr_port any = { .addr = { .family = family }, .port = port };
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(&any, &sa);

	return bind(fd, (const struct sockaddr *)&sa, len) == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err open_socket(struct net_udp *u, struct udp_socket *s, struct event_base *loop, int netns_fd)
{
	int back;
	enum err err = netns_enter(netns_fd, &back);

	if (err != ERR_OK)
		return err;
	s->fd = socket(s->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	err = s->fd < 0 ? err_of_errno(errno) : ERR_OK;
	netns_leave(back);
	if (err == ERR_UNSUPPORTED)
		return ERR_OK; /* a kernel without that family */
	if (err == ERR_OK)
		err = set_options(s->fd, s->family);
	if (err == ERR_OK)
		err = bind_any(s->fd, s->family, u->port[s->natt]);
	if (err != ERR_OK)
		return err;
	s->event = event_new(loop, s->fd, EV_READ | EV_PERSIST, readable, s);
	return s->event != NULL && event_add(s->event, NULL) == 0 ? ERR_OK : ERR_NOMEM;
}

enum err net_udp_new(struct net_udp **out, struct event_base *loop, const struct net_udp_config *config)
{
	struct net_udp *u = (struct net_udp *)calloc(1, sizeof(*u));
	enum err err = ERR_OK;

	if (u == NULL)
		return ERR_NOMEM;
	u->port[0] = config->ike_port != 0 ? config->ike_port : NET_UDP_IKE;
	u->port[1] = config->natt_port != 0 ? config->natt_port : NET_UDP_NATT;
	u->receive = config->receive;
	u->ctx = config->ctx;
	for (int i = 0; i < UDP_SOCKETS; i++)
		u->socket[i] = (struct udp_socket){ .udp = u, .fd = -1, .family = (i & 2) != 0 ? AF_INET6 : AF_INET, .natt = (i & 1) != 0 };
	for (int i = 0; i < UDP_SOCKETS && err == ERR_OK; i++)
		if (u->socket[i].natt || !config->natt_only)
			err = open_socket(u, &u->socket[i], loop, config->netns_fd);
	if (err != ERR_OK) {
		net_udp_free(u);
		return err;
	}
	*out = u;
	return ERR_OK;
}

void net_udp_free(struct net_udp *u)
{
	if (u == NULL)
		return;
	for (int i = 0; i < UDP_SOCKETS; i++) {
		if (u->socket[i].event != NULL)
			event_free(u->socket[i].event);
		if (u->socket[i].fd >= 0)
			(void)close(u->socket[i].fd);
	}
	free(u);
}

uint64_t net_udp_count(const struct net_udp *u, enum net_udp_stat stat)
{
	return u->count[stat];
}

const char *net_udp_stat_str(enum net_udp_stat stat)
{
	static const char *const word[NET_UDP_STAT_COUNT] = {
#define NET_UDP_STAT_WORD(name, word, text) word,
		NET_UDP_STAT_LIST(NET_UDP_STAT_WORD)
#undef NET_UDP_STAT_WORD
	};

	return (unsigned)stat < NET_UDP_STAT_COUNT ? word[stat] : "?";
}
