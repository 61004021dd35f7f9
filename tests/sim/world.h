#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

/*
 * A world around one IKE engine that needs no network, no datapath and no AAA: it answers the engine's questions from a few
 * settings, at once or after a delay in virtual time, and holds the engine to the contract of ike/ports.h: the first breach is
 * noted in world.fault.
 */

#include "base/list.h"
#include "crypto/algid.h"
#include "crypto/rand.h"
#include "ike/engine.h"
#include "ike/wire/gateway.h"
#include "ike/wire/id.h"
#include "ike/wire/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { WORLD_OFFERS = 4, WORLD_TS = 4, WORLD_FAULT = 160, WORLD_ID = 64, WORLD_ADDRESSES = 12 };

struct crypto_tls_config; /* crypto/tls.h */
struct eap_server;        /* eap/server.h */
struct eap_peer;          /* eap/peer.h */

/* Which answers the world gives.  Tests change them between two steps. */
struct world_settings {
	const char *id;               /* FQDN */
	const char *psk;              /* both directions, where there are no keys below */
	const struct crypto_key *key; /* ours: signs with 'scheme' under 'method', and 'certs' go along; NULL: by PSK */
	struct crypto_scheme scheme;
	uint8_t method; /* enum ike_auth_method */
	const char *certs[IKE_CERTS];
	uint8_t cert_count;
	uint8_t encoding;                  /* of the first, to peers that look certificates up; 0: X.509 itself */
	const struct crypto_key *peer_key; /* verifies the peer's signature if 'peer_cert' came with it; NULL: by PSK */
	struct crypto_scheme peer_scheme;  /* of classic methods */
	const char *peer_cert;
	const char *authorities;             /* CERTREQ: multiples of 20 characters; NULL: none */
	uint8_t eap;                         /* EAP's number of the method that the initiator proves itself by; 0: none */
	const char *eap_user, *eap_password; /* that the initiator says, or the responder knows */
	const struct crypto_tls_config *eap_tls;
	bool eap_only;
	bool eap_lies; /* it says that it is through with the first packet */
	enum err sign_err;
	struct ike_offers ike;
	struct ike_offers esp;
	struct ike_ts local[WORLD_TS], remote[WORLD_TS];
	uint8_t local_count, remote_count;
	struct ike_config want;   /* initiator: CFG_REQUEST; want 0: none */
	struct ike_config reply;  /* responder: CFG_REPLY; an address in it is counted up with each session */
	struct ike_config routes; /* initiator: CFG_SET */
	bool reply_given;         /* 'reply' counts */
	bool narrow_to_address, transport, endpoints;
	bool need_address;
	bool initial_contact;
	bool force_udp;
	bool refuse_prefixes; /* of CFG_SET */
	bool mobike, refuse_moves, childless;
	struct addr addresses[WORLD_ADDRESSES]; /* all of its own; none: it tells none */
	unsigned address_count;
	struct ike_dpd dpd;
	uint32_t lifetime_s, child_lifetime_s, auth_lifetime_s;
	const char *ppk, *ppk_id; /* post-quantum preshared key; NULL: none */
	bool ppk_required;
	struct ike_groups pfs;
	struct ike_ts more_local[WORLD_TS], more_remote[WORLD_TS]; /* of further children, ours and the peer's */
	uint8_t more_local_count, more_remote_count;               /* 0: as the first */
	struct ike_ts other_remote[WORLD_TS]; /* initiator: of other first children, in turn, as one after the other is refused */
	uint8_t other_count;
	uint8_t child_limit;
	enum err child_err;          /* of a peer's further child */
	const char *wanted_id;       /* initiator: IDr; NULL: none */
	uint32_t delay_ms;           /* of answers; 0: inside the question */
	bool mute;                   /* questions go unanswered */
	uint32_t agree_ms;           /* the same for key exchanges */
	bool agree_mute;             /* they go unanswered, or until world_agree */
	bool switch_mute;            /* it doesn't say that nothing goes out any more by what the peer deletes */
	bool unready;                /* no new peer now */
	struct ike_gateway redirect; /* gateway: where to, in IKE_SA_INIT, or with verdict REDIRECTED; none: family 0 and no name */
	bool follow;                 /* client: goes where it is sent */
	bool ignore;                 /* though it said so it doesn't */
	struct addr redirected_from; /* client */
	bool resumption;             /* client: asks for tickets, and resumes */
	uint32_t ticket_s;           /* gateway: how long tickets are good; 0: there are none */
	uint32_t ticket_good_s;      /* and what their peers' proofs are good for; 0: no end */
	const char *ticket_memo;     /* what they say to it, and must say; NULL: something */
	enum err policy_err, proof_err, spi_err, install_err;
	enum ike_verdict verdict;
};

