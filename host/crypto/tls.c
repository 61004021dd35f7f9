/*
 * TLS over memory, by OpenSSL.  EAP-TLS uses it, on the loop thread.  An object library of its own: libssl is linked by those that use it.
 */
#include "crypto/tls.h"

#include <limits.h>
#include <stdlib.h>

#include "crypto/evp.h"
#include "crypto/pkey.h"

#include <openssl/ssl.h>

enum { CERT_LIST_MAX = 65536 };

struct crypto_tls {
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out; /* the connection's */
	crypto_tls_judge_fn *judge;
	void *judge_ctx;
};

/* ---- the peer's certificates ---- */

struct ders {
	unsigned char *der[CRYPTO_TLS_CERTS];
	struct bytes view[CRYPTO_TLS_CERTS];
	unsigned count;
};

static bool add_der(struct ders *d, X509 *cert)
{
	int len;

	if (d->count == CRYPTO_TLS_CERTS)
		return false;
	len = i2d_X509(cert, &d->der[d->count]);
	if (len <= 0)
		return false;
	d->view[d->count] = bytes_of(d->der[d->count], (size_t)len);
	d->count++;
	return true;
}

static int verify(X509_STORE_CTX *store, void *arg)
{
	const struct crypto_tls *t = (const struct crypto_tls *)arg;
	STACK_OF(X509) *all = X509_STORE_CTX_get0_untrusted(store);
	X509 *leaf = X509_STORE_CTX_get0_cert(store);
	struct ders d = { .count = 0 };
	bool good = leaf != NULL && add_der(&d, leaf);

	for (int i = 0; good && i < sk_X509_num(all); i++)
		if (sk_X509_value(all, i) != leaf)
			good = add_der(&d, sk_X509_value(all, i));
	good = good && t->judge(t->judge_ctx, d.view, d.count);
	for (unsigned i = 0; i < d.count; i++)
		OPENSSL_free(d.der[i]);
	X509_STORE_CTX_set_error(store, good ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
	return good;
}

/* ---- life ---- */

static X509 *parse(struct bytes der)
{
	const unsigned char *at = der.data;

	return der.len > LONG_MAX ? NULL : d2i_X509(NULL, &at, (long)der.len);
}

static enum err use_certificate(SSL_CTX *ctx, const struct crypto_tls_config *config)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	X509 *own = config->cert_count == 0 ? NULL : parse(config->cert[0]);
	enum err err = chain != NULL && own != NULL ? ERR_OK : ERR_CRYPTO;

	for (unsigned i = 1; err == ERR_OK && i < config->cert_count; i++) {
		X509 *issuer = parse(config->cert[i]);

		if (issuer == NULL || sk_X509_push(chain, issuer) <= 0) {
			X509_free(issuer);
			err = ERR_CRYPTO;
		}
	}
	if (err == ERR_OK && SSL_CTX_use_cert_and_key(ctx, own, config->key->pkey, chain, 1) != 1)
		err = ERR_CRYPTO;
	sk_X509_pop_free(chain, X509_free);
	X509_free(own);
	return err;
}

static enum err make_ctx(struct crypto_tls *t, const struct crypto_tls_config *config, bool server)
{
	int min = config->version != 0 ? (int)config->version : CRYPTO_TLS_1_2;
	int max = config->version != 0 ? (int)config->version : CRYPTO_TLS_1_3;

	t->ctx = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method());
	if (t->ctx == NULL)
		return ERR_NOMEM;
	if (SSL_CTX_set_min_proto_version(t->ctx, min) != 1 || SSL_CTX_set_max_proto_version(t->ctx, max) != 1)
		return ERR_CRYPTO;
	/* A server that doesn't know RFC5746 is no danger to a client that never renegotiates; strongSwan's is such a one. */
	(void)SSL_CTX_set_options(
		t->ctx, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	(void)SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(t->ctx, 0);
	SSL_CTX_set_max_cert_list(t->ctx, CERT_LIST_MAX);
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(t->ctx, verify, t);
	return config->key != NULL ? use_certificate(t->ctx, config) : ERR_OK;
}

