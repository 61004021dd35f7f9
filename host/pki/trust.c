/*
 * Trust points: filled from files when a configuration is loaded, read-only from then on but for the CRLs, which
 * are read again when their files change.  Loop thread.
 */
#include "pki/trust.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pki/anchor.h"
#include "pki/file.h"

enum { REFRESH_S = 60 };

/* ---- life ---- */

enum err pki_trust_new(const char *name, struct pki_revocation revocation, struct pki_trust **out)
{
	struct pki_trust *t = (struct pki_trust *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	(void)pthread_mutex_init(&t->lock, NULL);
	t->revocation = revocation;
	if (t->revocation.count == 0)
		t->revocation.count = 1; /* PKI_BY_NOTHING */
	t->ocsp_url = revocation.ocsp_url == NULL ? NULL : strdup(revocation.ocsp_url);
	t->revocation.ocsp_url = t->ocsp_url;
	t->fetched = sk_X509_CRL_new_null();
	t->name = strdup(name);
	t->store = X509_STORE_new();
	t->intermediates = sk_X509_new_null();
	t->crls = sk_X509_CRL_new_null();
	if (t->name == NULL || (revocation.ocsp_url != NULL && t->ocsp_url == NULL) || t->fetched == NULL || t->store == NULL ||
		t->intermediates == NULL || t->crls == NULL) {
		pki_trust_free(t);
		return ERR_NOMEM;
	}
	*out = t;
	return ERR_OK;
}

void pki_trust_free(struct pki_trust *t)
{
	if (t == NULL)
		return;
	sk_X509_free(t->intermediates);
	X509_STORE_free(t->store);
	sk_X509_CRL_pop_free(t->crls, X509_CRL_free);
	sk_X509_CRL_pop_free(t->fetched, X509_CRL_free);
	for (unsigned i = 0; i < t->crl_file_count; i++)
		free(t->crl_file[i].path);
	for (unsigned i = 0; i < t->ca_count; i++)
		pki_cert_free(t->ca[i]);
	for (unsigned i = 0; i < t->leaf_count; i++)
		pki_cert_free(t->leaf[i]);
	crypto_key_free(t->key);
	(void)pthread_mutex_destroy(&t->lock);
	free(t->ocsp_url);
	free(t->name);
	free(t);
}

/* ---- import ---- */

static enum err add_cert(struct pki_trust *t, X509 *x)
{
	struct pki_cert *c;
	enum err err = pki_cert_of_x509(x, &c);
	bool ca = err == ERR_OK && pki_cert_is_ca(c);

	if (err != ERR_OK)
		return err;
	if ((ca ? t->ca_count : t->leaf_count) == PKI_CERTS_MAX) {
		pki_cert_free(c);
		return ERR_FULL;
	}
	if (ca)
		t->ca[t->ca_count++] = c;
	else
		t->leaf[t->leaf_count++] = c;
	return ERR_OK;
}

static struct timespec changed_at(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		memset(&st, 0, sizeof(st));
	return st.st_mtim;
}

static enum err take_crls(STACK_OF(X509_CRL) * to, struct pki_file *f)
{
	X509_CRL *crl;

	while ((crl = sk_X509_CRL_shift(f->crls)) != NULL) {
		if (sk_X509_CRL_push(to, crl) == 0) {
			X509_CRL_free(crl);
			return ERR_NOMEM;
		}
	}
	return ERR_OK;
}

/* 'crl' stays the caller's too. */
static enum err add_crl(STACK_OF(X509_CRL) * to, X509_CRL *crl)
{
	if (X509_CRL_up_ref(crl) != 1)
		return ERR_NOMEM;
	if (sk_X509_CRL_push(to, crl) > 0)
		return ERR_OK;
	X509_CRL_free(crl);
	return ERR_NOMEM;
}

static enum err note_crl_file(struct pki_trust *t, const char *path)
{
	struct pki_crl_file *f = &t->crl_file[t->crl_file_count];

