/* The trust points of a configuration, read when it is put in force.  Loop thread. */
#include "session/auth/trust.h"

#include <stdlib.h>

#include "ike/keying/certs.h"

struct point {
	const struct cfg_trustpoint *cfg;
	struct pki_trust *trust; /* NULL: can't be used */
	uint64_t seen;           /* of its CRLs, by who watches */
};

struct session_trust {
	struct list watched;
	unsigned watchers;
	struct pki_recall *recall;
	unsigned count;
	struct point *point;
	uint8_t authorities[IKE_CERTS_AUTHORITIES_LEN];
	size_t authorities_len;
};

static enum err import_all(const struct cfg_trustpoint *cfg, struct pki_trust *trust, const struct log *log)
{
	const char *why;
	enum err err = ERR_OK;

	for (const struct cfg_pki_import *i = cfg->imports; i != NULL && err == ERR_OK; i = i->next) {
		struct pki_import file = { .path = i->path, .pkcs12 = i->pkcs12 };

		if (i->password != NULL)
			file.password = secret_view(i->password);
		err = pki_trust_import(trust, &file, &why);
		if (err != ERR_OK)
			log_event(log, LOG_L_ERROR, "pki.unusable", "trustpoint=%s line=%u file=%s why=\"%s\"", cfg->object.name, i->line,
				i->path, why);
	}
	if (err != ERR_OK)
		return err;
	err = pki_trust_settle(trust, &why);
	if (err != ERR_OK)
		log_event(log, LOG_L_ERROR, "pki.unusable", "trustpoint=%s line=%u why=\"%s\"", cfg->object.name, cfg->object.line, why);
	return err;
}

static enum err add(struct session_trust *t, const struct cfg_trustpoint *cfg, const struct log *log)
{
	static const enum pki_method method[] = {
		[CFG_REVOCATION_NONE] = PKI_BY_NOTHING, [CFG_REVOCATION_CRL] = PKI_BY_CRL, [CFG_REVOCATION_OCSP] = PKI_BY_OCSP
	};
	struct pki_revocation revocation = { .count = (uint8_t)cfg->revocation_count, .ocsp_url = cfg->ocsp_url };
	struct point *p = &t->point[t->count];
	enum err err;

	for (unsigned i = 0; i < cfg->revocation_count; i++)
		revocation.method[i] = method[cfg->revocation[i]];
	err = pki_trust_new(cfg->object.name, revocation, &p->trust);

	if (err != ERR_OK)
		return err;
	p->cfg = cfg;
	t->count++;
	if (import_all(cfg, p->trust, log) != ERR_OK) {
		pki_trust_free(p->trust);
		p->trust = NULL;
	}
	return ERR_OK;
}

struct pki_trust *session_trust_find(const struct session_trust *t, const struct cfg_trustpoint *point)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->point[i].cfg == point)
			return t->point[i].trust;
	return NULL;
}

const char *session_trust_url(const struct session_trust *t, const struct pki_trust *own)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->point[i].trust == own)
			return t->point[i].cfg->cert_url;
	return NULL;
}

enum err session_trust_chain(struct session_trust *t, const struct bytes *cert, unsigned count, struct pki_chain **out)
{
	return pki_recall_take(t->recall, cert, count, out);
}

void session_trust_keep(struct session_trust *t, struct pki_chain *c)
{
	pki_recall_keep(t->recall, c);
}

void session_trust_refresh(const struct session_trust *t, int64_t now_s)
{
	for (unsigned i = 0; i < t->count; i++)
		if (t->point[i].trust != NULL)
			pki_trust_refresh(t->point[i].trust, now_s);
}

void session_trust_watch(struct session_trust *t, struct list *watched)
{
	if (t->watchers++ == 0)
		list_add(watched, &t->watched);
}

void session_trust_unwatch(struct session_trust *t)
{
	if (--t->watchers == 0)
		list_del(&t->watched);
}

bool session_trust_look(const struct list *watched, int64_t now_s, pki_mark_fn *fn, void *ctx)
{
	list_each (it, watched) {
		struct session_trust *t = list_of(it, struct session_trust, watched);

		session_trust_refresh(t, now_s);
		for (unsigned i = 0; i < t->count; i++)
			if (t->point[i].trust != NULL)
				pki_mark_listed(t->point[i].trust, &t->point[i].seen, fn, ctx);
	}
	return !list_empty(watched);
}

void session_trust_request(const struct session_trust *t, const struct cfg_profile *p, struct wr *w)
{
	for (const struct cfg_pki_use *use = p->trustpoints; use != NULL; use = use->next) {
		const struct pki_trust *trust = use->verify ? session_trust_find(t, use->trustpoint) : NULL;

		if (trust != NULL)
			pki_trust_authorities(trust, w);
	}
}

static bool is_asked_for(const struct cfg_model *m, const struct cfg_trustpoint *point)
{
	for (const struct cfg_profile *p = m->profiles; p != NULL; p = p->next)
		for (const struct cfg_pki_use *use = p->trustpoints; use != NULL && p->object.complete && !p->shutdown; use = use->next)
			if (use->verify && use->trustpoint == point && (p->auth_remote & CFG_AUTH_CERTIFICATE) != 0)
				return true;
	return false;
}

static void fill_authorities(struct session_trust *t, const struct cfg_model *m)
{
	struct wr w = wr_of(t->authorities, sizeof(t->authorities));

	for (unsigned i = 0; i < t->count; i++)
		if (t->point[i].trust != NULL && is_asked_for(m, t->point[i].cfg))
			pki_trust_authorities(t->point[i].trust, &w);
	t->authorities_len = w.len; /* those beyond a CERTREQ's bound are verified, too, but not named */
}

struct bytes session_trust_authorities(const struct session_trust *t)
{
	return bytes_of(t->authorities, t->authorities_len);
}

enum err session_trust_new(const struct cfg_model *m, const struct log *log, struct session_trust **out)
{
	struct session_trust *t = (struct session_trust *)calloc(1, sizeof(*t));
	unsigned count = 0;
	enum err err = t == NULL ? ERR_NOMEM : pki_recall_new(&t->recall);

	for (const struct cfg_trustpoint *p = m->trustpoints; p != NULL; p = p->next)
		count++;
	if (err == ERR_OK && count != 0) {
		t->point = (struct point *)calloc(count, sizeof(*t->point));
		err = t->point == NULL ? ERR_NOMEM : ERR_OK;
	}
	for (const struct cfg_trustpoint *p = m->trustpoints; err == ERR_OK && p != NULL; p = p->next)
		if (p->object.complete)
			err = add(t, p, log);
	if (err != ERR_OK) {
		session_trust_free(t);
		return err;
	}
	fill_authorities(t, m);
	*out = t;
	return ERR_OK;
}

void session_trust_free(struct session_trust *t)
{
	if (t == NULL)
		return;
	for (unsigned i = 0; i < t->count; i++)
		pki_trust_free(t->point[i].trust);
	pki_recall_free(t->recall);
	free(t->point);
	free(t);
}
