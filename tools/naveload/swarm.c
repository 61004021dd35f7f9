/*
 * The swarm: N peers, each a number, an IKE SA and the time its present task began.  Rounds of set-up, hold and leave; a wave
 * takes all peers through one task.  The engine calls back with a handle, whose slot leads to the peer.  Loop thread.
 */
#include "naveload/swarm.h"

#include <stdlib.h>
#include <string.h>

#include "ike/wire/id.h"

enum { TURN_BEGINS = 16 }; /* at once, before answers are read again */
enum { SPI_FIRST = 0x100 };
enum { SPARE_SAS = 64 };

enum peer_state { PEER_DOWN, PEER_COMING, PEER_UP, PEER_LEAVING };

struct peer {
	struct slab_handle sa;
	uint64_t since_us; /* of the task under way */
	uint8_t state;     /* enum peer_state */
};

struct naveload_swarm {
	struct naveload_swarm_config cfg;
	const struct naveload_plan *plan;
	struct ike_ports ports;
	struct ike_engine *engine;
	struct ike_ts local, remote;
	struct peer *peer;
	uint32_t *owner; /* the peer of the SA in each slot of the engine's */
	uint32_t sa_limit;
	uint32_t spi_next;
	uint32_t up;
	bool stopped;
	enum naveload_phase phase;
	struct naveload_wave wave;
	uint64_t timeouts; /* of the engine's, when the present wave began */
	uint64_t hold_end_us;
	struct naveload_round *round;
	uint32_t rounds;        /* begun */
	struct ike_stats spent; /* of engines that are gone */
};

static uint64_t now_us(const struct naveload_swarm *s)
{
	return s->cfg.now_us(s->cfg.ctx);
}

static uint64_t now_ms(const struct naveload_swarm *s)
{
	return now_us(s) / 1000;
}

static struct naveload_round *current(struct naveload_swarm *s)
{
	return &s->round[s->rounds - 1];
}

/* ---- the engine's world ---- */

static struct naveload_swarm *swarm_of(void *ctx)
{
	return (struct naveload_swarm *)ctx;
}

/* The peer whose SA 'sa' is; NULL: nobody's, for a stranger may begin one with us. */
static struct peer *peer_of(const struct naveload_swarm *s, struct slab_handle sa)
{
	struct peer *p = &s->peer[s->owner[sa.index]];

	return p->sa.index == sa.index && p->sa.generation == sa.generation ? p : NULL;
}

static void on_send(void *ctx, const struct ike_path *path, struct bytes datagram)
{
	swarm_of(ctx)->cfg.send(swarm_of(ctx)->cfg.ctx, path, datagram);
}

static void on_keepalive(void *ctx, const struct ike_path *path)
{
	swarm_of(ctx)->cfg.keepalive(swarm_of(ctx)->cfg.ctx, path);
}

static enum err on_policy(void *ctx, const struct ike_path *path, struct ike_offers *out)
{
	(void)path;
	*out = swarm_of(ctx)->plan->ike;
	return ERR_OK;
}

static void on_authenticate(void *ctx, struct slab_handle sa, const struct ike_who *who)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct ike_proof proof;

	memset(&proof, 0, sizeof(proof));
	proof.why = "initiator";
	proof.err = who->role == IKE_INITIATOR ? secret_set(&proof.verify, secret_view(&s->plan->psk)) : ERR_DENIED;
	ike_engine_authenticated(s->engine, now_ms(s), sa, &proof);
}

/* A responder's question, which no peer of ours comes to. */
static void on_authorize(void *ctx, struct slab_handle sa, const struct ike_plea *plea)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct ike_grant grant;

	(void)plea;
	memset(&grant, 0, sizeof(grant));
	grant.verdict = IKE_REFUSED;
	grant.why = "initiator";
	ike_engine_authorized(s->engine, now_ms(s), sa, &grant);
}

static enum err on_spi_new(void *ctx, const struct ike_path *path, uint32_t *out)
{
	struct naveload_swarm *s = swarm_of(ctx);

	(void)path;
	*out = s->spi_next++;
	if (s->spi_next < SPI_FIRST)
		s->spi_next = SPI_FIRST;
	return ERR_OK;
}

static void on_spi_free(void *ctx, uint32_t spi)
{
	(void)ctx;
	(void)spi;
}

static void on_install(void *ctx, struct slab_handle sa, struct ike_child_sa *child)
{
	struct naveload_swarm *s = swarm_of(ctx);

	ike_engine_installed(s->engine, now_ms(s), sa, child->spi_in, ERR_OK);
}

static void on_child_use(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	(void)ctx;
	(void)sa;
	(void)spi_in;
}

static void on_child_down(void *ctx, struct slab_handle sa, uint32_t spi_in)
{
	(void)ctx;
	(void)sa;
	(void)spi_in;
}

