#include "naveload/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PORT_IKE = 500, PORT_NATT = 4500 }; /* RFC7296-2 */

const char *naveload_plan_name(const struct naveload_plan *p, const char *pattern, uint32_t index, char *out)
{
	const char *mark = strchr(pattern, '%');

	if (mark == NULL)
		(void)snprintf(out, NAVELOAD_ID_MAX + 1, "%s", pattern);
	else
		(void)snprintf(out, NAVELOAD_ID_MAX + 1, "%.*s%" PRIu64 "%s", (int)(mark - pattern), pattern, (uint64_t)p->first + index,
			mark + 1);
	return out;
}

struct addr_prefix naveload_plan_network(const struct addr_prefix *first, uint32_t n)
{
	struct addr_prefix p = { .addr = addr_network(first), .len = first->len };
	uint64_t carry = (uint64_t)n << (8 - p.len % 8) % 8;

	for (unsigned i = (p.len + 7U) / 8; i-- > 0 && carry != 0;) {
		carry += p.addr.b[i];
		p.addr.b[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return p;
}

struct addr naveload_plan_addr(const struct addr *first, uint32_t n)
{
	struct addr_prefix host = addr_prefix_host(first);

	return naveload_plan_network(&host, n).addr;
}

struct ike_path naveload_plan_path(const struct naveload_plan *p, uint32_t index)
{
	struct ike_path path;
	uint32_t sources = p->source_count > 0 ? p->source_count : 1;

	memset(&path, 0, sizeof(path));
	path.local.addr = naveload_plan_addr(&p->source, index % sources);
	path.remote.addr = p->hub;
	path.natt = p->port_count != 0;
	path.remote.port = path.natt ? PORT_NATT : PORT_IKE;
	path.local.port = path.natt ? (uint16_t)(p->port + index / sources % p->port_count) : (uint16_t)PORT_IKE;
	return path;
}
