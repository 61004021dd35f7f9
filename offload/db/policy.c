/* Policies by id, and policies at interfaces.  Main lcore writes; workers read what is published, take and count. */
#include "db/policy.h"

#include <stdlib.h>
#include <string.h>

#include "db/db.h"

enum { NS_PER_MS = 1000000 };

static uint64_t id_hash(const struct db *db, uint32_t id)
{
	return map_hash(&db->policy_ids, bytes_of(&id, sizeof(id)));
}

struct db_policy_cold *db_policy_find(const struct db *db, uint32_t id)
{
	for (struct map_node *n = map_find(&db->policy_ids, id_hash(db, id)); n != NULL; n = map_find_next(n)) {
		struct db_policy_cold *cold = list_of(n, struct db_policy_cold, by_id);

		if (cold->conf.id == id)
			return cold;
	}
	return NULL;
}

struct db_policy_cold *db_policy_walk(const struct db *db, struct db_policy_cold *last)
{
	struct map_node *n = map_walk(&db->policy_ids, last == NULL ? NULL : &last->by_id);

	return n == NULL ? NULL : list_of(n, struct db_policy_cold, by_id);
}

/* ---- compiled ---- */

static uint32_t count_matches(const struct dp_policy *conf)
{
	struct rd r = rd_of(conf->classes);
	struct dp_traffic t;
	uint32_t count = 0;

	for (uint16_t i = 0; i < conf->count; i++) {
		dp_policy_read(&r, &t);
		count += t.match_count;
	}
	return count;
}

static struct db_policy *policy_alloc(const struct dp_policy *conf)
{
	size_t matches = count_matches(conf), traffic = sizeof(struct db_policy);
	size_t match = traffic + conf->count * sizeof(struct db_traffic);
	size_t form = match + matches * sizeof(struct db_match);
	uint8_t *room = (uint8_t *)calloc(1, form + conf->classes.len);
	struct db_policy *p = (struct db_policy *)(void *)room;

	if (room == NULL)
		return NULL;
	p->count = conf->count;
	p->match_count = (uint16_t)matches;
	p->traffic = (struct db_traffic *)(void *)(room + traffic);
	p->match = (struct db_match *)(void *)(room + match);
	p->form = room + form;
	p->form_len = (uint32_t)conf->classes.len;
	memcpy(p->form, conf->classes.data, conf->classes.len);
	return p;
}

/* What 'i' is in, as far as classes before it tell; and it ends those that it isn't in. */
static uint16_t find_parent(struct db_policy *p, uint16_t i, uint8_t depth, uint8_t before)
{
	uint16_t up = i == 0 ? (uint16_t)DB_TRAFFIC_NONE : (uint16_t)(i - 1);

	if (i != 0 && depth > before)
		return up;
	for (; up != DB_TRAFFIC_NONE && before >= depth; before--) {
		p->traffic[up].end = i;
		up = p->traffic[up].parent;
	}
	return up;
}

static void compile_police(struct db_traffic *t)
{
	const struct dp_police *p = &t->police;

	if (p->cir == 0)
		return;
	t->bc_ns = db_rate_cost(p->bc, p->cir);
	t->be_ns = db_rate_cost(p->be, p->pir != 0 ? p->pir : p->cir);
}

/* ERR_ABSENT: a filter isn't there. */
static enum err compile(const struct db *db, const struct dp_policy *conf, struct db_policy *p)
{
	struct rd r = rd_of(conf->classes);
	struct dp_traffic from;
	uint16_t match = 0;
	uint8_t before = 0;

	for (uint16_t i = 0; i < conf->count; i++) {
		struct db_traffic *t = &p->traffic[i];

		dp_policy_read(&r, &from);
		memcpy(t->name, from.name, sizeof(t->name));
		t->parent = find_parent(p, i, from.depth, before);
		t->end = conf->count;
		before = from.depth;
		t->match = match;
		t->match_count = from.match_count;
		t->any = from.any;
		t->has_dscp = from.has_dscp;
		t->dscp = from.dscp;
		t->police = from.police;
		t->shape_bps = from.shape_bps;
		compile_police(t);
		for (unsigned m = 0; m < from.match_count; m++) {
			const struct dp_match *in = &from.match[m];
			struct db_match *out = &p->match[match++];

			*out = (struct db_match){ .dscp = in->dscp, .kind = in->kind, .families = in->families, .inverted = in->inverted };
			out->filter = in->kind == DP_MATCH_FILTER ? db_filter_find(db, in->filter) : 0;
			if (in->kind == DP_MATCH_FILTER && out->filter == 0)
				return ERR_ABSENT;
		}
	}
	return ERR_OK;
}

static void hold_filters(struct db *db, const struct db_policy *p, bool hold)
{
	for (uint16_t i = 0; i < p->match_count; i++)
		db_filter_hold(db, p->match[i].filter, hold);
}

static enum err policy_new(struct db *db, const struct dp_policy *conf, struct db_policy **out)
{
	struct db_policy *p = policy_alloc(conf);
	enum err err = p == NULL ? ERR_NOMEM : compile(db, conf, p);

