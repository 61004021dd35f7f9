/* CHILD_SAs of an IKE SA: keys made, handed to the world, remembered as what was negotiated. */
#include "ike/child.h"

#include <stdlib.h>
#include <string.h>

#include "ike/core.h"
#include "ike/exchange/act_first.h"
#include "ike/live.h"
#include "ike/rekey/childfsm.h"
#include "ike/rekey/series.h"

static struct ike_child *child_new(struct ike_sa *sa, uint32_t spi_in)
{
	struct ike_child *child = (struct ike_child *)calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->sa = sa;
	child->spi_in = spi_in;
	return child;
}

/* What was negotiated. */
static enum err fill(struct ike_child *child, const struct ike_child_plan *plan)
{
	size_t count = (size_t)plan->local->count + plan->remote->count;

	child->ts = (struct ike_ts *)calloc(count, sizeof(*child->ts));
	if (child->ts == NULL)
		return ERR_NOMEM;
	memcpy(child->ts, plan->local->item, plan->local->count * sizeof(*child->ts));
	memcpy(child->ts + plan->local->count, plan->remote->item, plan->remote->count * sizeof(*child->ts));
	child->local_count = plan->local->count;
	child->remote_count = plan->remote->count;
	child->spi_out = plan->spi_out;
	child->role = (uint8_t)plan->role;
	child->encr = plan->esp.encr;
	child->integ = plan->esp.integ;
	child->esn = plan->esp.esn;
	child->transport = plan->transport;
	return ERR_OK;
}

static uint32_t line_of(struct ike_sa *sa, const struct ike_child_plan *plan)
{
	const struct ike_child *old = plan->replaces == 0 ? NULL : ike_sa_child(sa, plan->replaces);

	return old != NULL ? old->line : ++sa->lines;
}

static void describe_exchanges(const struct ike_child_plan *plan, struct ike_child_sa *out)
{
	out->group = plan->esp.group;
	for (unsigned i = 0; plan->series != NULL && i < plan->series->done; i++)
		out->extra[i] = plan->series->group[i];
}

static struct ike_child_sa describe(const struct ike_sa *sa, const struct ike_child *child, const struct ike_child_plan *plan)
{
	struct ike_child_sa out = { .spi_in = child->spi_in, .spi_out = child->spi_out, .encr = child->encr, .integ = child->integ };

	describe_exchanges(plan, &out);
	out.esn = plan->esp.esn;
	out.transport = child->transport;
	out.udp_encap = ike_sa_udp_encap(sa);
	out.role = plan->role;
	out.path = sa->path;
	out.local_count = child->local_count;
	out.remote_count = child->remote_count;
	out.local = child->ts;
	out.remote = child->ts + child->local_count;
	out.config = plan->config;
	out.replaces = plan->replaces;
	out.line = child->line;
	out.ref = sa->ref;
	out.peer_id = &sa->remote_id;
	return out;
}

/* Nonces have 16 octets at least (RFC7296-2.10): enough to tell which is the lower. */
static void keep_low_nonce(struct ike_sa *sa, const struct ike_keys_seed *seed)
{
	const struct bytes *low = memcmp(seed->ni.data, seed->nr.data, IKE_INFO_NONCE) < 0 ? &seed->ni : &seed->nr;

	memcpy(sa->low_nonce, low->data, IKE_INFO_NONCE);
}

static bool full(const struct ike_sa *sa)
{
	unsigned count = 0;

	list_each (n, &sa->children)
		count++;
	return count >= IKE_SA_CHILDREN;
}

static enum ike_child_state first_state(const struct ike_sa *sa, const struct ike_child_plan *plan)
{
	if (!sa->came_up && !ike_act_first_later(sa))
		return IKE_C_FIRST;
	if (plan->role == IKE_RESPONDER)
		return IKE_C_R_INSTALL;
	return plan->replaces != 0 ? IKE_C_I_INSTALL : IKE_C_N_INSTALL;
}

/* A childless SA has one again, or soon will. */
static void enter(struct ike_child *child)
{
	list_add(&child->sa->children, &child->link);
	if (child->sa->state == IKE_S_CHILDLESS)
		ike_fsm_post(child->sa, IKE_E_HAS_CHILD);
}

static void hand_in(struct ike_child *child, const struct ike_child_plan *plan, struct ike_child_sa *request)
{
	struct ike_sa *sa = child->sa;
	const struct ike_ports *ports = sa->engine->cfg.ports;

	if (!list_linked(&child->link))
		enter(child);
	free(child->wish);
	child->wish = NULL;
	child->unborn = false;
	child->held = true;
	child->sends = ike_child_sender(sa, child->line) == NULL;
	if (!sa->came_up)
		keep_low_nonce(sa, &plan->seed);
	ike_childfsm_begin(child, first_state(sa, plan));
	if (child->state == IKE_C_FIRST)
		sa->asked = IKE_ASKED_INSTALL;
	ports->install(ports->ctx, sa->handle, request);
}