	if (t->crl_file_count == PKI_CRL_FILES_MAX)
		return ERR_FULL;
	f->changed = changed_at(path);
	f->path = strdup(path);
	if (f->path == NULL)
		return ERR_NOMEM;
	t->crl_file_count++;
	return ERR_OK;
}

static enum err take_file(struct pki_trust *t, const char *path, struct pki_file *f, const char **why)
{
	enum err err = ERR_OK;

	if (f->key != NULL && t->key != NULL) {
		*why = "a second private key: a trust point has one";
		return ERR_EXISTS;
	}
	for (int i = 0; err == ERR_OK && i < sk_X509_num(f->certs); i++)
		err = add_cert(t, sk_X509_value(f->certs, i));
	if (err == ERR_OK && sk_X509_CRL_num(f->crls) > 0)
		err = note_crl_file(t, path);
	if (err == ERR_OK)
		err = take_crls(t->crls, f);
	if (err == ERR_OK && f->key != NULL) {
		t->key = f->key;
		f->key = NULL;
	}
	if (err != ERR_OK)
		*why = err_str(err);
	return err;
}

enum err pki_trust_import(struct pki_trust *t, const struct pki_import *file, const char **why)
{
	struct pki_file f = { 0 };
	enum err err = pki_file_read(file->path, file->pkcs12, file->password, &f, why);

