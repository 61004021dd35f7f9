#include "world.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/kex.h"

#include "world_eap.h"

enum question { Q_AGREE, Q_PROOF, Q_SIGN, Q_EAP, Q_GRANT, Q_INSTALL };

struct answer {
	struct list link;
	uint64_t due_ms;
	enum question question;
	struct slab_handle handle;
	uint32_t spi_in;
	enum ike_role role;
	bool proved;     /* by signature */
	bool by_eap;     /* it wants EAP … */
	bool eap_only;   /* … and no other proof of ours */
	bool lookup;     /* it takes certificates by URL */
	uint8_t *octets; /* to be signed, the peer's public value, or an EAP packet */
	size_t octet_len;
	struct crypto_kex kex; /* key empty: a share is to be made */
};

static struct answer with_octets(struct answer a, struct bytes octets)
{
	a.octet_len = octets.len;
	a.octets = octets.len == 0 ? NULL : (uint8_t *)malloc(octets.len);
	if (octets.len != 0 && a.octets == NULL)
		abort();
	if (octets.len != 0)
		memcpy(a.octets, octets.data, octets.len);
	return a;
}

static void drop_answer(struct answer *a)
{
	crypto_kex_fini(&a->kex);
	free(a->octets);
}

struct spi {
	struct list link;
	uint32_t value;
};

static void fault(struct world *w, const char *form, ...)
{
	va_list args;

	if (w->fault[0] != '\0')
		return;
	va_start(args, form);
	(void)vsnprintf(w->fault, sizeof(w->fault), form, args);
	va_end(args);
}

/* The session that the engine speaks of, which must not be over. */
static struct world_session *spoken_of(struct world *w, struct slab_handle handle, const char *call)
{
	struct world_session *s = world_find(w, handle);

	if (s == NULL)
		fault(w, "%s for a session that was never begun", call);
	else if (s->over)
		fault(w, "%s after down", call);
	return s;
}

static struct world_session *begin(struct world *w, struct slab_handle handle, enum ike_role role)
{
	struct world_session *s = (struct world_session *)calloc(1, sizeof(*s));

	if (s == NULL)
		abort();
	s->handle = handle;
	s->role = role;
	list_init(&s->children);
	list_add(&w->sessions, &s->link);
	return s;
}

/* ---- answers ---- */

static struct ike_child_policy further_child(const struct world *w)
{
	struct ike_child_policy p = world_first_child(w);

	if (w->set.more_local_count != 0) {
		p.local = w->set.more_local;
		p.local_count = w->set.more_local_count;
	}
	if (w->set.more_remote_count != 0) {
		p.remote = w->set.more_remote;
		p.remote_count = w->set.more_remote_count;
	}
	return p;
}

static struct ike_id id_of(const char *text)
{
	struct ike_id id = { .type = IKE_ID_FQDN, .data = bytes_str(text) };

	return id;
}

static enum err fill_psk(const struct world *w, struct secret *out)
{
	return secret_set(out, bytes_str(w->set.psk));
}

static void answer_agree(struct world *w, struct answer *a)
{
	uint8_t pub[CRYPTO_PUB_MAX];
	struct crypto_kex_turn t = { .kex = a->kex, .peer = bytes_of(a->octets, a->octet_len), .pub = pub };
	struct ike_agreed answer = { .err = crypto_kex_step(w->crypto, w->rand, &t) };

	memset(&a->kex, 0, sizeof(a->kex)); /* moved */
	answer.pub = bytes_of(pub, t.pub_len);
	secret_take(&answer.own, &t.kex.key);
	secret_take(&answer.shared, &t.shared);
	crypto_kex_fini(&t.kex);
	ike_engine_agreed(w->engine, w->now_ms, a->handle, &answer);
	if (answer.own.len != 0 || answer.shared.len != 0)
		fault(w, "secrets left in the key exchange");
}