static void on_config_set(void *ctx, struct slab_handle sa, const struct ike_config *config, bool *accepted)
{
	(void)ctx;
	(void)sa;
	memset(accepted, true, config->prefix_count);
}

static void on_up(void *ctx, struct slab_handle sa)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct peer *p = peer_of(s, sa);

	if (p == NULL)
		return;
	p->state = PEER_UP;
	s->up++;
	naveload_tally_done(&current(s)->setup, now_us(s));
	naveload_hist_add(&current(s)->setup.time, now_us(s) - p->since_us);
	naveload_wave_end(&s->wave);
}

static void on_down(void *ctx, struct slab_handle sa, enum ike_down reason)
{
	struct naveload_swarm *s = swarm_of(ctx);
	struct peer *p = peer_of(s, sa);
	enum peer_state was = p == NULL ? PEER_DOWN : (enum peer_state)p->state;

	if (was == PEER_DOWN)
		return;
	p->state = PEER_DOWN;
	if (was == PEER_COMING) {
		naveload_tally_failed(&current(s)->setup, reason, now_us(s));
		naveload_wave_end(&s->wave);
		return;
	}
	s->up--;
	if (was == PEER_UP)
		current(s)->lost[reason]++;
}

static void on_moved(void *ctx, struct slab_handle sa, const struct ike_path *path)
{
	(void)ctx;
	(void)sa;
	(void)path;
}

/* ---- tasks ---- */

static enum err initiate(struct naveload_swarm *s, uint32_t index, struct slab_handle *out)
{
	static const struct ike_config want = { .want = IKE_WANT_IP4 | IKE_WANT_SUBNET4 };
	const struct naveload_plan *plan = s->plan;
	char name[NAVELOAD_ID_MAX + 1];
	struct ike_id local = { .data = bytes_str(naveload_plan_id(plan, index, name)) };
	struct ike_id remote = { .type = IKE_ID_FQDN, .data = bytes_str(plan->hub_id != NULL ? plan->hub_id : "") };
	struct ike_request r;
	enum err err;

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
	r.terms.child.esp = plan->esp;
	r.terms.child.local = &s->local;
	r.terms.child.remote = &s->remote;
	r.terms.child.local_count = r.terms.child.remote_count = 1;
	r.terms.dpd.interval_s = (uint16_t)plan->dpd_s;
	r.terms.dpd.retry_s = 2;
	r.terms.dpd.periodic = true;
	err = secret_set(&r.psk, secret_view(&plan->psk));
	return err == ERR_OK ? ike_engine_initiate(s->engine, now_ms(s), &r, out) : err;
}

static void begin_setup(struct naveload_swarm *s, struct peer *p, uint32_t index)
{
	enum err err;

	naveload_tally_begin(&current(s)->setup, now_us(s));
	err = initiate(s, index, &p->sa);
	if (err != ERR_OK) {
		naveload_tally_failed(&current(s)->setup, IKE_DOWN_INTERNAL, now_us(s));
		naveload_wave_end(&s->wave);
		return;
	}
	p->state = PEER_COMING;
	s->owner[p->sa.index] = index;
}

static void begin_leave(struct naveload_swarm *s, struct peer *p)
{
	if (p->state != PEER_UP) {
		naveload_wave_end(&s->wave);
		return;
	}
	naveload_tally_begin(&current(s)->leave, now_us(s));
	p->state = PEER_LEAVING;
	ike_engine_delete(s->engine, now_ms(s), p->sa);
}

