#ifndef IKE_PORTS_H
#define IKE_PORTS_H

/*
 * What the IKE engine asks of the world.  The engine has no socket, no clock, no AAA, no policy of its own: it
 * calls the functions of one struct ike_ports and is answered through engine.h.
 *
 * A question that the world may take its time with (agree, authenticate, sign, eap, authorize, install) returns nothing; its answer is a
 * call of ike_engine_agreed, ike_engine_authenticated, ike_engine_signed, ike_engine_eap, ike_engine_authorized or ike_engine_installed with
 * the same handle.  The answer may come from inside the question, for it only posts an event.  Every question is answered once, ERR_TIMEOUT at worst; when
 * the SA dies first ('down'), the answer that comes too late is dropped and counted.
 *
 * All pointers and views handed over in either direction live until the call returns, unless a comment says "moved".
 * Everything runs on the engine's thread.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/slab.h"
#include "crypto/alg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_id;      /* ike/wire/id.h: type and value of an identity, RFC7296-3.5 */
struct ike_ts;      /* ike/wire/ts.h: one traffic selector, RFC7296-3.13.1 */
struct ike_gateway; /* ike/wire/gateway.h: address or name of one, RFC5685-8.2 */

enum {
	IKE_OFFER_ALGS = 32, /* transforms of one proposal */
	IKE_OFFER_EXTRAS = 16,
	IKE_OFFERS = 8,      /* proposals of one policy */
	IKE_TS_COUNT = 16,   /* selectors of one side of a CHILD_SA */
	IKE_TS_PAIRS = 16,   /* of one of each side, of one family */
	IKE_PFS_GROUPS = 4,  /* groups of key exchanges of their own for CHILD_SAs */
	IKE_PFS_EXTRAS = 14, /* choices for the additional ones */
	IKE_EXTRAS = 7,      /* additional key exchanges of one SA (RFC9370-2.2.1) */
	IKE_CHILDREN = 8,    /* CHILD_SAs of one IKE SA where policy doesn't say; a rekeyed one and its successor are one */
	IKE_CONFIG_DNS = 4,  /* servers of each kind */
	IKE_CONFIG_PREFIXES = 64,
	IKE_CERTS = 8,        /* certificates of one side */
	IKE_AUTHORITIES = 64, /* CAs of one side's CERTREQ */
	IKE_MEMO_MAX = 512    /* bytes of what a gateway's world has a ticket say to it */
};

enum ike_role { IKE_RESPONDER, IKE_INITIATOR };

/*
 * Between which two sockets a datagram travels.  'natt': over the socket that carries ESP as well (port 4500); its
 * owner adds and strips the four zero bytes of the non-ESP marker (RFC3948-2.2), the engine never sees them.
 */
struct ike_path {
	struct addr_port local;
	struct addr_port remote;
	uint32_t vrf; /* front VRF, 0 the global one */
	bool natt;
};

/* What may be used for an additional key exchange (RFC9370-2.2.1), 'slot' 1 to 7; without 'group' it may be left out. */
struct ike_extra {
	const struct crypto_alg *group;
	uint8_t slot;
};

/*
 * One proposal: rows of the algorithm table, grouped by kind or not, in order of preference within a kind.  An IKE
 * proposal needs ENCR, PRF, GROUP and, without AEAD, INTEG; an ESP proposal ENCR and, without AEAD, INTEG.
 */
struct ike_offer {
	uint8_t alg_count, extra_count;
	const struct crypto_alg *alg[IKE_OFFER_ALGS];
	struct ike_extra extra[IKE_OFFER_EXTRAS]; /* IKE alone, in order of preference within a slot */
};

struct ike_offers {
	uint8_t count;
	struct ike_offer offer[IKE_OFFERS]; /* in order of preference */
};

/* Groups in order of preference, and those of additional key exchanges, which are made only beside one of the former. */
struct ike_groups {
	uint8_t count, extra_count;
	const struct crypto_alg *alg[IKE_PFS_GROUPS];
	struct ike_extra extra[IKE_PFS_EXTRAS];
};