static void answer_proof(struct world *w, const struct answer *a)
{
	struct ike_id id = id_of(w->set.id);
	struct ike_proof proof = {
		.err = w->set.proof_err, .ref = 1, .local_id = &id, .proved = a->proved, .certificate = w->set.key != NULL
	};

	proof.ppk_required = w->set.ppk_required;
	proof.eap_only = a->eap_only && w->set.eap_only;
	if (a->by_eap ? w->set.eap == 0 : w->set.peer_key != NULL && !a->proved)
		proof.err = ERR_AUTH;
	if (w->set.peer_key == NULL && !a->by_eap && fill_psk(w, &proof.verify) != ERR_OK)
		proof.err = ERR_NOMEM;
	if (w->set.key == NULL && a->role == IKE_RESPONDER && fill_psk(w, &proof.sign) != ERR_OK)
		proof.err = ERR_NOMEM;
	ike_engine_authenticated(w->engine, w->now_ms, a->handle, &proof);
	if (proof.verify.len != 0 || proof.sign.len != 0)
		fault(w, "secrets left in the proof");
}

static void answer_sign(struct world *w, const struct answer *a)
{
	struct ike_signature answer = { .err = w->set.sign_err, .why = "test", .method = w->set.method, .cert_count = w->set.cert_count };
	uint8_t sig[CRYPTO_SIGNATURE_MAX], data[CRYPTO_SIGNATURE_MAX + CRYPTO_ALGID_MAX];
	struct wr wr = wr_of(data, sizeof(data));
	size_t len = 0;

	if (answer.err == ERR_OK)
		answer.err = crypto_sign_make(w->crypto, w->set.key, &w->set.scheme, bytes_of(a->octets, a->octet_len), sig, &len);
	if (w->set.method == IKE_AUTH_SIGNATURE)
		crypto_algid_join(&wr, &w->set.scheme, bytes_of(sig, len));
	else
		wr_bytes(&wr, bytes_of(sig, len));
	answer.data = wr_view(&wr);
	for (unsigned i = 0; i < w->set.cert_count; i++)
		answer.cert[i] = bytes_str(w->set.certs[i]);
	answer.encoding[0] = a->lookup ? w->set.encoding : 0;
	ike_engine_signed(w->engine, w->now_ms, a->handle, &answer);
}

static void answer_eap(struct world *w, const struct answer *a)
{
	struct world_session *s = world_find(w, a->handle);

	if (s != NULL && !s->over)
		world_eap_answer(w, s, bytes_of(a->octets, a->octet_len));
}

static void answer_grant(struct world *w, const struct answer *a)
{
	struct ike_grant grant = { .verdict = w->set.verdict };
	struct ike_config reply = w->set.reply;

	if (reply.ip4.family != 0)
		reply.ip4 = addr_of_u32(addr_u32(&reply.ip4) + w->address_next++);
	grant.reply = w->set.reply_given ? &reply : NULL;
	grant.redirect = &w->set.redirect;
	grant.terms = world_terms(w);
	ike_engine_authorized(w->engine, w->now_ms, a->handle, &grant);
}

static void give(struct world *w, struct answer *a)
{
	switch (a->question) {
	case Q_AGREE:
		answer_agree(w, a);
		break;
	case Q_PROOF:
		if (!world_resumes(w, a->handle))
			answer_proof(w, a);
		break;
	case Q_SIGN:
		answer_sign(w, a);
		break;
	case Q_EAP:
		answer_eap(w, a);
		break;
	case Q_GRANT:
		answer_grant(w, a);
		break;
	case Q_INSTALL:
		ike_engine_installed(w->engine, w->now_ms, a->handle, a->spi_in, w->set.install_err);
		break;
	}
}

/* 'question' owns what it holds. */
static void put_off(struct world *w, struct answer question, uint64_t due_ms)
{
	struct answer *a = (struct answer *)malloc(sizeof(*a));

	if (a == NULL)
		abort();
	*a = question;
	a->due_ms = due_ms;
	list_add(&w->answers, &a->link);
}

static void ask(struct world *w, struct answer question)
{
	if (!w->set.mute && w->set.delay_ms != 0) {
		put_off(w, question, w->now_ms + w->set.delay_ms);
		return;
	}
	if (!w->set.mute)
		give(w, &question);
	drop_answer(&question);
}

/* An answer that isn't waited for any more is out of the list. */
static void give_late(struct world *w, struct answer *a)
{
	list_del(&a->link);
	give(w, a);
	drop_answer(a);
	free(a);
}

