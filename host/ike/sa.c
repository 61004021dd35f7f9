/*
 * The IKE SA as an object: made, found, told of, freed.  It is found by its own SPI, which is random; a half-open
 * responder also by the initiator's SPI and address, so that a repeated IKE_SA_INIT meets the same one.
 */
#include "ike/sa.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "ike/ability.h"
#include "ike/child.h"
#include "ike/core.h"
#include "ike/frag/gather.h"
#include "ike/keying/agree.h"
#include "ike/keying/inter.h"
#include "ike/keying/ppk.h"
#include "ike/move.h"
#include "ike/paths.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/groups.h"
#include "ike/rekey/promise.h"
#include "ike/resume/resume.h"

enum { REKEYS_SHARE = 8 }; /* of the slots the last one in so many is for rekeys alone */

static struct bytes spi_key(const uint64_t *spi)
{
	return bytes_of(spi, sizeof(*spi));
}

struct ike_sa *ike_sa_find(const struct ike_engine *e, uint64_t spi)
{
	for (struct map_node *n = map_find(&e->by_spi, map_hash(&e->by_spi, spi_key(&spi))); n != NULL; n = map_find_next(n)) {
		struct ike_sa *sa = list_of(n, struct ike_sa, by_spi);

		if (ike_sa_own_spi(sa) == spi)
			return sa;
	}
	return NULL;
}

static uint64_t init_hash(const struct ike_engine *e, uint64_t spi_i, const struct ike_path *path)
{
	struct {
		uint64_t spi;
		struct addr addr;
		uint16_t port;
	} key;

	memset(&key, 0, sizeof(key)); /* padding is hashed too */
	key.spi = spi_i;
	key.addr = path->remote.addr;
	key.port = path->remote.port;
	return map_hash(&e->by_init, bytes_of(&key, sizeof(key)));
}

struct ike_sa *ike_sa_find_init(const struct ike_engine *e, uint64_t spi_i, const struct ike_path *path, struct bytes request)
{
	for (struct map_node *n = map_find(&e->by_init, init_hash(e, spi_i, path)); n != NULL; n = map_find_next(n)) {
		struct ike_sa *sa = list_of(n, struct ike_sa, by_init);

		if (sa->spi_i == spi_i && sa->setup != NULL && bytes_eq(ike_blob_view(&sa->setup->init_rx), request))
			return sa;
	}
	return NULL;
}

void ike_sa_enter_init(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	map_add(&e->by_init, &sa->by_init, init_hash(e, sa->spi_i, &sa->path));
	sa->in_init = true;
	sa->half_open = true;
	sa->source = ike_source_enter(&e->sources, &sa->path.remote.addr);
	e->stats.half_open++;
}

void ike_sa_opened(struct ike_sa *sa)
{
	if (sa->in_init)
		map_del(&sa->engine->by_init, &sa->by_init);
	if (sa->half_open)
		sa->engine->stats.half_open--;
	ike_source_leave(&sa->engine->sources, sa->source);
	sa->source = NULL;
	sa->in_init = false;
	sa->half_open = false;
}

enum err ike_sa_draw_spi(struct ike_engine *e, uint64_t *out)
{
	for (int tries = 0; tries < 8; tries++) {
		uint64_t spi;
		enum err err = crypto_rand_fill(e->cfg.rand, &spi, sizeof(spi));

		if (err != ERR_OK)
			return err;
		if (spi != 0 && ike_sa_find(e, spi) == NULL) {
			*out = spi;
			return ERR_OK;
		}
	}
	return ERR_CRYPTO;
}

static void enter_spi(struct ike_sa *sa)
{
	uint64_t spi = ike_sa_own_spi(sa);

	map_add(&sa->engine->by_spi, &sa->by_spi, map_hash(&sa->engine->by_spi, spi_key(&spi)));
}

/* Whether 'spare' slots remain when one more is taken, those that are promised apart. */
static bool has_slot(const struct ike_engine *e, uint32_t spare)
{
	return e->sas.used + e->promised + spare < e->sas.limit;
}