/* Wishes of a CFG_REQUEST. */
enum ike_want {
	IKE_WANT_IP4 = 1 << 0,     /* INTERNAL_IP4_ADDRESS */
	IKE_WANT_NETMASK = 1 << 1, /* INTERNAL_IP4_NETMASK */
	IKE_WANT_DNS4 = 1 << 2,
	IKE_WANT_SUBNET4 = 1 << 3, /* INTERNAL_IP4_SUBNET */
	IKE_WANT_IP6 = 1 << 4,
	IKE_WANT_DNS6 = 1 << 5,
	IKE_WANT_SUBNET6 = 1 << 6,
	IKE_WANT_NBNS4 = 1 << 7,
	IKE_WANT_VERSION = 1 << 8 /* APPLICATION_VERSION */
};

/*
 * The content of a Configuration payload (RFC7296-3.15).  In a request 'want' says what is asked for, and an address
 * that is set is the one the peer would like (have again).  In CFG_REPLY and CFG_SET 'want' is 0.
 */
struct ike_config {
	uint16_t want; /* enum ike_want */
	uint8_t dns_count, nbns_count;
	uint8_t prefix_count;
	uint8_t ip4_mask_len;   /* INTERNAL_IP4_NETMASK as a length; 0: none, so a netmask of 0.0.0.0 isn't carried */
	struct addr ip4;        /* family 0: none */
	struct addr_prefix ip6; /* address with its prefix length; family 0: none */
	struct addr dns[IKE_CONFIG_DNS];
	struct addr nbns[IKE_CONFIG_DNS];
	struct addr_prefix prefix[IKE_CONFIG_PREFIXES]; /* INTERNAL_IP4_SUBNET and INTERNAL_IP6_SUBNET, in order */
	uint16_t dropped;                               /* attributes received that don't fit here or that Nave doesn't know */
};

/* dpd INTERVAL RETRY {on-demand | periodic} (cli.md 1.4).  interval 0: off. */
struct ike_dpd {
	uint16_t interval_s;
	uint16_t retry_s;
	bool periodic;
};

/* What a CHILD_SA of ours may be. */
struct ike_child_policy {
	struct ike_offers esp;
	uint8_t local_count, remote_count;
	const struct ike_ts *local; /* at most IKE_TS_COUNT of each side */
	const struct ike_ts *remote;
	struct ike_groups pfs; /* of a key exchange of its own in CREATE_CHILD_SA; none: none is asked for */
	uint32_t lifetime_s;   /* soft somewhat earlier: it is rekeyed; 0: no end */
	uint8_t limit;         /* CHILD_SAs that the IKE SA may have; 0: IKE_CHILDREN */
	bool transport;        /* transport mode, if the peer agrees: then the selectors are of the end points alone (RFC7296-1.3.1) */
	bool endpoints;        /* one selector a side, of the IKE SA's own address; behind a NAT in tunnel mode, of a host the peer names */
	bool narrow_to_address; /* a peer that asked for an address and isn't FlexVPN gets TSi = that address (cli.md 3) */
};

/* What an IKE SA lives by once its peer is known: by the request for an initiator, by the grant for a responder. */
struct ike_terms {
	struct ike_child_policy child;
	struct ike_dpd dpd;
	bool childless;              /* initiator: the first child comes by CREATE_CHILD_SA, if the responder can (RFC6023) */
	bool mobike;                 /* RFC4555, if the engine announces it at all */
	uint32_t auth_lifetime_s;    /* the peers are to authenticate anew within this, or the SA ends (RFC4478); 0: never */
	uint32_t lifetime_s;         /* the IKE SA is rekeyed before and deleted after this; 0: never */
	uint16_t nat_keepalive_s;    /* behind a NAT; 0: the engine's default */
	uint16_t retransmit_tries;   /* 0: the engine's default */
	uint32_t retransmit_base_ms; /* 0: the engine's default */
};

