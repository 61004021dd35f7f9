/*
 * Certificates by URL.  A lookup holds the engine's question about a peer and goes through its certificates: what is on the shelf is taken from
 * there, the first that isn't is fetched, and then it begins again; so another peer's answer helps, too.  Nothing of the peer is proved yet, so all
 * is bounded and logged.  Loop thread.
 */
#include "session/auth/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "ike/wire/cert.h"
#include "ike/wire/iana.h"
#include "pki/bundle.h"
#include "pki/where.h"
#include "session/inner.h"

struct lookup {
	struct list link;
	struct slab_handle sa;
	uint64_t token;       /* of the request under way */
	unsigned asked;       /* requests so far */
	struct bytes awaited; /* the hash of what is to come */
	struct ike_who who;   /* a copy, whose views are into 'octets' */
	struct ike_id peer_id, wanted_id;
	struct bytes cert[IKE_CERTS];
	uint8_t encoding[IKE_CERTS];
	uint8_t *octets;
};

/* The certificates themselves, as far as they are here. */
struct found {
	struct bytes cert[IKE_CERTS];
	uint8_t encoding[IKE_CERTS];
	uint8_t count;
};

static bool is_url(uint8_t encoding)
{
	return encoding != IKE_CERT_X509_SIGNATURE;
}

bool session_lookup_needed(const struct ike_who *who)
{
	for (unsigned i = 0; i < who->cert_count; i++)
		if (is_url(who->encoding[i]))
			return true;
	return false;
}

static void lookup_free(struct lookup *l)
{
	free(l->octets);
	free(l);
}

static void copy(struct wr *w, struct bytes *from)
{
	uint8_t *at = w->buf + w->len;

	wr_bytes(w, *from);
	*from = bytes_of(at, from->len);
}

/* The question is kept beyond the engine's call; NULL: out of memory. */
static struct lookup *lookup_new(struct slab_handle sa, const struct ike_who *who)
{
	size_t len = who->peer_id->data.len + who->authorities.len + who->auth.len + who->octets.len;
	struct lookup *l = (struct lookup *)calloc(1, sizeof(*l));
	struct wr w;

	if (l == NULL)
		return NULL;
	l->sa = sa;
	l->who = *who;
	l->peer_id = *who->peer_id;
	if (who->wanted_id != NULL)
		l->wanted_id = *who->wanted_id;
	len += l->wanted_id.data.len;
	for (unsigned i = 0; i < who->cert_count; i++) {
		l->cert[i] = who->cert[i];
		l->encoding[i] = who->encoding[i];
		len += who->cert[i].len;
	}
	l->octets = (uint8_t *)malloc(len);
	if (l->octets == NULL) {
		free(l);
		return NULL;
	}
	w = wr_of(l->octets, len);
	copy(&w, &l->peer_id.data);
	copy(&w, &l->wanted_id.data);
	copy(&w, &l->who.authorities);
	copy(&w, &l->who.auth);
	copy(&w, &l->who.octets);
	for (unsigned i = 0; i < who->cert_count; i++)
		copy(&w, &l->cert[i]);
	l->who.peer_id = &l->peer_id;
	l->who.wanted_id = who->wanted_id == NULL ? NULL : &l->wanted_id;
	l->who.cert = l->cert;
	l->who.encoding = l->encoding;
	return l;
}

/* ---- what is here ---- */

static void add(struct found *f, struct bytes cert)
{
	if (f->count == IKE_CERTS) /* then the chain can't be built, and the peer is refused for that */
		return;
	f->encoding[f->count] = IKE_CERT_X509_SIGNATURE;
	f->cert[f->count++] = cert;
}

/* NULL, or why it can't be used. */
static const char *add_bundle(struct found *f, struct bytes content)
{
	struct bytes cert[PKI_CHAIN_MAX];
	unsigned count;

	if (pki_bundle_parse(content, cert, &count) != ERR_OK)
		return "url-bundle";
	for (unsigned i = 0; i < count; i++)
		add(f, cert[i]);
	return NULL;
}

/* All that is here, until something is missing: '*missing' says what; NULL data: nothing is.  Returns NULL, or why it can't go on. */
static const char *gather(const struct session_hub *h, const struct lookup *l, struct found *f, struct ike_cert_url *missing, uint8_t *kind)
{
	const char *why = NULL;

	memset(f, 0, sizeof(*f));
	memset(missing, 0, sizeof(*missing));
	for (unsigned i = 0; why == NULL && i < l->who.cert_count; i++) {
		struct bytes content = l->cert[i];
		struct ike_cert_url where;

		if (is_url(l->encoding[i])) {
			if (ike_cert_parse_url(l->cert[i], &where) != ERR_OK)
				return "url-refused";
			content = pki_shelf_get(h->shelf, where.hash);
			if (content.len == 0) {
				*missing = where;
				*kind = l->encoding[i];
				return NULL;
			}
		}
		if (l->encoding[i] == IKE_CERT_URL_BUNDLE)
			why = add_bundle(f, content);
		else
			add(f, content);
	}
	return why;
}

