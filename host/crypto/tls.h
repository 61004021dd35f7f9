#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "base/wr.h"
#include "crypto/key.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One end of a TLS connection (1.2 or 1.3) whose records somebody else carries: octets go in and come out, there is no socket.
 * Both ends prove themselves by certificates; who is to be believed the caller judges.  No resumption, no renegotiation.  Its random numbers
 * are OpenSSL's own.
 */
struct crypto_tls;

enum { CRYPTO_TLS_1_2 = 0x0303, CRYPTO_TLS_1_3 = 0x0304, CRYPTO_TLS_CERTS = 8 };

/* Whether the peer whose certificates (DER, its own first) these are is the right one.  Called from inside crypto_tls_run. */
typedef bool crypto_tls_judge_fn(void *ctx, const struct bytes *cert, unsigned count);

/* Borrowed for the connection's life. */
struct crypto_tls_config {
	const struct crypto_key *key; /* NULL: none of ours, for a client alone */
	const struct bytes *cert;     /* ours and its issuers, as DER */
	unsigned cert_count;
	crypto_tls_judge_fn *judge; /* never NULL */
	void *ctx;
	unsigned version; /* the only one spoken; 0: 1.2 and 1.3 */
};

MUST_USE enum err crypto_tls_new(const struct crypto_tls_config *config, bool server, struct crypto_tls **out);
void crypto_tls_free(struct crypto_tls *t); /* NULL is fine */

/* Octets that came from the peer, any piece of its stream. */
MUST_USE enum err crypto_tls_feed(struct crypto_tls *t, struct bytes in);

/* How many octets are to be sent, and the next of them to 'w', at most 'max'. */
size_t crypto_tls_pending(const struct crypto_tls *t);
void crypto_tls_take(struct crypto_tls *t, struct wr *w, size_t max);

/* The handshake after what was fed: it needs more, is done, or has failed, and then an alert may be pending. */
enum crypto_tls_state { CRYPTO_TLS_MORE, CRYPTO_TLS_DONE, CRYPTO_TLS_FAILED };
enum crypto_tls_state crypto_tls_run(struct crypto_tls *t);

/* Application data, after the handshake.  Reading gives one octet; ERR_AGAIN: none has come. */
MUST_USE enum err crypto_tls_write(struct crypto_tls *t, struct bytes data);
MUST_USE enum err crypto_tls_read(struct crypto_tls *t, uint8_t *out);

unsigned crypto_tls_version(const struct crypto_tls *t); /* CRYPTO_TLS_1_2 … once the handshake is done */

/* Keying material for 'label', RFC5705 and RFC8446-7.5; 'context' may be empty, which is another thing than one of no octets: it is left out. */
MUST_USE enum err crypto_tls_export(const struct crypto_tls *t, const char *label, struct bytes context, uint8_t *out, size_t len);

#ifdef __cplusplus
}
#endif
#endif