enum err ike_sa_promise(struct ike_engine *e)
{
	if (!has_slot(e, 0))
		return ERR_FULL;
	e->promised++;
	return ERR_OK;
}

void ike_sa_unpromise(struct ike_engine *e)
{
	e->promised--;
}

/* Certificates of peers are fetched by URL only where that is configured. */
static uint16_t willing_as(const struct ike_engine *e, enum ike_role role)
{
	uint16_t lookup = 1 << (role == IKE_INITIATOR ? IKE_CAN_LOOKUP_I : IKE_CAN_LOOKUP_R);

	return e->cfg.cert_lookup ? e->cfg.abilities : (uint16_t)(e->cfg.abilities & ~lookup);
}

enum err ike_sa_new(struct ike_engine *e, enum ike_role role, const struct ike_path *path, struct ike_sa **out)
{
	struct slab_handle handle;
	struct ike_setup *setup;
	struct ike_sa *sa;
	uint64_t spi;
	enum err err;

	if (e->stats.peers >= e->cfg.sa_limit || !has_slot(e, e->sas.limit / REKEYS_SHARE))
		return ERR_FULL;
	err = ike_sa_draw_spi(e, &spi);
	if (err != ERR_OK)
		return err;
	setup = (struct ike_setup *)calloc(1, sizeof(*setup));
	if (setup == NULL)
		return ERR_NOMEM;
	sa = (struct ike_sa *)slab_new(&e->sas, &handle);
	if (sa == NULL) {
		free(setup);
		return ERR_NOMEM;
	}
	sa->engine = e;
	sa->handle = handle;
	sa->state = IKE_S_IDLE;
	sa->role = (uint8_t)role;
	sa->original = role == IKE_INITIATOR;
	sa->why = IKE_DOWN_COUNT;
	sa->path = *path;
	sa->reply_path = *path;
	sa->willing = willing_as(e, role);
	sa->created_ms = e->now_ms;
	sa->last_rx_ms = e->now_ms;
	sa->setup = setup;
	setup->refusal = IKE_DOWN_COUNT;
	list_init(&sa->children);
	*(role == IKE_INITIATOR ? &sa->spi_i : &sa->spi_r) = spi;
	enter_spi(sa);
	sa->counted = true;
	e->stats.peers++;
	e->stats.sa_count++;
	*out = sa;
	return ERR_OK;
}

enum err ike_sa_twin(const struct ike_sa *sa, struct ike_fresh *fresh, struct ike_sa **out)
{
	struct ike_engine *e = sa->engine;
	struct slab_handle handle;
	struct ike_sa *twin;

	if (fresh->role == IKE_RESPONDER && !has_slot(e, 0))
		return ERR_FULL;
	twin = (struct ike_sa *)slab_new(&e->sas, &handle);
	if (twin == NULL)
		return ERR_NOMEM;
	twin->engine = e;
	twin->handle = handle;
	twin->state = IKE_S_IDLE;
	twin->why = IKE_DOWN_COUNT;
	list_init(&twin->children);
	twin->path = sa->path;
	twin->reply_path = sa->reply_path;
	twin->pace = sa->pace;
	twin->nat_local = sa->nat_local;
	twin->nat_remote = sa->nat_remote;
	twin->willing = sa->willing;
	twin->agreed = sa->agreed;
	twin->frag_mtu = sa->frag_mtu;
	twin->created_ms = e->now_ms;
	twin->last_rx_ms = e->now_ms;
	twin->role = (uint8_t)fresh->role;
	twin->spi_i = fresh->spi_i;
	twin->spi_r = fresh->spi_r;
	twin->suite = fresh->suite;
	memcpy(twin->extra, fresh->extra, sizeof(twin->extra));
	secret_take(&twin->keys, &fresh->keys);
	enter_spi(twin);
	e->stats.sa_count++;
	*out = twin;
	return ERR_OK;
}