/* ---- what isn't ---- */

static const char *ask(struct session_hub *h, struct lookup *l, const struct ike_cert_url *where, uint8_t kind)
{
	const struct cfg_model *cfg = h->model->cfg;
	struct session_fetch what = { .limit = kind == IKE_CERT_URL_BUNDLE ? PKI_BUNDLE_MAX : PKI_CERT_MAX };
	char url[PKI_URL_MAX];

	if (!cfg->http_cert || h->env.fetch == NULL || !pki_where_admits(where->url, cfg->http_from, cfg->http_from_count, url))
		return "url-refused";
	if (l->asked++ == IKE_CERTS || !limit_take(&h->lookup_rate, session_now(h)))
		return "url-limit";
	what.url = url;
	l->awaited = where->hash;
	l->token = ++h->tokens;
	log_event(h->env.log, LOG_L_DEBUG, "pki.lookup", "url=%s", url);
	return h->env.fetch(h->env.world, l->token, &what) == ERR_OK ? NULL : "url-no-answer";
}

static void refuse(struct session_hub *h, struct slab_handle sa, const char *why)
{
	struct ike_proof proof;

	memset(&proof, 0, sizeof(proof));
	proof.err = ERR_AUTH;
	proof.why = why;
	ike_engine_authenticated(h->engine, session_now(h), sa, &proof);
}

/* The lookup is over, with 'why' or with what was found; nothing of it is left. */
static void finish(struct session_hub *h, struct lookup *l, const struct found *f, const char *why)
{
	list_del(&l->link);
	h->lookup_count--;
	if (why == NULL) {
		l->who.cert = f->cert;
		l->who.encoding = f->encoding;
		l->who.cert_count = f->count;
		session_auth_judge(h, l->sa, &l->who);
	} else {
		refuse(h, l->sa, why);
	}
	lookup_free(l);
}

static void go_on(struct session_hub *h, struct lookup *l)
{
	struct ike_cert_url missing;
	struct found f;
	uint8_t kind = 0;
	const char *why = gather(h, l, &f, &missing, &kind);

	if (why == NULL && missing.hash.data != NULL) {
		why = ask(h, l, &missing, kind);
		if (why == NULL)
			return;
	}
	finish(h, l, &f, why);
}

void session_lookup_begin(struct session_hub *h, struct slab_handle sa, const struct ike_who *who)
{
	struct lookup *l = h->lookup_count == SESSION_LOOKUPS ? NULL : lookup_new(sa, who);

	if (l == NULL) {
		refuse(h, sa, "url-limit");
		return;
	}
	list_add(&h->lookups, &l->link);
	h->lookup_count++;
	go_on(h, l);
}

/* Keeps what has come; NULL, or why it isn't what was asked for. */
static const char *take(struct session_hub *h, const struct lookup *l, struct bytes body)
{
	uint8_t hash[CRYPTO_SHA1_LEN];

	if (body.len == 0)
		return "url-no-answer";
	if (crypto_digest_sha1(h->env.crypto, crypto_parts_of(&body, 1), hash) != ERR_OK)
		return "internal";
	if (!bytes_eq(bytes_of(hash, sizeof(hash)), l->awaited))
		return "url-other-content";
	return pki_shelf_put(h->shelf, l->awaited, body) == ERR_OK ? NULL : "internal";
}

bool session_lookup_fetched(struct session_hub *h, uint64_t token, struct bytes body)
{
	list_each (it, &h->lookups) {
		struct lookup *l = list_of(it, struct lookup, link);
		const char *why;

		if (l->token != token)
			continue;
		l->token = 0;
		why = take(h, l, body);
		if (why == NULL)
			go_on(h, l);
		else
			finish(h, l, NULL, why);
		return true;
	}
	return false;
}

void session_lookup_drop(struct session_hub *h, struct slab_handle sa)
{
	list_each (it, &h->lookups) {
		struct lookup *l = list_of(it, struct lookup, link);

		if (l->sa.index != sa.index || l->sa.generation != sa.generation)
			continue;
		list_del(&l->link);
		h->lookup_count--;
		lookup_free(l);
		return;
	}
}

enum err session_lookup_open(struct session_hub *h)
{
	list_init(&h->lookups);
	limit_init(&h->lookup_rate, SESSION_LOOKUP_RATE, SESSION_LOOKUP_RATE, session_now(h));
	return pki_shelf_new(&h->shelf);
}

void session_lookup_close(struct session_hub *h)
{
	pki_shelf_free(h->shelf);
}
