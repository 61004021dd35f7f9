/* Pure: what a line leaves open, by sums of headers.  ESP counts with all that any suite adds, so that a rekey changes nothing. */
#include "session/clamp.h"

#include <netinet/in.h>

enum {
	PATH = 1280,
	LEAST = 500, /* as written: fewer bytes do TCP more harm than packets that are cut */
	IP4 = 20,
	IP6 = 40,
	TCP = 20,
	GRE = 8,                       /* with a key */
	ESP = 8 + 8 + 16 + 15 + 2 + 32 /* UDP, ESP's header, an initialisation vector, padding and trailer, a check value */
};

static uint32_t ip_len(uint8_t family)
{
	return family == AF_INET6 ? IP6 : IP4;
}

/* What is around an inner packet; GRE in a tunnel-mode SA has a header of its own. */
static uint32_t around(const struct session_clamp *c)
{
	uint32_t len = ip_len(c->family);

	if (c->gre)
		len += GRE;
	if (c->esp)
		len += ESP;
	return c->gre && c->esp ? len + ip_len(c->family) : len;
}

uint16_t session_clamp_mss(const struct session_clamp *c, enum dp_family inner)
{
	uint16_t written = c->source->feature[inner == DP_V6 ? CFG_IPV6 : CFG_IPV4].mss;
	uint32_t headers = (inner == DP_V6 ? IP6 : IP4) + TCP;
	uint32_t mtu = c->source->ip_mtu;

	if (written != 0 || c->source->tunnel.path_mtu_discovery || (c->family == AF_INET && c->df == DP_DF_CLEAR))
		return written;
	if (mtu == 0)
		mtu = PATH - around(c);
	return mtu >= headers + LEAST ? (uint16_t)(mtu - headers) : 0;
}