static struct answer *oldest_agree(const struct world *w)
{
	list_each (n, &w->answers)
		if (list_of(n, struct answer, link)->question == Q_AGREE)
			return list_of(n, struct answer, link);
	return NULL;
}

bool world_agree(struct world *w)
{
	struct answer *a = oldest_agree(w);

	if (a != NULL)
		give_late(w, a);
	return a != NULL;
}

unsigned world_agreeing(const struct world *w)
{
	unsigned count = 0;

	list_each (n, &w->answers)
		count += list_of(n, struct answer, link)->question == Q_AGREE;
	return count;
}

/* ---- ports ---- */

static void on_send(void *ctx, const struct ike_path *path, struct bytes datagram)
{
	struct world *w = (struct world *)ctx;

	w->send(w->send_ctx, path, datagram, false);
}

static void on_keepalive(void *ctx, const struct ike_path *path)
{
	static const uint8_t byte = 0xff;
	struct world *w = (struct world *)ctx;

	w->send(w->send_ctx, path, bytes_of(&byte, 1), true);
}

static enum err on_policy(void *ctx, const struct ike_path *path, struct ike_offers *out)
{
	struct world *w = (struct world *)ctx;

	(void)path;
	if (w->set.policy_err == ERR_OK)
		*out = w->set.ike;
	return w->set.policy_err;
}

static void on_agree(void *ctx, struct slab_handle question, const struct ike_agree *ask_for)
{
	struct world *w = (struct world *)ctx;
	struct answer a = with_octets((struct answer){ .question = Q_AGREE, .handle = question }, ask_for->peer);

	a.kex.group = ask_for->group;
	if (secret_set(&a.kex.key, ask_for->own) != ERR_OK)
		abort();
	w->agreed++;
	w->agreed_urgent += ask_for->urgent;
	if (!w->set.agree_mute && w->set.agree_ms == 0) {
		give(w, &a);
		drop_answer(&a);
	} else {
		put_off(w, a, w->set.agree_mute ? UINT64_MAX : w->now_ms + w->set.agree_ms);
	}
}

/* Appends what fits: a certificate of the simulator is its name, a peer's that lies may be anything. */
static void keep_text(char *text, size_t size, struct bytes more)
{
	size_t used = strlen(text);

	(void)snprintf(text + used, size - used, "%.*s", (int)more.len, (const char *)more.data);
}

static void on_authenticate(void *ctx, struct slab_handle sa, const struct ike_who *who)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = world_find(w, sa);

	if (who->role == IKE_RESPONDER) {
		if (s != NULL)
			fault(w, "authenticate twice");
		s = begin(w, sa, IKE_RESPONDER);
	} else if (s == NULL || s->over) {
		fault(w, "authenticate for an initiator that was never begun");
		return;
	}
	s->path = who->path;
	s->resumed = who->resumed;
	(void)ike_id_str(who->peer_id, s->peer, sizeof(s->peer));
	for (unsigned i = 0; i < who->cert_count; i++)
		keep_text(s->certs, sizeof(s->certs), who->cert[i]);
	ask(w, (struct answer){ .question = Q_PROOF,
		       .handle = sa,
		       .role = who->role,
		       .by_eap = who->method == 0,
		       .eap_only = who->eap_only,
		       .proved = w->set.peer_key != NULL && who->method != IKE_AUTH_PSK && who->method != 0 &&
				 world_check_signature(w, who) });
}

static void on_sign(void *ctx, struct slab_handle sa, const struct ike_text *text)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "sign");
	struct answer a = { .question = Q_SIGN, .handle = sa, .role = text->role, .lookup = text->lookup };

	if (s == NULL)
		return;
	s->hashes = text->hashes;
	keep_text(s->certreq, sizeof(s->certreq), text->authorities);
	ask(w, with_octets(a, text->octets));
}

static void on_eap(void *ctx, struct slab_handle sa, const struct ike_eap_turn *turn)
{
	struct world *w = (struct world *)ctx;
	struct answer a = { .question = Q_EAP, .handle = sa };

	if (spoken_of(w, sa, "eap") != NULL)
		ask(w, with_octets(a, turn->packet));
}