/* One CHILD_SA as it was handed over. */
struct world_child {
	struct list link;
	uint32_t spi_in, spi_out;
	const struct crypto_alg *encr, *integ;
	bool udp_encap;
	struct secret in_encr, in_integ, out_encr, out_integ;
	struct ike_ts local[IKE_TS_COUNT], remote[IKE_TS_COUNT];
	uint8_t local_count, remote_count;
	struct ike_config config;
	bool config_given;
	struct ike_path path;
	uint32_t replaces, line;
	bool sends;
	bool esn, transport;
	const struct crypto_alg *group, *extra[IKE_EXTRAS];
};

/* One IKE SA that the world knows of; kept after its end. */
struct world_session {
	struct list link;
	struct slab_handle handle;
	enum ike_role role;
	bool up, over;
	bool quiet; /* packets go out by another one */
	enum ike_down why;
	char peer[WORLD_ID];
	char certs[256];   /* that the peer sent, one after the other */
	char certreq[256]; /* its CERTREQ, as 'sign' was told */
	uint16_t hashes;
	struct list children;
	unsigned child_count, child_downs;
	uint32_t sender;           /* spi_in of the pair that packets of its first line go out by */
	unsigned ordered, refused; /* further children of ours, and those that came to nothing */
	unsigned others;           /* first children that it asked for after a refusal */
	struct ike_config set;     /* CFG_SET received */
	unsigned set_count;
	bool initial_contact, flexvpn, udp_encap;
	bool resumed; /* the question said so */
	bool former;  /* another one was up that it resumed */
	unsigned moved;
	struct ike_path path;
	struct eap_server *eap_server; /* the end of a conversation */
	struct eap_peer *eap_peer;
	char eap_user[WORLD_ID]; /* who the peer says it is */
	unsigned eap_rounds;
};

typedef void world_send_fn(void *ctx, const struct ike_path *path, struct bytes datagram, bool keepalive);

struct world {
	struct world_settings set;
	struct ike_engine *engine;
	struct crypto *crypto;
	const struct crypto_rand *rand;
	struct ike_ports ports;
	world_send_fn *send;
	void *send_ctx;
	uint64_t now_ms;
	struct list sessions;
	struct list answers; /* that are due later */
	struct list spis;    /* handed out, and not installed or given back */
	uint32_t spi_next;
	unsigned spi_out_count;
	uint32_t address_next;
	unsigned ups, downs;
	struct slab_handle renewed; /* the one that is being replaced, while 'renewing' */
	bool renew, renewing;
	unsigned redirected; /* how often we were sent elsewhere, the last time to: */
	struct addr redirected_to;
	char redirected_name[64];
	struct secret pass; /* what an SA can be resumed by */
	struct slab_handle pass_of;
	uint64_t pass_until_ms;
	unsigned passes;                /* that were told */
	struct addr came_from;          /* of the last peer that asked where to go, or pleaded */
	unsigned agreed, agreed_urgent; /* key exchanges asked for, and those for peers that are up */
	char fault[WORLD_FAULT];        /* the first breach of contract; "" none */
};

/* Settings of a plain pair: AES-GCM, X25519, any-any IPv4. */
void world_defaults(struct world_settings *s, const char *id, const char *psk);

/* One proposal from keywords, for example "aes-gcm-128 sha256 19"; ESP ones have no group and no PRF. */
struct ike_offer world_offer_ike(const char *words);
struct ike_offer world_offer_esp(const char *words);

