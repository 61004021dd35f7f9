#include "base/nl/nl_neigh.h"

#include <linux/neighbour.h>
#include <string.h>

#include "base/nl/nl_req.h"

enum { USABLE = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT };

bool nl_neigh_parse(const struct nlmsghdr *msg, struct nl_neigh *out)
{
	const struct ndmsg *body = (const struct ndmsg *)nl_req_body(msg, sizeof(*body));
	const struct nlattr *attr[NDA_LLADDR + 1];
	const struct nlattr *mac;

	if (body == NULL || (body->ndm_family != AF_INET && body->ndm_family != AF_INET6))
		return false;
	nl_req_attrs(msg, sizeof(*body), attr, NDA_LLADDR + 1);
	memset(out, 0, sizeof(*out));
	out->index = (uint32_t)body->ndm_ifindex;
	out->addr = nl_req_addr_of(attr[NDA_DST]);
	mac = attr[NDA_LLADDR];
	if (mac != NULL && mnl_attr_get_payload_len(mac) == sizeof(out->mac)) {
		memcpy(out->mac, mnl_attr_get_payload(mac), sizeof(out->mac));
		out->valid = (body->ndm_state & USABLE) != 0;
	}
	out->permanent = (body->ndm_state & NUD_PERMANENT) != 0;
	return out->addr.family != 0;
}

static struct nlmsghdr *begin(struct nl *nl, uint16_t type, uint16_t flags, const struct addr *a, struct ndmsg **body)
{
	void *at;
	struct nlmsghdr *req = nl_req_begin(nl, type, flags, sizeof(**body), &at);

	*body = (struct ndmsg *)at;
	(*body)->ndm_family = a->family;
	nl_req_addr(req, NDA_DST, a);
	return req;
}

enum err nl_neigh_set(struct nl *nl, const struct nl_neigh *n)
{
	struct ndmsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &n->addr, &body);

	body->ndm_ifindex = (int)n->index;
	body->ndm_state = NUD_PERMANENT;
	mnl_attr_put(req, NDA_LLADDR, sizeof(n->mac), n->mac);
	nl_req_end(nl, req);
	return nl_req_send(nl, NULL);
}

enum err nl_neigh_del(struct nl *nl, uint32_t index, const struct addr *a)
{
	struct ndmsg *body;
	struct nlmsghdr *req = begin(nl, RTM_DELNEIGH, 0, a, &body);

	body->ndm_ifindex = (int)index;
	nl_req_end(nl, req);
	return nl_req_send(nl, NULL);
}

enum err nl_neigh_probe(struct nl *nl, uint32_t index, const struct addr *a)
{
	struct ndmsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWNEIGH, NLM_F_CREATE, a, &body);

	body->ndm_ifindex = (int)index;
	body->ndm_flags = NTF_USE;
	nl_req_end(nl, req);
	return nl_req_send(nl, NULL);
}

struct each {
	nl_neigh_fn *fn;
	void *ctx;
};

static void take_each(const struct nlmsghdr *msg, void *ctx)
{
	const struct each *e = (const struct each *)ctx;
	struct nl_neigh n;

	if (nl_neigh_parse(msg, &n))
		e->fn(&n, e->ctx);
}

enum err nl_neigh_each(struct nl *nl, nl_neigh_fn *fn, void *ctx)
{
	struct each e = { .fn = fn, .ctx = ctx };

	return nl_req_dump(nl, RTM_GETNEIGH, AF_UNSPEC, take_each, &e);
}