static void swap(void *a, void *b, size_t len)
{
	uint8_t *x = (uint8_t *)a, *y = (uint8_t *)b;

	for (size_t i = 0; i < len; i++) {
		uint8_t kept = x[i];

		x[i] = y[i];
		y[i] = kept;
	}
}

void ike_sa_swap(struct ike_sa *a, struct ike_sa *b)
{
	assert(!ike_window_waiting(&a->window) && !ike_window_waiting(&b->window));
	ike_window_release(a); /* the world knows only one of them */
	ike_window_release(b);
	ike_gather_drop(a); /* they come again */
	ike_gather_drop(b);
	ike_promise_drop(a); /* of other keys */
	ike_promise_drop(b);
	map_del(&a->engine->by_spi, &a->by_spi);
	map_del(&b->engine->by_spi, &b->by_spi);
	swap(&a->role, &b->role, sizeof(a->role));
	swap(&a->spi_i, &b->spi_i, sizeof(a->spi_i));
	swap(&a->spi_r, &b->spi_r, sizeof(a->spi_r));
	swap(&a->suite, &b->suite, sizeof(a->suite));
	swap(a->extra, b->extra, sizeof(a->extra));
	swap(&a->keys, &b->keys, sizeof(a->keys));
	swap(&a->iv, &b->iv, sizeof(a->iv));
	swap(&a->window, &b->window, sizeof(a->window));
	ike_agree_swap(a, b);
	enter_spi(a);
	enter_spi(b);
}

void ike_sa_settle(struct ike_sa *sa)
{
	struct ike_setup *s = sa->setup;

	if (s == NULL)
		return;
	if (s->spi_in != 0)
		sa->engine->cfg.ports->spi_free(sa->engine->cfg.ports->ctx, s->spi_in);
	ike_blob_drop(&s->init_tx);
	ike_blob_drop(&s->init_rx);
	ike_blob_drop(&s->held);
	ike_blob_drop(&s->wanted_id);
	ike_blob_drop(&s->auth);
	ike_blob_drop(&s->certs);
	ike_blob_drop(&s->authorities);
	ike_blob_drop(&s->talk.packet);
	crypto_kex_fini(&s->kex);
	secret_fini(&s->sign);
	secret_fini(&s->verify);
	ike_ppk_free(s->ppk);
	ike_inter_free(s->inter);
	ike_resume_free(s->resume);
	free(s->deal);
	free(s);
	sa->setup = NULL;
}

static void free_children(struct ike_sa *sa)
{
	struct list *n;

	while ((n = list_first(&sa->children)) != NULL)
		ike_child_free(list_of(n, struct ike_child, link));
	ike_fsm_withdraw(sa, IKE_E_CHILD);
}

void ike_sa_part(struct ike_sa *sa)
{
	if (sa->spare != NULL)
		sa->spare->spare_of = NULL;
	if (sa->spare_of != NULL)
		sa->spare_of->spare = NULL;
	sa->spare = NULL;
	sa->spare_of = NULL;
}

void ike_sa_tell_down(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	sa->asked = IKE_ASKED_NOTHING;
	if (sa->counted)
		e->stats.peers--;
	sa->counted = false;
	free_children(sa);
	ike_sa_settle(sa);
	if (!sa->known)
		return;
	sa->known = false;
	if (sa->came_up) {
		e->stats.up--;
		ike_core_count(e, IKE_STAT_DOWN);
		if (sa->why == IKE_DOWN_DEAD_PEER)
			ike_core_count(e, IKE_STAT_DEAD_PEER);
	}
	ike_core_log_sa(sa, LOG_L_NOTICE, "ike.down", "reason=%s", ike_ports_down_str((enum ike_down)sa->why));
	e->cfg.ports->down(e->cfg.ports->ctx, sa->handle, (enum ike_down)sa->why);
}

