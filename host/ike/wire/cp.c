/*
 * Configuration payload, RFC7296-3.15: a list of attributes that the peers ask for, give, set and acknowledge.  Called by
 * the exchanges on the loop thread.
 */
#include "ike/wire/cp.h"

enum { ATTR_TYPE = 0x7fff }; /* the top bit is reserved and ignored: RFC7296-3.15.1 */

/* The one length beside 0 that an attribute of 'type' may have; 'len' itself where any will do. */
static size_t value_len(uint16_t type, size_t len)
{
	switch (type) {
	case IKE_CFG_IP4_ADDRESS:
	case IKE_CFG_IP4_NETMASK:
	case IKE_CFG_IP4_DNS:
	case IKE_CFG_IP4_NBNS:
	case IKE_CFG_IP4_DHCP:
		return 4;
	case IKE_CFG_IP6_DNS:
	case IKE_CFG_IP6_DHCP:
		return 16;
	case IKE_CFG_IP4_SUBNET:
		return 4 + 4;
	case IKE_CFG_IP6_ADDRESS:
	case IKE_CFG_IP6_SUBNET:
		return 16 + 1;
	case IKE_CFG_SUPPORTED_ATTRIBUTES:
		return len - len % 2;
	default:
		return len;
	}
}

static void read_attr(struct rd *r, struct ike_cp_attr *out)
{
	out->type = rd_u16(r) & ATTR_TYPE;
	out->value = rd_bytes(r, rd_u16(r));
	if (out->value.len != 0 && out->value.len != value_len(out->type, out->value.len))
		rd_fail(r, ERR_MALFORMED);
}

enum err ike_cp_parse(struct rd *r, struct ike_cp *out)
{
	out->type = rd_u8(r);
	(void)rd_bytes(r, 3); /* RESERVED: ignored on receipt */
	out->count = 0;
	if (r->err == ERR_OK && (out->type < IKE_CP_REQUEST || out->type > IKE_CP_ACK))
		rd_fail(r, ERR_MALFORMED);
	while (rd_left(r) > 0) {
		if (out->count == IKE_CP_MAX) {
			rd_fail(r, ERR_LIMIT);
			break;
		}
		read_attr(r, &out->attr[out->count++]);
	}
	return rd_done(r);
}

const struct ike_cp_attr *ike_cp_find(const struct ike_cp *cp, uint16_t type)
{
	for (unsigned i = 0; i < cp->count; i++)
		if (cp->attr[i].type == type)
			return &cp->attr[i];
	return NULL;
}

enum err ike_cp_addr(const struct ike_cp_attr *attr, struct addr *out)
{
	struct addr a = addr_of(attr->value);

	if (attr->value.len == 0)
		return ERR_ABSENT;
	if (a.family == 0)
		return ERR_MALFORMED;
	*out = a;
	return ERR_OK;
}

enum err ike_cp_prefix(const struct ike_cp_attr *attr, struct addr_prefix *out)
{
	bool v4 = attr->type == IKE_CFG_IP4_SUBNET;
	struct rd r = rd_of(attr->value);
	struct addr_prefix p;
	struct addr mask;
	enum err err;

	if (attr->value.len == 0)
		return ERR_ABSENT;
	p.addr = addr_of(rd_bytes(&r, v4 ? 4 : 16));
	if (v4) {
		mask = addr_of(rd_bytes(&r, 4));
		err = addr_mask_len(&mask, &p.len);
	} else {
		p.len = rd_u8(&r);
		err = p.len > addr_bits(&p.addr) ? ERR_MALFORMED : ERR_OK;
	}
	if (rd_done(&r) != ERR_OK || err != ERR_OK)
		return ERR_MALFORMED;
	*out = p;
	return ERR_OK;
}

void ike_cp_build(struct wr *w, uint8_t type)
{
	wr_u8(w, type);
	wr_zero(w, 3); /* RESERVED */
}

void ike_cp_build_bytes(struct wr *w, uint16_t type, struct bytes value)
{
	size_t mark;

	wr_u16(w, type);
	mark = wr_mark_u16(w);
	wr_bytes(w, value);
	wr_close_u16(w, mark, 0);
}

void ike_cp_build_empty(struct wr *w, uint16_t type)
{
	ike_cp_build_bytes(w, type, bytes_of(NULL, 0));
}

void ike_cp_build_addr(struct wr *w, uint16_t type, const struct addr *a)
{
	ike_cp_build_bytes(w, type, addr_bytes(a));
}

void ike_cp_build_prefix(struct wr *w, uint16_t type, const struct addr_prefix *p)
{
	struct addr mask = addr_of_mask(p->addr.family, p->len);
	size_t mark;

	wr_u16(w, type);
	mark = wr_mark_u16(w);
	wr_bytes(w, addr_bytes(&p->addr));
	if (type == IKE_CFG_IP4_SUBNET)
		wr_bytes(w, addr_bytes(&mask));
	else
		wr_u8(w, p->len);
	wr_close_u16(w, mark, 0);
}
