#ifndef IKE_SA_H
#define IKE_SA_H

#include "base/list.h"
#include "base/map.h"
#include "base/wheel.h"
#include "crypto/kex.h"
#include "ike/blob.h"
#include "ike/engine.h"
#include "ike/fsm.h"
#include "ike/keying/keys.h"
#include "ike/keying/suite.h"
#include "ike/resume/vault.h"
#include "ike/wire/authdata.h"
#include "ike/wire/ts.h"
#include "ike/window.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Our requests, in order of urgency.  As a bit of ike_sa.todo: wanted once the window is free; for DELETE_CHILD and CHILD the
 * children's states say so (due.h).
 */
enum ike_tx {
	IKE_TX_NONE,
	IKE_TX_INIT, /* or IKE_SESSION_RESUME */
	IKE_TX_INTER,
	IKE_TX_AUTH,
	IKE_TX_FOLLOWUP, /* another key exchange of our CREATE_CHILD_SA; a bit of 'todo' only for a child */
	IKE_TX_DELETE,
	IKE_TX_UPDATE,    /* MOBIKE: our address changed */
	IKE_TX_CHECK,     /* MOBIKE: is the peer at its new address? */
	IKE_TX_ADDRESSES, /* MOBIKE: our further addresses are others */
	IKE_TX_DELETE_CHILD,
	IKE_TX_CHILD, /* CREATE_CHILD_SA for a successor or a further child */
	IKE_TX_REKEY,
	IKE_TX_CONFIG,
	IKE_TX_REDIRECT,
	IKE_TX_TICKET, /* for resumption: another one is asked for */
	IKE_TX_PROBE
};

/* The question that the world owes an answer to. */
enum ike_asked { IKE_ASKED_NOTHING, IKE_ASKED_PROOF, IKE_ASKED_SIGNATURE, IKE_ASKED_EAP, IKE_ASKED_GRANT, IKE_ASKED_INSTALL };

struct ike_agreement; /* ike/keying/agree.h */
struct ike_attempt;   /* ike/rekey/attempt.h */
struct ike_gather;    /* ike/frag/gather.h */
struct ike_inter;     /* ike/keying/inter.h */
struct ike_source;    /* ike/source.h */
struct ike_paths;     /* ike/paths.h */
struct ike_ppk;       /* ike/keying/ppk.h */
struct ike_promise;   /* ike/rekey/promise.h */
struct ike_resume;    /* ike/resume/resume.h */
struct ike_wish;      /* ike/child.h */

/* A pair of ESP SAs.  'state' is childfsm.c's alone to write. */
struct ike_child {
	struct list link;
	struct ike_sa *sa;
	uint32_t spi_in, spi_out;
	uint32_t successor; /* spi_in of the pair that takes or took its place, 0: none */
	uint32_t posted;    /* a bit for each event */
	uint32_t line;      /* pairs that replace one another have the same; 0: not made yet */
	uint8_t state;      /* enum ike_child_state */
	uint8_t role;       /* enum ike_role: ours in the exchange that made it */
	uint8_t local_count, remote_count;
	bool esn, transport;
	bool held;   /* the world has it and is to be told child_down */
	bool sends;  /* packets of its line go out by it */
	bool unborn; /* it isn't made, or never came to be: its SPI goes back */
	const struct crypto_alg *encr, *integ;
	struct ike_ts *ts;         /* local ones, then remote ones */
	struct ike_wish *wish;     /* a further child that is yet to be made; else NULL */
	uint64_t soft_ms, hard_ms; /* when it is rekeyed, and when it ends; 0: never */
	struct wheel_timer life_timer, wait_timer;
};

/* A copy of what the world allows, with its own selectors. */
struct ike_deal {
	struct ike_terms terms; /* its selectors point into 'ts' */
	struct ike_ts ts[2 * IKE_TS_COUNT];
	struct ike_config config; /* initiator: CFG_REQUEST; responder: CFG_REPLY */
	bool has_config;
};

