/*
 * The address that a session leases from a pool of the configuration.  A pool has several ranges; each is an object of
 * its own for as long as something of it is leased, so that a reload neither loses nor doubles an address.  Loop
 * thread only.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

static void free_range(struct session_range *r)
{
	list_del(&r->link);
	session_pool_free(r->pool);
	free(r->name);
	free(r);
}

static struct session_range *find_range(const struct session_hub *h, const char *name, const struct cfg_pool_range *cfg)
{
	list_each (it, &h->ranges) {
		struct session_range *r = list_of(it, struct session_range, link);

		if (strcmp(r->name, name) == 0 && addr_eq(&r->first, &cfg->first) && addr_eq(&r->last, &cfg->last))
			return r;
	}
	return NULL;
}

/* NULL when out of memory, or the range is too large. */
static struct session_pool *pool_of(struct session_hub *h, const char *name, const struct cfg_pool_range *cfg)
{
	struct session_range *r = find_range(h, name, cfg);

	if (r != NULL)
		return r->pool;
	r = (struct session_range *)calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->first = cfg->first;
	r->last = cfg->last;
	r->name = strdup(name);
	if (r->name == NULL || session_pool_new(&r->pool, &r->first, &r->last) != ERR_OK) {
		free_range(r);
		return NULL;
	}
	list_add(&h->ranges, &r->link);
	return r->pool;
}

bool session_lease_of(struct session *s, const struct cfg_pool *pool)
{
	for (const struct cfg_pool_range *c = pool->ranges; c != NULL && s->pool != NULL; c = c->next)
		if (pool_of(s->hub, pool->object.name, c) == s->pool)
			return true;
	return false;
}

bool session_lease_take(struct session *s, const struct cfg_pool *pool, const struct addr *want)
{
	struct session_pool *p;

	if (session_lease_of(s, pool))
		return true;
	session_lease_give(s);
	for (const struct cfg_pool_range *c = pool->ranges; c != NULL; c = c->next) {
		p = pool_of(s->hub, pool->object.name, c);
		if (p == NULL || session_pool_claim(p, want) != ERR_OK)
			continue;
		s->pool = p;
		s->lease = *want;
		return true;
	}
	for (const struct cfg_pool_range *c = pool->ranges; c != NULL; c = c->next) {
		p = pool_of(s->hub, pool->object.name, c);
		if (p == NULL || session_pool_lease(p, NULL, &s->lease) != ERR_OK)
			continue;
		s->pool = p;
		return true;
	}
	return false;
}

void session_lease_give(struct session *s)
{
	if (s->pool != NULL)
		session_pool_release(s->pool, &s->lease);
	s->pool = NULL;
	memset(&s->lease, 0, sizeof(s->lease));
}

void session_lease_pass(struct session *from, struct session *to)
{
	assert(to->pool == NULL);
	to->pool = from->pool;
	to->lease = from->lease;
	from->pool = NULL;
	memset(&from->lease, 0, sizeof(from->lease));
}

void session_lease_prune(struct session_hub *h)
{
	struct list *next;

	for (struct list *it = list_first(&h->ranges); it != NULL; it = next) {
		struct session_range *r = list_of(it, struct session_range, link);

		next = list_next(&h->ranges, it);
		if (session_pool_used(r->pool) == 0)
			free_range(r);
	}
}