static bool on_ppk_known(void *ctx, const struct ike_path *path)
{
	(void)path;
	return ((const struct world *)ctx)->set.ppk != NULL;
}

/* PPK_ID has its type before it. */
static enum err on_ppk(void *ctx, const struct ike_who *who, struct bytes id, struct secret *out)
{
	const struct world *w = (const struct world *)ctx;

	(void)who;
	if (w->set.ppk == NULL || !bytes_eq(id, bytes_str(w->set.ppk_id)))
		return ERR_ABSENT;
	return secret_set(out, bytes_str(w->set.ppk));
}

static struct bytes on_authorities(void *ctx, const struct ike_path *path)
{
	const struct world *w = (const struct world *)ctx;

	(void)path;
	return w->set.authorities == NULL ? bytes_of(NULL, 0) : bytes_str(w->set.authorities);
}

static void on_authorize(void *ctx, struct slab_handle sa, const struct ike_plea *plea)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "authorize");

	if (s == NULL)
		return;
	s->initial_contact = plea->initial_contact;
	s->flexvpn = plea->flexvpn;
	s->udp_encap = plea->udp_encap;
	world_meet_former(w, s, plea->former);
	ask(w, (struct answer){ .question = Q_GRANT, .handle = sa });
}

static enum err on_spi_new(void *ctx, const struct ike_path *path, uint32_t *out)
{
	struct world *w = (struct world *)ctx;
	struct spi *spi;

	(void)path;
	if (w->set.spi_err != ERR_OK)
		return w->set.spi_err;
	spi = (struct spi *)malloc(sizeof(*spi));
	if (spi == NULL)
		abort();
	spi->value = w->spi_next++;
	list_add(&w->spis, &spi->link);
	w->spi_out_count++;
	*out = spi->value;
	return ERR_OK;
}

static bool take_spi(struct world *w, uint32_t value)
{
	list_each (n, &w->spis) {
		struct spi *spi = list_of(n, struct spi, link);

		if (spi->value != value)
			continue;
		list_del(n);
		free(spi);
		w->spi_out_count--;
		return true;
	}
	return false;
}

static void on_spi_free(void *ctx, uint32_t spi)
{
	struct world *w = (struct world *)ctx;

	if (!take_spi(w, spi))
		fault(w, "spi_free of %08x, which isn't the engine's", spi);
}

/* A pair that is replaced may be on its way out already, and none sends any more. */
static bool has_line(const struct world_session *s, uint32_t line)
{
	list_each (l, &s->children)
		if (list_of(l, struct world_child, link)->line == line)
			return true;
	return false;
}

static void on_install(void *ctx, struct slab_handle sa, struct ike_child_sa *child)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "install");
	struct world_child *c;

	if (!take_spi(w, child->spi_in))
		fault(w, "install of SPI %08x, which wasn't handed out", child->spi_in);
	if (s == NULL)
		return;
	c = world_child_new(child);
	if (c->line == 0 || (c->replaces != 0) != has_line(s, c->line))
		fault(w, "install of %08x in a line that isn't its own", c->spi_in);
	list_add(&s->children, &c->link);
	c->sends = c->replaces == 0;
	if (s->child_count++ == 0)
		s->sender = c->spi_in;
	ask(w, (struct answer){ .question = Q_INSTALL, .handle = sa, .spi_in = child->spi_in });
}

static void free_child(struct world_child *c)
{
	secret_fini(&c->in_encr);
	secret_fini(&c->in_integ);
	secret_fini(&c->out_encr);
	secret_fini(&c->out_integ);
	list_del(&c->link);
	free(c);
}

static void on_child_use(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "child_use");
	struct world_child *c, *former;

	if (s == NULL)
		return;
	c = world_pair(s, spi_in);
	if (c == NULL) {
		fault(w, "child_use of %08x, which isn't there", spi_in);
		return;
	}
	former = world_sender(s, c->line);
	if (former != NULL)
		former->sends = false;
	c->sends = true;
	if (former == NULL || former->spi_in == s->sender)
		s->sender = spi_in;
}

static enum err on_child_policy(void *ctx, struct slab_handle sa, const struct ike_child_plea *plea, struct ike_child_policy *out)
{
	struct world *w = (struct world *)ctx;

