/*
 * ICMP echo.  A raw socket hears every echo reply of its namespace, so what comes in is filtered by the kernel and only handed on: the token in
 * it, which nobody can guess, says whose it is.  In one turn of the loop at most ECHO_READS replies are read.  Loop thread.
 */
#include "net/echo.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/rd.h"
#include "base/wr.h"
#include "net/batch.h"

enum { ECHO_SOCKETS = 2, ECHO_READS = 64, ECHO_REPLY_MAX = 512, ECHO_HEADER_LEN = 8, ECHO_TOKEN_LEN = 8 };

struct echo_socket {
	struct net_echo *echo;
	struct event *event;
	int fd; /* -1: not open */
	uint8_t family;
};

struct net_echo {
	struct echo_socket socket[ECHO_SOCKETS];
	net_echo_fn *receive;
	void *ctx;
};

/* ---- receiving ---- */

/* Whether 'packet' is an echo reply with room for a token.  An IPv4 socket shows the IP header too. */
static bool find_token(uint8_t family, struct bytes packet, uint64_t *token)
{
	struct rd r = rd_of(packet);
	uint8_t wanted = family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY, type;

	if (family == AF_INET && packet.len != 0)
		(void)rd_bytes(&r, (size_t)(packet.data[0] & 0xf) * 4);
	type = rd_u8(&r);
	(void)rd_bytes(&r, ECHO_HEADER_LEN - 1);
	*token = rd_u64(&r);
	(void)rd_rest(&r);
	return rd_done(&r) == ERR_OK && type == wanted;
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
	const struct echo_socket *s = (const struct echo_socket *)arg;
	uint8_t packet[ECHO_REPLY_MAX];

	(void)what;
	for (int i = 0; i < ECHO_READS; i++) {
		struct sockaddr_storage sa;
		socklen_t len = sizeof(sa);
		ssize_t n = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&sa, &len);
		struct addr_port from;
		uint64_t token;

		if (n < 0)
			return;
		if (find_token(s->family, bytes_of(packet, (size_t)n), &token) &&
			addr_of_sockaddr((const struct sockaddr *)&sa, &from) == ERR_OK)
			s->echo->receive(s->echo->ctx, &from.addr, token);
	}
}

/* ---- sending ---- */

/* RFC1071. */
static uint16_t checksum(struct bytes b)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < b.len; i += 2)
		sum += (uint32_t)b.data[i] << 8 | b.data[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put_request(struct wr *w, uint8_t family, uint64_t token)
{
	wr_u8(w, family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST);
	wr_u8(w, 0);
	wr_u16(w, 0);                       /* the checksum; the kernel fills in that of ICMPv6 */
	wr_u16(w, (uint16_t)(token >> 16)); /* identifier and number serve those who watch */
	wr_u16(w, (uint16_t)token);
	wr_u64(w, token);
	wr_zero(w, NET_ECHO_LEN - ECHO_HEADER_LEN - ECHO_TOKEN_LEN);
	if (family == AF_INET)
		wr_patch_u16(w, 2, checksum(wr_view(w)));
}

enum err net_echo_ask(struct net_echo *e, const struct addr *local, const struct addr *remote, uint64_t token)
{
	const struct echo_socket *s = &e->socket[remote->family == AF_INET6];
	struct addr_port to = { .addr = *remote };
	union net_batch_control control;
	uint8_t request[NET_ECHO_LEN];
	struct wr w = wr_of(request, sizeof(request));
	struct sockaddr_storage sa;
	struct iovec iov = { .iov_base = request, .iov_len = sizeof(request) };
	struct msghdr m = { .msg_name = &sa, .msg_namelen = addr_to_sockaddr(&to, &sa), .msg_iov = &iov, .msg_iovlen = 1 };

	if (s->fd < 0)
		return ERR_UNSUPPORTED;
	put_request(&w, remote->family, token);
	if (local->family != 0) {
		m.msg_controllen = net_batch_source(&control, local);
		m.msg_control = &control;
	}
	return sendmsg(s->fd, &m, MSG_DONTWAIT) == (ssize_t)sizeof(request) ? ERR_OK : err_of_errno(errno);
}

/* ---- life ---- */

/* The kernel shows us echo replies alone. */
static enum err set_filter(const struct echo_socket *s)
{
	struct icmp_filter four = { .data = ~(UINT32_C(1) << ICMP_ECHOREPLY) };
	struct icmp6_filter six;
	int failed;

	ICMP6_FILTER_SETBLOCKALL(&six);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &six);
	failed = s->family == AF_INET ? setsockopt(s->fd, SOL_RAW, ICMP_FILTER, &four, sizeof(four))
				      : setsockopt(s->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &six, sizeof(six));
	return failed == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err open_socket(struct echo_socket *s, struct event_base *loop, const struct net_echo_config *config)
{
	int back;
	enum err err = netns_enter(config->netns_fd, &back);

	if (err != ERR_OK)
		return err;
	s->fd = socket(s->family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, s->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	err = s->fd < 0 ? err_of_errno(errno) : ERR_OK;
	netns_leave(back);
	if (err == ERR_UNSUPPORTED)
		return ERR_OK; /* a kernel without that family */
	if (err == ERR_OK)
		err = set_filter(s);
	if (err == ERR_OK)
		err = netns_bind_device(s->fd, config->device);
	if (err != ERR_OK)
		return err;
	s->event = event_new(loop, s->fd, EV_READ | EV_PERSIST, readable, s);
	return s->event != NULL && event_add(s->event, NULL) == 0 ? ERR_OK : ERR_NOMEM;
}

enum err net_echo_new(struct net_echo **out, struct event_base *loop, const struct net_echo_config *config)
{
	struct net_echo *e = (struct net_echo *)calloc(1, sizeof(*e));
	enum err err = ERR_OK;

	if (e == NULL)
		return ERR_NOMEM;
	e->receive = config->receive;
	e->ctx = config->ctx;
	for (int i = 0; i < ECHO_SOCKETS; i++)
		e->socket[i] = (struct echo_socket){ .echo = e, .fd = -1, .family = i == 0 ? AF_INET : AF_INET6 };
	for (int i = 0; i < ECHO_SOCKETS && err == ERR_OK; i++)
		err = open_socket(&e->socket[i], loop, config);
	if (err != ERR_OK) {
		net_echo_free(e);
		return err;
	}
	*out = e;
	return ERR_OK;
}

void net_echo_free(struct net_echo *e)
{
	if (e == NULL)
		return;
	for (int i = 0; i < ECHO_SOCKETS; i++) {
		if (e->socket[i].event != NULL)
			event_free(e->socket[i].event);
		if (e->socket[i].fd >= 0)
			(void)close(e->socket[i].fd);
	}
	free(e);
}
