#ifndef IKE_ENGINE_H
#define IKE_ENGINE_H

/*
 * The IKEv2 engine (RFC 7296), sans I/O: datagrams, the time and the world's answers go in here; datagrams and questions go
 * out through ports.h.  One thread; every function takes the time, in milliseconds of a clock that never goes back.
 * After any call ike_engine_next may be earlier than before: ask it again.
 *
 * What strangers can make it keep is bounded: half_open_limit SAs, each with one request of at most IKE_INIT_MAX bytes, our
 * response, and one message that waits for a key exchange or for the world; frag_bytes of fragments, half of that theirs;
 * IKE_SOURCES sources (source.h).  Each peer that is authenticated: one request and one response of at most twice 16 KiB (a message, cut in
 * fragments), fragments of one request and one response, and as many children as its terms allow.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/log.h"
#include "base/slab.h"
#include "ike/ports.h"

#ifdef __cplusplus
extern "C" {
#endif

struct crypto;      /* crypto/crypto.h: algorithms fetched once */
struct crypto_rand; /* crypto/rand.h: source of randomness */
struct ike_engine;

/*
 * What one source may ask for: an IPv4 /24 or an IPv6 /64.  The rate is that of the XDP program too, by the same rule (docs/steering.md):
 * every IKE_SA_INIT request takes a token.
 */
struct ike_source_rule {
	uint32_t rate;      /* IKE_SA_INIT requests per second; 0: no limit */
	uint32_t burst;     /* of them at once; 0 counts as 1 */
	uint32_t half_open; /* SAs (half of the engine's half_open_limit) */
};

enum { IKE_SLOTS = 2 }; /* room for so many times sa_limit: a rekey has two SAs for a while.  Indices of handles are below that */

/* Zero in a field means its default. */
struct ike_engine_config {
	struct crypto *crypto; /* borrowed, as all pointers here, for the engine's life */
	const struct crypto_rand *rand;
	const struct ike_ports *ports;
	const struct log *log;     /* NULL: silent */
	uint32_t sa_limit;         /* IKE SAs with a peer (100000); what rekeys make besides isn't refused for it */
	uint32_t half_open_limit;  /* responder's SAs not yet authenticated (10000); beyond it IKE_SA_INIT is dropped */
	uint32_t cookie_threshold; /* half-open SAs beyond which cookies are demanded (100); UINT32_MAX: never */
	bool cookie_always;        /* demand a cookie of everyone */
	struct ike_source_rule source;
	uint32_t half_open_ms;       /* responder: from IKE_SA_INIT to a valid IKE_AUTH (30000) */
	uint32_t eap_ms;             /* from its first packet to the end of EAP (120000) */
	uint32_t answer_ms;          /* how long the world may take for an answer (30000) */
	uint32_t childless_ms;       /* responder: an IKE SA without a child (30000) */
	uint32_t retransmit_base_ms; /* first wait; doubled each time (1000) */
	uint32_t retransmit_tries;   /* transmissions in all (6): the peer is dead after base * (2^tries - 1) */
	uint32_t probe_base_ms;      /* the same for a probe that a hint asked for (1000, 3 tries) */
	uint32_t probe_tries;
	uint32_t rekey_retry_ms; /* after a rekey that was refused for the time being, up to half as long again (10000) */
	uint32_t followup_ms;    /* between two of a peer's key exchanges of one rekey (20000) */
	uint32_t old_ms;  /* a peer that has rekeyed an SA has so long to delete the old one: more than its retransmissions take (180000) */
	uint32_t fade_ms; /* a deleted pair receives for so long what was on its way (5000) */
	uint16_t abilities;       /* what is announced: a bit for each enum ike_ability (none) */
	bool cert_lookup;         /* the world fetches certificates of peers by URL; else that isn't announced */
	uint16_t frag_mtu;        /* larger IP packets go in fragments, RFC7383 (576 or, with IPv6, 1280) */
	uint32_t frag_bytes;      /* of peers' fragments that wait for others (8 MiB) */
	uint16_t nat_keepalive_s; /* (20) */
	bool child_rekey;         /* the world's 'install' can take a successor; else rekeying a child is NO_ADDITIONAL_SAS */
	uint32_t notify_rate;     /* unprotected INVALID_IKE_SPI and INVALID_SPI: per second (10) */
};

/* ---- life ---- */

MUST_USE enum err ike_engine_new(struct ike_engine **out, const struct ike_engine_config *config, uint64_t now_ms);

/* Ends it: 'down' is called for each SA (IKE_DOWN_SHUTDOWN); peers aren't told.  free(NULL) is fine. */
void ike_engine_free(struct ike_engine *e);