/* An initiator's order. */
struct ike_request {
	struct ike_path path; /* natt false: begins on port 500 and floats when a NAT is found */
	uint64_t ref;         /* the world's own name for it: comes back in every question */
	const struct ike_id *local_id;
	const struct ike_id *remote_id;  /* sent as IDr, and then the one that must answer; NULL: none */
	struct secret psk;               /* moved: signs for us; empty: the world is asked to 'sign' */
	struct secret ppk;               /* moved: post-quantum preshared key (RFC8784); empty: none */
	struct bytes ppk_id;             /* its PPK_ID, the type first */
	bool ppk_required;               /* no SA without it */
	bool eap;                        /* we prove ourselves by EAP: 'psk' isn't needed, the world is asked for the packets */
	bool eap_only;                   /* that may prove the peer, too (RFC5998) */
	struct bytes authorities;        /* CERTREQ: hashes of CAs (RFC7296-3.7), one after the other; empty: none is sent */
	bool initial_contact;            /* the world has no other SA of this identity pair */
	bool force_udp;                  /* pretend a NAT, so that ESP travels in UDP */
	bool need_address;               /* without an address from the peer the SA is deleted (cli.md 1.5) */
	const struct ike_config *want;   /* CFG_REQUEST; NULL: none */
	const struct ike_config *routes; /* CFG_SET, sent once the SA is up; NULL or no prefix: none */
	bool follow_redirects;           /* the peer may send us elsewhere: the world is told by 'redirected' */
	struct addr redirected_from;     /* the gateway that sent us to this one; family 0: none did */
	bool resumption;                 /* asks for a ticket (RFC5723): the world is told of it by 'pass' */
	struct bytes pass;               /* what 'pass' brought of an SA that is no more: it is resumed if that can be; empty: none */
	struct ike_terms terms;
};

/* ---- questions ---- */

/* A key exchange, or a part of it: a share of ours is made, g^ir computed, or both (a responder's).  It needs nothing else. */
struct ike_agree {
	const struct crypto_alg *group;
	struct bytes own;  /* our private half; empty: a share is to be made */
	struct bytes peer; /* the peer's public value, as it came; empty: a share is all that is wanted */
	bool urgent;       /* for a peer that is up: to be served before those that aren't */
};

/* The answer; err as of crypto_kex_new and crypto_kex_derive. */
struct ike_agreed {
	enum err err;
	struct secret own;    /* moved: the private half that was made … */
	struct bytes pub;     /* … and the public one, for KE */
	struct secret shared; /* moved: g^ir */
};

/*
 * Who is it, and with what is it verified?  Asked when the peer's identity and AUTH method are known, before AUTH is checked.
 * A signature is the world's to check, with the certificates that came along; nothing of them has been verified.
 */
struct ike_who {
	enum ike_role role; /* ours */
	struct ike_path path;
	uint64_t ref; /* initiator: the request's */
	const struct ike_id *peer_id;
	const struct ike_id *wanted_id; /* responder: the IDr that the peer asked for; NULL: none */
	uint8_t method;                 /* the peer's, enum ike_auth_method; 0: it wants EAP (RFC7296-2.16) */
	bool eap_only;                  /* responder: that may prove us, too (RFC5998) */
	uint8_t cert_count;
	const struct bytes *cert; /* in the order of the message: the first one holds the key (RFC7296-3.6) */
	const uint8_t *encoding;  /* of each: X.509 as DER; or, if we said that we look them up, URL_X509 or URL_BUNDLE: SHA-1, then URL */
	struct bytes authorities; /* responder: the peer's CERTREQ, as in struct ike_request; empty: none, or any will do */
	struct bytes auth;        /* data of AUTH; empty with a pre-shared key */
	struct bytes octets;      /* what AUTH signs (RFC7296-2.15); empty with a pre-shared key */
	bool resumed;             /* a ticket proves it and us (RFC5723): no key is asked for; a responder's answer needs 'ref' alone */
	struct bytes memo;        /* responder: what 'ticket' had the ticket say */
};

/*
 * The answer.  err other than ERR_OK: the peer gets AUTHENTICATION_FAILED, whatever the cause, and 'why' is logged.
 * Both roles give 'verify', or 'proved' if the method is a signature; a responder also gives 'ref', 'local_id', and 'sign' or 'certificate'.
 */
struct ike_proof {
	enum err err;
	const char *why; /* "no-profile", "no-key" …: for log and counter; NULL when ERR_OK */
	uint64_t ref;    /* the world's own name for the SA from now on */
	const struct ike_id *local_id;
	bool proved;          /* the peer's signature is right, and its certificate proves its identity */
	bool certificate;     /* we prove ourselves by a signature: the world will be asked to 'sign' */
	bool eap_only;        /* asked for and granted: EAP alone proves us; neither 'sign' nor 'certificate' is needed */
	bool ppk_required;    /* no SA without a post-quantum preshared key: what 'ppk' gave must be in use */
	struct secret verify; /* moved: PSK of the peer's direction */
	struct secret sign;   /* moved: PSK of ours */
};