	if (spoken_of(w, sa, "child_policy") == NULL)
		return ERR_STALE;
	if (plea->tsi_count == 0 && plea->tsr_count == 0)
		fault(w, "a plea without selectors");
	*out = further_child(w);
	return w->set.child_err;
}

static bool on_first_refused(void *ctx, struct slab_handle sa, uint16_t notify, struct ike_child_policy *out)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "first_refused");

	if (s == NULL || notify != IKE_N_TS_UNACCEPTABLE || s->others == w->set.other_count)
		return false;
	out->remote = &w->set.other_remote[s->others++];
	out->remote_count = 1;
	return true;
}

static void on_child_refused(void *ctx, struct slab_handle sa, uint32_t spi_in, uint16_t notify)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "child_refused");

	(void)notify;
	if (s == NULL)
		return;
	s->refused++;
	if (s->refused > s->ordered)
		fault(w, "child_refused of %08x, which wasn't ordered", spi_in);
	if (world_pair(s, spi_in) != NULL)
		fault(w, "child_refused of %08x, which is installed", spi_in);
}

static void on_child_down(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "child_down");
	struct world_child *c;

	if (s == NULL)
		return;
	c = world_pair(s, spi_in);
	if (c == NULL) {
		fault(w, "child_down of %08x, which isn't there", spi_in);
		return;
	}
	free_child(c);
	s->child_count--;
	s->child_downs++;
}

static void on_config_set(void *ctx, struct slab_handle sa, const struct ike_config *config, bool *accepted)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "config_set");

	if (s == NULL)
		return;
	s->set = *config;
	s->set_count++;
	for (unsigned i = 0; i < config->prefix_count; i++)
		accepted[i] = !w->set.refuse_prefixes;
}

static void on_up(void *ctx, struct slab_handle sa)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "up");

	if (s == NULL)
		return;
	if (s->up)
		fault(w, "up twice");
	if (s->child_count == 0)
		fault(w, "up without a child");
	s->up = true;
	w->ups++;
	world_renewed(w, s);
}

static void on_down(void *ctx, struct slab_handle sa, enum ike_down reason)
{
	struct world *w = (struct world *)ctx;
	struct world_session *s = spoken_of(w, sa, "down");

	if (s == NULL)
		return;
	if (s->child_count != 0)
		fault(w, "down with %u children", s->child_count);
	if ((unsigned)reason >= IKE_DOWN_COUNT)
		fault(w, "down for no reason");
	s->over = true;
	s->up = false;
	s->why = reason;
	world_eap_end(s);
	world_pass_over(w, sa, reason);
	w->downs++;
}

/* ---- life ---- */

enum err world_init(struct world *w, const struct ike_engine_config *config, uint64_t now_ms)
{
	struct ike_engine_config cfg = *config;
	static const struct ike_ports ports = {
		.send = on_send,
		.keepalive = on_keepalive,
		.policy = on_policy,
		.ready = world_ready,
		.redirect = world_redirect,
		.redirected = world_redirected,
		.agree = on_agree,
		.authenticate = on_authenticate,
		.authorize = on_authorize,
		.sign = on_sign,
		.eap = on_eap,
		.authorities = on_authorities,
		.ppk = on_ppk,
		.ppk_known = on_ppk_known,
		.spi_new = on_spi_new,
		.spi_free = on_spi_free,
		.install = on_install,
		.child_use = on_child_use,
		.child_policy = on_child_policy,
		.first_refused = on_first_refused,
		.child_refused = on_child_refused,
		.child_down = on_child_down,
		.config_set = on_config_set,
		.up = on_up,
		.down = on_down,
		.reauthenticate = world_reauthenticate,
		.retired = world_retired,
		.deleted = world_deleted,
		.moved = world_moved,
		.addresses = world_addresses,
		.may_move = world_may_move,
		.ticket = world_ticket,
		.resumable = world_resumable,
		.pass = world_pass,
	};

	w->now_ms = now_ms;
	w->crypto = config->crypto;
	w->rand = config->rand;
	w->spi_next = 0x1000;
	list_init(&w->sessions);
	list_init(&w->answers);
	list_init(&w->spis);
	w->ports = ports;
	w->ports.ctx = w;
	cfg.ports = &w->ports;
	return ike_engine_new(&w->engine, &cfg, now_ms);
}

