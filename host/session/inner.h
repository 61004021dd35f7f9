#ifndef SESSION_INNER_H
#define SESSION_INNER_H

/* The hub's inside, shared by the files of this folder (box/ too) alone. */

#include "base/limit.h"
#include "dp/spi.h"
#include "pki/shelf.h"
#include "session/box/filter.h"
#include "session/box/iface.h"
#include "session/box/named.h"
#include "session/box/plain.h"
#include "session/box/rate.h"
#include "session/box/sla.h"
#include "session/box/track.h"
#include "session/box/vif.h"
#include "session/box/vrf.h"
#include "session/clone.h"
#include "session/fsm.h"
#include "session/redirect.h"
#include "session/hub.h"
#include "session/auth/trust.h"
#include "session/lines/lines.h"
#include "session/lines/reverse.h"
#include "session/terms.h"
#include "session/tunnel.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session_pass; /* auth/pass.h */

enum { SESSION_WORK_TURN = 16 }; /* units of public-key work that a turn of the loop does itself: below 1 ms */
enum { SESSION_IKE_PORT = 500, SESSION_NATT_PORT = 4500 };
enum { SESSION_SENDERS = DP_MORE_MAX + 1 }; /* CHILD_SAs of one session */

/* A range of an address pool that sessions lease from; it outlives reloads that leave the pool as it is. */
struct session_range {
	struct list link;
	char *name; /* of the pool */
	struct addr first, last;
	struct session_pool *pool;
};

struct session_hub {
	struct session_env env;
	struct ike_engine *engine;    /* NULL until attached */
	struct crypto_shares *shares; /* NULL without workers */
	unsigned at_once;             /* units of public-key work that this turn of the loop may still do itself */
	struct session_model *model;
	const struct cfg_platform *platform;
	struct slab sessions;
	struct map by_ike;
	struct map by_peer;
	struct map by_tunnel;
	struct dp_spi_pool spi;
	struct session_ifaces *ifaces;
	struct list ranges;    /* struct session_range */
	struct list tunnels;   /* struct session_tunnel */
	struct list addresses; /* session/address.c */
	struct list filters;   /* session/box/filter.c */
	struct list rates;     /* struct session_named: policies */
	struct list vrfs;      /* session/box/vrf.c */
	struct map statics;    /* routes of the configuration, box/statics.c */
	struct map vifs;       /* box/vif.c: by tunnel, */
	struct map vif_names;  /* and by netdev */
	struct session_tracks *tracks;
	struct session_slas *slas;
	struct session_plains *plains;
	uint64_t *units; /* bitmap of Virtual-Access numbers in use, from 1 */
	uint32_t unit_words;
	uint32_t unit_from;           /* all before this word are in use */
	uint32_t lives;               /* tunnels that were made in the datapath so far */
	struct session_terms further; /* what was last said of a peer's further CHILD_SA */
	struct list inquiries;        /* auth/inquiry.h */
	struct map marks;             /* auth/proven.c, and the next two */
	struct list watched;          /* trust points on which peers that are up stand */
	struct wheel_timer watch;
	uint64_t tokens;     /* of questions, the last one */
	uint64_t era;        /* how often the configuration has changed */
	struct list lookups; /* auth/lookup.h, and the next three */
	unsigned lookup_count;
	struct limit lookup_rate;
	struct pki_shelf *shelf;
	struct dp_listener events;
	uint64_t refused[DP_WHY_COUNT]; /* pairs of ESP SAs that policy kept out of software */
};

static inline uint64_t session_now(const struct session_hub *h)
{
	return h->env.now_ms(h->env.clock);
}

/* ---- model.c: a configuration and who still lives by it ---- */

struct session_model {
	struct cfg_model *cfg;
	struct session_trust *trust;
	struct map clones; /* clone.h */
	unsigned users;
};

/* 'cfg' is moved in, and the files that it names are read; NULL: out of memory, and 'cfg' is the caller's still. */
struct session_model *session_model_new(struct cfg_model *cfg, const struct log *log);
struct session_model *session_model_get(struct session_model *m);
void session_model_put(struct session_model *m);

/* Whether the configuration 'to' gives the session, which is up, just what it has. */
bool session_model_keeps(const struct cfg_model *to, const struct session *s);

/* The same, but its outer address may be another. */
bool session_model_keeps_inside(const struct cfg_model *to, const struct session *s);

/* ---- auth/auth.c: who is it?  Functions of struct ike_ports, whose ctx is the hub ---- */

void session_auth_ask(void *ctx, struct slab_handle sa, const struct ike_who *who);
void session_auth_judge(struct session_hub *h, struct slab_handle sa, const struct ike_who *who); /* its certificates are here */
struct bytes session_auth_authorities(void *ctx, const struct ike_path *path);