/* Our signature.  Asked of an initiator's world before IKE_AUTH, of a responder's once the peer is verified. */
struct ike_text {
	enum ike_role role;
	struct ike_path path;
	uint64_t ref;
	const struct ike_id *local_id;
	struct bytes authorities; /* the peer's CERTREQ */
	bool lookup;              /* the peer fetches certificates by URL (RFC7296-3.6) */
	uint16_t hashes;          /* the peer's SIGNATURE_HASH_ALGORITHMS, a bit (1 << enum crypto_hash) each; 0: it knows no RFC7427 */
	struct bytes octets;      /* what is to be signed */
};

/* The answer.  err other than ERR_OK: there will be no SA; a responder's peer gets AUTHENTICATION_FAILED. */
struct ike_signature {
	enum err err;
	const char *why;
	uint8_t method;    /* enum ike_auth_method */
	struct bytes data; /* of AUTH */
	uint8_t cert_count;
	struct bytes cert[IKE_CERTS]; /* to be sent as CERT, the one that holds the key first */
	uint8_t encoding[IKE_CERTS];  /* of each, as in struct ike_who; 0: X.509 as DER */
};

/*
 * EAP, RFC7296-2.16.  Asked for each packet, in either role: a responder's world first for the one to begin with ('packet' is empty then),
 * then for what the peer's packet leads to; an initiator's world for the answer to the responder's.
 */
struct ike_eap_turn {
	enum ike_role role;
	struct ike_path path;
	uint64_t ref;
	const struct ike_id *local_id;
	const struct ike_id *peer_id; /* as it says; an initiator has verified it, unless 'only' */
	bool only;                    /* nothing but EAP proves the responder (RFC5998): a safe method is needed */
	struct bytes packet;
};

enum ike_eap_verdict {
	IKE_EAP_ON,    /* 'packet' is to be sent and another one will come */
	IKE_EAP_DONE,  /* a responder sends 'packet', which is Success; to an initiator it has come */
	IKE_EAP_FAILED /* a responder sends 'packet', which is Failure; the SA ends */
};

/* The answer.  An error of the world's own is IKE_EAP_FAILED without a packet. */
struct ike_eap_answer {
	enum ike_eap_verdict verdict;
	const char *why; /* of IKE_EAP_FAILED, or of IKE_EAP_ON when this is how the peer is told: for the log; else NULL */
	struct bytes packet;
	uint32_t wait_ms;  /* IKE_EAP_ON, responder: how long the peer may take for its answer; 0: till the end of eap_ms */
	uint8_t method;    /* IKE_EAP_DONE: EAP's number of it */
	struct secret msk; /* moved; IKE_EAP_DONE: the method's key; empty: it has none, and SK_p stand in */
};

/* What may it have?  Asked of a responder's world once AUTH is verified. */
struct ike_plea {
	struct ike_path path;
	uint64_t ref;
	const struct ike_id *peer_id;
	const struct ike_config *want;  /* CFG_REQUEST; NULL: none came */
	const struct ike_ts *tsi, *tsr; /* as proposed */
	uint8_t tsi_count, tsr_count;
	bool initial_contact;
	bool flexvpn;                     /* the peer sent FLEXVPN-SUPPORTED */
	bool udp_encap;                   /* ESP will travel in UDP */
	bool redirectable;                /* the peer can be sent elsewhere (RFC5685) */
	struct addr redirected_from;      /* the gateway that sent it here; family 0: none did */
	const struct slab_handle *former; /* the SA that this one resumes: the world ends it (ike_engine_forget); NULL: it is gone */
};

enum ike_verdict {
	IKE_GRANTED,
	IKE_REFUSED,    /* AUTHENTICATION_FAILED, the IKE SA is gone */
	IKE_NO_ADDRESS, /* INTERNAL_ADDRESS_FAILURE: the IKE SA stays without child, for 30 s unless one comes */
	IKE_REDIRECTED  /* the peer is to go to 'redirect' and delete this SA, which has no child and ends after 30 s (RFC5685-6) */
};

struct ike_grant {
	enum ike_verdict verdict;
	const char *why;                    /* as in ike_proof; NULL when granted */
	const struct ike_gateway *redirect; /* IKE_REDIRECTED: where to */
	const struct ike_config *reply;     /* CFG_REPLY, sent only if the peer asked; NULL: no authorization, no part in it (cli.md 1.5) */
	struct ike_terms terms;
};

/* ---- CHILD_SA ---- */

