#ifndef PATH_DROP_H
#define PATH_DROP_H

#ifdef __cplusplus
extern "C" {
#endif

/* Why packets are dropped: each has one reason, counted per worker. */
#define PATH_DROP_LIST(X)                                                                                \
	X(MALFORMED, "malformed", "lengths or version of a header are wrong")                            \
	X(CHECKSUM, "checksum", "IPv4 header checksum is wrong")                                         \
	X(NOT_OURS, "not-ours", "frame for another station")                                             \
	X(NOT_IP, "not-ip", "neither IP nor for the host")                                               \
	X(SEGMENTED, "segmented", "doesn't fit one buffer")                                              \
	X(REASSEMBLY, "reassembly", "fragments incomplete, too many or overlapping")                     \
	X(UNKNOWN_SPI, "unknown-spi", "ESP of no SA")                                                    \
	X(REPLAY, "replay", "seen before, or too old")                                                   \
	X(AUTH, "auth", "ICV is wrong")                                                                  \
	X(AUTH_DEVICE, "auth-device", "the device refused it")                                           \
	X(INLINE_RAW, "inline-unprocessed", "the device left it and software has no session for it yet") \
	X(INLINE_STALE, "inline-stale", "the device names an SA that is gone")                           \
	X(STOPPED, "sa-stopped", "the SA's numbers or lifetime are used up")                             \
	X(ESP_FORMAT, "esp-format", "lengths or padding of ESP are wrong")                               \
	X(DUMMY, "dummy", "traffic-flow confidentiality: no packet inside")                              \
	X(NEXT_HEADER, "next-header", "ESP carries something else than it should")                       \
	X(GRE_FORMAT, "gre-format", "no GRE header, or one that says what isn't understood")             \
	X(GRE_KEY, "gre-key", "GRE without the tunnel's key, or with another")                           \
	X(GRE_CLEAR, "gre-clear", "GRE for the box, unprotected and of no tunnel")                       \
	X(GRE_TYPE, "gre-type", "GRE carries something else than IP")                                    \
	X(TS_IN, "ts-in", "inner packet outside the inbound selectors")                                  \
	X(TS_OUT, "ts-out", "packet outside the outbound selectors")                                     \
	X(ECN, "ecn", "congestion mark on a packet that can't carry it (RFC6040)")                       \
	X(ACL_IN, "acl-in", "an access list denies it as it comes in")                                   \
	X(ACL_OUT, "acl-out", "an access list denies it as it goes out")                                 \
	X(URPF, "urpf", "no route leads back to its source")                                             \
	X(POLICED, "policed", "more than its interface may pass")                                        \
	X(SHAPED, "shaped", "would have waited too long for its interface")                              \
	X(MARTIAN, "martian", "source or destination never on a wire")                                   \
	X(TTL, "ttl", "time to live is over")                                                            \
	X(NO_ROUTE, "no-route", "no route")                                                              \
	X(TRANSIT, "transit", "came in clear by a protected port and isn't for the box")                 \
	X(ROUTE_DROP, "route-drop", "a route says drop")                                                 \
	X(UNRESOLVED, "unresolved", "no MAC address of the neighbour yet")                               \
	X(TUNNEL_DOWN, "tunnel-down", "the tunnel is gone")                                              \
	X(NO_SA, "no-sa", "the tunnel has no outbound SA")                                               \
	X(OUTER_ROUTE, "outer-route", "no way to the peer, or through a tunnel again")                   \
	X(TOO_BIG, "too-big", "larger than the path and not to be fragmented")                           \
	X(FRAGMENT, "fragment", "too many fragments")                                                    \
	X(CRYPTO, "crypto", "the engine failed")                                                         \
	X(NO_BUFFER, "no-buffer", "no packet buffer")                                                    \
	X(HAND_OFF, "hand-off", "queue to another worker full")                                          \
	X(TX_UNPROTECTED, "tx-unprotected", "plain packet to a protected port")                          \
	X(TX_STALE, "tx-stale", "inline packet whose port, epoch or SA has changed")                     \
	X(TX_DOWN, "tx-down", "port is down or gone")                                                    \
	X(TX_FULL, "tx-full", "transmit queue full")                                                     \
	X(PUNT, "punt", "no way to the host")                                                            \
	X(ICMP, "icmp", "error message not due or over the rate")

enum path_drop {
#define PATH_DROP_ENUM(name, word, text) PATH_DROP_##name,
	PATH_DROP_LIST(PATH_DROP_ENUM)
#undef PATH_DROP_ENUM
		PATH_DROP_COUNT
};

/* "replay" as in the counter "drop.replay"; never NULL. */
const char *path_drop_str(enum path_drop d);

/* The sentence for operators; never NULL. */
const char *path_drop_text(enum path_drop d);

#ifdef __cplusplus
}
#endif
#endif
