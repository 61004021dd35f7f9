/*
 * UDP 500 and 4500, one socket a port and family.  The kernel tells each datagram's destination address (packet info),
 * because a responder must answer from the address it was asked at.  What is there is read by the dozen; who has an IKE SA is served
 * at once, newcomers stand in line until all sockets were read.  In one turn of the loop at most UDP_READS batches of a socket are read and
 * UDP_NEWCOMERS newcomers served, so that timers and other sockets get theirs under a flood.  What is sent goes out together, at the end of
 * the turn's callbacks.
 */
#include "net/udp.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "net/batch.h"
#include "net/line.h"

enum { UDP_SOCKETS = 4, UDP_READS = 8, UDP_NEWCOMERS = 64, UDP_LINE = 4096, UDP_RCVBUF = 4 * 1024 * 1024 };

struct udp_socket {
	struct net_udp *udp;
	struct event *event;
	int fd; /* -1: not open */
	uint8_t family;
	bool natt;
	struct net_batch_out out;
};

struct net_udp {
	struct udp_socket socket[UDP_SOCKETS];
	struct event *serve; /* newcomers' turn */
	struct event *flush; /* something is to be sent */
	uint16_t port[2];    /* IKE, NAT-T */
	net_udp_fn *receive;
	void *ctx;
	struct net_line line;
	uint64_t count[NET_UDP_STAT_COUNT];
	struct net_batch_in in;
};

/* ---- receiving ---- */

/* Takes the marker off; false: nothing for IKE. */
static bool strip_marker(struct net_udp *u, struct bytes *datagram)
{
	static const uint8_t marker[NET_BATCH_MARKER];

	if (datagram->len == 1) {
		u->count[NET_UDP_KEEPALIVE]++;
		return false;
	}
	if (datagram->len <= NET_BATCH_MARKER) {
		u->count[NET_UDP_SHORT]++;
		return false;
	}
	if (memcmp(datagram->data, marker, NET_BATCH_MARKER) != 0) {
		u->count[NET_UDP_ESP]++;
		return false;
	}
	*datagram = bytes_of(datagram->data + NET_BATCH_MARKER, datagram->len - NET_BATCH_MARKER);
	return true;
}

static void hand_on(struct net_udp *u, const struct net_udp_path *path, struct bytes datagram)
{
	u->count[NET_UDP_RX]++;
	u->receive(u->ctx, path, datagram);
}

static void take(struct udp_socket *s, unsigned i)
{
	struct net_udp *u = s->udp;
	struct net_udp_path path = { .natt = s->natt };
	struct bytes datagram;

	if (!net_batch_at(&u->in, i, &path, &datagram) || (s->natt && !strip_marker(u, &datagram)))
		return;
	path.local.port = u->port[s->natt];
	if (!net_line_newcomer(datagram))
		hand_on(u, &path, datagram);
	else if (!net_line_push(&u->line, &path, datagram))
		u->count[NET_UDP_CROWD]++;
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
	struct udp_socket *s = (struct udp_socket *)arg;
	unsigned count = NET_BATCH;

	(void)what;
	for (int reads = 0; reads < UDP_READS && count == NET_BATCH; reads++) {
		count = net_batch_read(&s->udp->in, fd);
		for (unsigned i = 0; i < count; i++)
			take(s, i);
	}
	if (s->udp->line.count != 0)
		event_active(s->udp->serve, EV_TIMEOUT, 1); /* behind the other sockets that are readable now */
}

static void serve(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 0 };
	struct net_udp *u = (struct net_udp *)arg;
	struct net_guest *g;

	(void)fd;
	(void)what;
	for (int i = 0; i < UDP_NEWCOMERS && (g = net_line_pop(&u->line)) != NULL; i++) {
		hand_on(u, &g->path, g->datagram);
		free(g);
	}
	if (u->line.count != 0)
		(void)event_add(u->serve, &at_once); /* in the next turn, when the sockets were looked at again */
}

/* ---- sending ---- */

static struct udp_socket *find(struct net_udp *u, uint8_t family, bool natt)
{
	for (int i = 0; i < UDP_SOCKETS; i++)
		if (u->socket[i].fd >= 0 && u->socket[i].family == family && u->socket[i].natt == natt)
			return &u->socket[i];
	return NULL;
}

static void flush(struct udp_socket *s)
{
	unsigned count = s->out.count, sent = count == 0 ? 0 : net_batch_send(&s->out, s->fd);

	s->udp->count[NET_UDP_TX] += sent;
	s->udp->count[NET_UDP_TX_ERROR] += count - sent;
}

static void flush_all(evutil_socket_t fd, short what, void *arg)
{
	struct net_udp *u = (struct net_udp *)arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < UDP_SOCKETS; i++)
		flush(&u->socket[i]);
}

static void put(struct net_udp *u, const struct net_udp_path *path, bool marker, struct bytes datagram)
{
	struct udp_socket *s = find(u, path->remote.addr.family, path->natt);

	if (s != NULL && !net_batch_fits(&s->out, datagram.len))
		flush(s);
	if (s == NULL || !net_batch_fits(&s->out, datagram.len)) {
		u->count[NET_UDP_TX_ERROR]++;
		return;
	}
	net_batch_put(&s->out, path, marker, datagram);
	event_active(u->flush, EV_TIMEOUT, 1);
}

void net_udp_send(struct net_udp *u, const struct net_udp_path *path, struct bytes datagram)
{
	put(u, path, path->natt, datagram);
}

void net_udp_keepalive(struct net_udp *u, const struct net_udp_path *path)
{
	static const uint8_t byte = 0xff;

	put(u, path, false, bytes_of(&byte, sizeof(byte)));
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

static void name_sockets(struct net_udp *u)
{
	for (int i = 0; i < UDP_SOCKETS; i++) {
		struct udp_socket *s = &u->socket[i];

		s->udp = u;
		s->fd = -1;
		s->family = (i & 2) != 0 ? AF_INET6 : AF_INET;
		s->natt = (i & 1) != 0;
	}
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
	net_line_init(&u->line, config->line != 0 ? config->line : UDP_LINE);
	name_sockets(u);
	u->serve = evtimer_new(loop, serve, u);
	u->flush = evtimer_new(loop, flush_all, u);
	if (u->serve == NULL || u->flush == NULL)
		err = ERR_NOMEM;
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
	flush_all(-1, 0, u);
	if (u->serve != NULL)
		event_free(u->serve);
	if (u->flush != NULL)
		event_free(u->flush);
	net_line_fini(&u->line);
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

const char *net_udp_stat_text(enum net_udp_stat stat)
{
	static const char *const text_of[NET_UDP_STAT_COUNT] = {
#define NET_UDP_STAT_TEXT(name, word, text) text,
		NET_UDP_STAT_LIST(NET_UDP_STAT_TEXT)
#undef NET_UDP_STAT_TEXT
	};

	return (unsigned)stat < NET_UDP_STAT_COUNT ? text_of[stat] : "?";
}