/* The peer of an SA that is up asks for a further CHILD_SA (RFC7296-1.3.1). */
struct ike_child_plea {
	struct ike_path path;
	uint64_t ref;
	const struct ike_id *peer_id;
	const struct ike_ts *tsi, *tsr; /* as proposed */
	uint8_t tsi_count, tsr_count;
};

struct ike_child_keys {
	struct secret encr;  /* with the salt at its end */
	struct secret integ; /* empty with an AEAD */
};

/*
 * A pair of ESP SAs to install.  'spi_in' names it in every later call: the world chose it, so it is unique.  'path'
 * gives the outer addresses, and the ports when 'udp_encap'.  A line is a pair and its successors; packets that the selectors of several
 * lines let pass are the world's to choose for.
 */
struct ike_child_sa {
	uint32_t spi_in, spi_out;
	const struct crypto_alg *encr;
	const struct crypto_alg *integ;             /* NULL with an AEAD */
	const struct crypto_alg *group;             /* of a key exchange of its own; NULL: none */
	const struct crypto_alg *extra[IKE_EXTRAS]; /* of the additional ones, then NULL */
	bool esn;
	bool udp_encap;
	bool transport;     /* mode; else tunnel */
	enum ike_role role; /* of this exchange */
	struct ike_path path;
	struct ike_child_keys in, out; /* the world moves what it keeps out of here; the rest is wiped after the call */
	uint8_t local_count, remote_count;
	const struct ike_ts *local, *remote; /* as narrowed, seen from us */
	const struct ike_config *config;     /* initiator: what CFG_REPLY brought; NULL: nothing.  Responder: what was sent */
	uint64_t ref;
	const struct ike_id *peer_id;
	uint32_t replaces; /* spi_in of the pair that this one is the successor of, 0: none; that one stays until child_down */
	uint32_t line;     /* of this IKE SA's: pairs of one line replace one another */
};

/* ---- resumption, RFC5723 ---- */

/* What a gateway's world gives along with a ticket. */
struct ike_ticket_terms {
	uint32_t lifetime_s; /* no longer than this; not 0 */
	uint32_t good_s;     /* and no longer than what the peer's proof is good for, as the resumed SA; 0: AUTH_LIFETIME alone says it */
	size_t memo_len;
	uint8_t memo[IKE_MEMO_MAX]; /* comes back in struct ike_ticket and ike_who */
};

/* A ticket that a peer presents, decrypted. */
struct ike_ticket {
	const struct ike_id *peer_id;
	struct bytes memo;
};

/* Why an SA is gone. */
#define IKE_DOWN_LIST(X)                                                       \
	X(DELETED, "deleted", "deleted by us")                                 \
	X(PEER_DELETED, "peer-deleted", "deleted by the peer")                 \
	X(TIMEOUT, "timeout", "the peer doesn't answer")                       \
	X(DEAD_PEER, "dead-peer", "liveness checks went unanswered")           \
	X(AUTH, "auth", "authentication failed, here or there")                \
	X(NO_PROPOSAL, "no-proposal", "no common proposal")                    \
	X(TS, "ts", "traffic selectors unacceptable")                          \
	X(ADDRESS, "address", "no address")                                    \
	X(INSTALL, "install", "the datapath refused the CHILD_SA")             \
	X(NO_CHILD, "no-child", "no CHILD_SA in time")                         \
	X(LIFETIME, "lifetime", "end of its lifetime")                         \
	X(PROTOCOL, "protocol", "the peer broke the protocol, or said we did") \
	X(REPLACED, "replaced", "authentication anew made another one")        \
	X(REDIRECTED, "redirected", "the peer sent us to another gateway")     \
	X(WORLD, "world", "a question went unanswered")                        \
	X(INTERNAL, "internal", "out of memory or a crypto failure")           \
	X(SHUTDOWN, "shutdown", "the engine ends")

enum ike_down {
#define IKE_DOWN_ENUM(name, word, text) IKE_DOWN_##name,
	IKE_DOWN_LIST(IKE_DOWN_ENUM)
#undef IKE_DOWN_ENUM
		IKE_DOWN_COUNT
};

/* The word of a reason ("dead-peer"); never NULL. */
const char *ike_ports_down_str(enum ike_down reason);

/* ---- the table ---- */

struct ike_ports {
	void *ctx; /* first argument of every function */

	/* Sends one IKE datagram. */
	void (*send)(void *ctx, const struct ike_path *path, struct bytes datagram);