	if (err != ERR_OK)
		return err;
	if (sk_X509_num(f.certs) <= 0 && sk_X509_CRL_num(f.crls) <= 0 && f.key == NULL) {
		*why = "no certificate, key or CRL in it";
		err = ERR_ABSENT;
	} else {
		err = take_file(t, file->path, &f, why);
	}
	pki_file_fini(&f);
	return err;
}

/* ---- settle ---- */

static enum err fill_store(struct pki_trust *t)
{
	for (unsigned i = 0; i < t->ca_count; i++)
		t->has_root = t->has_root || pki_cert_is_root(t->ca[i]);
	for (unsigned i = 0; i < t->ca_count; i++) {
		bool ok = pki_trust_is_anchor(t, t->ca[i]) ? X509_STORE_add_cert(t->store, t->ca[i]->x509) == 1
							   : sk_X509_push(t->intermediates, t->ca[i]->x509) > 0;

		if (!ok)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

/* Ours is the one that the key fits; the others go. */
static bool find_own(struct pki_trust *t)
{
	struct pki_cert *own = NULL;

	for (unsigned i = 0; i < t->leaf_count; i++) {
		struct pki_cert *c = t->leaf[i];

		if (own == NULL && t->key != NULL && c->key != NULL && crypto_key_eq(c->key, t->key))
			own = c;
		else
			pki_cert_free(c);
	}
	t->leaf_count = own != NULL;
	t->leaf[0] = own;
	return own != NULL;
}

static const struct pki_cert *issuer_of(const struct pki_trust *t, const struct pki_cert *c)
{
	for (unsigned i = 0; i < t->ca_count; i++)
		if (X509_check_issued(t->ca[i]->x509, c->x509) == X509_V_OK)
			return t->ca[i];
	return NULL;
}

/* From ours up to an anchor; false: none is reached. */
static bool build_chain(struct pki_trust *t)
{
	const struct pki_cert *c = t->leaf[0];

	while (c != NULL && t->chain_count < PKI_CHAIN_MAX) {
		t->chain[t->chain_count++] = c;
		if (c != t->leaf[0] && pki_trust_is_anchor(t, c))
			return true;
		c = issuer_of(t, c);
	}
	return false;
}

static const char *judge_own(struct pki_trust *t)
{
	unsigned leaves = t->leaf_count;

	if (t->key == NULL && leaves == 0)
		return NULL; /* it verifies others only */
	if (t->key == NULL)
		return "a certificate of ours without its private key";
	if (!find_own(t))
		return leaves == 0 ? "a private key without its certificate" : "the private key fits none of the certificates";
	if (!pki_cert_may_sign(t->leaf[0]))
		return "our certificate's keyUsage doesn't let it sign";
	return build_chain(t) ? NULL : "our certificate wasn't issued by a CA of the trust point";
}

enum err pki_trust_settle(struct pki_trust *t, const char **why)
{
	enum err err = fill_store(t);

	*why = err == ERR_OK ? NULL : err_str(err);
	if (err != ERR_OK)
		return err;
	*why = t->ca_count == 0 ? "no CA certificate" : judge_own(t);
	ERR_clear_error();
	return *why == NULL ? ERR_OK : ERR_INCOMPLETE;
}

/* ---- questions ---- */

const char *pki_trust_name(const struct pki_trust *t)
{
	return t->name;
}

const struct pki_cert *pki_trust_cert(const struct pki_trust *t)
{
	return t->leaf_count != 0 ? t->leaf[0] : NULL;
}

const struct crypto_key *pki_trust_key(const struct pki_trust *t)
{
	return t->key;
}

bool pki_trust_revokes(const struct pki_trust *t)
{
	return t->revocation.method[0] != PKI_BY_NOTHING;
}

unsigned pki_trust_chain(const struct pki_trust *t, struct bytes out[PKI_CHAIN_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < t->chain_count; i++)
		if (!pki_cert_is_root(t->chain[i]))
			out[count++] = pki_cert_der(t->chain[i]);
	return count;
}

static bool is_listed(struct bytes authority, struct bytes list)
{
	for (size_t at = 0; at + PKI_AUTHORITY_LEN <= list.len; at += PKI_AUTHORITY_LEN)
		if (bytes_eq(bytes_of(list.data + at, PKI_AUTHORITY_LEN), authority))
			return true;
	return false;
}

bool pki_trust_answers(const struct pki_trust *t, struct bytes authorities)
{
	if (authorities.len == 0)
		return true;
	for (unsigned i = 1; i < t->chain_count; i++)
		if (is_listed(pki_cert_authority(t->chain[i]), authorities))
			return true;
	return false;
}

void pki_trust_authorities(const struct pki_trust *t, struct wr *w)
{
	for (unsigned i = 0; i < t->ca_count; i++)
		if (pki_trust_is_anchor(t, t->ca[i]))
			wr_bytes(w, pki_cert_authority(t->ca[i]));
}

/* ---- CRLs ---- */

static bool has_changed(const struct pki_crl_file *f)
{
	struct timespec now = changed_at(f->path);

	return now.tv_sec != f->changed.tv_sec || now.tv_nsec != f->changed.tv_nsec;
}

static X509_CRL *share_crl(const X509_CRL *crl)
{
	X509_CRL *shared = (X509_CRL *)(uintptr_t)crl; /* counting isn't changing */

	return X509_CRL_up_ref(shared) == 1 ? shared : NULL;
}

STACK_OF(X509_CRL) * pki_trust_crls(const struct pki_trust *t)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&t->lock;
	STACK_OF(X509_CRL) * crls;

	(void)pthread_mutex_lock(lock);
	crls = sk_X509_CRL_deep_copy(t->crls, share_crl, X509_CRL_free);
	(void)pthread_mutex_unlock(lock);
	return crls;
}

/* From now on 'crls' are; returns those that were. */
static STACK_OF(X509_CRL) * exchange_crls(struct pki_trust *t, STACK_OF(X509_CRL) * crls)
{
	STACK_OF(X509_CRL) * former;

	(void)pthread_mutex_lock(&t->lock);
	former = t->crls;
	t->crls = crls;
	t->crls_count++;
	(void)pthread_mutex_unlock(&t->lock);
	return former;
}

uint64_t pki_trust_crls_count(const struct pki_trust *t)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&t->lock;
	uint64_t count;