static enum err install(struct ike_engine *e, struct ike_child *child, const struct ike_child_plan *plan)
{
	struct ike_sa *sa = child->sa;
	struct ike_child_sa request;
	struct ike_child_keys *i2r, *r2i;
	enum err err = fill(child, plan);

	if (err != ERR_OK)
		return err;
	child->line = line_of(sa, plan);
	request = describe(sa, child, plan);
	i2r = plan->role == IKE_INITIATOR ? &request.out : &request.in;
	r2i = plan->role == IKE_INITIATOR ? &request.in : &request.out;
	err = ike_keys_child(e->cfg.crypto, &sa->suite, &sa->keys, &plan->esp, &plan->seed, i2r, r2i);
	if (err == ERR_OK)
		hand_in(child, plan, &request);
	secret_fini(&request.in.encr);
	secret_fini(&request.in.integ);
	secret_fini(&request.out.encr);
	secret_fini(&request.out.integ);
	return err;
}

enum err ike_child_install(struct ike_engine *e, struct ike_sa *sa, const struct ike_child_plan *plan)
{
	const struct ike_ports *ports = e->cfg.ports;
	struct ike_child *child = ike_sa_child(sa, plan->spi_in);
	bool wanted = child != NULL;
	enum err err = ERR_FULL;

	if (!wanted && !full(sa)) {
		child = child_new(sa, plan->spi_in);
		err = ERR_NOMEM;
	}
	if (child != NULL)
		err = install(e, child, plan);
	if (err == ERR_OK || wanted) /* whose SPI goes back at its end */
		return err;
	ports->spi_free(ports->ctx, plan->spi_in);
	if (child != NULL)
		free(child->ts);
	free(child);
	return err;
}

bool ike_child_room(const struct ike_sa *sa, uint8_t limit)
{
	uint32_t line[IKE_SA_CHILDREN];
	unsigned count = 0;

	list_each (n, &sa->children) {
		const struct ike_child *child = list_of(n, struct ike_child, link);
		unsigned i = 0;

		if (ike_childfsm_kind(child) == IKE_CHILD_GONE)
			continue;
		while (i < count && (child->line == 0 || line[i] != child->line))
			i++;
		if (i == count)
			line[count++] = child->line;
	}
	return count < (limit != 0 ? limit : IKE_CHILDREN) && !full(sa);
}

static enum err wish_of(const struct ike_child_policy *policy, struct ike_wish **out)
{
	struct ike_wish *wish;

	if (policy->local_count > IKE_TS_COUNT || policy->remote_count > IKE_TS_COUNT || policy->esp.count > IKE_OFFERS)
		return ERR_RANGE;
	if (policy->esp.count == 0 || policy->local_count == 0 || policy->remote_count == 0)
		return ERR_INCOMPLETE;
	wish = (struct ike_wish *)calloc(1, sizeof(*wish));
	if (wish == NULL)
		return ERR_NOMEM;
	wish->policy = *policy;
	wish->policy.local = wish->ts;
	wish->policy.remote = wish->ts + policy->local_count;
	memcpy(wish->ts, policy->local, policy->local_count * sizeof(wish->ts[0]));
	memcpy(wish->ts + policy->local_count, policy->remote, policy->remote_count * sizeof(wish->ts[0]));
	*out = wish;
	return ERR_OK;
}

enum err ike_child_want(struct ike_sa *sa, const struct ike_child_policy *policy, uint32_t spi_in)
{
	struct ike_child *child;
	struct ike_wish *wish;
	enum err err = wish_of(policy, &wish);

	if (err != ERR_OK)
		return err;
	child = child_new(sa, spi_in);
	if (child == NULL) {
		free(wish);
		return ERR_NOMEM;
	}
	child->wish = wish;
	child->role = IKE_INITIATOR;
	child->unborn = true;
	enter(child);
	ike_childfsm_begin(child, IKE_C_N_WAIT);
	return ERR_OK;
}

void ike_child_stillborn(struct ike_sa *sa, uint32_t spi_in)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_child *child = full(sa) ? NULL : child_new(sa, spi_in);

	if (child == NULL) {
		ports->spi_free(ports->ctx, spi_in);
		return;
	}
	child->unborn = true;
	list_add(&sa->children, &child->link);
	ike_childfsm_begin(child, IKE_C_CLOSE);
}

