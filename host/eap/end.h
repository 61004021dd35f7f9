#ifndef EAP_END_H
#define EAP_END_H

/*
 * What both ends of a conversation have in common.  server.h and peer.h are the two ends; method.h is for the methods.
 * Everything runs on the caller's thread and answers at once.
 */

#include "base/secret.h"
#include "crypto/crypto.h"
#include "crypto/rand.h"
#include "eap/packet.h"

#ifdef __cplusplus
extern "C" {
#endif

struct crypto_tls_config; /* crypto/tls.h */
struct eap_method;        /* eap/method.h */

enum {
	EAP_METHODS = 4,
	EAP_IDENTITY_MAX = 253, /* octets, as RADIUS carries (RFC2865-5.1) */
	EAP_MSK_LEN = 64        /* RFC3748-7.10 */
};

/* Where the conversation stands after a packet. */
enum eap_verdict { EAP_GOES_ON, EAP_ACCEPTED, EAP_REFUSED };

struct eap_reply {
	enum eap_verdict verdict;
	struct bytes packet; /* to be sent; empty: nothing.  A view that lives until the end's next call */
	const char *why;     /* a literal: the cause of EAP_REFUSED, or it has failed and this is how the peer is told; else NULL */
};

/* What an end works with, borrowed for its life. */
struct eap_means {
	struct crypto *crypto;
	const struct crypto_rand *rand;
	uint8_t method_count;
	uint8_t method[EAP_METHODS];         /* enum eap_type: those it may use, the preferred one first */
	const struct crypto_tls_config *tls; /* NULL: no EAP-TLS */
	/* Server: the password of 'user'; ERR_ABSENT.  NULL: no methods with passwords. */
	enum err (*password)(void *ctx, struct bytes user, struct secret *out);
	void *ctx;
};

/* The inside of either end, for this folder. */
struct eap_end {
	struct eap_means means;
	const struct eap_method *method; /* NULL: none yet */
	void *state;                     /* the method's; NULL: none yet */
	bool begun;                      /* the method's first packet is past: no Nak any more */
	uint8_t id;                      /* of the request under way */
	bool told;                       /* server: the identity came by EAP, what the method says must agree with it */
	uint16_t identity_len;
	uint8_t identity[EAP_IDENTITY_MAX]; /* the peer's */
	struct secret password;             /* peer: its own */
	struct secret msk;
	const char *why;
	uint8_t buf[EAP_PACKET_MAX]; /* the packet to send */
};

/* ERR_RANGE for a method that isn't one. */
MUST_USE enum err eap_end_init(struct eap_end *e, const struct eap_means *means);
void eap_end_fini(struct eap_end *e);

/* ERR_RANGE beyond EAP_IDENTITY_MAX. */
MUST_USE enum err eap_end_set_identity(struct eap_end *e, struct bytes identity);
struct bytes eap_end_identity(const struct eap_end *e);

/* Makes 'type' the method, if it is one of the means; ERR_ABSENT. */
MUST_USE enum err eap_end_choose(struct eap_end *e, uint8_t type);

/* Fills 'out' with the packet written by 'w', or with the refusal 'why'. */
void eap_end_send(struct eap_end *e, struct wr *w, struct eap_reply *out);
void eap_end_refuse(const struct eap_end *e, const char *why, struct eap_reply *out);

/* A packet without type or data to 'out', which has its verdict already. */
void eap_end_send_bare(struct eap_end *e, enum eap_code code, uint8_t id, struct eap_reply *out);

#ifdef __cplusplus
}
#endif
#endif