	if (err != ERR_OK) {
		free(p);
		return err;
	}
	p->serial = ++db->policy_serial;
	hold_filters(db, p, true);
	*out = p;
	return ERR_OK;
}

static enum err drop_memory(void *ctx, void *object)
{
	(void)ctx;
	free(object);
	return ERR_OK;
}

/* ---- at interfaces ---- */

/* Names are equal all the way up. */
static bool same_class(const struct db_policy *a, uint16_t i, const struct db_policy *b, uint16_t j)
{
	while (i != DB_TRAFFIC_NONE && j != DB_TRAFFIC_NONE) {
		if (strcmp(a->traffic[i].name, b->traffic[j].name) != 0)
			return false;
		i = a->traffic[i].parent;
		j = b->traffic[j].parent;
	}
	return i == j;
}

/* The rate of the same class before, 0: none. */
static uint32_t rate_before(const struct db_service *before, const struct db_policy *now, uint16_t i)
{
	for (uint16_t j = 0; before != NULL && j < before->policy->count; j++)
		if (same_class(now, i, before->policy, j))
			return before->rate[j];
	return 0;
}

static bool has_rate(const struct db_service *s, uint32_t rate)
{
	for (uint16_t i = 0; s != NULL && i < s->policy->count; i++)
		if (s->rate[i] == rate)
			return true;
	return false;
}

/* Nobody was shown it: what isn't of 'before' goes back at once. */
static void service_free(struct db *db, struct db_service *s, const struct db_service *before)
{
	for (uint16_t i = 0; i < s->policy->count; i++)
		if (s->rate[i] != 0 && !has_rate(before, s->rate[i]))
			db_pool_give(&db->rates, &db->rate[s->rate[i]]);
	free(s);
}

static enum err service_new(struct db *db, const struct db_policy *policy, const struct db_service *before, struct db_service **out)
{
	struct db_service *s = (struct db_service *)calloc(1, sizeof(*s) + policy->count * sizeof(uint32_t));

	if (s == NULL)
		return ERR_NOMEM;
	s->policy = policy;
	s->rate = (uint32_t *)(void *)(s + 1);
	for (uint16_t i = 0; i < policy->count; i++) {
		void *fresh;

		s->rate[i] = rate_before(before, policy, i);
		if (s->rate[i] != 0)
			continue;
		fresh = db_pool_take(&db->rates);
		if (fresh == NULL) {
			service_free(db, s, before);
			return ERR_FULL;
		}
		s->rate[i] = db_pool_index(&db->rates, fresh);
	}
	*out = s;
	return ERR_OK;
}

static enum err give_rate(void *ctx, void *object)
{
	db_pool_give((struct db_pool *)ctx, object);
	return ERR_OK;
}

/* No longer shown: what isn't of 'after' goes when no worker can count there any more. */
static void service_end(struct db *db, struct db_service *s, const struct db_service *after)
{
	list_del(&s->link);
	for (uint16_t i = 0; i < s->policy->count; i++)
		if (!has_rate(after, s->rate[i]))
			db_rcu_defer(db->rcu, give_rate, &db->rates, &db->rate[s->rate[i]]);
	db_rcu_defer(db->rcu, drop_memory, NULL, s);
}

static void service_show(struct db_service *s, struct db_policy_cold *of, struct db_service **at)
{
	s->of = of;
	s->at = at;
	list_add(&of->services, &s->link);
	__atomic_store_n(at, s, __ATOMIC_RELEASE);
}

enum err db_policy_prepare(struct db *db, struct db_service **at, struct db_policy_cold *of, struct db_service **out)
{
	struct db_service *now = *at;
	enum err err = ERR_OK;

	if (of == NULL)
		*out = NULL;
	else if (now != NULL && now->of == of)
		*out = now;
	else
		err = service_new(db, of->policy, now, out);
	if (err == ERR_OK && *out != NULL)
		(*out)->of = of;
	return err;
}

void db_policy_turn(struct db *db, struct db_service **at, struct db_service *to)
{
	struct db_service *was = *at;

	if (was == to)
		return;
	if (to != NULL)
		service_show(to, to->of, at);
	else
		__atomic_store_n(at, NULL, __ATOMIC_RELEASE);
	if (was != NULL)
		service_end(db, was, to);
}

void db_policy_abandon(struct db *db, struct db_service **at, struct db_service *to)
{
	if (to != NULL && to != *at)
		service_free(db, to, *at);
}

/* ---- put, deleted ---- */

static void abandon_all(struct db *db, struct db_service **fresh, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		service_free(db, fresh[i], *fresh[i]->at);
	free(fresh);
}

/* A successor for each service of the policy, or none. */
static enum err prepare_all(
	struct db *db, const struct db_policy_cold *cold, const struct db_policy *p, struct db_service ***out, uint32_t *count)
{
	struct db_service **fresh;
	enum err err = ERR_OK;
	uint32_t n = 0;