/* ---- auth/sign.c: our signature ---- */

void session_sign_ask(void *ctx, struct slab_handle sa, const struct ike_text *text);

/* ---- auth/ppk.c: post-quantum preshared keys (RFC8784) of the profile's keyring ---- */

/* The key for the initiator's request; its PPK_ID is written to 'id'. */
MUST_USE enum err session_ppk_fill(const struct session *s, struct wr *id, struct ike_request *r);

/* Whether the peer's SA must have one: so says what the keyring has for 'peer'. */
bool session_ppk_required(const struct session *s, const struct cfg_identity *peer, const struct addr *remote);

enum err session_ppk_find(void *ctx, const struct ike_who *who, struct bytes id, struct secret *out);
bool session_ppk_known(void *ctx, const struct ike_path *path);

/* ---- auth/eap.c ---- */

void session_eap_turn(void *ctx, struct slab_handle sa, const struct ike_eap_turn *turn);

/* Ends the session's conversation, if there is one. */
void session_eap_free(struct session *s);

/* ---- session.c: life ---- */

/* A session in state NEW; NULL at the limit. */
struct session *session_new(struct session_hub *h, enum ike_role role);

/* Its peer is called 'text'. */
MUST_USE enum err session_name(struct session *s, const char *text);

/* Gives back everything it has and frees it. */
void session_free(struct session *s);

/* The session of the IKE SA 'ike', of our reference 'ref', or of the datapath's tunnel; NULL when there is none. */
struct session *session_by_ike(const struct session_hub *h, struct slab_handle ike);
struct session *session_by_ref(const struct session_hub *h, uint64_t ref);
struct session *session_by_tunnel(const struct session_hub *h, uint32_t tunnel);

/* Names the IKE SA that the session belongs to. */
void session_bind_ike(struct session *s, struct slab_handle ike);

/*
 * The peer proved that it is 'peer': session_twin walks the other sessions that it has by the same profile, from NULL
 * to NULL.  A key id has no twins: many peers may share one.
 */
void session_prove(struct session *s);
struct session *session_twin(const struct session *s, const struct session *after);

/* ---- lease.c: the peer's address ---- */

/* Leases 'want' (or any other, when that isn't free) from 'pool', unless the session has one of it; false: none is left. */
bool session_lease_take(struct session *s, const struct cfg_pool *pool, const struct addr *want);
void session_lease_give(struct session *s);

/* What 'from' leased is the lease of 'to' from now on, which has none. */
void session_lease_pass(struct session *from, struct session *to);

/* Whether it has one of 'pool'. */
bool session_lease_of(struct session *s, const struct cfg_pool *pool);

/* Forgets ranges of which nothing is leased. */
void session_lease_prune(struct session_hub *h);

/* ---- access.c: the point-to-point interface ---- */

/*
 * Names the session's interface: the static tunnel 'source', whose id is 'tunnel', or a clone of the template 'source',
 * which gets an id of its own.  ERR_FULL: no unit left.
 */
MUST_USE enum err session_access_open(struct session *s, const struct cfg_interface *source, enum cfg_tunnel_mode mode, uint32_t tunnel);

/*
 * Puts the tunnel to the datapath with the SAs that send, and up in the routing table.  The session holds it then; another
 * one of the same static tunnel that did no longer does.
 */
MUST_USE enum err session_access_put(struct session *s);

/* Takes tunnel and routes away, if the session holds them; the interface keeps its name.  The caller commits the routes. */
void session_access_withdraw(struct session *s);

/* Withdraws it and gives up the name. */
void session_access_close(struct session *s);

static inline struct route_if session_access_key(const struct session *s)
{
	struct route_if key;

	key.kind = ROUTE_IF_TUNNEL;
	key.id = s->access.tunnel;
	return key;
}

/* ---- routes.c: what leads to the peer ---- */

/*
 * The prefixes that the peer tells take the place of what it told before.  'accepted' (NULL: nobody asks) gets one
 * entry for each of them.
 */
void session_routes_learn(struct session *s, const struct ike_config *config, bool *accepted);

/* Adds all of the session's routes through its access, again where they are there; or removes them. */
void session_routes_put(struct session *s);
void session_routes_drop(struct session *s);

/* ---- child.c: ESP SAs ---- */

/*
 * Puts both SAs to the datapath and tells the engine when that is answered.  The keys of 'sa' are moved out; its SPI is
 * the child's, and given back when that fails.
 */
MUST_USE enum err session_child_install(struct session *s, struct ike_child_sa *sa);
void session_child_remove(struct session *s, uint32_t spi_in);

