/* CHILD_SAs of an IKE SA: keys made, handed to the world, remembered as what was negotiated. */
#include "ike/child.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/iana.h"
#include "ike/core.h"
#include "ike/live.h"
#include "ike/rekey/childfsm.h"

static struct ike_child *child_new(struct ike_sa *sa, uint32_t spi_in)
{
	struct ike_child *child = (struct ike_child *)calloc(1, sizeof(*child));

	if (child == NULL)
		return NULL;
	child->sa = sa;
	child->spi_in = spi_in;
	return child;
}

static struct ike_child *child_of_plan(struct ike_sa *sa, const struct ike_child_plan *plan)
{
	struct ike_child *child = child_new(sa, plan->spi_in);
	size_t count = (size_t)plan->local->count + plan->remote->count;

	if (child == NULL)
		return NULL;
	child->ts = (struct ike_ts *)calloc(count, sizeof(*child->ts));
	if (child->ts == NULL) {
		free(child);
		return NULL;
	}
	memcpy(child->ts, plan->local->item, plan->local->count * sizeof(*child->ts));
	memcpy(child->ts + plan->local->count, plan->remote->item, plan->remote->count * sizeof(*child->ts));
	child->local_count = plan->local->count;
	child->remote_count = plan->remote->count;
	child->spi_out = plan->spi_out;
	child->role = (uint8_t)plan->role;
	child->encr = plan->esp.encr;
	child->integ = plan->esp.integ;
	child->esn = plan->esp.esn;
	return child;
}

static struct ike_child_sa describe(const struct ike_sa *sa, const struct ike_child *child, const struct ike_child_plan *plan)
{
	struct ike_child_sa out = { .spi_in = child->spi_in, .spi_out = child->spi_out, .encr = child->encr, .integ = child->integ };

	out.esn = plan->esp.esn;
	out.udp_encap = ike_sa_udp_encap(sa);
	out.role = plan->role;
	out.path = sa->path;
	out.local_count = child->local_count;
	out.remote_count = child->remote_count;
	out.local = child->ts;
	out.remote = child->ts + child->local_count;
	out.config = plan->config;
	out.replaces = plan->replaces;
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

static enum ike_child_state first_state(const struct ike_child_plan *plan)
{
	if (plan->replaces == 0)
		return IKE_C_FIRST;
	return plan->role == IKE_INITIATOR ? IKE_C_I_INSTALL : IKE_C_R_INSTALL;
}

static void hand_in(struct ike_child *child, const struct ike_child_plan *plan, struct ike_child_sa *request)
{
	struct ike_sa *sa = child->sa;
	const struct ike_ports *ports = sa->engine->cfg.ports;

	list_add(&sa->children, &child->link);
	ike_childfsm_begin(child, first_state(plan));
	child->held = true;
	if (plan->replaces == 0) {
		sa->asked = IKE_ASKED_INSTALL;
		sa->sender = child->spi_in;
	}
	ports->install(ports->ctx, sa->handle, request);
}

enum err ike_child_install(struct ike_engine *e, struct ike_sa *sa, const struct ike_child_plan *plan)
{
	const struct ike_ports *ports = e->cfg.ports;
	struct ike_child *child = full(sa) ? NULL : child_of_plan(sa, plan);
	struct ike_child_sa request;
	struct ike_child_keys *i2r, *r2i;
	enum err err;

	if (child == NULL) {
		ports->spi_free(ports->ctx, plan->spi_in);
		return full(sa) ? ERR_FULL : ERR_NOMEM;
	}
	if (plan->replaces == 0)
		keep_low_nonce(sa, &plan->seed);
	request = describe(sa, child, plan);
	i2r = plan->role == IKE_INITIATOR ? &request.out : &request.in;
	r2i = plan->role == IKE_INITIATOR ? &request.in : &request.out;
	err = ike_keys_child(e->cfg.crypto, &sa->suite, &sa->keys, &plan->esp, &plan->seed, i2r, r2i);
	if (err == ERR_OK) {
		hand_in(child, plan, &request);
	} else {
		ports->spi_free(ports->ctx, plan->spi_in);
		free(child->ts);
		free(child);
	}
	secret_fini(&request.in.encr);
	secret_fini(&request.in.integ);
	secret_fini(&request.out.encr);
	secret_fini(&request.out.integ);
	return err;
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
	child->held = false;
}

void ike_child_free(struct ike_child *child)
{
	struct ike_sa *sa = child->sa;
	const struct ike_ports *ports = sa->engine->cfg.ports;

	list_del(&child->link);
	wheel_disarm(&sa->engine->wheel, &child->life_timer);
	wheel_disarm(&sa->engine->wheel, &child->wait_timer);
	if (sa->sender == child->spi_in)
		sa->sender = 0;
	ike_child_tell_down(child);
	if (child->unborn)
		ports->spi_free(ports->ctx, child->spi_in);
	free(child->ts);
	free(child);
}

enum err ike_child_offer(const struct ike_child *old, const struct crypto_alg *group, uint32_t spi, struct ike_proposals *out)
{
	enum err err = ike_proposal_begin(out, IKE_PROTO_ESP, sizeof(spi), spi);

	if (err == ERR_OK)
		err = ike_proposal_add(out, IKE_TRANSFORM_ENCR, old->encr->id, old->encr->key_bits);
	if (err == ERR_OK && old->integ != NULL)
		err = ike_proposal_add(out, IKE_TRANSFORM_INTEG, old->integ->id, 0);
	if (err == ERR_OK && group != NULL)
		err = ike_proposal_add(out, IKE_TRANSFORM_GROUP, group->id, 0);
	if (err == ERR_OK)
		err = ike_proposal_add(out, IKE_TRANSFORM_ESN, old->esn ? CRYPTO_ESN_YES : CRYPTO_ESN_NO, 0);
	return err;
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

void ike_child_send_by(struct ike_child *child)
{
	struct ike_sa *sa = child->sa;
	const struct ike_ports *ports = sa->engine->cfg.ports;

	if (sa->sender == child->spi_in)
		return;
	sa->sender = child->spi_in;
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

		if (child != from && usable(child))
			newest = child;
	}
	return newest;
}

void ike_child_hand_over(const struct ike_child *from)
{
	struct ike_child *to = from->sa->sender == from->spi_in ? heir(from) : NULL;

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