	list_each (it, &cold->services)
		n++;
	fresh = (struct db_service **)calloc(n + 1, sizeof(*fresh));
	if (fresh == NULL)
		return ERR_NOMEM;
	*count = 0;
	list_each (it, &cold->services) {
		struct db_service *s = list_of(it, struct db_service, link);

		err = service_new(db, p, s, &fresh[*count]);
		if (err != ERR_OK)
			break;
		fresh[(*count)++]->at = s->at;
	}
	if (err != ERR_OK) {
		abandon_all(db, fresh, *count);
		return err;
	}
	*out = fresh;
	return ERR_OK;
}

static enum err replace(struct db *db, struct db_policy_cold *cold, struct db_policy *p)
{
	struct db_service **fresh;
	uint32_t count;
	enum err err = prepare_all(db, cold, p, &fresh, &count);

	if (err != ERR_OK)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		struct db_service *was = *fresh[i]->at;

		service_show(fresh[i], cold, fresh[i]->at);
		service_end(db, was, fresh[i]);
	}
	free(fresh);
	hold_filters(db, cold->policy, false);
	db_rcu_defer(db->rcu, drop_memory, NULL, cold->policy);
	return ERR_OK;
}

static struct db_policy_cold *cold_new(struct db *db, uint32_t id)
{
	struct db_policy_cold *cold = (struct db_policy_cold *)calloc(1, sizeof(*cold));

	if (cold == NULL)
		return NULL;
	list_init(&cold->services);
	map_add(&db->policy_ids, &cold->by_id, id_hash(db, id));
	return cold;
}

enum err db_policy_put(struct db *db, const struct dp_policy *conf)
{
	struct db_policy_cold *cold = db_policy_find(db, conf->id);
	struct db_policy *p;
	enum err err = policy_new(db, conf, &p);

	if (err != ERR_OK)
		return err;
	if (cold != NULL)
		err = replace(db, cold, p);
	else if ((cold = cold_new(db, conf->id)) == NULL)
		err = ERR_NOMEM;
	if (err != ERR_OK) {
		hold_filters(db, p, false);
		free(p);
		return err;
	}
	cold->policy = p;
	cold->conf = *conf;
	cold->conf.classes = bytes_of(p->form, p->form_len);
	return ERR_OK;
}

static void cold_end(struct db *db, struct db_policy_cold *cold)
{
	hold_filters(db, cold->policy, false);
	map_del(&db->policy_ids, &cold->by_id);
	db_rcu_defer(db->rcu, drop_memory, NULL, cold->policy);
	free(cold);
}

enum err db_policy_del(struct db *db, uint32_t id)
{
	struct db_policy_cold *cold = db_policy_find(db, id);

	if (cold == NULL)
		return ERR_ABSENT;
	if (!list_empty(&cold->services))
		return ERR_BUSY;
	cold_end(db, cold);
	return ERR_OK;
}

bool db_policy_get(const struct db *db, uint32_t id, struct dp_policy *out)
{
	const struct db_policy_cold *cold = db_policy_find(db, id);

	if (cold != NULL)
		*out = cold->conf;
	return cold != NULL;
}

void db_policy_fini(struct db *db)
{
	struct db_policy_cold *cold, *next;

	for (cold = db_policy_walk(db, NULL); cold != NULL; cold = next) {
		next = db_policy_walk(db, cold);
		while (!list_empty(&cold->services)) {
			struct db_service *s = list_of(list_first(&cold->services), struct db_service, link);

			list_del(&s->link);
			free(s);
		}
		map_del(&db->policy_ids, &cold->by_id);
		free(cold->policy);
		free(cold);
	}
}

/* ---- counters ---- */

void db_policy_stats(const struct db *db, const struct db_service *s, uint16_t index, uint64_t now_ms, struct dp_traffic_stats *out)
{
	const struct db_rate *r = &db->rate[s->rate[index]];
	uint64_t owed = __atomic_load_n(&r->shape_at, __ATOMIC_RELAXED) / NS_PER_MS;

	out->index = index;
	memcpy(out->name, s->policy->traffic[index].name, sizeof(out->name));
	out->packets = __atomic_load_n(&r->packets, __ATOMIC_RELAXED);
	out->bytes = __atomic_load_n(&r->bytes, __ATOMIC_RELAXED);
	out->exceeded = __atomic_load_n(&r->exceeded, __ATOMIC_RELAXED);
	out->exceeded_bytes = __atomic_load_n(&r->exceeded_bytes, __ATOMIC_RELAXED);
	out->violated = __atomic_load_n(&r->violated, __ATOMIC_RELAXED);
	out->violated_bytes = __atomic_load_n(&r->violated_bytes, __ATOMIC_RELAXED);
	out->policed = __atomic_load_n(&r->policed, __ATOMIC_RELAXED);
	out->marked = __atomic_load_n(&r->marked, __ATOMIC_RELAXED);
	out->delayed = __atomic_load_n(&r->delayed, __ATOMIC_RELAXED);
	out->lost = __atomic_load_n(&r->lost, __ATOMIC_RELAXED);
	out->waiting_ms = owed > now_ms ? (uint32_t)(owed - now_ms) : 0;
}
