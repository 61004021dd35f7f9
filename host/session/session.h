#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "aaa/grant.h"
#include "base/list.h"
#include "base/map.h"
#include "base/slab.h"
#include "dp/sync.h"
#include "ike/ports.h"
#include "session/convert.h"
#include "session/pool.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session_clone;
struct session_hub;
struct session_eap;
struct session_inquiry;
struct session_line;
struct session_proven;
struct session_tunnel;

/*
 * The noun of the hub: a peer, from the moment its identity is known until its IKE SA is gone.  It owns what the peer
 * has: the lease, the virtual access, the ESP SAs in the datapath and the routes; freeing it gives all of that back.
 */
#define SESSION_STATE_LIST(X)                                                 \
	X(NEW, "DOWN-NEGOTIATING", "not authenticated yet")                   \
	X(GRANTED, "DOWN-NEGOTIATING", "authorized, holds its lease")         \
	X(INSTALLING, "DOWN-NEGOTIATING", "the datapath installs its SAs")    \
	X(READY, "DOWN-NEGOTIATING", "installed, the peer is being answered") \
	X(UP, "UP", "traffic may pass")                                       \
	X(CLOSING, "DOWN", "refused or failed, waits for the IKE SA's end")   \
	X(DEAD, "DOWN", "nothing left")

enum session_state {
#define SESSION_STATE_ENUM(name, word, text) SESSION_S_##name,
	SESSION_STATE_LIST(SESSION_STATE_ENUM)
#undef SESSION_STATE_ENUM
		SESSION_S_COUNT
};

/* A pair of ESP SAs. */
struct session_child {
	struct list link;
	struct session *session;
	struct dp_owner owner; /* told of 'sa_in' and 'sa_out' */
	enum ike_role role;    /* in the exchange that made it */
	uint32_t spi_in, spi_out;
	uint32_t sa_in, sa_out;     /* ids in the datapath */
	uint32_t line;              /* the engine's: it and its successors */
	struct session_line *entry; /* of the tunnel's policy; NULL: of none */
	unsigned awaited;           /* SAs whose installation isn't answered yet */
	enum err err;               /* the first failure */
	struct dp_result in, out;
	const struct crypto_alg *encr, *integ;
	const struct crypto_alg *group; /* of a key exchange of its own; NULL: none */
	uint8_t extra[IKE_EXTRAS];      /* of the additional ones: crypto_alg_index + 1, then 0 */
	bool sends;                     /* packets of its line go out by it */
	bool spi_used;                  /* the datapath took 'spi_in': it comes back with the SA's end */
	bool esn;
	bool udp_encap;
	bool transport;
	uint8_t local_count, remote_count;
	struct ike_ts *local, *remote; /* behind the structure, in its memory */
};

/* The virtual access of a responder's session, or the static tunnel of an initiator's: a point-to-point interface. */
struct session_access {
	const struct cfg_interface *source; /* template or tunnel; NULL: none yet */
	enum cfg_tunnel_mode mode;          /* the source's, or what the peer's selectors mean (`mode auto`) */
	uint32_t unit;                      /* Virtual-Access N or Tunnel N */
	uint32_t vrf;                       /* that it is in: the inner one */
	uint32_t tunnel;                    /* id in the datapath and the routing table */
	struct map_node by_tunnel;          /* while it is held */
	bool held;                          /* the datapath's tunnel is put for it and for no other */
	bool cloned;                        /* a Virtual-Access, whose unit goes back */
	bool lasting;                       /* a static tunnel's: the id stays when the session goes */
	uint32_t life;                      /* of the datapath's tunnel: see struct session_iface_info */
	uint32_t path_mtu;                  /* bytes of inner IP, as the datapath told; 0: nothing was sent yet */
	char name[DP_NAME_MAX];
};

/* What the tunnel takes: bytes of inner IP, 0: not known yet. */
uint32_t session_access_mtu(const struct session_access *a);

/* The segments that TCP may agree on through it (session/clamp.h), while the session has an interface. */
uint16_t session_access_mss(const struct session *s, enum dp_family inner);

struct session {
	struct session_hub *hub;
	struct slab_handle handle; /* ours; 'ref' of the IKE SA */
	struct slab_handle ike;
	struct map_node by_ike;
	struct map_node by_peer; /* once 'peer' is proven */
	bool in_map, in_peers;
	enum session_state state;
	enum ike_role role;
	struct ike_path path;
	struct session_model *model; /* counted: 'profile' and 'grant' live in it */
	const struct cfg_profile *profile;
	struct session_tunnel *tunnel; /* the static one that it serves; NULL: a virtual access */
	struct list in_tunnel;
	enum cfg_id_type peer_type;         /* NONE: an EAP identity */
	char *peer;                         /* identity as text; "" before it is known */
	bool by_certificate;                /* the peer's proof */
	bool by_eap;                        /* the same, and 'peer' is its EAP identity once it is proved; neither: a pre-shared key */
	struct session_eap *eap;            /* the conversation, while there is one */
	const struct pki_trust *credential; /* what we prove ourselves by, in 'model'; NULL: a pre-shared key */
	struct session_proven *proven;      /* what the proof by certificate stands on; NULL: there is none */
	struct session_inquiry *inquiry;    /* about the peer's certificate, under way; NULL: none */
	struct aaa_grant grant;
	struct session_pool *pool;   /* of 'lease'; NULL: no lease */
	struct addr lease;           /* of the peer's tunnel address; family 0: none */
	struct session *former;      /* whose lease, tunnel and routes it takes when that one ends; NULL: none */
	struct session *successor;   /* and the way back */
	struct wheel_timer grace;    /* of the former one, which its peer is to end */
	struct dp_wait switching;    /* its peer has ended it or pairs of it, and it sends until the datapath has what takes their place */
	struct addr keyed_by;        /* initiator: the address that its keyring is asked for */
	struct addr redirected_from; /* initiator: the gateway that sent us to this one; family 0: none did */
	struct addr assigned;        /* initiator: what the hub gave us; family 0: none */
	struct session_access access;
	struct session_clone *clone; /* counted: whose interface 'access' has, clone.h; NULL: the template's own, or a static tunnel's */
	struct list children;        /* the oldest first */
	struct list lines;           /* of its tunnel's policy, lines/lines.h */
	uint64_t up_ms;              /* 0: never was */
	struct addr_prefix *learned; /* the peer's prefixes that were accepted, the latest it told */
	unsigned prefixes_accepted;  /* of 'learned' */
	unsigned prefixes_refused;   /* so far */
};

const char *session_state_name(enum session_state state); /* "INSTALLING" */
const char *session_state_word(enum session_state state); /* as show crypto session prints it */

static inline uint64_t session_ref(struct slab_handle h)
{
	return (uint64_t)h.generation << 32 | h.index;
}

static inline struct slab_handle session_handle_of(uint64_t ref)
{
	struct slab_handle h;

	h.index = (uint32_t)ref;
	h.generation = (uint32_t)(ref >> 32);
	return h;
}

#ifdef __cplusplus
}
#endif
#endif
