/*
 * The swarm: N peers, each a number, an IKE SA and the time its present task began.  Rounds of set-up, rekeys, hold and leave; a wave
 * takes all peers through one task.  The engine calls back (world.c) with a handle, whose slot leads to the peer.  Loop thread.
 */
#include "naveload/swarm.h"

#include <stdlib.h>
#include <string.h>

#include "ike/keying/certs.h"
#include "ike/wire/id.h"
#include "naveload/inner.h"

enum { TURN_BEGINS = 16 };               /* at once, before answers are read again */
enum { SAS_EACH = 4, SPARE_SAS = 1024 }; /* an SA that was replaced lingers for a while */
enum { SECOND_US = 1000000, REKEY_WAIT_US = 60 * SECOND_US, QUIET_US = 180 * SECOND_US };

/* ---- tasks ---- */

static enum err initiate(struct naveload_swarm *s, uint32_t index, struct slab_handle *out)
{
	static const struct ike_config want = { .want = IKE_WANT_IP4 | IKE_WANT_SUBNET4 };
	const struct naveload_plan *plan = s->plan;
	char name[NAVELOAD_ID_MAX + 1];
	struct ike_id local = { .data = bytes_str(naveload_plan_name(plan, plan->id, index, name)) };
	struct ike_id remote = { .type = IKE_ID_FQDN, .data = bytes_str(plan->hub_id != NULL ? plan->hub_id : "") };
	uint8_t authorities[IKE_CERTS_AUTHORITIES_LEN];
	struct wr w = wr_of(authorities, sizeof(authorities));
	struct ike_config routes;
	struct ike_request r;
	enum err err = ERR_OK;

	local.type = strchr(name, '@') != NULL ? IKE_ID_EMAIL : IKE_ID_FQDN;
	memset(&r, 0, sizeof(r));
	r.path = naveload_plan_path(plan, index);
	r.ref = index;
	r.local_id = &local;
	r.remote_id = plan->hub_id != NULL ? &remote : NULL;
	r.initial_contact = true;
	r.force_udp = plan->nat || plan->port_count != 0;
	r.need_address = plan->address;
	r.want = plan->address ? &want : NULL;
	if (plan->behind.addr.family != 0) {
		memset(&routes, 0, sizeof(routes));
		routes.prefix[routes.prefix_count++] = naveload_plan_network(&plan->behind, index);
		r.routes = &routes;
	}
	r.terms.child.esp = plan->esp;
	r.terms.child.local = &s->local;
	r.terms.child.remote = &s->remote;
	r.terms.child.local_count = r.terms.child.remote_count = 1;
	r.terms.dpd.interval_s = (uint16_t)plan->dpd_s;
	r.terms.dpd.retry_s = 2;
	r.terms.dpd.periodic = true;
	if (plan->ca != NULL)
		naveload_certs_request(s->cfg.certs, &w);
	r.authorities = wr_view(&w);
	r.eap = plan->eap != 0;
	if (!r.eap && !naveload_certs_sign_all(s->cfg.certs))
		err = secret_set(&r.psk, secret_view(&plan->psk));
	return err == ERR_OK ? ike_engine_initiate(s->engine, naveload_now_ms(s), &r, out) : err;
}

void naveload_swarm_begin(struct naveload_swarm *s, uint32_t index, struct naveload_tally *tally)
{
	struct naveload_peer *p = &s->peer[index];
	enum err err;

	naveload_tally_begin(tally, naveload_now_us(s));
	p->state = NAVELOAD_PEER_DOWN;
	err = initiate(s, index, &p->sa);
	if (err == ERR_OK) {
		p->state = NAVELOAD_PEER_COMING;
		s->owner[p->sa.index] = index;
		if (s->phase == NAVELOAD_HOLD)
			s->coming_again++;
		return;
	}
	naveload_tally_failed(tally, IKE_DOWN_INTERNAL, naveload_now_us(s));
	if (s->phase == NAVELOAD_SETUP)
		naveload_wave_end(&s->wave);
}

static void begin_rekey(struct naveload_swarm *s, struct naveload_peer *p)
{
	if (p->state != NAVELOAD_PEER_UP) {
		naveload_wave_end(&s->wave);
		return;
	}
	naveload_tally_begin(&naveload_current(s)->rekey, naveload_now_us(s));
	p->rekeying = true;
	if (s->plan->rekey == NAVELOAD_REKEY_IKE)
		ike_engine_rekey(s->engine, naveload_now_ms(s), p->sa);
	else
		ike_engine_rekey_child(s->engine, naveload_now_ms(s), p->sa, p->child);
}