/* EAP, exchange/talk.h. */
struct ike_talk {
	struct ike_blob packet; /* to be sent */
	uint64_t until_ms;      /* when it must be over */
	uint32_t wait_ms;       /* and the peer's next packet here; 0: not before */
	uint8_t rounds;
	bool on;   /* it is to be: the initiator proves itself by it */
	bool only; /* the initiator lets it prove the responder, too */
	bool bare; /* and so it will be */
	bool said; /* responder: it has told its identity */
	bool failed;
	bool keyless; /* its method had no key: SK_pi and SK_pr stand in */
};

/* What an SA needs until it is up, and no longer. */
struct ike_setup {
	struct ike_blob init_tx, init_rx; /* IKE_SA_INIT, ours and the peer's: AUTH signs them */
	struct ike_blob held;             /* decrypted message that waits for the world's answer */
	struct crypto_kex kex;            /* initiator, until the response */
	struct secret sign, verify;       /* pre-shared keys */
	struct ike_blob auth, certs;      /* ours: AUTH's data; CERT payloads, each with its encoding and length before it */
	struct ike_blob authorities;      /* initiator: our CERTREQ */
	struct ike_ppk *ppk;              /* initiator: NULL: none */
	struct ike_inter *inter;          /* additional key exchanges; NULL: none */
	struct ike_resume *resume;        /* an SA that was; NULL: none */
	struct ike_talk talk;
	struct ike_deal *deal;
	struct ike_choice choice;                      /* of the proposal that is to be answered: IKE's, then the child's */
	struct ike_blob wanted_id;                     /* initiator: the IDr to insist on, as type and data */
	uint32_t spi_in;                               /* of the first child; ours to give back while not 0 */
	uint8_t auth_method;                           /* of 'auth' */
	uint8_t cookie_count, group_count;             /* how often IKE_SA_INIT began again */
	bool initial_contact, force_udp, need_address; /* the request's */
	bool wants_config;                             /* the peer sent CFG_REQUEST */
	bool childless;                                /* the first child comes after IKE_AUTH, RFC6023 */
	bool ppk_due;                                  /* the world says so: no SA without a post-quantum preshared key */
	bool ticket_wanted;                            /* the peer asks for one */
	bool ppk_bare;                                 /* the peer's AUTH that counts is that of NO_PPK_AUTH */
	bool proved;                                   /* the world has found the peer's signature right */
	struct addr redirected_from;                   /* the gateway that sent us, or the peer, here; family 0: none */
	enum ike_down refusal;                         /* told in clear, so not believed; IKE_DOWN_COUNT: none */
};

/* A struct ike_groups, small: rekey/groups.h. */
struct ike_pfs {
	uint8_t count, extra_count;
	uint8_t alg[IKE_PFS_GROUPS]; /* crypto_alg_index */
	struct {
		uint8_t slot, group; /* crypto_alg_index + 1; 0: it may be left out */
	} extra[IKE_PFS_EXTRAS];
};

