/* How large a packet of IKE may be before its message goes in fragments, RFC7383-2.5. */
#include "ike/frag/mtu.h"

#include <netinet/in.h>

#include "ike/core.h"

enum { MTU_IP4 = 576, MTU_IP6 = 1280 };                           /* what any path carries */
enum { IP4_LEN = 20, IP6_LEN = 40, UDP_LEN = 8, MARKER_LEN = 4 }; /* before the message; RFC3948-2.2 */

static uint16_t floor_of(const struct ike_path *path)
{
	return path->remote.addr.family == AF_INET6 ? MTU_IP6 : MTU_IP4;
}

uint16_t ike_mtu_of(const struct ike_sa *sa, const struct ike_path *path)
{
	if (sa->frag_mtu != 0)
		return sa->frag_mtu;
	return sa->engine->cfg.frag_mtu != 0 ? sa->engine->cfg.frag_mtu : floor_of(path);
}

uint16_t ike_mtu_below(const struct ike_sa *sa, const struct ike_path *path, size_t len)
{
	static const uint16_t sizes[] = { MTU_IP6, MTU_IP4 };
	uint16_t now = ike_mtu_of(sa, path);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (sizes[i] < now && sizes[i] >= floor_of(path) && len > ike_mtu_room(sizes[i], path))
			return sizes[i];
	return 0;
}

size_t ike_mtu_room(uint16_t mtu, const struct ike_path *path)
{
	size_t before = UDP_LEN;

	before += path->remote.addr.family == AF_INET6 ? IP6_LEN : IP4_LEN;
	before += path->natt ? MARKER_LEN : 0;

	return mtu > before ? mtu - before : 0;
}