static enum err make_ssl(struct crypto_tls *t, bool server)
{
	t->ssl = SSL_new(t->ctx);
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (t->ssl == NULL || t->in == NULL || t->out == NULL) {
		BIO_free(t->in);
		BIO_free(t->out);
		return ERR_NOMEM;
	}
	SSL_set_bio(t->ssl, t->in, t->out);
	if (server)
		SSL_set_accept_state(t->ssl);
	else
		SSL_set_connect_state(t->ssl);
	return ERR_OK;
}

enum err crypto_tls_new(const struct crypto_tls_config *config, bool server, struct crypto_tls **out)
{
	struct crypto_tls *t = (struct crypto_tls *)calloc(1, sizeof(*t));
	enum err err;

	if (t == NULL)
		return ERR_NOMEM;
	t->judge = config->judge;
	t->judge_ctx = config->ctx;
	err = make_ctx(t, config, server);
	if (err == ERR_OK)
		err = make_ssl(t, server);
	ERR_clear_error();
	if (err != ERR_OK) {
		crypto_tls_free(t);
		return err;
	}
	*out = t;
	return ERR_OK;
}

void crypto_tls_free(struct crypto_tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	free(t);
}

/* ---- records ---- */

enum err crypto_tls_feed(struct crypto_tls *t, struct bytes in)
{
	if (in.len == 0)
		return ERR_OK;
	return in.len <= INT_MAX && BIO_write(t->in, in.data, (int)in.len) == (int)in.len ? ERR_OK : ERR_NOMEM;
}

size_t crypto_tls_pending(const struct crypto_tls *t)
{
	return BIO_ctrl_pending(t->out);
}

void crypto_tls_take(struct crypto_tls *t, struct wr *w, size_t max)
{
	size_t len = crypto_tls_pending(t);
	uint8_t *at;

	len = len > max ? max : len;
	at = wr_reserve(w, len);
	if (at != NULL && len != 0 && BIO_read(t->out, at, (int)len) != (int)len)
		wr_fail(w, ERR_CRYPTO);
}

enum crypto_tls_state crypto_tls_run(struct crypto_tls *t)
{
	int rc = SSL_do_handshake(t->ssl);
	int why = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(t->ssl, rc);

	ERR_clear_error();
	if (why == SSL_ERROR_NONE)
		return CRYPTO_TLS_DONE;
	return why == SSL_ERROR_WANT_READ ? CRYPTO_TLS_MORE : CRYPTO_TLS_FAILED;
}

/* ---- after the handshake ---- */

enum err crypto_tls_write(struct crypto_tls *t, struct bytes data)
{
	int rc = data.len > INT_MAX ? -1 : SSL_write(t->ssl, data.data, (int)data.len);

	ERR_clear_error();
	return rc == (int)data.len ? ERR_OK : ERR_CRYPTO;
}

enum err crypto_tls_read(struct crypto_tls *t, uint8_t *out)
{
	int rc = SSL_read(t->ssl, out, 1);
	int why = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(t->ssl, rc);

	ERR_clear_error();
	if (rc == 1)
		return ERR_OK;
	return why == SSL_ERROR_WANT_READ ? ERR_AGAIN : ERR_CRYPTO;
}

unsigned crypto_tls_version(const struct crypto_tls *t)
{
	return (unsigned)SSL_version(t->ssl);
}

enum err crypto_tls_export(const struct crypto_tls *t, const char *label, struct bytes context, uint8_t *out, size_t len)
{
	struct bytes name = bytes_str(label);
	int rc = SSL_export_keying_material(t->ssl, out, len, label, name.len, context.data, context.len, context.len != 0);

	ERR_clear_error();
	return rc == 1 ? ERR_OK : ERR_CRYPTO;
}
