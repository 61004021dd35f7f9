/* The queue of newcomers, and who is one.  All that is looked at is the IKE header; whether it is true is the engine's to find out. */
#include "net/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/rd.h"

enum { IKE_SA_INIT = 34, IKE_RESPONSE = 0x20 }; /* RFC7296-3.1 */

void net_line_init(struct net_line *l, uint32_t limit)
{
	list_init(&l->waiting);
	l->count = 0;
	l->limit = limit;
	l->bytes = 0;
}

void net_line_fini(struct net_line *l)
{
	struct net_guest *g;

	while ((g = net_line_pop(l)) != NULL)
		free(g);
}

bool net_line_newcomer(struct bytes datagram)
{
	struct rd r = rd_of(datagram);
	uint64_t responder_spi;
	uint8_t exchange, flags;

	(void)rd_u64(&r); /* the initiator's */
	responder_spi = rd_u64(&r);
	(void)rd_u16(&r); /* first payload, version */
	exchange = rd_u8(&r);
	flags = rd_u8(&r);
	return exchange == IKE_SA_INIT && responder_spi == 0 && (flags & IKE_RESPONSE) == 0;
}

bool net_line_push(struct net_line *l, const struct net_udp_path *path, struct bytes datagram)
{
	bool room = l->count < l->limit && l->bytes + datagram.len <= (size_t)l->limit * NET_LINE_AVERAGE;
	struct net_guest *g = room ? (struct net_guest *)malloc(sizeof(*g) + datagram.len) : NULL;

	if (g == NULL)
		return false;
	memset(g, 0, sizeof(*g));
	memcpy(g + 1, datagram.data, datagram.len);
	g->path = *path;
	g->datagram = bytes_of(g + 1, datagram.len);
	list_add(&l->waiting, &g->link);
	l->count++;
	l->bytes += datagram.len;
	return true;
}

struct net_guest *net_line_pop(struct net_line *l)
{
	struct list *first = list_first(&l->waiting);
	struct net_guest *g;

	if (first == NULL)
		return NULL;
	list_del(first);
	g = list_of(first, struct net_guest, link);
	l->count--;
	l->bytes -= g->datagram.len;
	return g;
}