/* The pair 'spi_in' sends for its line from now on. */
void session_child_use(struct session *s, uint32_t spi_in);
void session_child_remove_all(struct session *s);

/* The peer is reached on 'path' now: its SAs follow. */
void session_child_move(struct session *s, const struct ike_path *path, bool udp_encap);

/* The session takes its access (again), to send by the child that the engine chose; false: it has none, or that failed. */
bool session_child_take_access(struct session *s);

/* The pair whose inbound SPI is 'spi'; NULL: the session has none.  Outbound ones are the peers' choice: several may have the same. */
struct session_child *session_child_by_spi(const struct session *s, uint32_t spi);

/* The child whose SA 'id' is; NULL when it is nobody's. */
struct session_child *session_child_owner(const struct session_hub *h, uint32_t id);

/* ---- senders.c: by which pairs packets go out ---- */

/* The outbound SAs of those that send, in order: a packet goes by the first that lets it pass.  Returns how many. */
unsigned session_senders_list(const struct session *s, uint32_t out[SESSION_SENDERS]);

/* The child that its line sends by; NULL: none. */
struct session_child *session_senders_of(const struct session *s, uint32_t line);

/* 'c' sends for its line; and another of its line does, because 'gone' is about to go. */
void session_senders_set(struct session_child *c);
void session_senders_inherit(const struct session_child *gone);

/* ---- tunnel.c: static tunnels, which want a session ---- */

/* Begins the tunnels that the model has, gives those that are there its lines, and marks both. */
MUST_USE enum err session_tunnel_configure(struct session_hub *h);
void session_tunnel_unmark(struct session_hub *h);

/* Ends those without a mark. */
void session_tunnel_sweep(struct session_hub *h);

/* The session serves the tunnel: while one does none is begun.  And one that did is gone. */
void session_tunnel_join(struct session_tunnel *t, struct session *s);
void session_tunnel_left(struct session_tunnel *t);

/* The session came up: of several that serve one tunnel one stays. */
void session_tunnel_up(struct session *s);

/* Why its session is about to fail: a text that stays. */
void session_tunnel_blame(struct session_tunnel *t, const char *why);

/* The peer refused the line of a policy that came first: another one does the next time. */
void session_tunnel_turn(struct session_tunnel *t);

/* If no session holds the datapath's tunnel, one of those that are up takes it. */
void session_tunnel_settle(struct session_tunnel *t);

/* Its session is to authenticate anew: another one is begun to the same gateway, which takes its place. */
void session_tunnel_renew(struct session *s);

/* A gateway sends session 's' to 'to': whether the tunnel follows, at once or when 's' is over. */
bool session_tunnel_redirect(struct session *s, const struct addr *to);

/* The datapath came up, or has SPIs again: tries at once. */
void session_tunnel_retry_all(struct session_hub *h);

const struct cfg_interface *session_tunnel_interface(const struct session_tunnel *t);

/* By what its session can be resumed when it is lost, auth/pass.h. */
struct session_pass *session_tunnel_pass(struct session_tunnel *t);

/* The tunnel's id in the datapath and the routing table. */
uint32_t session_tunnel_id(const struct session_tunnel *t);

/* The session that has it, or else one that tries to; NULL when there is none: session_tunnel_reason says why. */
const struct session *session_tunnel_session(const struct session_tunnel *t);

/* The static tunnel 'name'; NULL when there is none. */
struct session_tunnel *session_tunnel_find(const struct session_hub *h, const char *name);

/* The static tunnel that 'path' comes in on, for a responder's profile without a template; NULL when there is none. */
struct session_tunnel *session_tunnel_for_path(const struct session_hub *h, const struct ike_path *path, const struct cfg_profile *profile);

/* ---- dial.c: beginning a static tunnel's session ---- */

/* Our outer address: the source's own, or its interface's of the destination's family; family 0: there is none. */
struct addr session_dial_source(const struct cfg_interface *i);

/* Whether `tunnel source` of a tunnel or template, if it says where, is 'local': the address written, or any of the interface's. */
bool session_dial_comes_from(const struct cfg_interface *i, const struct addr *local);

/* Between which outer addresses. */
struct session_way {
	struct addr source, destination;
	struct addr address;             /* our tunnel address so far, to be had again; family 0: none */
	struct addr from;                /* the gateway that sent us to 'destination'; family 0: it is the tunnel's own */
	const struct session_pass *pass; /* the session before is resumed by it, if that can be; NULL: by nothing */
	unsigned turn;                   /* which line of a policy comes first: session_lines_begin */
};

/* Why the static tunnel 'i' of id 'tunnel' can't have a session to way->destination now; NULL: it can, from way->source, which is set. */
const char *session_dial_obstacle(struct session_hub *h, const struct cfg_interface *i, uint32_t tunnel, struct session_way *way);

