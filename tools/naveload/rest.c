/*
 * What is under way when a hold ends: SAs that come, make way for new keys, go, or are no peer's any more.  All of them settle within
 * the time that unanswered requests are repeated in, while others are renewed all the time: so each is followed by its handle, and one
 * that has neither gone nor come up by then is stuck.  Called by swarm.c.
 */
#include "naveload/inner.h"

static bool settled(const struct naveload_swarm *s, const struct ike_sa_info *info)
{
	struct slab_handle of = s->peer[s->owner[info->handle.index]].sa;

	return info->up && of.index == info->handle.index && of.generation == info->handle.generation;
}

void naveload_rest_begin(struct naveload_swarm *s)
{
	struct ike_sa_info info;
	uint32_t cursor = 0;

	s->rest_count = 0;
	while (ike_engine_walk(s->engine, &cursor, &info))
		if (!settled(s, &info))
			s->rest[s->rest_count++] = info.handle;
	s->rest_known = true;
}

void naveload_rest_advance(struct naveload_swarm *s)
{
	struct ike_sa_info info;
	uint32_t left = 0;

	for (uint32_t i = 0; i < s->rest_count; i++)
		if (ike_engine_info(s->engine, s->rest[i], &info) == ERR_OK && !settled(s, &info))
			s->rest[left++] = s->rest[i];
	s->rest_count = left;
}