/* What the hub didn't agree to in time: it may have refused more often than one cares to wait. */
static void give_up_rekeys(struct naveload_swarm *s)
{
	if (s->wave.next != s->wave.count || naveload_now_us(s) < s->begun_us + REKEY_WAIT_US)
		return;
	for (uint32_t i = 0; i < s->plan->peers; i++) {
		if (!s->peer[i].rekeying)
			continue;
		s->peer[i].rekeying = false;
		naveload_tally_failed(&naveload_current(s)->rekey, IKE_DOWN_TIMEOUT, naveload_now_us(s));
		naveload_wave_end(&s->wave);
	}
}

static void begin_leave(struct naveload_swarm *s, struct naveload_peer *p)
{
	if (p->state != NAVELOAD_PEER_UP) {
		naveload_wave_end(&s->wave);
		return;
	}
	naveload_tally_begin(&naveload_current(s)->leave, naveload_now_us(s));
	p->state = NAVELOAD_PEER_LEAVING;
	ike_engine_delete(s->engine, naveload_now_ms(s), p->sa);
}

/* Those that nobody leaves by: of peers that came again without a farewell, if the hub didn't end them. */
static uint32_t strays(const struct naveload_swarm *s)
{
	struct ike_stats stats;

	ike_engine_stats(s->engine, &stats);
	return stats.sa_count - s->up;
}

/* The farewells that were answered or given up since the last turn: the engine calls an SA down when it is asked to delete it. */
static void reap_leavers(struct naveload_swarm *s)
{
	struct naveload_tally *t = &naveload_current(s)->leave;
	uint64_t now = naveload_now_us(s);
	uint32_t left = strays(s), silent;
	struct ike_stats stats;

	ike_engine_stats(s->engine, &stats);
	silent = (uint32_t)(stats.count[IKE_STAT_TIMEOUT] - s->timeouts);
	for (left = left > s->strays ? left - s->strays : 0; s->wave.under_way > left;) {
		naveload_wave_end(&s->wave);
		if (silent > t->failed)
			naveload_tally_failed(t, IKE_DOWN_TIMEOUT, now);
		else
			naveload_tally_done(t, now);
	}
}

static void begin_some(struct naveload_swarm *s)
{
	uint64_t since_us;
	uint32_t index;

	for (int i = 0; i < TURN_BEGINS && naveload_wave_take(&s->wave, naveload_now_us(s), &index, &since_us); i++) {
		struct naveload_peer *p = &s->peer[index];

		p->since_us = since_us;
		s->begun_us = naveload_now_us(s);
		if (s->phase == NAVELOAD_SETUP)
			naveload_swarm_begin(s, index, &naveload_current(s)->setup);
		else if (s->phase == NAVELOAD_REKEY)
			begin_rekey(s, p);
		else
			begin_leave(s, p);
	}
}

/* ---- engines: one, or one for each round ---- */

static enum err new_engine(struct naveload_swarm *s)
{
	struct ike_engine_config config;

	memset(&config, 0, sizeof(config));
	config.crypto = s->cfg.crypto;
	config.rand = s->cfg.rand;
	config.ports = &s->ports;
	config.log = s->cfg.log;
	config.sa_limit = s->sa_limit;
	config.retransmit_base_ms = s->plan->retransmit_ms;
	config.retransmit_tries = s->plan->tries;
	config.child_rekey = true;
	return ike_engine_new(&s->engine, &config, naveload_now_ms(s));
}

/* As if the peers had lost their power: the hub isn't told. */
static void drop_engine(struct naveload_swarm *s)
{
	struct ike_stats stats;

	if (s->engine == NULL)
		return;
	for (uint32_t i = 0; i < s->plan->peers; i++)
		s->peer[i].state = NAVELOAD_PEER_DOWN;
	s->up = s->coming_again = 0;
	ike_engine_stats(s->engine, &stats);
	for (unsigned i = 0; i < IKE_STAT_COUNT; i++)
		s->spent.count[i] += stats.count[i];
	ike_engine_free(s->engine);
	s->engine = NULL;
}

