#ifndef SESSION_HUB_H
#define SESSION_HUB_H

#include "base/log.h"
#include "base/wheel.h"
#include "cfg/platform.h"
#include "crypto/share.h"
#include "dp/provider.h"
#include "dp/sync.h"
#include "ike/engine.h"
#include "route/rib.h"
#include "session/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * All sessions of the box and what they share: the configuration, pools, SPIs, interfaces and the static tunnels that
 * want a session.  It answers the IKE engine's questions (session/bind.c) and drives the datapath and the routing
 * table.  One loop thread.
 */
struct session_hub;

/* A question to put by HTTP. */
struct session_fetch {
	const char *url;
	struct bytes body; /* POSTed as an OCSP request; empty: GET */
	size_t limit;      /* bytes of the answer */
};

/* An echo request to send.  Its answer, if there is one, brings the token: session_hub_echoed. */
struct session_echo {
	uint32_t vrf;
	struct addr source; /* family 0: the host's choice */
	struct addr destination;
	uint64_t token;
};

typedef void session_address_fn(void *world, uint32_t vrf, const char *netdev, const struct addr_prefix *prefix, bool add);

/* What the hub needs of the world; borrowed for its life. */
struct session_env {
	const struct log *log;
	struct dp_provider *datapath;
	struct dp_sync *sync;
	struct route_rib *rib;
	struct wheel *wheel;      /* the program's, which its owner advances */
	struct crypto *crypto;    /* the loop thread's */
	struct crypto_jobs *jobs; /* crypto workers, which outlive the engine but not the hub; NULL: none, all is done at once */
	const struct crypto_rand *rand;
	uint64_t (*now_ms)(void *clock);
	int64_t (*wall_s)(void *clock); /* seconds since 1970: certificates are valid by it */
	void *clock;
	uint8_t map_key[16];                                                           /* random */
	uint32_t limit;                                                                /* sessions; 0: 100000 */
	void *world;                                                                   /* first argument of the functions below */
	void (*send)(void *world, const struct ike_path *path, struct bytes datagram); /* as in struct ike_ports */
	void (*keepalive)(void *world, const struct ike_path *path);
	/* Answered by session_hub_fetched, once, but not from inside; not ERR_OK: it won't be.  NULL: there is no network to ask. */
	enum err (*fetch)(void *world, uint64_t token, const struct session_fetch *what);
	/*
	 * Sets or removes an address of the box on the device 'netdev' of a VRF's host; may be called again for what is already so.
	 * NULL: nobody does.
	 */
	session_address_fn *address;
	/* The same for one that the host sets by itself: it is to be there, or needn't any more.  NULL: nobody looks. */
	session_address_fn *expect;
	/* Devices of the VRF's host lead elsewhere than session_hub_key said so far.  NULL: nobody asks. */
	void (*devices)(void *world, uint32_t vrf);
	/* Not ERR_OK: it can't be sent.  NULL: none can. */
	enum err (*echo)(void *world, const struct session_echo *what);
};

MUST_USE enum err session_hub_new(struct session_hub **out, const struct session_env *env);

/* The engine must be gone: its last calls of 'down' free the sessions. */
void session_hub_free(struct session_hub *h);

/* The table through which an IKE engine asks this hub. */
struct ike_ports session_hub_ports(struct session_hub *h);
void session_hub_attach(struct session_hub *h, struct ike_engine *engine); /* NULL: it is gone */

/*
 * Lives by 'model' (moved in) and 'platform' (borrowed) from now on: interfaces, routes and static tunnels are made to
 * agree.  Sessions of profiles that changed or went are deleted; the others stay.  On an error the former configuration
 * stays in force and 'model' the caller's.
 */
MUST_USE enum err session_hub_configure(struct session_hub *h, struct cfg_model *model, const struct cfg_platform *platform);

/* The answer to question 'token'; empty: there was none. */
void session_hub_fetched(struct session_hub *h, uint64_t token, struct bytes body);

/* 'from' answered an echo request in 'vrf', or somebody made that up. */
void session_hub_echoed(struct session_hub *h, uint32_t vrf, const struct addr *from, uint64_t token);

/* The configuration in force; NULL before the first. */
const struct cfg_model *session_hub_model(const struct session_hub *h);

/*
 * Gives fresh keys to the sessions that 'peer' (family 0: all) is the peer of: to their ESP SAs if 'esp', else to their IKE SAs.  Returns
 * how many sessions those are.
 */
unsigned session_hub_rekey(struct session_hub *h, const struct addr *peer, bool esp);

/* Deletes the pair of ESP SAs whose inbound SPI is 'spi'; returns how many that are, 0 or 1. */
unsigned session_hub_delete_esp(struct session_hub *h, uint32_t spi);

/* Deletes the sessions that 'peer' (family 0: all) is the peer of; returns how many. */
unsigned session_hub_clear(struct session_hub *h, const struct addr *peer);

/* Deletes the sessions whose inner VRF is 'vrf'; returns how many. */
unsigned session_hub_clear_ivrf(struct session_hub *h, uint32_t vrf);

