/*
 * Traffic Selector payloads, RFC7296-3.13, and the arithmetic on selectors that narrowing needs, RFC7296-2.9.  Pure
 * functions; called by the exchanges on the loop thread.
 */
#include "ike/wire/ts.h"

#include <stdio.h>
#include <string.h>

#include "ike/wire/iana.h"

enum { SUB_HEADER_LEN = 4 }; /* RFC7296-3.13.1 */

static bool is_opaque(uint16_t start, uint16_t end)
{
	return start == IKE_TS_PORT_MAX && end == 0;
}

static bool is_any_port(const struct ike_ts *ts)
{
	return ts->port_start == 0 && ts->port_end == IKE_TS_PORT_MAX;
}

static size_t addr_len_of(uint8_t type)
{
	return type == IKE_TS_IPV4 ? 4 : type == IKE_TS_IPV6 ? 16 : 0;
}

static void read_selector(struct rd *r, struct ike_ts_list *list)
{
	uint8_t type = rd_u8(r);
	uint8_t protocol = rd_u8(r);
	uint16_t len = rd_u16(r);
	size_t addr_len = addr_len_of(type);
	struct ike_ts *ts = &list->item[list->count];
	struct rd body;

	if (r->err == ERR_OK && len < SUB_HEADER_LEN)
		rd_fail(r, ERR_MALFORMED);
	body = rd_sub(r, (size_t)len - SUB_HEADER_LEN);
	if (addr_len == 0 || r->err != ERR_OK)
		return;
	if (list->count == IKE_TS_MAX) {
		rd_fail(r, ERR_LIMIT);
		return;
	}
	ts->protocol = protocol;
	ts->port_start = rd_u16(&body);
	ts->port_end = rd_u16(&body);
	ts->start = addr_of(rd_bytes(&body, addr_len));
	ts->end = addr_of(rd_bytes(&body, addr_len));
	if (rd_done(&body) != ERR_OK || addr_cmp(&ts->start, &ts->end) > 0 ||
		(ts->port_start > ts->port_end && !is_opaque(ts->port_start, ts->port_end)))
		rd_fail(r, ERR_MALFORMED);
	list->count++;
}

enum err ike_ts_parse(struct rd *r, struct ike_ts_list *out)
{
	unsigned count = rd_u8(r);

	(void)rd_bytes(r, 3); /* RESERVED: ignored on receipt */
	out->count = 0;
	for (; count > 0 && r->err == ERR_OK; count--)
		read_selector(r, out);
	return rd_done(r);
}

void ike_ts_build(struct wr *w, const struct ike_ts *items, uint8_t count)
{
	wr_u8(w, count);
	wr_zero(w, 3); /* RESERVED */
	for (unsigned i = 0; i < count; i++) {
		const struct ike_ts *ts = &items[i];
		size_t mark;

		wr_u8(w, ts->start.family == AF_INET ? IKE_TS_IPV4 : IKE_TS_IPV6);
		wr_u8(w, ts->protocol);
		mark = wr_mark_u16(w);
		wr_u16(w, ts->port_start);
		wr_u16(w, ts->port_end);
		wr_bytes(w, addr_bytes(&ts->start));
		wr_bytes(w, addr_bytes(&ts->end));
		wr_close_u16(w, mark, SUB_HEADER_LEN);
	}
}

struct ike_ts ike_ts_of_prefix(const struct addr_prefix *p)
{
	return (struct ike_ts){ .start = addr_network(p), .end = addr_last(p), .port_end = IKE_TS_PORT_MAX };
}

struct ike_ts ike_ts_any(uint8_t family)
{
	struct addr_prefix all = { .addr = { .family = family } };

	return ike_ts_of_prefix(&all);
}

enum err ike_ts_prefix(const struct ike_ts *ts, struct addr_prefix *out)
{
	struct addr_prefix p = { .addr = ts->start };

	/* The longest prefix that holds both ends, then: is it the range? */
	for (p.len = (uint8_t)addr_bits(&ts->start); p.len > 0 && !addr_in(&p, &ts->end); p.len--)
		;
	if (!addr_in(&p, &ts->end))
		return ERR_RANGE;
	struct addr first = addr_network(&p);
	struct addr last = addr_last(&p);
	if (!addr_eq(&first, &ts->start) || !addr_eq(&last, &ts->end))
		return ERR_RANGE;
	*out = p;
	return ERR_OK;
}

