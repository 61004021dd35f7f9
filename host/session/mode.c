#include "session/mode.h"

#include "ike/narrow.h"

enum { CARRIES_4 = 1, CARRIES_6 = 2 };

static enum cfg_tunnel_mode ipsec_mode(bool over6, unsigned carries)
{
	switch (carries) {
	case CARRIES_4:
		return over6 ? CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY : CFG_TUNNEL_IPSEC_IPV4;
	case CARRIES_6:
		return over6 ? CFG_TUNNEL_IPSEC_IPV6 : CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY;
	default:
		return CFG_TUNNEL_IPSEC_DUAL;
	}
}

enum cfg_tunnel_mode session_mode_of(uint8_t transport, const struct ike_ts *ts, unsigned count)
{
	bool over6 = transport == AF_INET6;
	unsigned carries = 0;

	for (unsigned i = 0; i < count; i++) {
		if (ts[i].protocol == IKE_NARROW_GRE)
			return over6 ? CFG_TUNNEL_GRE_IPV6 : CFG_TUNNEL_GRE_IP;
		carries |= ts[i].start.family == AF_INET6 ? CARRIES_6 : CARRIES_4;
	}
	return ipsec_mode(over6, carries);
}
