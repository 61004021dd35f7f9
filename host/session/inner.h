#ifndef SESSION_INNER_H
#define SESSION_INNER_H

/* The hub's inside, shared by the files of this folder alone. */

#include "dp/spi.h"
#include "session/hub.h"
#include "session/iface.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SESSION_IKE_PORT = 500, SESSION_NATT_PORT = 4500 };

/* A configuration and who still lives by it. */
struct session_model {
	struct cfg_model *cfg;
	unsigned users;
};

struct session_model *session_model_get(struct session_model *m);
void session_model_put(struct session_model *m);

/* A pool that sessions have leased from; it outlives reloads that leave its ranges as they are. */
struct session_pool_entry {
	struct list link;
	char *name;
	struct session_pool *pool;
};

struct session_hub {
	struct session_env env;
	struct ike_engine *engine; /* NULL until attached */
	struct session_model *model;
	const struct cfg_platform *platform;
	struct slab sessions;
	struct map by_ike;
	struct map by_tunnel;
	struct dp_spi_pool spi;
	struct session_ifaces *ifaces;
	struct list pools;   /* struct session_pool_entry */
	struct list tunnels; /* struct session_tunnel */
	uint64_t *units;     /* bitmap of Virtual-Access numbers in use, from 1 */
	uint32_t unit_words;
	struct dp_listener events;
};

static inline uint64_t session_now(const struct session_hub *h)
{
	return h->env.now_ms(h->env.clock);
}

/* ---- session.c: life ---- */

enum session_event {
	SESSION_E_GRANT,   /* the peer is authorized */
	SESSION_E_INSTALL, /* the engine wants a pair of SAs installed */
	SESSION_E_PLACED,  /* the datapath has them */
	SESSION_E_FAILED,  /* it refused them, or something before failed */
	SESSION_E_UP,      /* the engine says that IKE SA and CHILD_SA are up */
	SESSION_E_DOWN,    /* the IKE SA is gone */
	SESSION_E_COUNT
};

/* A session in state NEW; NULL at the limit. */
struct session *session_new(struct session_hub *h, enum ike_role role);

/* Gives back everything it has and frees it. */
void session_free(struct session *s);

/* The session of the IKE SA 'ike', of our reference 'ref', or of the datapath's tunnel; NULL when there is none. */
struct session *session_by_ike(const struct session_hub *h, struct slab_handle ike);
struct session *session_by_ref(const struct session_hub *h, uint64_t ref);
struct session *session_by_tunnel(const struct session_hub *h, uint32_t tunnel);

/* Names the IKE SA that the session belongs to. */
void session_bind_ike(struct session *s, struct slab_handle ike);

/* Steps the state machine: the only writer of 'state'.  ERR_STATE, and counted in the log, for an event that the state has no use for. */
MUST_USE enum err session_step(struct session *s, enum session_event event);

/* ---- access.c: the point-to-point interface ---- */

/* Names the session's interface: the initiator's static tunnel, or a clone of 'source'.  ERR_FULL: no unit left. */
MUST_USE enum err session_access_open(struct session *s, const struct cfg_interface *source);

/* Puts the tunnel to the datapath with 'sa_out' as the SA that sends, and up in the routing table. */
MUST_USE enum err session_access_put(struct session *s, uint32_t sa_out, const struct ike_path *path);

/* Removes it everywhere, its routes first. */
void session_access_close(struct session *s);

/* Adds a route through it, by the grant's distance and tag. */
MUST_USE enum err session_access_route(struct session *s, const struct addr_prefix *prefix);

/* ---- child.c: ESP SAs ---- */

/* Puts both SAs to the datapath; session_child_* tells the engine when that is answered.  The keys of 'sa' are moved out. */
MUST_USE enum err session_child_install(struct session *s, struct ike_child_sa *sa);
void session_child_remove(struct session *s, uint32_t spi_in);
void session_child_remove_all(struct session *s);

/* The peer is reached on 'path' now: the outbound SAs follow. */
void session_child_move(struct session *s, const struct ike_path *path);

/* ---- tunnel.c: static tunnels, which want a session ---- */

/* Makes the static tunnels agree with the model: begins new ones, ends those that went. */
MUST_USE enum err session_tunnel_configure(struct session_hub *h);
void session_tunnel_free_all(struct session_hub *h);

/* The static tunnel's session ended: tries again after a while. */
void session_tunnel_down(struct session_tunnel *t);
void session_tunnel_up(struct session_tunnel *t);

/* Tries again now: the operator cleared the session, or the datapath came up. */
void session_tunnel_retry_all(struct session_hub *h);

const struct cfg_interface *session_tunnel_interface(const struct session_tunnel *t);

/* The tunnel's id in the datapath and the routing table. */
uint32_t session_tunnel_id(const struct session_tunnel *t);

/* The static tunnel 'name'; NULL when there is none. */
struct session_tunnel *session_tunnel_find(const struct session_hub *h, const char *name);

/* The static tunnel that 'path' comes in on, for a responder's profile without a template; NULL when there is none. */
struct session_tunnel *session_tunnel_for_path(const struct session_hub *h, const struct ike_path *path, const struct cfg_profile *profile);

/* ---- bind.c ---- */

/* The pool 'cfg' with its leases; NULL when out of memory or the range is unusable. */
struct session_pool *session_hub_pool(struct session_hub *h, const struct cfg_pool *cfg);

#ifdef __cplusplus
}
#endif
#endif