bool ike_ts_eq(const struct ike_ts *a, const struct ike_ts *b)
{
	return a->protocol == b->protocol && a->port_start == b->port_start && a->port_end == b->port_end &&
	       addr_eq(&a->start, &b->start) && addr_eq(&a->end, &b->end);
}

/* RFC4301-4.4.1.1: ANY includes OPAQUE; another range doesn't. */
static bool intersect_ports(const struct ike_ts *a, const struct ike_ts *b, struct ike_ts *out)
{
	if (is_any_port(a) || is_any_port(b)) {
		const struct ike_ts *narrow = is_any_port(a) ? b : a;

		out->port_start = narrow->port_start;
		out->port_end = narrow->port_end;
		return true;
	}
	if (is_opaque(a->port_start, a->port_end) != is_opaque(b->port_start, b->port_end))
		return false;
	out->port_start = a->port_start > b->port_start ? a->port_start : b->port_start;
	out->port_end = a->port_end < b->port_end ? a->port_end : b->port_end;
	return out->port_start <= out->port_end || is_opaque(a->port_start, a->port_end);
}

bool ike_ts_intersect(const struct ike_ts *a, const struct ike_ts *b, struct ike_ts *out)
{
	struct ike_ts both;

	if (a->start.family != b->start.family)
		return false;
	if (a->protocol != b->protocol && a->protocol != 0 && b->protocol != 0)
		return false;
	if (!intersect_ports(a, b, &both))
		return false;
	both.protocol = a->protocol != 0 ? a->protocol : b->protocol;
	both.start = addr_cmp(&a->start, &b->start) > 0 ? a->start : b->start;
	both.end = addr_cmp(&a->end, &b->end) < 0 ? a->end : b->end;
	if (addr_cmp(&both.start, &both.end) > 0)
		return false;
	*out = both;
	return true;
}

bool ike_ts_contains(const struct ike_ts *outer, const struct ike_ts *inner)
{
	struct ike_ts both;

	return ike_ts_intersect(outer, inner, &both) && ike_ts_eq(&both, inner);
}

/* Adds 'ts' unless an item holds it already; it takes the place of the first one that it holds, and the others go. */
static void add_selector(struct ike_ts_list *list, const struct ike_ts *ts)
{
	unsigned kept = 0;
	bool placed = false;

	for (unsigned i = 0; i < list->count; i++)
		if (ike_ts_contains(&list->item[i], ts))
			return;
	for (unsigned i = 0; i < list->count; i++) {
		if (!ike_ts_contains(ts, &list->item[i]))
			list->item[kept++] = list->item[i];
		else if (!placed)
			list->item[kept++] = *ts;
		placed = placed || ike_ts_contains(ts, &list->item[i]);
	}
	list->count = (uint8_t)kept;
	if (!placed && list->count < IKE_TS_MAX)
		list->item[list->count++] = *ts;
}

enum err ike_ts_narrow(const struct ike_ts_list *ours, const struct ike_ts_list *theirs, struct ike_ts_list *out)
{
	out->count = 0;
	for (unsigned i = 0; i < theirs->count; i++) {
		for (unsigned j = 0; j < ours->count; j++) {
			struct ike_ts both;

			if (ike_ts_intersect(&theirs->item[i], &ours->item[j], &both))
				add_selector(out, &both);
		}
	}
	return out->count == 0 ? ERR_TS : ERR_OK;
}

static int print_range(const struct ike_ts *ts, char *out)
{
	struct addr_prefix p;
	char from[ADDR_PREFIX_TEXT];
	char to[ADDR_TEXT];

	if (ike_ts_prefix(ts, &p) == ERR_OK)
		return snprintf(out, IKE_TS_TEXT, "%s", addr_prefix_str(&p, from));
	return snprintf(out, IKE_TS_TEXT, "%s-%s", addr_str(&ts->start, from), addr_str(&ts->end, to));
}

const char *ike_ts_str(const struct ike_ts *ts, char *out)
{
	int len = print_range(ts, out);
	size_t room;

	if (ts->protocol != 0)
		len += snprintf(out + len, IKE_TS_TEXT - (size_t)len, " proto %u", ts->protocol);
	room = IKE_TS_TEXT - (size_t)len;
	if (is_opaque(ts->port_start, ts->port_end))
		(void)snprintf(out + len, room, " port opaque");
	else if (!is_any_port(ts))
		(void)snprintf(out + len, room, " port %u-%u", ts->port_start, ts->port_end);
	return out;
}