/* One IKE SA.  The fields of 'state' to 'link' are fsm.c's and sa.c's alone to write. */
struct ike_sa {
	struct ike_engine *engine;
	struct slab_handle handle;
	struct map_node by_spi, by_init;
	struct list link;                /* of the engine's ready or dead */
	uint64_t posted[2];              /* a bit for each event; fsm.c's alone */
	uint8_t state;                   /* enum ike_state */
	uint8_t role;                    /* enum ike_role */
	uint8_t why;                     /* enum ike_down; IKE_DOWN_COUNT while nothing is wrong */
	uint8_t asked;                   /* enum ike_asked */
	uint8_t tx;                      /* enum ike_tx: the request under way */
	uint16_t todo;                   /* a bit for each enum ike_tx */
	uint8_t auth_local, auth_remote; /* enum ike_auth_method; the initiator's is 0 with EAP */
	uint8_t eap;                     /* EAP's number of the method that proved the initiator; 0: none */
	bool known;                      /* the world has seen the handle and waits for 'down' */
	bool came_up;                    /* 'up' was told */
	bool half_open;                  /* counts as such */
	bool in_init;                    /* is in the map by_init */
	bool counted;                    /* against the limit: it is neither over nor a rekey's */
	bool nat_local, nat_remote, flexvpn;
	uint16_t willing, agreed;           /* a bit for each enum ike_ability; ability.c's */
	bool initial_contact;               /* the peer sent it */
	bool takes_config;                  /* a peer's CFG_SET is for the world */
	bool original;                      /* we began the first of its line: with MOBIKE its addresses are ours to change */
	bool hinted;                        /* the probe under way or to come is for a hint */
	uint8_t extra[IKE_PROPOSAL_EXTRAS]; /* groups of its additional key exchanges, crypto_alg_index + 1; 0: no more */
	bool ppk;                           /* a post-quantum preshared key is in its keys, RFC8784 */
	bool succeeded;                     /* the peer has made an SA that takes its place */
	bool resumed;                       /* its keys come from a ticket's */
	bool asks_ticket;                   /* we ask for tickets */
	bool ticket_put_off;                /* the peer had none when it was asked last */
	struct ike_vault_stub ticket;       /* a gateway's: the one that is out for it */
	uint64_t ticket_until_ms;           /* and until when; or ours, that the world keeps; 0: there is none */
	uint64_t auth_until_ms;             /* what its authentication is good for; 0: no end */

	uint64_t spi_i, spi_r;
	uint8_t low_nonce[IKE_INFO_NONCE]; /* of IKE_SA_INIT */
	uint64_t ref;
	struct ike_source *source;  /* that counts it as half-open; NULL: none */
	struct ike_path path;       /* that requests of ours take */
	struct ike_path reply_path; /* that the peer's request came by */
	uint64_t moved_ms;          /* when it last got another path by the peer's doing, 0: never; this and the next are move.c's */
	struct addr_port move_local, move_remote; /* where it goes when move_timer fires */
	struct wheel_timer move_timer;
	uint64_t cookie2;        /* that the peer is to return, RFC4555-4.2.5 */
	struct ike_paths *paths; /* where else its peer can be reached; NULL: it hasn't said */
	struct ike_suite suite;
	struct secret keys;
	uint64_t iv; /* explicit IV of the next message under an AEAD */
	struct ike_window window;
	struct ike_gather *gather_request, *gather_response; /* fragments of the peer's next ones; NULL: none */
	uint16_t frag_mtu;                                   /* that the path was found to carry, 0: not looked for; mtu.c's */

	struct ike_id local_id, remote_id; /* 'data' is in the blobs */
	struct ike_blob local_octets, remote_octets;
	struct ike_dpd dpd;
	struct ike_pace pace;
	uint32_t lifetime_s, child_lifetime_s, auth_lifetime_s;
	uint64_t soft_ms, hard_ms; /* when it is rekeyed, and when it ends; 0: never */
	struct ike_pfs pfs;        /* of children made after the first */
	uint16_t nat_keepalive_s;
	uint64_t created_ms, up_ms;
	uint64_t last_rx_ms; /* valid message of the peer's */
	uint64_t last_tx_ms;
	uint64_t last_in_ms, last_out_ms; /* of its children's packets, 0: never */
	struct wheel_timer state_timer, dpd_timer, nat_timer, life_timer, auth_timer, ticket_timer;
	struct addr assigned_ip4, assigned_ip6;
	struct ike_sa_stats stats;

	struct list children;
	uint32_t lines;                     /* that there were */
	struct ike_agreement *agreement[2]; /* by enum ike_agree_side; NULL: none */
	struct ike_attempt *attempt;        /* our rekey that isn't settled; NULL: none */
	struct ike_promise *promise;        /* what the peer's rekey will make when all its key exchanges are through; NULL: none */
	uint8_t followups_lost;             /* series of ours, one after the other, that the peer had forgotten */
	struct ike_sa *spare;               /* what the peer's crossing rekey made; NULL: none */
	struct ike_sa *spare_of;            /* and the way back */
	struct ike_config *routes;          /* CFG_SET that waits or is under way */
	struct ike_setup *setup;            /* NULL once up */
	struct ike_blob redirect;           /* REDIRECT that the peer is or will be told, without type */
	struct ike_blob response;           /* to CREATE_CHILD_SA, that goes out when the world has the child */
	uint32_t making;                    /* spi_in of that child */
};