/* Fires what is due by 'now_ms'. */
void ike_engine_advance(struct ike_engine *e, uint64_t now_ms);

/* When ike_engine_advance is to be called next; UINT64_MAX: nothing is waited for. */
uint64_t ike_engine_next(const struct ike_engine *e);

/* What an operator may change while it runs; for messages to come.  Zero means what the engine was made with, or the default. */
struct ike_tuning {
	uint16_t frag_mtu;
	uint32_t sa_limit; /* no more than the engine was made with */
	uint32_t half_open_limit;
	uint32_t cookie_threshold;
	bool cookie_always;
	bool cert_lookup;
	struct ike_source_rule source;
};
void ike_engine_tune(struct ike_engine *e, const struct ike_tuning *tuning);

/* What is in force, defaults filled in. */
void ike_engine_tuned(const struct ike_engine *e, struct ike_tuning *out);

/* ---- in from the network ---- */

/* One datagram, without non-ESP marker. */
void ike_engine_receive(struct ike_engine *e, uint64_t now_ms, const struct ike_path *path, struct bytes datagram);

/* ESP of an unknown SPI came over 'path': hints INVALID_SPI to its sender, in clear (RFC7296-1.5) and at a limited rate. */
void ike_engine_unknown_spi(struct ike_engine *e, uint64_t now_ms, const struct ike_path *path, uint32_t spi);

/* ---- orders ---- */

/*
 * Begins an IKE SA; 'request->psk' is emptied whatever comes out.  The end is told by up or down.  ERR_FULL at the limit, ERR_ABSENT
 * when no policy fits the path, ERR_INCOMPLETE for a request without identity, proposals or selectors, or without a key where the world can't sign.
 */
MUST_USE enum err ike_engine_initiate(struct ike_engine *e, uint64_t now_ms, struct ike_request *request, struct slab_handle *out);

/*
 * Deletes the SA: the peer is told (RFC7296-1.4.1) and has until the retransmissions end to answer; children and SA go
 * down.  A stale handle is ignored and counted, here and below.
 */
