/* Whether a world takes new peers, and where it sends them. */
#include "world.h"

#include <stdio.h>

bool world_redirect(void *ctx, const struct ike_path *path, const struct addr *from, struct ike_gateway *to)
{
	struct world *w = (struct world *)ctx;

	(void)path;
	w->came_from = *from;
	*to = w->set.redirect;
	return w->set.verdict == IKE_GRANTED && (to->addr.family != 0 || to->name.len != 0);
}

bool world_redirected(void *ctx, struct slab_handle sa, const struct ike_gateway *to)
{
	struct world *w = (struct world *)ctx;

	if (world_find(w, sa) == NULL || w->set.ignore)
		return false;
	w->redirected++;
	w->redirected_to = to->addr;
	(void)snprintf(w->redirected_name, sizeof(w->redirected_name), "%.*s", (int)to->name.len, (const char *)to->name.data);
	return true;
}

bool world_ready(void *ctx)
{
	return !((const struct world *)ctx)->set.unready;
}