enum { IKE_SA_CHILDREN = 256 }; /* of one IKE SA, those on their way out included */

/*
 * A new SA of 'role' with an SPI of its own.  ERR_FULL at the limit, or when most slots are taken by SAs that are over: the last ones are for
 * rekeys.
 */
MUST_USE enum err ike_sa_new(struct ike_engine *e, enum ike_role role, const struct ike_path *path, struct ike_sa **out);

/* Frees it; called when the engine is at rest. */
void ike_sa_free(struct ike_sa *sa);

/* The SA whose own SPI is 'spi'; NULL when there is none. */
struct ike_sa *ike_sa_find(const struct ike_engine *e, uint64_t spi);

/* The half-open SA that answered IKE_SA_INIT 'request' of 'spi_i' over 'path'; and how it is entered. */
struct ike_sa *ike_sa_find_init(const struct ike_engine *e, uint64_t spi_i, const struct ike_path *path, struct bytes request);
void ike_sa_enter_init(struct ike_sa *sa);

/* What rekeying an IKE SA brings, RFC7296-2.18. */
struct ike_fresh {
	enum ike_role role; /* ours: who rekeys is the new initiator */
	uint64_t spi_i, spi_r;
	struct ike_suite suite;
	uint8_t extra[IKE_PROPOSAL_EXTRAS]; /* as in struct ike_sa */
	struct secret keys;                 /* moved */
};

/*
 * An SA in state IDLE with these keys, on the path of 'sa'; it has no children, and the world doesn't know it.  ERR_FULL: there is no slot
 * for it, which can't be for a rekey of ours: that was promised one.
 */
MUST_USE enum err ike_sa_twin(const struct ike_sa *sa, struct ike_fresh *fresh, struct ike_sa **out);

/* Keeps a slot for the SA that a rekey of ours is to make, or lets it go.  ERR_FULL: there is none. */
MUST_USE enum err ike_sa_promise(struct ike_engine *e);
void ike_sa_unpromise(struct ike_engine *e);

/*
 * Each becomes what the peer knows the other by: SPIs, keys, window.  Children, identity and handle stay.  No request of either may
 * be under way.
 */
void ike_sa_swap(struct ike_sa *a, struct ike_sa *b);

/* The SA and its spare know each other no more. */
void ike_sa_part(struct ike_sa *sa);

/* An SPI that is neither 0 nor taken. */
MUST_USE enum err ike_sa_draw_spi(struct ike_engine *e, uint64_t *out);

/* It is authenticated: no longer half-open. */
void ike_sa_opened(struct ike_sa *sa);

/*
 * Tells the world that it is gone, children first; once.  What it still held of the world's (an SPI) goes back.
 */
void ike_sa_tell_down(struct ike_sa *sa);

/* Drops what only the set-up needed. */
void ike_sa_settle(struct ike_sa *sa);

/* Copies 'id' into 'to', whose octets 'blob' owns. */
MUST_USE enum err ike_sa_set_id(struct ike_id *to, struct ike_blob *blob, const struct ike_id *id);

/* A copy of 'terms' and, if any, 'config'. */
MUST_USE enum err ike_sa_copy_deal(const struct ike_terms *terms, const struct ike_config *config, struct ike_deal **out);

/* Takes over from 'terms' what outlives the set-up. */
void ike_sa_take_terms(struct ike_sa *sa, const struct ike_terms *terms);

struct ike_child *ike_sa_child(const struct ike_sa *sa, uint32_t spi_in);

static inline uint64_t ike_sa_own_spi(const struct ike_sa *sa)
{
	return sa->role == IKE_INITIATOR ? sa->spi_i : sa->spi_r;
}

static inline bool ike_sa_udp_encap(const struct ike_sa *sa)
{
	return sa->nat_local || sa->nat_remote;
}

#ifdef __cplusplus
}
#endif
#endif