void ike_engine_delete(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/*
 * The same for a peer that says it has lost the SA (INITIAL_CONTACT, RFC7296-2.4): told once, should it not be so, and
 * not again.
 */
void ike_engine_abandon(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/*
 * Deletes an SA of which we are the initiator and whose successor is up: the peer is told, but the pairs receive until it has answered and
 * what was on its way is here; then 'down'.
 */
void ike_engine_retire(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/* The peer has resumed it (RFC5723-4.3.4): it is gone at once, without a word to the peer. */
void ike_engine_forget(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/* The peer has made a successor: when it deletes this one, 'retired' is called, and the pairs receive what is on its way before 'down'. */
void ike_engine_replace(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/* The world's answer to 'retired' and 'deleted': nothing is sent any more by what the peer deletes, so the peer, which forgets it with our answer, gets that. */
void ike_engine_switched(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/*
 * A further CHILD_SA of an SA that is up, as soon as its other exchanges leave room (RFC7296-1.3.1); '*spi_in' names it from now on:
 * 'install' or 'child_refused' follows.  'pfs' and 'lifetime_s' are those of the SA's terms.  ERR_STALE: the SA isn't up; ERR_FULL: it has
 * as many as 'policy' allows; ERR_RANGE, ERR_INCOMPLETE: no policy; or what 'spi_new' said.
 */
MUST_USE enum err ike_engine_new_child(
	struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct ike_child_policy *policy, uint32_t *spi_in);

/* Deletes one pair of ESP SAs; child_down (or child_refused) is called at once. */
void ike_engine_delete_child(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, uint32_t spi_in);

/*
 * Rekeys the IKE SA, or one pair of its ESP SAs, as soon as its other exchanges leave room, RFC7296-2.8.  Nothing if that is under
 * way, or the SA isn't up.
 */
void ike_engine_rekey(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);
void ike_engine_rekey_child(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, uint32_t spi_in);

/* A pair is at the end of its lifetime in bytes or numbers: deleted, and the IKE SA with its last one. */
void ike_engine_expire_child(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, uint32_t spi_in);

/* Checks now whether the peer lives: an empty INFORMATIONAL; down(DEAD_PEER) if it doesn't answer. */
void ike_engine_probe(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/*
 * Sends CFG_SET with 'routes' to the peer, again after they changed.  At most one is under way; a later one replaces one that waits.
 */
void ike_engine_send_routes(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct ike_config *routes);

/* Tells the peer to go to gateway 'to' (RFC5685-5), if it can; it is the peer's to delete the SA then. */
void ike_engine_redirect(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct ike_gateway *to);

/* ---- the world's answers ---- */

/* Secrets are moved out of the answer. */
void ike_engine_agreed(struct ike_engine *e, uint64_t now_ms, struct slab_handle question, struct ike_agreed *answer);
void ike_engine_authenticated(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, struct ike_proof *proof);
void ike_engine_signed(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct ike_signature *signature);
void ike_engine_eap(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, struct ike_eap_answer *answer);
void ike_engine_authorized(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct ike_grant *grant);
void ike_engine_installed(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, uint32_t spi_in, enum err err);

/* ---- what the world sees ---- */

/* How long ago the last packet of the SA's children came in and went out; UINT32_MAX: never.  Drives on-demand DPD. */
struct ike_activity {
	uint32_t idle_in_ms;
	uint32_t idle_out_ms;
};
void ike_engine_activity(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct ike_activity *activity);

/*
 * Our own address changed: an SA of which we are the initiator goes to 'path' and tells its peer (MOBIKE, RFC4555-3.5); 'moved' is called once it
 * agrees, else the SA is deleted.  False: MOBIKE wasn't agreed on, or it isn't ours to move, so nothing is done.
 */
bool ike_engine_readdress(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct ike_path *path);

/* ike_ports.addresses has other answers for an SA than before: its peer is told, if MOBIKE was agreed on (RFC4555-3.6). */
void ike_engine_addresses(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa);

/* Authenticated ESP came from another address or port: if the peer is behind a NAT, 'moved' is called at once or soon (RFC7296-2.23). */
void ike_engine_moved(struct ike_engine *e, uint64_t now_ms, struct slab_handle sa, const struct addr_port *remote);

/* ---- show ---- */

/* Counters of one SA. */
struct ike_sa_stats {
	uint32_t rx, tx;           /* messages, valid ones */
	uint32_t retransmits;      /* of our requests */
	uint32_t repeats;          /* retransmitted requests of the peer's, answered from the cache */
	uint32_t refused;          /* messages or events that the state had no use for, or that broke the window */
	uint32_t corrupt;          /* integrity check failed or malformed */
	uint32_t probes;           /* liveness checks sent */
	uint32_t prefixes_refused; /* of the peer's CFG_SET */
};

/* One CHILD_SA, as negotiated.  Views live until the engine is next called. */
struct ike_child_info {
	uint32_t spi_in, spi_out;
	const struct crypto_alg *encr, *integ;
	uint8_t local_count, remote_count;
	const struct ike_ts *local, *remote;
	uint32_t line; /* as in struct ike_child_sa; 0: it is yet to be made */
	bool transport;
	bool up;
	bool sends; /* packets of its line go out by it */
};

enum { IKE_INFO_CHILDREN = 16, IKE_INFO_NONCE = 16, IKE_INFO_EXTRAS = 7 };

/* One IKE SA as show commands print it.  Views live until the engine is next called. */
struct ike_sa_info {
	struct slab_handle handle;
	enum ike_role role;
	const char *state; /* of the state machine: "UP"; for the world DELETING, I_DROP, OLD and LINGER are over */
	bool up;
	uint64_t spi_i, spi_r;
	uint8_t low_nonce
		[IKE_INFO_NONCE]; /* of IKE_SA_INIT: the beginning of the lower one, the same at both ends; 0 before the first child */
	uint64_t ref;
	struct ike_path path;
	const struct ike_id *local_id, *remote_id;           /* type 0: not known yet */
	const struct crypto_alg *encr, *integ, *prf, *group; /* NULL: not chosen yet; integ also with an AEAD */
	uint8_t auth_local, auth_remote;                     /* enum ike_auth_method; 0 of the initiator's: EAP */
	uint8_t eap;                                         /* EAP's number of its method; 0: none */
	uint64_t created_ms, up_ms;                          /* up_ms 0: not yet */
	uint32_t lifetime_s;
	uint32_t msgid_tx, msgid_rx; /* next request of ours, next expected of the peer's */
	bool nat_local, nat_remote;  /* who is behind a NAT */
	bool udp_encap, flexvpn;
	const struct crypto_alg *extra[IKE_INFO_EXTRAS]; /* groups of its additional key exchanges, then NULL */
	bool ppk;                                        /* a post-quantum preshared key is in its keys, RFC8784 */
	uint16_t agreed;                                 /* a bit for each enum ike_ability */
	bool resumed;                                    /* its keys come from a ticket's, RFC5723 */
	uint32_t ticket_s;                               /* how long the ticket that is out for it is still good; 0: there is none */
	struct ike_dpd dpd;
	uint64_t last_rx_ms;                    /* last valid message */
	struct addr assigned_ip4, assigned_ip6; /* by us or to us; family 0: none */
	struct ike_sa_stats stats;
	uint8_t child_count;
	struct ike_child_info child[IKE_INFO_CHILDREN];
};

/* ERR_STALE when the SA is gone. */
MUST_USE enum err ike_engine_info(const struct ike_engine *e, struct slab_handle sa, struct ike_sa_info *out);

/* Walks all SAs: '*cursor' begins at 0; false at the end.  SAs may come and go between two calls. */
bool ike_engine_walk(const struct ike_engine *e, uint32_t *cursor, struct ike_sa_info *out);

/* Counters of the engine, by reason. */
#define IKE_STAT_LIST(X)                                                                  \
	X(RX, "rx", "datagrams received")                                                 \
	X(TX, "tx", "datagrams sent")                                                     \
	X(RX_SHORT, "rx-malformed", "datagrams that are no IKE message")                  \
	X(RX_VERSION, "rx-version", "of another major version")                           \
	X(RX_UNKNOWN_SPI, "rx-unknown-spi", "for an IKE SA that doesn't exist")           \
	X(RX_CORRUPT, "rx-corrupt", "integrity check failed")                             \
	X(RX_SYNTAX, "rx-syntax", "payloads break the format or the exchange's rules")    \
	X(RX_CRITICAL, "rx-critical", "unknown critical payload")                         \
	X(RX_WINDOW, "rx-window", "message id outside the window")                        \
	X(RX_REPEAT, "rx-repeat", "retransmitted requests")                               \
	X(RX_REFUSED, "rx-refused", "not expected in the state")                          \
	X(RX_FORGED, "rx-forged", "unprotected and not believed")                         \
	X(INIT_IN, "init-in", "IKE_SA_INIT requests accepted")                            \
	X(INIT_OUT, "init-out", "IKE SAs begun by us")                                    \
	X(COOKIE_SENT, "cookie-sent", "cookies demanded")                                 \
	X(COOKIE_BAD, "cookie-bad", "cookies that don't verify")                          \
	X(COOKIE_ANSWERED, "cookie-answered", "cookies returned by us")                   \
	X(INVALID_KE, "invalid-ke", "INVALID_KE_PAYLOAD sent or answered")                \
	X(INIT_LONG, "init-long", "IKE_SA_INIT dropped: too long to be kept")             \
	X(HALF_OPEN_FULL, "half-open-full", "IKE_SA_INIT dropped at the limit")           \
	X(SOURCE_RATE, "source-rate", "IKE_SA_INIT dropped at the rate of its source")    \
	X(SOURCE_FULL, "source-full", "IKE_SA_INIT dropped: too many half-open there")    \
	X(NOT_READY, "not-ready", "IKE_SA_INIT dropped while no peer could be served")    \
	X(SA_FULL, "sa-full", "IKE SAs refused at the limit")                             \
	X(NO_PROPOSAL, "no-proposal", "no common proposal")                               \
	X(BAD_KE, "bad-ke", "public values refused")                                      \
	X(HELD, "held", "messages and orders that waited for a key exchange")             \
	X(AUTH_FAILED, "auth-failed", "peers that failed authentication")                 \
	X(AUTH_REFUSED, "auth-refused", "peers refused by profile, keyring or policy")    \
	X(EAP, "eap", "EAP conversations begun")                                          \
	X(UNSIGNED, "unsigned", "SAs given up because we couldn't sign")                  \
	X(AUTH_REJECTED, "auth-rejected", "peers that refused us")                        \
	X(TS_UNACCEPTABLE, "ts-unacceptable", "no common traffic selectors")              \
	X(NO_ADDRESS, "no-address", "address pool exhausted")                             \
	X(NO_SPI, "no-spi", "no ESP SPI to be had")                                       \
	X(INSTALL_FAILED, "install-failed", "CHILD_SAs the datapath refused")             \
	X(FRAGMENT, "fragment", "fragments taken")                                        \
	X(FRAGMENT_VAIN, "fragment-vain", "fragments repeated, or of another cut")        \
	X(FRAGMENT_FULL, "fragment-full", "fragments dropped at the limit of memory")     \
	X(FRAGMENTED, "fragmented", "messages of ours cut into fragments")                \
	X(RETRANSMIT, "retransmit", "requests retransmitted")                             \
	X(TIMEOUT, "timeout", "SAs given up for want of an answer")                       \
	X(PROBE, "probe", "liveness checks sent")                                         \
	X(DEAD_PEER, "dead-peer", "SAs of dead peers")                                    \
	X(HINT, "hint", "INVALID_IKE_SPI or INVALID_SPI taken as a hint")                 \
	X(NOTIFY_LIMITED, "notify-limited", "unprotected notifies not sent at the limit") \
	X(STALE, "stale", "answers and orders for an SA that is gone")                    \
	X(MOVED, "moved", "SAs that got another path")                                    \
	X(MOVED_LATE, "moved-late", "moves put off: a peer moves once a second")          \
	X(MOVE_REFUSED, "move-refused", "other addresses refused by us or by the peer")   \
	X(ADDRESS_IGNORED, "address-ignored", "further addresses of peers not kept")      \
	X(PATH_TRIED, "path-tried", "other addresses tried for want of an answer")        \
	X(REKEY, "rekey", "IKE SAs that got new keys, whoever asked")                     \
	X(CHILD_NEW, "child-new", "further CHILD_SAs of an IKE SA, whoever asked")        \
	X(CHILD_REFUSED, "child-refused", "requests for one that were refused by us")     \
	X(CHILD_REJECTED, "child-rejected", "requests of ours that peers refused")        \
	X(CHILD_REKEY, "child-rekey", "CHILD_SAs that got a successor, whoever asked")    \
	X(SELECTORS, "invalid-selectors", "INVALID_SELECTORS of peers")                   \
	X(REKEY_REFUSED, "rekey-refused", "rekeys of ours that the peer refused")         \
	X(REKEY_CROSSED, "rekey-crossed", "rekeys of ours that met one of the peer's")    \
	X(INTER, "intermediate", "additional key exchanges made")                         \
	X(FOLLOWUP, "followup-ke", "the same, after CREATE_CHILD_SA")                     \
	X(FOLLOWUP_LOST, "followup-lost", "rekeys of which such exchanges didn't come")   \
	X(PPK, "ppk", "IKE SAs with a post-quantum preshared key in their keys")          \
	X(PPK_REFUSED, "ppk-refused", "SAs given up for want of such a key")              \
	X(REAUTH, "reauth", "IKE SAs of ours that were to authenticate anew")             \
	X(REDIRECT_SENT, "redirect-sent", "peers sent to another gateway")                \
	X(REDIRECT_FOLLOWED, "redirect-followed", "redirects that were followed")         \
	X(REDIRECT_IGNORED, "redirect-ignored", "redirects that weren't")                 \
	X(CHILDLESS, "childless", "IKE_AUTH without a child, which comes later")          \
	X(CERT_URL, "cert-url", "certificates that peers gave by their URL")              \
	X(CERT_URL_SENT, "cert-url-sent", "the same of ours")                             \
	X(TICKET_SENT, "ticket-sent", "tickets issued to peers")                          \
	X(TICKET_DENIED, "ticket-denied", "requests for one that were refused by us")     \
	X(TICKET_GOT, "ticket-got", "tickets issued to us")                               \
	X(RESUMED, "resumed", "IKE SAs resumed by a ticket, whoever had it")              \
	X(RESUME_FOREIGN, "resume-foreign", "tickets refused: no key, or not as sealed")  \
	X(RESUME_EXPIRED, "resume-expired", "tickets refused: too old")                   \
	X(RESUME_SPENT, "resume-spent", "tickets refused: used before, or withdrawn")     \
	X(RESUME_CHANGED, "resume-changed", "tickets refused: policy isn't what it was")  \
	X(RESUME_VAIN, "resume-vain", "tickets of ours in vain: a full exchange follows") \
	X(UP, "up", "IKE SAs that came up")                                               \
	X(DOWN, "down", "IKE SAs that went down after having been up")                    \
	X(CRYPTO, "crypto", "failures of the crypto library or of memory")

enum ike_stat {
#define IKE_STAT_ENUM(name, word, text) IKE_STAT_##name,
	IKE_STAT_LIST(IKE_STAT_ENUM)
#undef IKE_STAT_ENUM
		IKE_STAT_COUNT
};

struct ike_stats {
	uint64_t count[IKE_STAT_COUNT];
	uint32_t sa_count; /* all that there are */
	uint32_t peers;    /* those that the limit counts: neither over nor a rekey's */
	uint32_t half_open, up;
};

void ike_engine_stats(const struct ike_engine *e, struct ike_stats *out);

/* The word of a counter ("rx-corrupt"); never NULL. */
const char *ike_engine_stat_str(enum ike_stat stat);

#ifdef __cplusplus
}
#endif
#endif
