#include "base/nl/nl_route.h"

#include <string.h>

#include "base/nl/nl_req.h"

static const struct {
	uint8_t rtn;
	enum nl_route_kind kind;
} kinds[] = {
	{ RTN_UNICAST, NL_ROUTE_UNICAST }, { RTN_LOCAL, NL_ROUTE_LOCAL }, { RTN_UNREACHABLE, NL_ROUTE_UNREACHABLE },
	{ RTN_BLACKHOLE, NL_ROUTE_BLACKHOLE }, { RTN_PROHIBIT, NL_ROUTE_UNREACHABLE }, /* but for the ICMP code */
};

static enum nl_route_kind kind_of(uint8_t rtn)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].rtn == rtn)
			return kinds[i].kind;
	return NL_ROUTE_OTHER;
}

static uint8_t rtn_of(enum nl_route_kind kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return kinds[i].rtn;
	return RTN_UNSPEC;
}

/* A next hop; false: it is of the other family (RTA_VIA). */
static bool read_hop(const struct nlattr **attr, uint32_t index, struct nl_route *out)
{
	if (attr[RTA_VIA] != NULL)
		return false;
	out->gateway = nl_req_addr_of(attr[RTA_GATEWAY]);
	out->index = index;
	return true;
}

/* One of several: the first that is alive, else the first. */
static bool read_hops(const struct nlattr *hops, struct nl_route *out)
{
	const uint8_t *at = (const uint8_t *)mnl_attr_get_payload(hops);
	size_t left = mnl_attr_get_payload_len(hops), len;
	const struct nlattr *attr[RTA_VIA + 1];
	struct rtnexthop hop;
	bool found = false, alive = false;

	for (; left >= sizeof(hop) && !alive; at += len, left -= len) {
		memcpy(&hop, at, sizeof(hop));
		len = ((size_t)hop.rtnh_len + RTNH_ALIGNTO - 1) & ~((size_t)RTNH_ALIGNTO - 1);
		if (hop.rtnh_len < sizeof(hop) || len > left)
			break;
		nl_req_attrs_at(at + sizeof(hop), hop.rtnh_len - sizeof(hop), attr, RTA_VIA + 1);
		alive = (hop.rtnh_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) == 0 && attr[RTA_VIA] == NULL;
		if (!found || alive)
			found = read_hop(attr, (uint32_t)hop.rtnh_ifindex, out);
	}
	return found;
}

static bool parse(const struct nlmsghdr *msg, struct nl_route *out)
{
	const struct rtmsg *body = (const struct rtmsg *)nl_req_body(msg, sizeof(*body));
	const struct nlattr *attr[RTA_VIA + 1];

	if (body == NULL || (body->rtm_family != AF_INET && body->rtm_family != AF_INET6))
		return false;
	nl_req_attrs(msg, sizeof(*body), attr, RTA_VIA + 1);
	memset(out, 0, sizeof(*out));
	out->prefix.addr = nl_req_addr_of(attr[RTA_DST]); /* the default route names none */
	out->prefix.addr.family = body->rtm_family;
	out->prefix.len = body->rtm_dst_len;
	out->source = nl_req_addr_of(attr[RTA_PREFSRC]);
	out->table = attr[RTA_TABLE] != NULL ? nl_req_u32(attr[RTA_TABLE]) : body->rtm_table;
	out->metric = nl_req_u32(attr[RTA_PRIORITY]);
	out->protocol = body->rtm_protocol;
	out->kind = kind_of(body->rtm_type);
	return attr[RTA_MULTIPATH] != NULL ? read_hops(attr[RTA_MULTIPATH], out) : read_hop(attr, nl_req_u32(attr[RTA_OIF]), out);
}

bool nl_route_parse(const struct nlmsghdr *msg, struct nl_route *out)
{
	const struct rtmsg *body = (const struct rtmsg *)nl_req_body(msg, sizeof(*body));

	/* What the kernel learned of single destinations (a path's MTU) is no route. */
	return body != NULL && (body->rtm_flags & RTM_F_CLONED) == 0 && parse(msg, out);
}