/* ---- phases ---- */

static void enter(struct naveload_swarm *s, enum naveload_phase phase)
{
	uint64_t now = naveload_now_us(s);
	struct ike_stats stats;

	ike_engine_stats(s->engine, &stats);
	s->timeouts = stats.count[IKE_STAT_TIMEOUT];
	s->phase = phase;
	if (phase == NAVELOAD_SETUP) {
		s->rounds++;
		s->rekeys = 0;
	}
	if (phase == NAVELOAD_REKEY)
		s->rekeys++;
	s->strays = strays(s);
	if (phase == NAVELOAD_HOLD) {
		s->rest_known = false;
		s->hold_end_us = s->stopped ? now : now + (uint64_t)s->plan->hold_s * SECOND_US;
		naveload_churn_begin(s, now);
	} else if (phase != NAVELOAD_OVER) {
		naveload_wave_init(&s->wave, &s->plan->pace, s->plan->peers, now);
	}
}

static bool last_round(const struct naveload_swarm *s)
{
	return s->stopped || s->rounds == s->plan->rounds;
}

static void next_round(struct naveload_swarm *s)
{
	enter(s, last_round(s) ? NAVELOAD_OVER : NAVELOAD_SETUP);
}

static enum err hold_ended(struct naveload_swarm *s)
{
	enum err err = ERR_OK;

	if (last_round(s) ? !s->plan->leave : !s->plan->forget) {
		enter(s, NAVELOAD_LEAVE);
		return ERR_OK;
	}
	if (!last_round(s)) {
		drop_engine(s);
		err = new_engine(s);
	}
	if (err == ERR_OK)
		next_round(s);
	return err;
}

static void hold(struct naveload_swarm *s)
{
	uint64_t now = naveload_now_us(s);

	naveload_churn_advance(s, now);
	if (s->rest_known)
		naveload_rest_advance(s);
	else if (now >= s->hold_end_us)
		naveload_rest_begin(s);
}

/* Until all that was under way at its end has settled. */
static bool hold_over(const struct naveload_swarm *s)
{
	return s->rest_known && (s->rest_count == 0 || naveload_now_us(s) >= s->hold_end_us + QUIET_US);
}

static bool phase_over(const struct naveload_swarm *s)
{
	return s->phase == NAVELOAD_HOLD ? hold_over(s) : s->phase != NAVELOAD_OVER && naveload_wave_over(&s->wave);
}

static bool wants_rekey(const struct naveload_swarm *s)
{
	return s->plan->rekey != NAVELOAD_REKEY_NONE && s->rekeys < s->plan->rekeys && !s->stopped;
}

static void note_end(struct naveload_swarm *s)
{
	if (s->phase == NAVELOAD_SETUP)
		naveload_current(s)->up = s->up;
	if (s->phase == NAVELOAD_HOLD) {
		naveload_current(s)->up_last = s->up;
		naveload_current(s)->stuck = s->rest_count;
	}
}

enum err naveload_swarm_advance(struct naveload_swarm *s)
{
	ike_engine_advance(s->engine, naveload_now_ms(s));
	if (s->phase == NAVELOAD_LEAVE)
		reap_leavers(s);
	if (s->phase == NAVELOAD_REKEY)
		give_up_rekeys(s);
	if (s->phase == NAVELOAD_HOLD)
		hold(s);
	else if (s->phase != NAVELOAD_OVER)
		begin_some(s);
	if (!phase_over(s))
		return ERR_OK;
	note_end(s);
	s->cfg.phase_ends(s->cfg.ctx, s->phase, s->rounds - 1);
	if (s->phase == NAVELOAD_HOLD)
		return hold_ended(s);
	if (s->phase == NAVELOAD_LEAVE)
		next_round(s);
	else
		enter(s, wants_rekey(s) ? NAVELOAD_REKEY : NAVELOAD_HOLD);
	return ERR_OK;
}

static uint64_t own_due(const struct naveload_swarm *s)
{
	uint64_t due;

	if (s->phase == NAVELOAD_OVER)
		return UINT64_MAX;
	if (phase_over(s))
		return 0;
	if (s->phase == NAVELOAD_HOLD) {
		due = s->rest_known ? s->hold_end_us + QUIET_US : s->hold_end_us;
		return s->act_due_us < due ? s->act_due_us : due;
	}
	due = naveload_wave_due(&s->wave);
	return s->phase == NAVELOAD_REKEY && due == UINT64_MAX ? s->begun_us + REKEY_WAIT_US : due;
}