	(void)pthread_mutex_lock(lock);
	count = t->crls_count;
	(void)pthread_mutex_unlock(lock);
	return count;
}

static void forget_crl(STACK_OF(X509_CRL) * from, const X509_CRL *crl)
{
	for (int i = sk_X509_CRL_num(from) - 1; i >= 0; i--)
		if (sk_X509_CRL_value(from, i) == crl)
			X509_CRL_free(sk_X509_CRL_delete(from, i));
}

enum err pki_trust_put_crl(struct pki_trust *t, X509_CRL *crl)
{
	STACK_OF(X509_CRL) *fresh = pki_trust_crls(t);
	enum err err = fresh == NULL ? ERR_NOMEM : ERR_OK;

	for (int i = sk_X509_CRL_num(t->fetched) - 1; err == ERR_OK && i >= 0; i--) {
		const X509_CRL *old = sk_X509_CRL_value(t->fetched, i);

		if (X509_NAME_cmp(X509_CRL_get_issuer(old), X509_CRL_get_issuer(crl)) != 0)
			continue;
		forget_crl(fresh, old);
		forget_crl(t->fetched, old);
	}
	if (err == ERR_OK && sk_X509_CRL_num(t->fetched) >= PKI_CERTS_MAX)
		err = ERR_FULL;
	if (err == ERR_OK)
		err = add_crl(t->fetched, crl);
	if (err == ERR_OK)
		err = add_crl(fresh, crl);
	if (err == ERR_OK)
		fresh = exchange_crls(t, fresh);
	sk_X509_CRL_pop_free(fresh, X509_CRL_free);
	return err;
}

enum pki_known pki_trust_known(const struct pki_trust *t, const uint8_t key[PKI_CACHE_KEY], int64_t now_s)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&t->lock;
	enum pki_known known;

	(void)pthread_mutex_lock(lock);
	known = pki_cache_get(&t->cache, key, now_s);
	(void)pthread_mutex_unlock(lock);
	return known;
}

void pki_trust_note(struct pki_trust *t, const uint8_t key[PKI_CACHE_KEY], enum pki_known known, int64_t until_s)
{
	(void)pthread_mutex_lock(&t->lock);
	pki_cache_put(&t->cache, key, known, until_s);
	(void)pthread_mutex_unlock(&t->lock);
}

/* All of them anew; what can't be read leaves those that there are. */
static void reload_crls(struct pki_trust *t)
{
	STACK_OF(X509_CRL) *fresh = sk_X509_CRL_new_null();
	enum err err = ERR_OK;

	for (unsigned i = 0; err == ERR_OK && i < t->crl_file_count; i++) {
		struct pki_file f = { 0 };
		const char *why;
		struct timespec changed = changed_at(t->crl_file[i].path);

		err = fresh == NULL ? ERR_NOMEM : pki_file_read(t->crl_file[i].path, false, bytes_of(NULL, 0), &f, &why);
		if (err == ERR_OK)
			err = take_crls(fresh, &f);
		if (err == ERR_OK)
			t->crl_file[i].changed = changed;
		pki_file_fini(&f);
	}
	for (int i = 0; err == ERR_OK && i < sk_X509_CRL_num(t->fetched); i++)
		err = add_crl(fresh, sk_X509_CRL_value(t->fetched, i));
	if (err == ERR_OK)
		fresh = exchange_crls(t, fresh);
	sk_X509_CRL_pop_free(fresh, X509_CRL_free);
}

void pki_trust_refresh(struct pki_trust *t, int64_t now_s)
{
	bool changed = false;

	if (now_s - t->refreshed_s < REFRESH_S && now_s >= t->refreshed_s)
		return;
	t->refreshed_s = now_s;
	for (unsigned i = 0; i < t->crl_file_count; i++)
		changed = changed || has_changed(&t->crl_file[i]);
	if (changed)
		reload_crls(t);
}
