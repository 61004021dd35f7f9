/* Between the attributes of a Configuration payload and struct ike_config, in which the world speaks of them. */
#include "ike/config.h"

#include <string.h>
#include <sys/socket.h>

#include "ike/wire/cp.h"

/* Which wish an attribute is when a CFG_REQUEST holds it. */
static const struct {
	uint16_t type, want;
} wishes[] = {
	{ IKE_CFG_IP4_ADDRESS, IKE_WANT_IP4 },
	{ IKE_CFG_IP4_NETMASK, IKE_WANT_NETMASK },
	{ IKE_CFG_IP4_DNS, IKE_WANT_DNS4 },
	{ IKE_CFG_IP4_NBNS, IKE_WANT_NBNS4 },
	{ IKE_CFG_IP4_SUBNET, IKE_WANT_SUBNET4 },
	{ IKE_CFG_IP6_ADDRESS, IKE_WANT_IP6 },
	{ IKE_CFG_IP6_DNS, IKE_WANT_DNS6 },
	{ IKE_CFG_IP6_SUBNET, IKE_WANT_SUBNET6 },
	{ IKE_CFG_APPLICATION_VERSION, IKE_WANT_VERSION },
};

enum { WISHES = sizeof(wishes) / sizeof(wishes[0]) };

static uint16_t wish_of(uint16_t type)
{
	for (unsigned i = 0; i < WISHES; i++)
		if (wishes[i].type == type)
			return wishes[i].want;
	return 0;
}

static bool add_addr(struct addr *list, uint8_t *count, const struct ike_cp_attr *attr)
{
	if (*count == IKE_CONFIG_DNS || ike_cp_addr(attr, &list[*count]) != ERR_OK)
		return false;
	(*count)++;
	return true;
}

static bool add_prefix(struct ike_config *c, const struct ike_cp_attr *attr)
{
	struct addr_prefix p;

	if (c->prefix_count == IKE_CONFIG_PREFIXES || ike_cp_prefix(attr, &p) != ERR_OK)
		return false;
	p.addr = addr_network(&p);
	c->prefix[c->prefix_count++] = p;
	return true;
}

/* Whether the attribute's value found its place. */
static bool take(struct ike_config *c, const struct ike_cp_attr *attr)
{
	struct addr mask;

	switch (attr->type) {
	case IKE_CFG_IP4_ADDRESS:
		return c->ip4.family == 0 && ike_cp_addr(attr, &c->ip4) == ERR_OK;
	case IKE_CFG_IP4_NETMASK:
		return ike_cp_addr(attr, &mask) == ERR_OK && addr_mask_len(&mask, &c->ip4_mask_len) == ERR_OK;
	case IKE_CFG_IP4_DNS:
	case IKE_CFG_IP6_DNS:
		return add_addr(c->dns, &c->dns_count, attr);
	case IKE_CFG_IP4_NBNS:
		return add_addr(c->nbns, &c->nbns_count, attr);
	case IKE_CFG_IP4_SUBNET:
	case IKE_CFG_IP6_SUBNET:
		return add_prefix(c, attr);
	case IKE_CFG_IP6_ADDRESS:
		return c->ip6.addr.family == 0 && ike_cp_prefix(attr, &c->ip6) == ERR_OK;
	case IKE_CFG_APPLICATION_VERSION:
		return true; /* a curiosity: nothing is done with it */
	default:
		return false;
	}
}

enum err ike_config_parse(struct bytes body, uint8_t *type, struct ike_config *out)
{
	struct rd r = rd_of(body);
	struct ike_cp cp;
	enum err err = ike_cp_parse(&r, &cp);

	if (err != ERR_OK)
		return err;
	memset(out, 0, sizeof(*out));
	*type = cp.type;
	for (unsigned i = 0; i < cp.count; i++) {
		if (cp.type == IKE_CP_REQUEST)
			out->want |= wish_of(cp.attr[i].type);
		if (cp.attr[i].value.len != 0 ? !take(out, &cp.attr[i]) : wish_of(cp.attr[i].type) == 0)
			out->dropped++;
	}
	return ERR_OK;
}

void ike_config_build_request(struct wr *w, const struct ike_config *config)
{
	ike_cp_build(w, IKE_CP_REQUEST);
	for (unsigned i = 0; i < WISHES; i++) {
		if ((config->want & wishes[i].want) == 0)
			continue;
		if (wishes[i].type == IKE_CFG_IP4_ADDRESS && config->ip4.family == AF_INET)
			ike_cp_build_addr(w, IKE_CFG_IP4_ADDRESS, &config->ip4);
		else if (wishes[i].type == IKE_CFG_IP6_ADDRESS && config->ip6.addr.family == AF_INET6)
			ike_cp_build_prefix(w, IKE_CFG_IP6_ADDRESS, &config->ip6);
		else
			ike_cp_build_empty(w, wishes[i].type);
	}
}

static uint16_t prefix_type(const struct addr_prefix *p)
{
	return p->addr.family == AF_INET ? IKE_CFG_IP4_SUBNET : IKE_CFG_IP6_SUBNET;
}

void ike_config_build(struct wr *w, uint8_t type, const struct ike_config *config)
{
	struct addr mask = addr_of_mask(AF_INET, config->ip4_mask_len);

	ike_cp_build(w, type);
	if (config->ip4.family == AF_INET)
		ike_cp_build_addr(w, IKE_CFG_IP4_ADDRESS, &config->ip4);
	if (config->ip4_mask_len != 0)
		ike_cp_build_addr(w, IKE_CFG_IP4_NETMASK, &mask);
	if (config->ip6.addr.family == AF_INET6)
		ike_cp_build_prefix(w, IKE_CFG_IP6_ADDRESS, &config->ip6);
	for (unsigned i = 0; i < config->dns_count; i++)
		ike_cp_build_addr(w, config->dns[i].family == AF_INET ? IKE_CFG_IP4_DNS : IKE_CFG_IP6_DNS, &config->dns[i]);
	for (unsigned i = 0; i < config->nbns_count; i++)
		ike_cp_build_addr(w, IKE_CFG_IP4_NBNS, &config->nbns[i]);
	for (unsigned i = 0; i < config->prefix_count; i++)
		ike_cp_build_prefix(w, prefix_type(&config->prefix[i]), &config->prefix[i]);
}

void ike_config_build_ack(struct wr *w, const struct ike_config *config, const bool *accepted)
{
	ike_cp_build(w, IKE_CP_ACK);
	for (unsigned i = 0; i < config->prefix_count; i++)
		if (accepted[i])
			ike_cp_build_empty(w, prefix_type(&config->prefix[i]));
}