	/* Sends the one-byte NAT keepalive (RFC3948-2.3), without marker. */
	void (*keepalive)(void *ctx, const struct ike_path *path);

	/*
	 * The IKE proposals for 'path': the policy that its front VRF and local address select.  Both roles; asked for each
	 * IKE_SA_INIT.  ERR_ABSENT: no policy (the responder is silent to the peer but for NO_PROPOSAL_CHOSEN).
	 */
	enum err (*policy)(void *ctx, const struct ike_path *path, struct ike_offers *out);

	/* Whether a new peer could be served now: if not its IKE_SA_INIT is dropped, and it sends another.  NULL: always. */
	bool (*ready)(void *ctx);

	/*
	 * A gateway's: where a new peer that can follow (RFC5685) is to go, which comes from gateway 'from' (family 0: of itself).  false: it
	 * is served here.  Asked for each IKE_SA_INIT, before there is an SA.  NULL: all are served.
	 */
	bool (*redirect)(void *ctx, const struct ike_path *path, const struct addr *from, struct ike_gateway *to);

	/*
	 * A client's: the peer sends us to gateway 'to'.  false: we don't go.  If we do, an SA that isn't up yet is over; one that is up stays
	 * until the world deletes it.  NULL: we never do.
	 */
	bool (*redirected)(void *ctx, struct slab_handle sa, const struct ike_gateway *to);

	/*
	 * Questions, answered through engine.h.  'agree' has a handle of the question's own: the world needn't have seen the SA.  NULL: the
	 * engine computes key exchanges itself, at once.
	 */
	void (*agree)(void *ctx, struct slab_handle question, const struct ike_agree *ask);
	void (*authenticate)(void *ctx, struct slab_handle sa, const struct ike_who *who);
	void (*authorize)(void *ctx, struct slab_handle sa, const struct ike_plea *plea);

	/* A question too.  NULL: a world without certificates, which says nothing of SIGNATURE_HASH_ALGORITHMS either. */
	void (*sign)(void *ctx, struct slab_handle sa, const struct ike_text *text);

	/* A question too.  NULL: a world without EAP. */
	void (*eap)(void *ctx, struct slab_handle sa, const struct ike_eap_turn *turn);

	/* A responder's CERTREQ: hashes of the CAs whose certificates it takes on 'path', as in struct ike_request.  NULL: none. */
	struct bytes (*authorities)(void *ctx, const struct ike_path *path);

	/*
	 * The post-quantum preshared key (RFC8784) whose PPK_ID, with its type first, is 'id', for the peer 'who', of whom nothing is proved;
	 * ERR_ABSENT: there is none.  A responder's; 'ppk_known': whether there are any, so that it is worth to offer.  NULL both: none.
	 */
	enum err (*ppk)(void *ctx, const struct ike_who *who, struct bytes id, struct secret *out);
	bool (*ppk_known)(void *ctx, const struct ike_path *path);

	/*
	 * An inbound SPI on 'path' for a CHILD_SA that may come.  It stays the engine's until 'install' is called with it,
	 * or is given back through spi_free.  ERR_FULL or ERR_AGAIN: none to be had now.
	 */
	enum err (*spi_new)(void *ctx, const struct ike_path *path, uint32_t *out);
	void (*spi_free)(void *ctx, uint32_t spi);

	/*
	 * Installs both directions.  Until the answer comes the peer isn't answered (responder), so that it never sends into
	 * a hole.  An SA that is up gets another call for each further child, and when a child is rekeyed (ike_engine_config.child_rekey):
	 * that pair only receives until 'child_use'.  From here on the SPI is the world's, whatever the answer: child_down says when the
	 * pair is to go.
	 */
	void (*install)(void *ctx, struct slab_handle sa, struct ike_child_sa *child);

	/* Packets go out by the pair 'spi_in' from now on; the others of its line still receive.  A line's first pair needs no call. */
	void (*child_use)(void *ctx, struct slab_handle sa, uint32_t spi_in);

	/*
	 * What a further CHILD_SA that the peer asks for may be, or the first if IKE_AUTH made none (RFC6023, or it was refused there); what it
	 * points at lives until the engine is next called.  'pfs' and 'lifetime_s' of the SA's terms hold for all of its children.
	 * Any error: NO_ADDITIONAL_SAS.  NULL: there is never one.
	 */
	enum err (*child_policy)(void *ctx, struct slab_handle sa, const struct ike_child_plea *plea, struct ike_child_policy *out);

