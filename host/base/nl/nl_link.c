#include "base/nl/nl_link.h"

#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <string.h>

#include "base/nl/nl_req.h"

static void copy_name(const struct nlattr *attr, char *out, size_t cap)
{
	size_t len = attr == NULL ? 0 : strnlen(mnl_attr_get_str(attr), mnl_attr_get_payload_len(attr));

	if (len >= cap)
		len = cap - 1;
	if (len != 0)
		memcpy(out, mnl_attr_get_str(attr), len);
	out[len] = '\0';
}

static void parse_info(const struct nlattr *outer, struct nl_link *out)
{
	const struct nlattr *info[IFLA_INFO_DATA + 1], *vrf[IFLA_VRF_TABLE + 1];

	nl_req_nested(outer, info, IFLA_INFO_DATA + 1);
	copy_name(info[IFLA_INFO_KIND], out->kind, sizeof(out->kind));
	if (strcmp(out->kind, NL_LINK_VRF) != 0)
		return;
	nl_req_nested(info[IFLA_INFO_DATA], vrf, IFLA_VRF_TABLE + 1);
	out->table = nl_req_u32(vrf[IFLA_VRF_TABLE]);
}

bool nl_link_parse(const struct nlmsghdr *msg, struct nl_link *out)
{
	const struct ifinfomsg *body = (const struct ifinfomsg *)nl_req_body(msg, sizeof(*body));
	const struct nlattr *attr[IFLA_LINKINFO + 1];
	const struct nlattr *mac;

	if (body == NULL || body->ifi_family != AF_UNSPEC)
		return false;
	nl_req_attrs(msg, sizeof(*body), attr, IFLA_LINKINFO + 1);
	memset(out, 0, sizeof(*out));
	out->index = (uint32_t)body->ifi_index;
	out->up = (body->ifi_flags & IFF_UP) != 0;
	out->running = (body->ifi_flags & IFF_RUNNING) != 0;
	out->mtu = nl_req_u32(attr[IFLA_MTU]);
	out->master = nl_req_u32(attr[IFLA_MASTER]);
	mac = attr[IFLA_ADDRESS];
	out->ethernet = body->ifi_type == ARPHRD_ETHER && mac != NULL && mnl_attr_get_payload_len(mac) == sizeof(out->mac);
	if (out->ethernet)
		memcpy(out->mac, mnl_attr_get_payload(mac), sizeof(out->mac));
	copy_name(attr[IFLA_IFNAME], out->name, sizeof(out->name));
	parse_info(attr[IFLA_LINKINFO], out);
	return true;
}

static struct nlmsghdr *begin(struct nl *nl, uint16_t type, uint32_t index, struct ifinfomsg **body)
{
	void *at;
	struct nlmsghdr *req = nl_req_begin(nl, type, 0, sizeof(**body), &at);

	*body = (struct ifinfomsg *)at;
	(*body)->ifi_index = (int)index;
	return req;
}

static enum err finish(struct nl *nl, const struct nlmsghdr *req)
{
	nl_req_end(nl, req);
	return nl_req_send(nl, NULL);
}

struct found {
	struct nl_link *out;
	bool ok;
};

static void take_found(const struct nlmsghdr *msg, void *ctx)
{
	struct found *f = (struct found *)ctx;

	f->ok = nl_link_parse(msg, f->out);
}

static enum err ask_one(struct nl *nl, const struct nlmsghdr *req, struct nl_link *out)
{
	struct found f = { .out = out };
	enum err err;

	nl_req_end(nl, req);
	err = nl_req_ask(nl, take_found, &f);
	if (err == ERR_OK && !f.ok)
		err = ERR_MALFORMED;
	return err;
}

enum err nl_link_find(struct nl *nl, const char *name, struct nl_link *out)
{
	struct ifinfomsg *body;
	struct nlmsghdr *req;

	if (strlen(name) >= NL_LINK_NAME)
		return ERR_ABSENT;
	req = begin(nl, RTM_GETLINK, 0, &body);
	mnl_attr_put_strz(req, IFLA_IFNAME, name);
	return ask_one(nl, req, out);
}

enum err nl_link_get(struct nl *nl, uint32_t index, struct nl_link *out)
{
	struct ifinfomsg *body;

	return ask_one(nl, begin(nl, RTM_GETLINK, index, &body), out);
}

struct each {
	nl_link_fn *fn;
	void *ctx;
};

static void take_each(const struct nlmsghdr *msg, void *ctx)
{
	const struct each *e = (const struct each *)ctx;
	struct nl_link link;

	if (nl_link_parse(msg, &link))
		e->fn(&link, e->ctx);
}

enum err nl_link_each(struct nl *nl, nl_link_fn *fn, void *ctx)
{
	struct each e = { .fn = fn, .ctx = ctx };

	return nl_req_dump(nl, RTM_GETLINK, AF_UNSPEC, take_each, &e);
}

static enum err set_flag(struct nl *nl, uint32_t index, unsigned flag, bool on)
{
	struct ifinfomsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWLINK, index, &body);

	body->ifi_change = flag;
	body->ifi_flags = on ? flag : 0;
	return finish(nl, req);
}

enum err nl_link_set_up(struct nl *nl, uint32_t index, bool up)
{
	return set_flag(nl, index, IFF_UP, up);
}

enum err nl_link_set_promisc(struct nl *nl, uint32_t index, bool on)
{
	return set_flag(nl, index, IFF_PROMISC, on);
}

enum err nl_link_set_master(struct nl *nl, uint32_t index, uint32_t master)
{
	struct ifinfomsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWLINK, index, &body);

	mnl_attr_put_u32(req, IFLA_MASTER, master);
	return finish(nl, req);
}

enum err nl_link_set_mtu(struct nl *nl, uint32_t index, uint32_t mtu)
{
	struct ifinfomsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWLINK, index, &body);

	mnl_attr_put_u32(req, IFLA_MTU, mtu);
	return finish(nl, req);
}

enum err nl_link_set_mac(struct nl *nl, uint32_t index, const uint8_t mac[6])
{
	struct ifinfomsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWLINK, index, &body);

	mnl_attr_put(req, IFLA_ADDRESS, 6, mac);
	return finish(nl, req);
}

enum err nl_link_add_name(struct nl *nl, uint32_t index, const char *name)
{
	void *body;
	struct nlmsghdr *req = nl_req_begin(nl, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg), &body);
	struct nlattr *names;

	((struct ifinfomsg *)body)->ifi_index = (int)index;
	names = mnl_attr_nest_start(req, IFLA_PROP_LIST);
	mnl_attr_put_strz(req, IFLA_ALT_IFNAME, name);
	mnl_attr_nest_end(req, names);
	return finish(nl, req);
}

enum err nl_link_no_auto_address(struct nl *nl, uint32_t index)
{
	struct ifinfomsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWLINK, index, &body);
	struct nlattr *families = mnl_attr_nest_start(req, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(req, AF_INET6);

	mnl_attr_put_u8(req, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(req, inet6);
	mnl_attr_nest_end(req, families);
	return finish(nl, req);
}

enum err nl_link_del(struct nl *nl, uint32_t index)
{
	struct ifinfomsg *body;

	return finish(nl, begin(nl, RTM_DELLINK, index, &body));
}
