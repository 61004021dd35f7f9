/* The form of a filter's lines, read by control, codec and datapath alike; no state. */
#include "dp/line.h"

#include <netinet/in.h>

#include "dp/form.h"

enum { LINE_PERMIT = 1, LINE_ESTABLISHED = 2, LINE_TYPE = 4, LINE_CODE = 8, LINE_SRC_NOT = 16, LINE_DST_NOT = 32, LINE_FLAGS = 64 };

static void write_end(struct wr *w, const struct dp_line_end *e)
{
	dp_form_write_addr(w, &e->addr);
	dp_form_write_addr(w, &e->care);
	wr_u16(w, e->port_first);
	wr_u16(w, e->port_last);
}

static void read_end(struct rd *r, struct dp_line_end *e)
{
	e->addr = dp_form_read_addr(r);
	e->care = dp_form_read_addr(r);
	e->port_first = rd_u16(r);
	e->port_last = rd_u16(r);
}

void dp_line_write(struct wr *w, const struct dp_line *line)
{
	wr_u8(w, (uint8_t)((line->permit ? LINE_PERMIT : 0) | (line->established ? LINE_ESTABLISHED : 0) |
			   (line->has_type ? LINE_TYPE : 0) | (line->has_code ? LINE_CODE : 0) | (line->src.port_not ? LINE_SRC_NOT : 0) |
			   (line->dst.port_not ? LINE_DST_NOT : 0)));
	wr_u8(w, line->proto);
	wr_u8(w, line->type);
	wr_u8(w, line->code);
	write_end(w, &line->src);
	write_end(w, &line->dst);
}

void dp_line_read(struct rd *r, struct dp_line *line)
{
	uint8_t flags = dp_form_read_enum(r, LINE_FLAGS);

	line->permit = (flags & LINE_PERMIT) != 0;
	line->established = (flags & LINE_ESTABLISHED) != 0;
	line->has_type = (flags & LINE_TYPE) != 0;
	line->has_code = (flags & LINE_CODE) != 0;
	line->proto = rd_u8(r);
	line->type = rd_u8(r);
	line->code = rd_u8(r);
	read_end(r, &line->src);
	read_end(r, &line->dst);
	line->src.port_not = (flags & LINE_SRC_NOT) != 0;
	line->dst.port_not = (flags & LINE_DST_NOT) != 0;
}

static bool any_port(const struct dp_line_end *e)
{
	return e->port_first == 0 && e->port_last == UINT16_MAX && !e->port_not;
}

static bool end_fits(const struct dp_line_end *e, uint8_t family)
{
	return e->addr.family == family && e->care.family == family && e->port_first <= e->port_last;
}

bool dp_line_fits(const struct dp_line *line, bool v6)
{
	uint8_t family = v6 ? AF_INET6 : AF_INET;
	uint8_t icmp = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	bool ports = !any_port(&line->src) || !any_port(&line->dst);

	if ((line->established && line->proto != IPPROTO_TCP) || (line->has_type && line->proto != icmp) ||
		(line->has_code && !line->has_type))
		return false;
	return end_fits(&line->src, family) && end_fits(&line->dst, family) &&
	       (!ports || line->proto == IPPROTO_TCP || line->proto == IPPROTO_UDP);
}

bool dp_line_is_deep(const struct dp_line *line)
{
	return line->established || line->has_type || !any_port(&line->src) || !any_port(&line->dst);
}