/* Why no tunnel 'tunnel' can reach 'destination' in the VRF 'front' now; NULL: it can, by '*hop'. */
const char *session_dial_underlay(
	const struct session_hub *h, uint32_t front, const struct addr *destination, uint32_t tunnel, struct route_hop *hop);

/*
 * A session of ours that the configuration in force would begin from another address goes there (MOBIKE); false: it can't, or the configuration
 * asks for more.
 */
bool session_dial_follows(struct session *s);

MUST_USE enum err session_dial_begin(
	struct session_hub *h, const struct cfg_interface *i, uint32_t tunnel, const struct session_way *way, struct session **out);

/* ---- reach.c: the addresses that peers may reach us at, for MOBIKE (RFC4555-3.4) ---- */

unsigned session_reach_addresses(void *ctx, const struct ike_path *path, struct addr *out, unsigned max);

/* Tells the peers of sessions for which they are others than by the configuration before. */
void session_reach_changed(struct session_hub *h, const struct cfg_model *cfg, const struct cfg_platform *platform);

/* ---- succeed.c: a peer that authenticates anew before its session ends (RFC7296-2.8.3) ---- */

/* The peer's session that 's' is to take the place of: it holds 'want' of 'pool', or the static tunnel of 's'; NULL: there is none. */
struct session *session_succeed_find(const struct session *s, const struct cfg_pool *pool, const struct addr *want);

/* 's' takes the lease of 'old', or its tunnel, and the routes when that one ends; until then packets go by 'old'. */
void session_succeed_begin(struct session *s, struct session *old);

/* 's' is up: the peer is to end the former one, or we do after a while. */
void session_succeed_up(struct session *s);

/* The peer of 'old' has ended it: packets go by its successor from now on, and when they do the engine hears of it. */
void session_succeed_retired(struct session *old);

/* The peer of 's' deletes pairs of it: the engine hears of it when the datapath sends by none of them. */
void session_succeed_deleted(struct session *s);

/* Packets go by the successor of 'old' from now on, if it has one. */
void session_succeed_pass(struct session *old);

/* 's' is going. */
void session_succeed_end(struct session *s);

/* ---- redirect.c: functions of struct ike_ports, whose ctx is the hub ---- */

bool session_redirect_ask(void *ctx, const struct ike_path *path, const struct addr *from, struct ike_gateway *to);
bool session_redirect_told(void *ctx, struct slab_handle sa, const struct ike_gateway *to);

/* To which of the configured targets the peer goes that comes from gateway 'from'; false: it is served here. */
bool session_redirect_choose(const struct session_hub *h, const struct ike_path *path, const struct addr *from, struct ike_gateway *to);

/* ---- box/iface.c: how the routing table knows a port, loopback or static tunnel of the configuration; kind NONE: not at all ---- */

struct route_if session_iface_named(const struct session_hub *h, const char *name);

/* ---- address.c: the box's own addresses ---- */

/* Where one stands. */
struct session_place {
	struct route_if key; /* a port or loopback; kind NONE: the box as a whole */
	uint32_t vrf;
	const char *netdev; /* of the host, that it stands on */
	bool by_host;       /* the host sets it by itself */
	bool underlay;      /* tunnels may come from it: see struct dp_local */
};

/* An address of the configuration: added, unless it is there, and marked.  Sweeping takes back those without a mark. */
MUST_USE enum err session_address_mark(struct session_hub *h, const struct session_place *place, const struct addr_prefix *prefix);
void session_address_unmark(struct session_hub *h);
void session_address_sweep(struct session_hub *h);

/* An address that came with a session: on the TUN of a VRF and known as local there until given back as often as taken. */
MUST_USE enum err session_address_take(struct session_hub *h, uint32_t vrf, const struct addr *address);
void session_address_give(struct session_hub *h, uint32_t vrf, const struct addr *address);

/* The device of the port 'key' (or the TUN of 'vrf', for any other kind) was made: the host is told its addresses again. */
void session_address_tell(struct session_hub *h, struct route_if key, uint32_t vrf);

/* Forgets them; the host keeps what it has. */
void session_address_free_all(struct session_hub *h);

/* ---- statics.c: routes of the configuration ---- */

/* As for tunnels: configure adds and marks, sweep removes what has no mark. */
MUST_USE enum err session_statics_configure(struct session_hub *h);
void session_statics_unmark(struct session_hub *h);
void session_statics_sweep(struct session_hub *h);

/* Tracks changed: those that hang on one come and go.  The caller commits. */
void session_statics_follow(struct session_hub *h);

/* ---- show.c ---- */

void session_show_interfaces(const struct session_hub *h, session_iface_fn *fn, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
