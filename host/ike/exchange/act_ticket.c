/* Tickets as they come and go with an IKE SA.  Engine's thread. */
#include "ike/exchange/act_ticket.h"

#include "ike/core.h"
#include "ike/exchange/act_reauth.h"
#include "ike/live.h"
#include "ike/resume/resume.h"

enum { MS = 1000 };

/* What of the SA goes into a ticket, but for its end. */
static struct ike_past past_of(const struct ike_sa *sa)
{
	bool initiator = sa->original;

	return (struct ike_past){ .spi_i = sa->spi_i,
		.spi_r = sa->spi_r,
		.suite = sa->suite,
		.auth_i = initiator ? sa->auth_local : sa->auth_remote,
		.auth_r = initiator ? sa->auth_remote : sa->auth_local,
		.eap = sa->eap,
		.ppk = sa->ppk,
		.sk_d = ike_keys_view(&sa->suite, &sa->keys, IKE_SK_D),
		.id_i = initiator ? sa->local_id : sa->remote_id,
		.id_r = initiator ? sa->remote_id : sa->local_id };
}

void ike_act_ticket_bound(struct ike_sa *sa, uint64_t until_ms)
{
	uint64_t now_ms = sa->engine->now_ms;
	uint64_t left_s = until_ms > now_ms + MS ? (until_ms - now_ms) / MS : 1;

	if (until_ms != 0 && (sa->auth_lifetime_s == 0 || left_s < sa->auth_lifetime_s))
		sa->auth_lifetime_s = (uint32_t)left_s;
}

/* ---- client ---- */

void ike_act_ticket_build(struct ike_sa *sa, struct ike_build *b)
{
	if (sa->asks_ticket)
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_TICKET_REQUEST, bytes_of(NULL, 0));
}

static void tell(struct ike_sa *sa, struct secret *pass, uint32_t lifetime_s)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;

	if (sa->known && ports->pass != NULL)
		ports->pass(ports->ctx, sa->handle, pass, lifetime_s);
	secret_fini(pass);
}

void ike_act_ticket_lost(struct ike_sa *sa)
{
	struct secret none = { 0 };

	wheel_disarm(&sa->engine->wheel, &sa->ticket_timer);
	sa->ticket_until_ms = 0;
	tell(sa, &none, 0);
}

static void want(struct ike_sa *sa)
{
	sa->todo |= 1u << IKE_TX_TICKET;
	ike_fsm_post(sa, IKE_E_SEND);
}

static void ages(struct wheel_timer *t, uint64_t now_ms)
{
	(void)now_ms;
	want(list_of(t, struct ike_sa, ticket_timer));
}

/* Keeps the ticket in 'data', and asks for another one before it ends. */
static enum err keep(struct ike_sa *sa, struct bytes data)
{
	struct ike_engine *e = sa->engine;
	struct rd r = rd_of(data);
	uint32_t lifetime_s = rd_u32(&r);
	struct ike_past past = past_of(sa);
	struct secret pass = { 0 };
	enum err err = rd_left(&r) == 0 || lifetime_s == 0 ? ERR_MALFORMED : ERR_OK;

	past.expires_ms = e->now_ms + (uint64_t)lifetime_s * MS;
	past.auth_until_ms = ike_act_reauth_until(sa);
	if (err == ERR_OK)
		err = ike_resume_pack(&past, rd_rest(&r), &pass);
	if (err != ERR_OK)
		return err;
	ike_core_count(e, IKE_STAT_TICKET_GOT);
	sa->ticket_until_ms = past.expires_ms;
	sa->ticket_timer.expired = ages;
	wheel_arm(&e->wheel, &sa->ticket_timer, e->now_ms + ike_live_soft_ms(e, IKE_INITIATOR, lifetime_s));
	tell(sa, &pass, lifetime_s);
	return ERR_OK;
}

void ike_act_ticket_take(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_notify n;

	if (!sa->asks_ticket || !sa->original)
		return;
	if (!sa->came_up) /* what was kept before is spent, or of an SA that this one took the place of */
		ike_act_ticket_lost(sa);
	if (ike_msg_notify(msg, IKE_N_TICKET_LT_OPAQUE, &n)) {
		sa->ticket_put_off = false;
		if (keep(sa, n.data) != ERR_OK)
			ike_core_log_sa(sa, LOG_L_INFO, "ticket.ignored", "octets=%zu", n.data.len);
	} else if (ike_msg_notify(msg, IKE_N_TICKET_ACK, NULL) && !sa->ticket_put_off) { /* later: once more, when the SA is up */
		sa->ticket_put_off = true;
		sa->todo |= 1u << IKE_TX_TICKET;
	}
}

/* ---- gateway ---- */

void ike_act_ticket_hear(struct ike_sa *sa, const struct ike_msg *msg)
{
	sa->setup->ticket_wanted = ike_msg_notify(msg, IKE_N_TICKET_REQUEST, NULL);
}