/* What the settings allow a session. */
struct ike_terms world_terms(const struct world *w);
struct ike_child_policy world_first_child(const struct world *w);

/* Adds an additional key exchange: a group by its keyword, NULL: may be left out. */
void world_offer_extra(struct ike_offer *offer, uint8_t slot, const char *group);

/* Groups from numbers, "19 14"; "" none. */
struct ike_groups world_groups(const char *words);

/* The same as world_offer_extra for CHILD_SAs. */
void world_groups_extra(struct ike_groups *groups, uint8_t slot, const char *group);

/* What the settings allow a session. */
struct ike_terms world_terms(const struct world *w);
struct ike_child_policy world_first_child(const struct world *w);

/* Whether the signature is that of the peer's key; certificates are words here: the one that is expected must come first. */
bool world_check_signature(struct world *w, const struct ike_who *who);

/* 'config' without its ports, which are the world's. */
MUST_USE enum err world_init(struct world *w, const struct ike_engine_config *config, uint64_t now_ms);
void world_fini(struct world *w);

/* Orders a further child of 'sa'; its spi_in. */
MUST_USE enum err world_new_child(struct world *w, struct slab_handle sa, uint32_t *spi_in);

/* Begins an IKE SA over 'path'. */
MUST_USE enum err world_initiate(struct world *w, const struct ike_path *path, struct slab_handle *out);

/* Ports: whether new peers are taken, where a gateway sends them, and where a client is sent. */
bool world_ready(void *ctx);
bool world_redirect(void *ctx, const struct ike_path *path, const struct addr *from, struct ike_gateway *to);
bool world_redirected(void *ctx, struct slab_handle sa, const struct ike_gateway *to);

/* Ports of an SA that is to authenticate anew; what its successor's 'up' brings; and what is done about it between two steps. */
void world_reauthenticate(void *ctx, struct slab_handle sa);
void world_retired(void *ctx, struct slab_handle sa);

/* Port of an SA whose peer deletes pairs. */
void world_deleted(void *ctx, struct slab_handle sa);
void world_renewed(struct world *w, struct world_session *s);
void world_renew(struct world *w);

/* Ports of an SA whose peer moves. */
void world_moved(void *ctx, struct slab_handle sa, const struct ike_path *path, bool udp_encap);
unsigned world_addresses(void *ctx, const struct ike_path *path, struct addr *out, unsigned max);
bool world_may_move(void *ctx, struct slab_handle sa, const struct ike_path *path);

/* Answers for a session that a ticket proves; false: none does. */
bool world_resumes(struct world *w, struct slab_handle sa);

/* Ports of resumption; what the end of an SA means for it; and of a plea. */
bool world_ticket(void *ctx, struct slab_handle sa, struct ike_ticket_terms *out);
bool world_resumable(void *ctx, const struct ike_path *path, const struct ike_ticket *ticket);
void world_pass(void *ctx, struct slab_handle sa, struct secret *pass, uint32_t lifetime_s);
void world_pass_over(struct world *w, struct slab_handle sa, enum ike_down why);
void world_meet_former(struct world *w, struct world_session *s, const struct slab_handle *former);

uint64_t world_next(const struct world *w);
void world_advance(struct world *w, uint64_t now_ms);

/* Answers the oldest key exchange that is unanswered; false: there is none.  And how many there are. */
bool world_agree(struct world *w);
unsigned world_agreeing(const struct world *w);

struct world_session *world_find(struct world *w, struct slab_handle handle);

/* What was handed over, whose keys are moved. */
struct world_child *world_child_new(struct ike_child_sa *child);

struct world_child *world_pair(struct world_session *s, uint32_t spi_in);

/* The pair that packets of 'line' go out by; NULL: none. */
struct world_child *world_sender(struct world_session *s, uint32_t line);

/* The session of the latest 'up' that isn't over; NULL. */
struct world_session *world_last_up(struct world *w);
unsigned world_up_count(const struct world *w);

#ifdef __cplusplus
}
#endif
#endif
