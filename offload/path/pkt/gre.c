/* GRE headers.  Workers. */
#include "path/pkt/gre.h"

#include <rte_ip.h>

#include "db/gre.h"
#include "path/pkt/buf.h"
#include "path/pkt/ip.h"

enum {
	TYPE_IP4 = 0x0800,
	TYPE_IP6 = 0x86dd,
	FIELD = 4,
	HEADER_V4 = PATH_IP4 + DB_GRE_BASE,
	UNDERSTOOD = DB_GRE_CHECKSUM | DB_GRE_KEY | DB_GRE_SEQUENCE
};

/* Copies of constant length for the usual two. */
static inline void copy_header(uint8_t *at, const struct db_gre *g)
{
	if (g->len == HEADER_V4)
		memcpy(at, g->header, HEADER_V4);
	else if (g->len == DB_GRE_BASE)
		memcpy(at, g->header, DB_GRE_BASE);
	else
		memcpy(at, g->header, g->len);
}

void path_gre_write(const struct path_pkt *p, const struct db_gre *g, bool df, uint8_t *at)
{
	uint32_t total = (uint32_t)g->len + p->len;

	copy_header(at, g);
	path_ip_put16(at + g->delivery_len + 2, p->family == AF_INET6 ? TYPE_IP6 : TYPE_IP4);
	if (g->delivery_len == PATH_IP6)
		path_ip_finish6(at, total, p->tos);
	else if (g->delivery_len != 0)
		path_ip_finish4(at, total, p->tos, df, p->seq);
}

static uint32_t length_of(uint16_t flags)
{
	uint32_t fields = (flags & DB_GRE_CHECKSUM) != 0;

	fields += (flags & DB_GRE_KEY) != 0;
	fields += (flags & DB_GRE_SEQUENCE) != 0;
	return DB_GRE_BASE + FIELD * fields;
}

enum path_drop path_gre_read(const uint8_t *gre, uint32_t have, struct path_gre_head *out)
{
	uint16_t flags;

	if (have < DB_GRE_BASE)
		return PATH_DROP_GRE_FORMAT;
	flags = path_ip_get16(gre);
	if ((flags & ~UNDERSTOOD) != 0 || have < length_of(flags))
		return PATH_DROP_GRE_FORMAT;
	if ((flags & DB_GRE_CHECKSUM) != 0 && rte_raw_cksum(gre, have) != 0xffff)
		return PATH_DROP_GRE_FORMAT;
	out->type = path_ip_get16(gre + 2);
	out->len = (uint16_t)length_of(flags);
	out->has_key = (flags & DB_GRE_KEY) != 0;
	out->key = out->has_key ? path_ip_get32(gre + DB_GRE_BASE + ((flags & DB_GRE_CHECKSUM) != 0 ? FIELD : 0)) : 0;
	return PATH_DROP_COUNT;
}

enum path_drop path_gre_take(struct path_pkt *p, const struct path_gre_head *head)
{
	if (head->type != TYPE_IP4 && head->type != TYPE_IP6)
		return PATH_DROP_GRE_TYPE;
	p->family = head->type == TYPE_IP6 ? AF_INET6 : AF_INET;
	path_buf_pull(p->m, head->len);
	return PATH_DROP_COUNT;
}

enum path_drop path_gre_open(struct path_pkt *p)
{
	const struct db_gre *g = p->sa->gre;
	struct path_gre_head head;
	enum path_drop why = path_gre_read(path_buf_data(p->m), p->m->data_len, &head);

	if (why != PATH_DROP_COUNT)
		return why;
	if (head.has_key != g->has_key || head.key != g->key)
		return PATH_DROP_GRE_KEY;
	return path_gre_take(p, &head);
}