/* The farewells that were answered or given up since the last turn: the engine calls an SA down when it is asked to delete it. */
static void reap_leavers(struct naveload_swarm *s)
{
	struct naveload_tally *t = &current(s)->leave;
	uint64_t now = now_us(s);
	uint32_t silent;
	struct ike_stats stats;

	ike_engine_stats(s->engine, &stats);
	silent = (uint32_t)(stats.count[IKE_STAT_TIMEOUT] - s->timeouts);
	for (uint32_t left = stats.sa_count - s->up; s->wave.under_way > left;) {
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

	for (int i = 0; i < TURN_BEGINS && naveload_wave_take(&s->wave, now_us(s), &index, &since_us); i++) {
		struct peer *p = &s->peer[index];

		p->since_us = since_us;
		if (s->phase == NAVELOAD_SETUP)
			begin_setup(s, p, index);
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
	return ike_engine_new(&s->engine, &config, now_ms(s));
}

/* As if the peers had lost their power: the hub isn't told. */
static void drop_engine(struct naveload_swarm *s)
{
	struct ike_stats stats;

	if (s->engine == NULL)
		return;
	for (uint32_t i = 0; i < s->plan->peers; i++)
		s->peer[i].state = PEER_DOWN;
	s->up = 0;
	ike_engine_stats(s->engine, &stats);
	for (unsigned i = 0; i < IKE_STAT_COUNT; i++)
		s->spent.count[i] += stats.count[i];
	ike_engine_free(s->engine);
	s->engine = NULL;
}

/* ---- phases ---- */

static void enter(struct naveload_swarm *s, enum naveload_phase phase)
{
	uint64_t now = now_us(s);
	struct ike_stats stats;

	ike_engine_stats(s->engine, &stats);
	s->timeouts = stats.count[IKE_STAT_TIMEOUT];
	s->phase = phase;
	if (phase == NAVELOAD_SETUP)
		s->rounds++;
	if (phase == NAVELOAD_HOLD)
		s->hold_end_us = s->stopped ? now : now + (uint64_t)s->plan->hold_s * 1000000;
	else if (phase != NAVELOAD_OVER)
		naveload_wave_init(&s->wave, &s->plan->pace, s->plan->peers, now);
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

static bool phase_over(const struct naveload_swarm *s)
{
	return s->phase == NAVELOAD_HOLD ? now_us(s) >= s->hold_end_us : s->phase != NAVELOAD_OVER && naveload_wave_over(&s->wave);
}

enum err naveload_swarm_advance(struct naveload_swarm *s)
{
	ike_engine_advance(s->engine, now_ms(s));
	if (s->phase == NAVELOAD_LEAVE)
		reap_leavers(s);
	if (s->phase == NAVELOAD_SETUP || s->phase == NAVELOAD_LEAVE)
		begin_some(s);
	if (!phase_over(s))
		return ERR_OK;
	if (s->phase == NAVELOAD_SETUP)
		current(s)->up = s->up;
	s->cfg.phase_ends(s->cfg.ctx, s->phase, s->rounds - 1);
	if (s->phase == NAVELOAD_HOLD)
		return hold_ended(s);
	if (s->phase == NAVELOAD_LEAVE)
		next_round(s);
	else
		enter(s, NAVELOAD_HOLD);
	return ERR_OK;
}

uint64_t naveload_swarm_next_us(const struct naveload_swarm *s)
{
	uint64_t engine_ms = ike_engine_next(s->engine);
	uint64_t due = engine_ms > UINT64_MAX / 1000 ? UINT64_MAX : engine_ms * 1000;
	uint64_t own = s->phase == NAVELOAD_OVER   ? UINT64_MAX
		       : phase_over(s)             ? 0
		       : s->phase == NAVELOAD_HOLD ? s->hold_end_us
						   : naveload_wave_due(&s->wave);

	return due < own ? due : own;
}

void naveload_swarm_stop(struct naveload_swarm *s)
{
	s->stopped = true;
	s->hold_end_us = 0;
	if (s->phase == NAVELOAD_SETUP)
		naveload_wave_cut(&s->wave);
}

/* ---- life ---- */

static void fill_ports(struct naveload_swarm *s)
{
	s->ports = (struct ike_ports){ .ctx = s,
		.send = on_send,
		.keepalive = on_keepalive,
		.policy = on_policy,
		.authenticate = on_authenticate,
		.authorize = on_authorize,
		.spi_new = on_spi_new,
		.spi_free = on_spi_free,
		.install = on_install,
		.child_use = on_child_use,
		.child_down = on_child_down,
		.config_set = on_config_set,
		.up = on_up,
		.down = on_down,
		.moved = on_moved };
}

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
	s->sa_limit = 2 * s->plan->peers + SPARE_SAS;
	s->spi_next = SPI_FIRST;
	s->local = selector(&s->plan->local, s->plan->hub.family);
	s->remote = selector(&s->plan->remote, s->plan->hub.family);
	s->peer = (struct peer *)calloc(s->plan->peers, sizeof(*s->peer));
	s->owner = (uint32_t *)calloc(s->sa_limit, sizeof(*s->owner));
	s->round = (struct naveload_round *)calloc(s->plan->rounds, sizeof(*s->round));
	fill_ports(s);
	if (s->peer != NULL && s->owner != NULL && s->round != NULL)
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
	free(s->round);
	free(s);
}

void naveload_swarm_receive(struct naveload_swarm *s, const struct ike_path *path, struct bytes datagram)
{
	ike_engine_receive(s->engine, now_ms(s), path, datagram);
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
	return s->wave.under_way;
}

const struct naveload_round *naveload_swarm_rounds(const struct naveload_swarm *s, uint32_t *count)
{
	*count = s->rounds;
	return s->round;
}

void naveload_swarm_stats(const struct naveload_swarm *s, struct ike_stats *out)
{
	ike_engine_stats(s->engine, out);
	for (unsigned i = 0; i < IKE_STAT_COUNT; i++)
		out->count[i] += s->spent.count[i];
}

const char *naveload_swarm_phase_str(enum naveload_phase phase)
{
	static const char *const word[] = { "set-up", "hold", "leave", "over" };

	return word[phase];
}