void ike_sa_free(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	assert(!sa->known);
	list_del(&sa->link);
	ike_sa_opened(sa);
	map_del(&e->by_spi, &sa->by_spi);
	ike_window_fini(sa);
	ike_gather_drop(sa);
	ike_move_stop(sa);
	ike_paths_drop(sa);
	wheel_disarm(&e->wheel, &sa->state_timer);
	wheel_disarm(&e->wheel, &sa->dpd_timer);
	wheel_disarm(&e->wheel, &sa->nat_timer);
	wheel_disarm(&e->wheel, &sa->life_timer);
	wheel_disarm(&e->wheel, &sa->auth_timer);
	wheel_disarm(&e->wheel, &sa->ticket_timer);
	free_children(sa);
	ike_agree_drop(sa, IKE_AGREE_OURS);
	ike_agree_drop(sa, IKE_AGREE_THEIRS);
	ike_attempt_end(sa);
	ike_promise_drop(sa);
	ike_sa_part(sa);
	ike_sa_settle(sa);
	secret_fini(&sa->keys);
	ike_blob_drop(&sa->local_octets);
	ike_blob_drop(&sa->remote_octets);
	ike_blob_drop(&sa->redirect);
	ike_blob_drop(&sa->response);
	free(sa->routes);
	e->stats.sa_count--;
	slab_free(&e->sas, sa->handle);
}

enum err ike_sa_set_id(struct ike_id *to, struct ike_blob *blob, const struct ike_id *id)
{
	enum err err = ike_blob_set(blob, id->data);

	if (err != ERR_OK)
		return err;
	to->type = id->type;
	to->data = ike_blob_view(blob);
	return ERR_OK;
}

enum err ike_sa_copy_deal(const struct ike_terms *terms, const struct ike_config *config, struct ike_deal **out)
{
	const struct ike_child_policy *child = &terms->child;
	struct ike_deal *d;

	if (child->local_count > IKE_TS_COUNT || child->remote_count > IKE_TS_COUNT || child->esp.count > IKE_OFFERS)
		return ERR_RANGE;
	d = (struct ike_deal *)calloc(1, sizeof(*d));
	if (d == NULL)
		return ERR_NOMEM;
	d->terms = *terms;
	d->terms.child.local = d->ts;
	d->terms.child.remote = d->ts + IKE_TS_COUNT;
	for (unsigned i = 0; i < child->local_count; i++)
		d->ts[i] = child->local[i];
	for (unsigned i = 0; i < child->remote_count; i++)
		d->ts[IKE_TS_COUNT + i] = child->remote[i];
	if (config != NULL) {
		d->config = *config;
		d->has_config = true;
	}
	*out = d;
	return ERR_OK;
}

static uint8_t tries_of(uint32_t tries)
{
	return (uint8_t)(tries < UINT8_MAX ? tries : UINT8_MAX);
}

void ike_sa_take_terms(struct ike_sa *sa, const struct ike_terms *terms)
{
	const struct ike_engine_config *cfg = &sa->engine->cfg;

	if (!terms->mobike)
		ike_ability_renounce(sa, IKE_CAN_MOBIKE);
	sa->dpd = terms->dpd;
	sa->auth_lifetime_s = terms->auth_lifetime_s;
	sa->lifetime_s = terms->lifetime_s;
	sa->child_lifetime_s = terms->child.lifetime_s;
	sa->pfs = ike_groups_pack(&terms->child.pfs);
	sa->nat_keepalive_s = terms->nat_keepalive_s != 0 ? terms->nat_keepalive_s : cfg->nat_keepalive_s;
	sa->pace.base_ms = terms->retransmit_base_ms != 0 ? terms->retransmit_base_ms : cfg->retransmit_base_ms;
	sa->pace.tries = tries_of(terms->retransmit_tries != 0 ? terms->retransmit_tries : cfg->retransmit_tries);
}

struct ike_child *ike_sa_child(const struct ike_sa *sa, uint32_t spi_in)
{
	list_each (n, &sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->spi_in == spi_in)
			return child;
	}
	return NULL;
}
