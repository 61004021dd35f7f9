/*
 * UDP 500 and 4500 in each family, a socket for each kind of datagram (net/kind.h).  The kernel tells each datagram's destination address
 * (packet info), because a responder must answer from the address it was asked at.  What is there is read by the dozen.  In one turn of the
 * loop most is read of those who have an IKE SA and less of newcomers, so that they, timers and other sockets get theirs under a flood.  What
 * is sent goes out together, at the end of the turn's callbacks.
 */
#include "net/udp.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/netns.h"
#include "net/batch.h"
#include "net/kind.h"

enum { UDP_PORTS = 4, UDP_ROOM = 8 * 1024 * 1024 };

/* Batches of a socket in one turn. */
static const uint8_t reads_of[NET_KINDS] = { [NET_KIND_KNOWN] = 8, [NET_KIND_RETURNED] = 4, [NET_KIND_NEWCOMER] = 2 };

struct udp_port {
	struct net_udp *udp;
	uint8_t family;
	bool natt;
	int fd[NET_KINDS]; /* -1: not open */
	struct event *event[NET_KINDS];
	struct net_batch_out out;
};

struct net_udp {
	struct udp_port port[UDP_PORTS];
	struct event *flush; /* something is to be sent */
	uint16_t number[2];  /* IKE, NAT-T */
	net_udp_fn *receive;
	void *ctx;
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

static void take(struct udp_port *p, unsigned i)
{
	struct net_udp *u = p->udp;
	struct net_udp_path path = { .natt = p->natt };
	struct bytes datagram;

	if (!net_batch_at(&u->in, i, &path, &datagram) || (p->natt && !strip_marker(u, &datagram)))
		return;
	path.local.port = u->number[p->natt];
	u->count[NET_UDP_RX]++;
	u->receive(u->ctx, &path, datagram);
}

static enum net_kind kind_of(const struct udp_port *p, int fd)
{
	int kind = 0;

	while (p->fd[kind] != fd)
		kind++;
	return (enum net_kind)kind;
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
	struct udp_port *p = (struct udp_port *)arg;
	unsigned count = NET_BATCH;

	(void)what;
	for (unsigned left = reads_of[kind_of(p, fd)]; left != 0 && count == NET_BATCH; left--) {
		count = net_batch_read(&p->udp->in, fd);
		for (unsigned i = 0; i < count; i++)
			take(p, i);
	}
}

/* ---- sending ---- */

static struct udp_port *find(struct net_udp *u, uint8_t family, bool natt)
{
	for (int i = 0; i < UDP_PORTS; i++)
		if (u->port[i].fd[0] >= 0 && u->port[i].family == family && u->port[i].natt == natt)
			return &u->port[i];
	return NULL;
}

static void flush(struct udp_port *p)
{
	unsigned count = p->out.count, sent = count == 0 ? 0 : net_batch_send(&p->out, p->fd[0]);

	p->udp->count[NET_UDP_TX] += sent;
	p->udp->count[NET_UDP_TX_ERROR] += count - sent;
}

static void flush_all(evutil_socket_t fd, short what, void *arg)
{
	struct net_udp *u = (struct net_udp *)arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < UDP_PORTS; i++)
		flush(&u->port[i]);
}

static void put(struct net_udp *u, const struct net_udp_path *path, bool marker, struct bytes datagram)
{
	struct udp_port *p = find(u, path->remote.addr.family, path->natt);

	if (p != NULL && !net_batch_fits(&p->out, datagram.len))
		flush(p);
	if (p == NULL || !net_batch_fits(&p->out, datagram.len)) {
		u->count[NET_UDP_TX_ERROR]++;
		return;
	}
	net_batch_put(&p->out, path, marker, datagram);
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

static enum err watch(struct udp_port *p, struct event_base *loop)
{
	for (int i = 0; i < NET_KINDS; i++) {
		p->event[i] = event_new(loop, p->fd[i], EV_READ | EV_PERSIST, readable, p);
		if (p->event[i] == NULL || event_add(p->event[i], NULL) != 0)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err open_port(struct net_udp *u, struct udp_port *p, struct event_base *loop, const struct net_udp_config *config)
{
	struct net_kind_port port = { .family = p->family, .number = u->number[p->natt], .marker = p->natt, .device = config->device };
	int back;
	enum err err = netns_enter(config->netns_fd, &back);

	if (err != ERR_OK)
		return err;
	port.room = config->room != 0 ? config->room : UDP_ROOM;
	err = net_kind_open(&port, p->fd);
	netns_leave(back);
	if (err == ERR_UNSUPPORTED)
		return ERR_OK; /* a kernel without that family */
	return err == ERR_OK ? watch(p, loop) : err;
}

static void name_ports(struct net_udp *u)
{
	for (int i = 0; i < UDP_PORTS; i++) {
		struct udp_port *p = &u->port[i];

		p->udp = u;
		for (int kind = 0; kind < NET_KINDS; kind++)
			p->fd[kind] = -1;
		p->family = (i & 2) != 0 ? AF_INET6 : AF_INET;
		p->natt = (i & 1) != 0;
	}
}

enum err net_udp_new(struct net_udp **out, struct event_base *loop, const struct net_udp_config *config)
{
	struct net_udp *u = (struct net_udp *)calloc(1, sizeof(*u));
	enum err err = ERR_OK;

	if (u == NULL)
		return ERR_NOMEM;
	u->number[0] = config->ike_port != 0 ? config->ike_port : NET_UDP_IKE;
	u->number[1] = config->natt_port != 0 ? config->natt_port : NET_UDP_NATT;
	u->receive = config->receive;
	u->ctx = config->ctx;
	name_ports(u);
	u->flush = evtimer_new(loop, flush_all, u);
	if (u->flush == NULL)
		err = ERR_NOMEM;
	for (int i = 0; i < UDP_PORTS && err == ERR_OK; i++)
		if (u->port[i].natt || !config->natt_only)
			err = open_port(u, &u->port[i], loop, config);
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
	if (u->flush != NULL)
		event_free(u->flush);
	for (int i = 0; i < UDP_PORTS; i++) {
		for (int kind = 0; kind < NET_KINDS; kind++)
			if (u->port[i].event[kind] != NULL)
				event_free(u->port[i].event[kind]);
		net_kind_close(u->port[i].fd);
	}
	free(u);
}

static uint64_t dropped(const struct net_udp *u, enum net_kind from, enum net_kind to)
{
	uint64_t sum = 0;

	for (int i = 0; i < UDP_PORTS; i++)
		for (int kind = (int)from; kind <= (int)to; kind++)
			sum += u->port[i].fd[kind] >= 0 ? net_kind_dropped(u->port[i].fd[kind]) : 0;
	return sum;
}

uint64_t net_udp_count(const struct net_udp *u, enum net_udp_stat stat)
{
	if (stat == NET_UDP_FULL)
		return dropped(u, NET_KIND_KNOWN, NET_KIND_KNOWN);
	return stat == NET_UDP_CROWD ? dropped(u, NET_KIND_RETURNED, NET_KIND_NEWCOMER) : u->count[stat];
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
