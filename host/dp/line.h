#ifndef DP_LINE_H
#define DP_LINE_H

#include "base/rd.h"
#include "base/wr.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One line of a filter.  A list has as many as it likes, so an operation carries them in their form (docs/dataplane.md, "Forms"), which
 * these two read and write.
 */

/* One end of a packet: a bit of the address counts where it is set in 'care'; ports of what has none are any. */
struct dp_line_end {
	struct addr addr;
	struct addr care;
	uint16_t port_first;
	uint16_t port_last;
	bool port_not; /* the ports outside that range */
};

struct dp_line {
	bool permit;
	bool established; /* TCP: ACK or RST is set */
	bool has_type;    /* ICMP */
	bool has_code;
	uint8_t proto; /* 0: any */
	uint8_t type;
	uint8_t code;
	struct dp_line_end src;
	struct dp_line_end dst;
};

void dp_line_write(struct wr *w, const struct dp_line *line);

/* Addresses of 0, 4 or 16 bytes; the cursor keeps the first error. */
void dp_line_read(struct rd *r, struct dp_line *line);

/* Whether it makes sense for a list of that family. */
bool dp_line_fits(const struct dp_line *line, bool v6);

/* Whether it looks at ports, TCP's flags or ICMP's type: a later fragment shows none of them. */
bool dp_line_is_deep(const struct dp_line *line);

#ifdef __cplusplus
}
#endif
#endif
