/* Peers that move, as worlds see them. */
#include "world.h"

void world_moved(void *ctx, struct slab_handle sa, const struct ike_path *path, bool udp_encap)
{
	struct world_session *s = world_find((struct world *)ctx, sa);

	if (s == NULL || s->over)
		return;
	s->moved++;
	s->path = *path;
	s->udp_encap = udp_encap;
}

unsigned world_addresses(void *ctx, const struct ike_path *path, struct addr *out, unsigned max)
{
	const struct world *w = (const struct world *)ctx;
	unsigned count = w->set.address_count < max ? w->set.address_count : max;

	(void)path;
	for (unsigned i = 0; i < count; i++)
		out[i] = w->set.addresses[i];
	return count;
}

bool world_may_move(void *ctx, struct slab_handle sa, const struct ike_path *path)
{
	struct world *w = (struct world *)ctx;
	const struct world_session *s = world_find(w, sa);

	(void)path;
	return s != NULL && !s->over && !w->set.refuse_moves;
}
