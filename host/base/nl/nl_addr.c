#include "base/nl/nl_addr.h"

#include <linux/if_addr.h>
#include <string.h>

#include "base/nl/nl_req.h"

bool nl_addr_parse(const struct nlmsghdr *msg, struct nl_addr *out)
{
	const struct ifaddrmsg *body = (const struct ifaddrmsg *)nl_req_body(msg, sizeof(*body));
	const struct nlattr *attr[IFA_LOCAL + 1];

	if (body == NULL)
		return false;
	nl_req_attrs(msg, sizeof(*body), attr, IFA_LOCAL + 1);
	memset(out, 0, sizeof(*out));
	out->index = body->ifa_index;
	/* IPv4 calls its own address local; IFA_ADDRESS is the far end's on a point-to-point link. */
	out->prefix.addr = nl_req_addr_of(attr[IFA_LOCAL] != NULL ? attr[IFA_LOCAL] : attr[IFA_ADDRESS]);
	out->prefix.len = body->ifa_prefixlen;
	return out->prefix.addr.family != 0;
}

static enum err change(struct nl *nl, uint16_t type, uint16_t flags, const struct nl_addr *a)
{
	struct ifaddrmsg *body;
	void *at;
	struct nlmsghdr *req = nl_req_begin(nl, type, flags, sizeof(*body), &at);

	body = (struct ifaddrmsg *)at;
	body->ifa_family = a->prefix.addr.family;
	body->ifa_prefixlen = a->prefix.len;
	body->ifa_index = a->index;
	if (a->prefix.addr.family == AF_INET6)
		body->ifa_flags = IFA_F_NODAD;
	nl_req_addr(req, IFA_LOCAL, &a->prefix.addr);
	nl_req_addr(req, IFA_ADDRESS, &a->prefix.addr);
	nl_req_end(nl, req);
	return nl_req_send(nl, NULL);
}

enum err nl_addr_add(struct nl *nl, const struct nl_addr *a)
{
	return change(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, a);
}

enum err nl_addr_del(struct nl *nl, const struct nl_addr *a)
{
	return change(nl, RTM_DELADDR, 0, a);
}

struct each {
	nl_addr_fn *fn;
	void *ctx;
};

static void take_each(const struct nlmsghdr *msg, void *ctx)
{
	const struct each *e = (const struct each *)ctx;
	struct nl_addr a;

	if (nl_addr_parse(msg, &a))
		e->fn(&a, e->ctx);
}

enum err nl_addr_each(struct nl *nl, nl_addr_fn *fn, void *ctx)
{
	struct each e = { .fn = fn, .ctx = ctx };

	return nl_req_dump(nl, RTM_GETADDR, AF_UNSPEC, take_each, &e);
}