void world_fini(struct world *w)
{
	ike_engine_free(w->engine);
	w->engine = NULL;
	secret_fini(&w->pass);
	for (struct list *n; (n = list_first(&w->answers)) != NULL;) {
		list_del(n);
		drop_answer(list_of(n, struct answer, link));
		free(list_of(n, struct answer, link));
	}
	for (struct list *n; (n = list_first(&w->spis)) != NULL;) {
		fault(w, "an SPI never came back");
		list_del(n);
		free(list_of(n, struct spi, link));
	}
	for (struct list *n; (n = list_first(&w->sessions)) != NULL;) {
		struct world_session *s = list_of(n, struct world_session, link);

		if (!s->over)
			fault(w, "a session was never told down");
		for (struct list *c; (c = list_first(&s->children)) != NULL;)
			free_child(list_of(c, struct world_child, link));
		world_eap_end(s);
		list_del(n);
		free(s);
	}
}

enum err world_initiate(struct world *w, const struct ike_path *path, struct slab_handle *out)
{
	struct ike_id local = id_of(w->set.id);
	struct ike_id remote = id_of(w->set.wanted_id == NULL ? "" : w->set.wanted_id);
	struct ike_request r;
	enum err err;

	memset(&r, 0, sizeof(r));
	r.path = *path;
	r.local_id = &local;
	r.remote_id = w->set.wanted_id == NULL ? NULL : &remote;
	r.initial_contact = w->set.initial_contact;
	r.force_udp = w->set.force_udp;
	r.follow_redirects = w->set.follow;
	r.redirected_from = w->set.redirected_from;
	r.need_address = w->set.need_address;
	r.want = w->set.want.want != 0 ? &w->set.want : NULL;
	r.routes = w->set.routes.prefix_count != 0 ? &w->set.routes : NULL;
	r.terms = world_terms(w);
	r.authorities = on_authorities(w, path);
	r.ppk_required = w->set.ppk_required;
	r.ppk_id = bytes_str(w->set.ppk == NULL ? "" : w->set.ppk_id);
	if (w->set.ppk != NULL && secret_set(&r.ppk, bytes_str(w->set.ppk)) != ERR_OK)
		return ERR_NOMEM;
	r.resumption = w->set.resumption;
	if (w->pass_until_ms > w->now_ms)
		r.pass = secret_view(&w->pass);
	r.eap = w->set.eap != 0;
	r.eap_only = w->set.eap_only;
	err = w->set.key == NULL && !r.eap ? fill_psk(w, &r.psk) : ERR_OK;
	if (err == ERR_OK)
		err = ike_engine_initiate(w->engine, w->now_ms, &r, out);
	if (err == ERR_OK)
		begin(w, *out, IKE_INITIATOR)->path = *path;
	return err;
}

enum err world_new_child(struct world *w, struct slab_handle sa, uint32_t *spi_in)
{
	struct ike_child_policy policy = further_child(w);
	struct world_session *s = world_find(w, sa);
	enum err err;

	if (s == NULL)
		return ERR_STALE;
	s->ordered++;
	err = ike_engine_new_child(w->engine, w->now_ms, sa, &policy, spi_in);
	if (err != ERR_OK)
		s->ordered--;
	return err;
}

uint64_t world_next(const struct world *w)
{
	uint64_t next = ike_engine_next(w->engine);

	list_each (n, &w->answers) {
		const struct answer *a = list_of(n, struct answer, link);

		if (a->due_ms < next)
			next = a->due_ms;
	}
	return next;
}

static struct answer *due_answer(struct world *w)
{
	list_each (n, &w->answers) {
		struct answer *a = list_of(n, struct answer, link);

		if (a->due_ms <= w->now_ms)
			return a;
	}
	return NULL;
}

void world_advance(struct world *w, uint64_t now_ms)
{
	struct answer *a;

	w->now_ms = now_ms;
	while ((a = due_answer(w)) != NULL)
		give_late(w, a);
	ike_engine_advance(w->engine, now_ms);
	world_renew(w);
}