static void withdraw(struct ike_sa *sa)
{
	if (sa->ticket.generation != 0)
		(void)ike_vault_spend(&sa->engine->vault, &sa->ticket);
	sa->ticket.generation = 0;
	sa->ticket_until_ms = 0;
}

static uint64_t sooner(uint64_t a, uint64_t b)
{
	return b != 0 && (a == 0 || b < a) ? b : a;
}

/* When the ticket ends (RFC5723-6.4): with the IKE SA's lifetime, its authentication, and the world's bounds. */
static void set_ends(const struct ike_sa *sa, const struct ike_ticket_terms *t, struct ike_past *past)
{
	uint64_t now_ms = sa->engine->now_ms;
	uint64_t good_ms = t->good_s == 0 ? 0 : now_ms + (uint64_t)t->good_s * MS;

	past->auth_until_ms = sooner(ike_act_reauth_until(sa), good_ms);
	past->expires_ms = sooner(now_ms + (uint64_t)t->lifetime_s * MS, past->auth_until_ms);
	if (sa->lifetime_s != 0)
		past->expires_ms = sooner(past->expires_ms, now_ms + (uint64_t)sa->lifetime_s * MS);
}

/* A ticket, with its lifetime before it, to 'w'. */
static enum err issue(struct ike_sa *sa, const struct ike_ticket_terms *terms, struct wr *w)
{
	struct ike_engine *e = sa->engine;
	struct ike_past past = past_of(sa);
	struct ike_vault_stub stub;
	struct secret buf = { 0 };
	struct wr text;
	enum err err = secret_new(&buf, IKE_PAST_MAX);

	set_ends(sa, terms, &past);
	past.memo = bytes_of(terms->memo, terms->memo_len);
	if (err == ERR_OK) {
		text = wr_of(buf.data, buf.len);
		ike_past_build(&text, &past);
		err = wr_done(&text);
	}
	if (err == ERR_OK)
		err = ike_vault_refresh(&e->vault, e->cfg.rand, e->now_ms);
	wr_u32(w, (uint32_t)((past.expires_ms - e->now_ms) / MS));
	if (err == ERR_OK)
		err = ike_vault_seal(&e->vault, e->cfg.crypto, wr_view(&text), w, &stub);
	secret_fini(&buf);
	if (err != ERR_OK)
		return err;
	withdraw(sa);
	sa->ticket = stub;
	sa->ticket_until_ms = past.expires_ms;
	return ERR_OK;
}

/* The answer to a TICKET_REQUEST, RFC5723-4.1. */
static void build_answer(struct ike_sa *sa, struct ike_build *b, bool good)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_ticket_terms terms = { .lifetime_s = 0 };
	uint8_t data[sizeof(uint32_t) + IKE_PAST_MAX + IKE_VAULT_HEAD + IKE_VAULT_ICV];
	struct wr w = wr_of(data, sizeof(data));

	good = good && ports->ticket != NULL && ports->ticket(ports->ctx, sa->handle, &terms) && issue(sa, &terms, &w) == ERR_OK;
	ike_core_count(sa->engine, good ? IKE_STAT_TICKET_SENT : IKE_STAT_TICKET_DENIED);
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), good ? IKE_N_TICKET_LT_OPAQUE : IKE_N_TICKET_NACK,
		good ? wr_view(&w) : bytes_of(NULL, 0));
}

void ike_act_ticket_reply(struct ike_sa *sa, struct ike_build *b, bool good)
{
	if (sa->setup->ticket_wanted)
		build_answer(sa, b, good);
}

void ike_act_ticket_answer(const struct ike_step *s, struct ike_build *b)
{
	if (ike_msg_notify(s->msg, IKE_N_TICKET_REQUEST, NULL))
		build_answer(s->sa, b, s->sa->came_up && !s->sa->original && s->sa->known);
}

void ike_act_ticket_later(const struct ike_step *s, struct ike_build *b)
{
	if (ike_msg_notify(s->msg, IKE_N_TICKET_REQUEST, NULL))
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_TICKET_ACK, bytes_of(NULL, 0));
}

/* ---- both ---- */

void ike_act_ticket_rekeyed(struct ike_sa *sa)
{
	if (!sa->original) {
		withdraw(sa);
	} else if (sa->asks_ticket) {
		ike_act_ticket_lost(sa);
		sa->ticket_put_off = false;
		sa->todo |= 1u << IKE_TX_TICKET;
	}
}

void ike_act_ticket_end(struct ike_sa *sa)
{
	bool lost = sa->why == IKE_DOWN_DEAD_PEER || sa->why == IKE_DOWN_TIMEOUT;

	wheel_disarm(&sa->engine->wheel, &sa->ticket_timer);
	if (!sa->original && !lost)
		withdraw(sa);
}