/* The host's device behind an interface of the routing table: netdev, twin, a tunnel's own or the TUN of 'vrf'; NULL when there is none. */
const char *session_hub_netdev(const struct session_hub *h, uint32_t vrf, struct route_if key);

/* The way back: a port's key, or a tunnel's; of the TUN of a VRF kind TUNNEL, id 0: some tunnel; kind NONE for what isn't ours. */
struct route_if session_hub_key(const struct session_hub *h, uint32_t vrf, const char *netdev);

/* Whether the host sets addresses and routes of an interface of the routing table by itself. */
bool session_hub_by_host(const struct session_hub *h, struct route_if key);

/* The configuration's name of the datapath's port 'id'; NULL when there is none. */
const char *session_hub_port_name(const struct session_hub *h, uint32_t id);

/* How many pairs of ESP SAs a port with 'offload inline' refused since the start, because of 'why'. */
uint64_t session_hub_refused(const struct session_hub *h, enum dp_reason why);

/* The datapath's port behind the interface 'name'; 0: none. */
uint32_t session_hub_port_id(const struct session_hub *h, const char *name);

/* A turn of the loop begins; and the crypto workers have something. */
void session_hub_turn(struct session_hub *h);
void session_hub_collect(struct session_hub *h);

/* How the key shares made ahead are used; false: there are no workers. */
bool session_hub_shares(const struct session_hub *h, struct crypto_share_count *out);

/* Walks the sessions: '*cursor' begins at 0; NULL at the end. */
const struct session *session_hub_walk(const struct session_hub *h, uint32_t *cursor);

/* The session of the IKE SA 'ike', or the one that the datapath knows as tunnel 'tunnel'; NULL when there is none. */
const struct session *session_hub_by_ike(const struct session_hub *h, struct slab_handle ike);
const struct session *session_hub_by_tunnel(const struct session_hub *h, uint32_t tunnel);

/* One line of show ip interface brief. */
struct session_iface_info {
	const char *name;
	struct addr addr;   /* family 0: unassigned */
	const char *method; /* "configured", "unnumbered", "negotiated", "unset" */
	bool admin_up;
	bool up;
	const char *reason;                 /* why it isn't; NULL when up */
	const struct cfg_interface *source; /* its own lines, or its template's */
	const char *vrf;                    /* NULL: the global one */
	uint32_t tunnel;                    /* the datapath's id of it, or of its port; 0: none */
	uint32_t port;
	uint32_t life;                 /* of the datapath's tunnel: another number when it was deleted and made again */
	uint32_t mtu;                  /* of a port, as configured; 0: the device's */
	uint16_t mss[DP_FAMILIES];     /* the segments that TCP may agree on through it; 0: any */
	const char *netdev;            /* the host's own for this tunnel; NULL: none is wanted, */
	const char *netdev_reason;     /* why there is none; NULL: there is */
	const struct session *session; /* that has it; NULL: none */
};
typedef void session_iface_fn(void *ctx, const struct session_iface_info *info);
void session_hub_interfaces(const struct session_hub *h, session_iface_fn *fn, void *ctx);

/* The datapath's id of the access list 'name'; 0: no interface names it. */
uint32_t session_hub_filter_id(const struct session_hub *h, const char *name);

/* The policy of the name of 'named', which an interface has, as it is in force. */
const struct cfg_policy_map *session_hub_policy(const struct session_hub *h, const struct cfg_policy_map *named);

/* A track of the configuration. */
struct session_track_info {
	const struct cfg_track *cfg;
	bool up;
	uint32_t changes;
	uint64_t since_s; /* how long ago the last one was */
};
typedef void session_track_fn(void *ctx, const struct session_track_info *info);
void session_hub_tracks(const struct session_hub *h, session_track_fn *fn, void *ctx);

/* What came of a probe's last request; the words are those of the router. */
#define SESSION_SLA_LIST(X)                \
	X(UNKNOWN, "Unknown")              \
	X(OK, "OK")                        \
	X(OVER_THRESHOLD, "OverThreshold") \
	X(TIMEOUT, "Timeout")              \
	X(NO_CONNECTION, "NoConnection")

enum session_sla_code {
#define SESSION_SLA_ENUM(name, word) SESSION_SLA_##name,
	SESSION_SLA_LIST(SESSION_SLA_ENUM)
#undef SESSION_SLA_ENUM
		SESSION_SLA_COUNT
};
const char *session_sla_code_str(enum session_sla_code code);

/* A probe of the configuration. */
struct session_sla_info {
	const struct cfg_sla *cfg;
	bool running;
	enum session_sla_code code;
	bool sent;        /* ever; */
	uint64_t since_s; /* the last one so long ago */
	uint32_t rtt_ms;  /* of the last answer */
	uint64_t successes, failures;
};
typedef void session_sla_fn(void *ctx, const struct session_sla_info *info);
void session_hub_slas(const struct session_hub *h, session_sla_fn *fn, void *ctx);

/* Usage of a pool by name; false when no session ever leased from it. */
bool session_hub_pool_usage(const struct session_hub *h, const char *name, uint32_t *used, uint32_t *size);

#ifdef __cplusplus
}
#endif
#endif