	/*
	 * Initiator: the peer refuses the first child by 'notify', and the SA has none yet.  true: it is to ask for 'out' instead (RFC7296-1.2),
	 * which is the former policy until it is written to; what it points at lives until the engine is next called.  false: the SA is of
	 * no use and goes.  NULL: so it always is.
	 */
	bool (*first_refused)(void *ctx, struct slab_handle sa, uint16_t notify, struct ike_child_policy *out);

	/*
	 * What ike_engine_new_child named 'spi_in' came to nothing before it was installed; 'notify': what the peer answered, 0: it didn't
	 * refuse.  NULL: the world never gives that order.
	 */
	void (*child_refused)(void *ctx, struct slab_handle sa, uint32_t spi_in, uint16_t notify);

	/* The pair 'spi_in' is no more (deleted, its IKE SA gone, or its install failed or came too late). */
	void (*child_down)(void *ctx, struct slab_handle sa, uint32_t spi_in);

	/*
	 * The peer's prefixes: CFG_SET at a responder.  Sets accepted[i] for each prefix[i] that it takes; those alone are
	 * acknowledged.  'accepted' holds config->prefix_count entries, all false.
	 */
	void (*config_set)(void *ctx, struct slab_handle sa, const struct ike_config *config, bool *accepted);

	/* The IKE SA and its first CHILD_SA are up; the peer has been or is being answered. */
	void (*up)(void *ctx, struct slab_handle sa);

	/*
	 * The IKE SA is gone.  Called exactly once for each handle that the world has seen, as the last call with it, after
	 * child_down for each child.
	 */
	void (*down)(void *ctx, struct slab_handle sa, enum ike_down reason);

	/*
	 * It is time to authenticate anew: the world initiates another SA to this peer and, when that is up, retires this one
	 * (ike_engine_retire).  An initiator's; NULL: it does nothing, and the peer ends the SA in time.
	 */
	void (*reauthenticate)(void *ctx, struct slab_handle sa);

	/*
	 * The peer deleted an SA that was said to have a successor (ike_engine_replace): packets go out by that one now, and when they do
	 * the world calls ike_engine_switched, perhaps at once; 'down' comes later.
	 */
	void (*retired)(void *ctx, struct slab_handle sa);

	/*
	 * The peer deletes pairs, which packets may still go out by until the world's datapath has done what 'child_use' and 'child_down' said
	 * last: then the world calls ike_engine_switched, perhaps at once, and the peer is answered.  NULL: it is answered at once.
	 */
	void (*deleted)(void *ctx, struct slab_handle sa);

	/* From now on the SA is on 'path' (a NAT's other mapping, RFC7296-2.23, or MOBIKE); its CHILD_SAs follow, and are in UDP or not. */
	void (*moved)(void *ctx, struct slab_handle sa, const struct ike_path *path, bool udp_encap);

	/* The IKE SA has fresh keys, whoever asked for them; its handle stays.  NULL: not told. */
	void (*rekeyed)(void *ctx, struct slab_handle sa);

	/* A gateway's: whether the peer of an SA may have a ticket to resume it by (RFC5723).  NULL: never. */
	bool (*ticket)(void *ctx, struct slab_handle sa, struct ike_ticket_terms *out);

	/* A gateway's: whether a ticket is still to be taken, on 'path'; nothing is proved yet.  NULL: none is. */
	bool (*resumable)(void *ctx, const struct ike_path *path, const struct ike_ticket *ticket);

	/*
	 * A client's: what the SA can be resumed by for the next 'lifetime_s' seconds when it is lost, moved; it takes the place of what was
	 * brought before, and of what ike_request.pass was.  Empty: there is nothing any more.  NULL: not told.
	 */
	void (*pass)(void *ctx, struct slab_handle sa, struct secret *pass, uint32_t lifetime_s);

	/*
	 * Our addresses that an SA on 'path' could live on, at most 'max' into 'out' (RFC4555-3.4); how many.  The path's own is among them as long
	 * as it is ours.  NULL: none are told, nor others tried.
	 */
	unsigned (*addresses)(void *ctx, const struct ike_path *path, struct addr *out, unsigned max);

	/* Whether the peer of an SA that is up may go to 'path' (MOBIKE).  NULL: anywhere. */
	bool (*may_move)(void *ctx, struct slab_handle sa, const struct ike_path *path);
};

#ifdef __cplusplus
}
#endif
#endif
