#include "navedp/icmp.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/netns.h"
#include "db/pmtu.h"
#include "path/pkt/quote.h"

enum { FAMILIES = 2, NAMESPACES = DB_PORT_MAX, TURN = 32, TURN_MS = 50, LEN = 1280 };

struct navedp_icmp {
	struct db_pmtu *pmtu;
	const struct log *log;
	int fd[NAMESPACES][FAMILIES]; /* of IPv4, of IPv6; -1: none */
	bool used[NAMESPACES];
	uint16_t vrf[NAMESPACES]; /* index; whose place it is */
	uint64_t due_ms;
};

static const int family_of[FAMILIES] = { AF_INET, AF_INET6 };

/* No other messages than those that tell of a packet that was too long (nearly: IPv4 has a code for it). */
static bool filter(int fd, int family)
{
	if (family == AF_INET6) {
		struct icmp6_filter f;

		ICMP6_FILTER_SETBLOCKALL(&f);
		ICMP6_FILTER_SETPASS(ICMP6_PACKET_TOO_BIG, &f);
		return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &f, sizeof(f)) == 0;
	}
	struct icmp_filter f = { .data = ~(1U << ICMP_DEST_UNREACH) };

	return setsockopt(fd, SOL_RAW, ICMP_FILTER, &f, sizeof(f)) == 0;
}

static enum err open_one(int family, const char *device, int *out)
{
	enum err err;
	int fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);

	if (fd < 0)
		return family == AF_INET6 && errno == EAFNOSUPPORT ? ERR_OK : err_of_errno(errno);
	*out = fd;
	err = netns_bind_device(fd, device);
	if (err != ERR_OK)
		return err;
	return filter(fd, family) ? ERR_OK : err_of_errno(errno);
}

enum err navedp_icmp_new(struct navedp_icmp **out, struct db *db, const struct log *log)
{
	struct navedp_icmp *n = (struct navedp_icmp *)calloc(1, sizeof(*n));
	enum err err;

	if (n == NULL)
		return ERR_NOMEM;
	n->log = log;
	err = db_pmtu_new(&n->pmtu, db);
	if (err == ERR_OK)
		*out = n;
	else
		free(n);
	return err;
}

static enum err open_all(const struct navedp_icmp_place *place, int fd[FAMILIES])
{
	int back;
	enum err err = netns_enter(place->netns_fd, &back);

	if (err != ERR_OK)
		return err;
	for (int i = 0; i < FAMILIES && err == ERR_OK; i++)
		err = open_one(family_of[i], place->device, &fd[i]);
	netns_leave(back);
	return err;
}

enum err navedp_icmp_listen(struct navedp_icmp *n, const struct navedp_icmp_place *place, uint8_t *out)
{
	uint8_t at = 0;
	enum err err;

	while (at < NAMESPACES && n->used[at])
		at++;
	if (at == NAMESPACES)
		return ERR_FULL;
	n->used[at] = true;
	n->vrf[at] = place->vrf;
	n->fd[at][0] = n->fd[at][1] = -1;
	err = open_all(place, n->fd[at]);
	if (err != ERR_OK)
		navedp_icmp_ignore(n, at);
	else
		*out = at;
	return err;
}

void navedp_icmp_ignore(struct navedp_icmp *n, uint8_t listener)
{
	for (int i = 0; listener != NAVEDP_ICMP_NONE && i < FAMILIES; i++)
		if (n->fd[listener][i] >= 0)
			(void)close(n->fd[listener][i]);
	if (listener != NAVEDP_ICMP_NONE)
		n->used[listener] = false;
}

void navedp_icmp_free(struct navedp_icmp *n)
{
	if (n == NULL)
		return;
	for (uint8_t i = 0; i < NAMESPACES; i++)
		if (n->used[i])
			navedp_icmp_ignore(n, i);
	db_pmtu_free(n->pmtu);
	free(n);
}

/* A raw socket of IPv4 gives the IP header, too; one of IPv6 doesn't. */
static struct bytes message_of(int family, struct bytes datagram)
{
	size_t header = family == AF_INET6 || datagram.len == 0 ? 0 : (datagram.data[0] & 15U) * 4U;

	return header <= datagram.len ? bytes_of(datagram.data + header, datagram.len - header) : bytes_of(NULL, 0);
}

static void read_some(struct navedp_icmp *n, unsigned at, int which)
{
	int fd = n->fd[at][which], family = family_of[which];

	for (int i = 0; i < TURN && fd >= 0; i++) {
		uint8_t room[LEN];
		ssize_t len = recv(fd, room, sizeof(room), 0);
		struct db_pmtu_word word = { .vrf = n->vrf[at] };

		if (len < 0)
			return;
		if (path_quote_parse(family, message_of(family, bytes_of(room, (size_t)len)), &word))
			db_pmtu_tell(n->pmtu, &word);
	}
}

void navedp_icmp_poll(struct navedp_icmp *n, uint64_t now_ms)
{
	uint32_t changed;

	if (now_ms < n->due_ms)
		return;
	n->due_ms = now_ms + TURN_MS;
	for (unsigned at = 0; at < NAMESPACES; at++)
		for (int i = 0; n->used[at] && i < FAMILIES; i++)
			read_some(n, at, i);
	changed = db_pmtu_poll(n->pmtu, now_ms);
	if (changed != 0)
		log_event(n->log, LOG_L_INFO, "path.mtu", "tunnels=%" PRIu32, changed);
}