uint64_t naveload_swarm_next_us(const struct naveload_swarm *s)
{
	uint64_t engine_ms = ike_engine_next(s->engine);
	uint64_t due = engine_ms > UINT64_MAX / 1000 ? UINT64_MAX : engine_ms * 1000;
	uint64_t own = own_due(s);

	return due < own ? due : own;
}

void naveload_swarm_stop(struct naveload_swarm *s)
{
	s->stopped = true;
	s->hold_end_us = 0;
	if (s->phase == NAVELOAD_SETUP || s->phase == NAVELOAD_REKEY)
		naveload_wave_cut(&s->wave);
}

/* ---- life ---- */

static struct ike_ts selector(const struct addr_prefix *prefix, uint8_t family)
{
	return prefix->addr.family != 0 ? ike_ts_of_prefix(prefix) : ike_ts_any(family);
}

enum err naveload_swarm_new(struct naveload_swarm **out, const struct naveload_swarm_config *config)
{
	struct naveload_swarm *s = (struct naveload_swarm *)calloc(1, sizeof(*s));
	enum err err = ERR_NOMEM;

	if (s == NULL)
		return ERR_NOMEM;
	s->cfg = *config;
	s->plan = config->plan;
	s->sa_limit = SAS_EACH * s->plan->peers + SPARE_SAS;
	s->spi_next = NAVELOAD_SPI_FIRST;
	s->local = selector(&s->plan->local, s->plan->hub.family);
	s->remote = selector(&s->plan->remote, s->plan->hub.family);
	s->peer = (struct naveload_peer *)calloc(s->plan->peers, sizeof(*s->peer));
	s->owner = (uint32_t *)calloc(IKE_SLOTS * (size_t)s->sa_limit, sizeof(*s->owner));
	s->round = (struct naveload_round *)calloc(s->plan->rounds, sizeof(*s->round));
	naveload_world_fill(s);
	s->rest = (struct slab_handle *)calloc(IKE_SLOTS * (size_t)s->sa_limit, sizeof(*s->rest));
	if (s->peer != NULL && s->owner != NULL && s->rest != NULL && s->round != NULL)
		err = new_engine(s);
	if (err != ERR_OK) {
		naveload_swarm_free(s);
		return err;
	}
	enter(s, NAVELOAD_SETUP);
	*out = s;
	return ERR_OK;
}

void naveload_swarm_free(struct naveload_swarm *s)
{
	if (s == NULL)
		return;
	drop_engine(s);
	free(s->peer);
	free(s->owner);
	free(s->rest);
	free(s->round);
	free(s);
}

void naveload_swarm_receive(struct naveload_swarm *s, const struct ike_path *path, struct bytes datagram)
{
	ike_engine_receive(s->engine, naveload_now_ms(s), path, datagram);
}

/* ---- what is to be seen ---- */

enum naveload_phase naveload_swarm_phase(const struct naveload_swarm *s)
{
	return s->phase;
}

uint32_t naveload_swarm_up(const struct naveload_swarm *s)
{
	return s->up;
}

uint32_t naveload_swarm_under_way(const struct naveload_swarm *s)
{
	return s->wave.under_way + s->coming_again;
}

const struct naveload_round *naveload_swarm_rounds(const struct naveload_swarm *s, uint32_t *count)
{
	*count = s->rounds;
	return s->round;
}

const struct naveload_tally *naveload_swarm_tally(const struct naveload_swarm *s)
{
	const struct naveload_round *r = &s->round[s->rounds - 1];
	const struct naveload_tally *of[] = { &r->setup, &r->rekey, &r->again, &r->leave, &r->leave };

	return of[s->phase];
}

void naveload_swarm_stats(const struct naveload_swarm *s, struct ike_stats *out)
{
	ike_engine_stats(s->engine, out);
	for (unsigned i = 0; i < IKE_STAT_COUNT; i++)
		out->count[i] += s->spent.count[i];
}

const char *naveload_swarm_phase_str(enum naveload_phase phase)
{
	static const char *const word[] = { "set-up", "rekey", "hold", "leave", "over" };

	return word[phase];
}
