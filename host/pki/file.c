/*
 * Files of certificates and keys, the operator's own.  Read when a configuration is loaded; a CRL's again when it changed.
 * What is read may be a private key, so it lies in OpenSSL's secure heap and is wiped.
 */
#include "pki/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/secret.h"

struct content {
	uint8_t *data;
	size_t len;
};

static enum err read_all(const char *path, struct content *out)
{
	FILE *f = fopen(path, "rbe");
	enum err err = f == NULL ? err_of_errno(errno) : ERR_OK;

	out->data = err == ERR_OK ? (uint8_t *)OPENSSL_secure_zalloc(PKI_FILE_MAX) : NULL;
	if (err == ERR_OK && out->data == NULL)
		err = ERR_NOMEM;
	if (err == ERR_OK) {
		(void)setvbuf(f, NULL, _IONBF, 0); /* no copy in stdio's buffer */
		out->len = fread(out->data, 1, PKI_FILE_MAX, f);
		err = ferror(f) != 0 ? ERR_IO : out->len == PKI_FILE_MAX ? ERR_RANGE : ERR_OK;
	}
	if (f != NULL)
		(void)fclose(f);
	return err;
}

/* 'x' (NULL: couldn't be parsed) is the file's from now on. */
static enum err keep_cert(struct pki_file *f, X509 *x)
{
	if (x == NULL)
		return ERR_MALFORMED;
	if (f->certs == NULL)
		f->certs = sk_X509_new_null();
	if (f->certs == NULL || sk_X509_push(f->certs, x) == 0) {
		X509_free(x);
		return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err keep_crl(struct pki_file *f, X509_CRL *crl)
{
	if (crl == NULL)
		return ERR_MALFORMED;
	if (f->crls == NULL)
		f->crls = sk_X509_CRL_new_null();
	if (f->crls == NULL || sk_X509_CRL_push(f->crls, crl) == 0) {
		X509_CRL_free(crl);
		return ERR_NOMEM;
	}
	return ERR_OK;
}

/* ---- PEM and DER ---- */

static enum err read_block(struct pki_file *f, const char *name, const unsigned char *data, long len)
{
	if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0)
		return keep_cert(f, d2i_X509(NULL, &data, len));
	if (strcmp(name, PEM_STRING_X509_CRL) == 0)
		return keep_crl(f, d2i_X509_CRL(NULL, &data, len));
	return ERR_OK; /* keys are read from the whole; what else there is has no meaning here */
}

static enum err read_blocks(struct pki_file *f, BIO *bio)
{
	enum err err = ERR_OK;
	char *name, *header;
	unsigned char *data;
	long len;

	while (err == ERR_OK && PEM_read_bio(bio, &name, &header, &data, &len) == 1) {
		err = read_block(f, name, data, len);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(data, (size_t)len);
	}
	return err;
}

static enum err read_pem(struct pki_file *f, struct bytes text, struct bytes password, const char **why)
{
	static const char key[] = "PRIVATE KEY-----";
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.len);
	enum err err = bio == NULL ? ERR_NOMEM : read_blocks(f, bio);

	BIO_free(bio);
	if (err == ERR_OK && memmem(text.data, text.len, key, sizeof(key) - 1) != NULL) {
		err = crypto_key_read(text, password, &f->key);
		if (err != ERR_OK)
			*why = err == ERR_UNSUPPORTED ? "its key is of a kind that isn't used"
						      : "its key can't be read; is the password right?";
	}
	return err;
}

static enum err read_der(struct pki_file *f, struct bytes der)
{
	const unsigned char *at = der.data;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);

	if (x != NULL)
		return keep_cert(f, x);
	at = der.data;
	return keep_crl(f, d2i_X509_CRL(NULL, &at, (long)der.len));
}

/* ---- PKCS#12 ---- */

static enum err keep_pkcs12(struct pki_file *f, PKCS12 *p12, const char *password, const char **why)
{
	STACK_OF(X509) *others = NULL;
	EVP_PKEY *pkey = NULL;
	X509 *own = NULL, *x;
	enum err err = ERR_OK;

	if (PKCS12_parse(p12, password, &pkey, &own, &others) != 1) {
		*why = "it can't be opened; is the password right?";
		return ERR_MALFORMED;
	}
	if (own != NULL)
		err = keep_cert(f, own);
	while (err == ERR_OK && (x = sk_X509_shift(others)) != NULL)
		err = keep_cert(f, x);
	if (err == ERR_OK && pkey != NULL)
		err = crypto_key_of_evp(pkey, &f->key);
	if (err == ERR_UNSUPPORTED)
		*why = "its key is of a kind that isn't used";
	sk_X509_pop_free(others, X509_free);
	EVP_PKEY_free(pkey);
	return err;
}

static enum err read_pkcs12(struct pki_file *f, struct bytes der, struct bytes password, const char **why)
{
	const unsigned char *at = der.data;
	PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)der.len);
	struct secret text = { 0 };
	enum err err = p12 == NULL ? ERR_MALFORMED : secret_new(&text, password.len + 1);

	if (err == ERR_OK) {
		if (password.len != 0)
			memcpy(text.data, password.data, password.len);
		err = keep_pkcs12(f, p12, (const char *)text.data, why);
	}
	secret_fini(&text);
	PKCS12_free(p12);
	return err;
}

/* ---- all ---- */

static bool is_pem(struct bytes text)
{
	static const char begin[] = "-----BEGIN ";

	return memmem(text.data, text.len, begin, sizeof(begin) - 1) != NULL;
}

enum err pki_file_read(const char *path, bool pkcs12, struct bytes password, struct pki_file *out, const char **why)
{
	struct content content = { 0 };
	struct pki_file f = { 0 };
	struct bytes text;
	enum err err = read_all(path, &content);

	*why = NULL;
	text = bytes_of(content.data, content.len);
	if (err == ERR_OK && pkcs12)
		err = read_pkcs12(&f, text, password, why);
	else if (err == ERR_OK && is_pem(text))
		err = read_pem(&f, text, password, why);
	else if (err == ERR_OK)
		err = read_der(&f, text);
	OPENSSL_secure_clear_free(content.data, PKI_FILE_MAX);
	ERR_clear_error();
	if (err == ERR_OK) {
		*out = f;
		return ERR_OK;
	}
	pki_file_fini(&f);
	if (*why == NULL)
		*why = err_str(err);
	return err;
}

void pki_file_fini(struct pki_file *f)
{
	sk_X509_pop_free(f->certs, X509_free);
	sk_X509_CRL_pop_free(f->crls, X509_CRL_free);
	crypto_key_free(f->key);
	memset(f, 0, sizeof(*f));
}