void ike_child_tell_down(struct ike_child *child)
{
	struct ike_sa *sa = child->sa;
	const struct ike_ports *ports = sa->engine->cfg.ports;

	if (child->held)
		ports->child_down(ports->ctx, sa->handle, child->spi_in);
	if (child->wish != NULL && sa->came_up) /* the first one isn't the world's order */
		ports->child_refused(ports->ctx, sa->handle, child->spi_in, child->wish->refusal);
	free(child->wish);
	child->wish = NULL;
	child->held = false;
	child->sends = false;
}

void ike_child_free(struct ike_child *child)
{
	struct ike_sa *sa = child->sa;
	const struct ike_ports *ports = sa->engine->cfg.ports;

	list_del(&child->link);
	wheel_disarm(&sa->engine->wheel, &child->life_timer);
	wheel_disarm(&sa->engine->wheel, &child->wait_timer);
	ike_child_tell_down(child);
	if (child->unborn)
		ports->spi_free(ports->ctx, child->spi_in);
	free(child->ts);
	free(child);
}

/* ---- lifetime ---- */

static void life_due(struct wheel_timer *t, uint64_t now_ms);

static void arm_life(struct ike_child *child)
{
	bool soft = child->soft_ms != 0 && (child->hard_ms == 0 || child->soft_ms < child->hard_ms);
	uint64_t due = soft ? child->soft_ms : child->hard_ms;

	child->life_timer.expired = life_due;
	if (due != 0)
		wheel_arm(&child->sa->engine->wheel, &child->life_timer, due);
}

static void life_due(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_child *child = list_of(t, struct ike_child, life_timer);

	if (child->hard_ms != 0 && now_ms >= child->hard_ms) {
		ike_childfsm_post(child, IKE_CE_HARD);
		return;
	}
	child->soft_ms = 0;
	ike_childfsm_post(child, IKE_CE_REKEY);
	arm_life(child);
}

void ike_child_begin_life(struct ike_child *child)
{
	struct ike_engine *e = child->sa->engine;
	uint32_t lifetime_s = child->sa->child_lifetime_s;

	if (lifetime_s == 0)
		return;
	child->hard_ms = e->now_ms + (uint64_t)lifetime_s * 1000;
	child->soft_ms = e->cfg.child_rekey ? e->now_ms + ike_live_soft_ms(e, (enum ike_role)child->role, lifetime_s) : 0;
	arm_life(child);
}

void ike_child_rekey_later(struct ike_child *child)
{
	child->soft_ms = child->sa->engine->now_ms + ike_live_retry_ms(child->sa->engine);
	arm_life(child);
}

/* ---- who sends ---- */

struct ike_child *ike_child_sender(const struct ike_sa *sa, uint32_t line)
{
	list_each (n, &sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->sends && child->line == line)
			return child;
	}
	return NULL;
}

void ike_child_send_by(struct ike_child *child)
{
	struct ike_sa *sa = child->sa;
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_child *former = ike_child_sender(sa, child->line);

	if (former == child)
		return;
	if (former != NULL)
		former->sends = false;
	child->sends = true;
	ports->child_use(ports->ctx, sa->handle, child->spi_in);
}

static bool usable(const struct ike_child *child)
{
	enum ike_child_kind kind = ike_childfsm_kind(child);

	return kind == IKE_CHILD_LIVE || kind == IKE_CHILD_MOVING;
}

static struct ike_child *heir(const struct ike_child *from)
{
	struct ike_child *next = ike_sa_child(from->sa, from->successor), *newest = NULL;

	for (unsigned i = 0; i < IKE_SA_CHILDREN && next != NULL; i++) {
		if (usable(next))
			return next;
		next = ike_sa_child(from->sa, next->successor);
	}
	list_each (n, &from->sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child != from && child->line == from->line && usable(child))
			newest = child;
	}
	return newest;
}

void ike_child_hand_over(const struct ike_child *from)
{
	struct ike_child *to = from->sends ? heir(from) : NULL;

	if (to != NULL)
		ike_child_send_by(to);
}

bool ike_child_any_but(const struct ike_sa *sa, const struct ike_child *but)
{
	list_each (n, &sa->children) {
		const struct ike_child *child = list_of(n, struct ike_child, link);

		if (child != but && ike_childfsm_kind(child) != IKE_CHILD_GONE)
			return true;
	}
	return false;
}

struct ike_child *ike_child_by_out(const struct ike_sa *sa, uint32_t spi_out)
{
	list_each (n, &sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->spi_out == spi_out && !child->unborn && child->state != IKE_C_FADE && child->state != IKE_C_LOST)
			return child;
	}
	return NULL;
}