static void put(struct nl *nl, enum nl_route_op op, const struct nl_route *r)
{
	static const uint16_t flags[] = {
		[NL_ROUTE_ADD] = NLM_F_CREATE | NLM_F_EXCL, [NL_ROUTE_REPLACE] = NLM_F_CREATE | NLM_F_REPLACE, [NL_ROUTE_DEL] = 0
	};
	bool del = op == NL_ROUTE_DEL;
	struct rtmsg *body;
	void *at;
	struct nlmsghdr *req = nl_req_begin(nl, del ? RTM_DELROUTE : RTM_NEWROUTE, flags[op], sizeof(*body), &at);

	body = (struct rtmsg *)at;
	body->rtm_family = r->prefix.addr.family;
	body->rtm_dst_len = r->prefix.len;
	body->rtm_protocol = r->protocol;
	body->rtm_type = rtn_of(r->kind);
	if (del)
		body->rtm_scope = RT_SCOPE_NOWHERE; /* any */
	else
		body->rtm_scope = r->gateway.family != 0 || r->index == 0 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	if (r->prefix.len != 0)
		nl_req_addr(req, RTA_DST, &r->prefix.addr);
	if (r->gateway.family != 0)
		nl_req_addr(req, RTA_GATEWAY, &r->gateway);
	if (r->source.family != 0)
		nl_req_addr(req, RTA_PREFSRC, &r->source);
	if (r->index != 0)
		mnl_attr_put_u32(req, RTA_OIF, r->index);
	if (r->metric != 0)
		mnl_attr_put_u32(req, RTA_PRIORITY, r->metric);
	mnl_attr_put_u32(req, RTA_TABLE, r->table);
	nl_req_end(nl, req);
}

enum err nl_route_apply(struct nl *nl, enum nl_route_op op, const struct nl_route *routes, size_t count, enum err *results)
{
	enum err first = ERR_OK;
	size_t done = 0;

	while (done < count) {
		size_t from = done;
		enum err err;

		while (done < count && nl_req_room(nl))
			put(nl, op, &routes[done++]);
		err = nl_req_send(nl, results == NULL ? NULL : results + from);
		if (first == ERR_OK)
			first = err;
	}
	return first;
}

struct found {
	struct nl_route *out;
	bool ok;
};

static void take_found(const struct nlmsghdr *msg, void *ctx)
{
	struct found *f = (struct found *)ctx;

	f->ok = parse(msg, f->out); /* a route to one destination: flagged as cloned */
}

enum err nl_route_lookup(struct nl *nl, const struct addr *to, struct nl_route *out)
{
	struct found f = { .out = out };
	struct rtmsg *body;
	void *at;
	struct nlmsghdr *req = nl_req_begin(nl, RTM_GETROUTE, 0, sizeof(*body), &at);
	enum err err;

	body = (struct rtmsg *)at;
	body->rtm_family = to->family;
	body->rtm_dst_len = (uint8_t)addr_bits(to);
	nl_req_addr(req, RTA_DST, to);
	nl_req_end(nl, req);
	err = nl_req_ask(nl, take_found, &f);
	if (err == ERR_OK && !f.ok)
		err = ERR_MALFORMED;
	return err;
}

struct each {
	nl_route_fn *fn;
	void *ctx;
};

static void take_each(const struct nlmsghdr *msg, void *ctx)
{
	const struct each *e = (const struct each *)ctx;
	struct nl_route route;

	if (nl_route_parse(msg, &route))
		e->fn(&route, e->ctx);
}

enum err nl_route_each(struct nl *nl, nl_route_fn *fn, void *ctx)
{
	struct each e = { .fn = fn, .ctx = ctx };

	return nl_req_dump(nl, RTM_GETROUTE, AF_UNSPEC, take_each, &e);
}
