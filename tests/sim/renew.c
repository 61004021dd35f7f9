/* Authentication anew, as worlds do it: a client makes a successor, a hub goes by the old one until that is deleted. */
#include "world.h"

#include <string.h>

/* As a hub does it: packets go by the old one until the peer deletes it. */
static void meet_former(struct world *w, struct world_session *s)
{
	list_each (n, &w->sessions) {
		struct world_session *old = list_of(n, struct world_session, link);

		if (old == s || !old->up || old->role != IKE_RESPONDER || strcmp(old->peer, s->peer) != 0)
			continue;
		s->quiet = true;
		ike_engine_replace(w->engine, w->now_ms, old->handle);
	}
}

void world_renewed(struct world *w, struct world_session *s)
{
	if (s->role == IKE_RESPONDER)
		meet_former(w, s);
	if (s->role != IKE_INITIATOR || !w->renewing)
		return;
	w->renewing = false;
	world_find(w, w->renewed)->quiet = true;
	ike_engine_retire(w->engine, w->now_ms, w->renewed);
}

void world_reauthenticate(void *ctx, struct slab_handle sa)
{
	struct world *w = (struct world *)ctx;

	if (world_find(w, sa) == NULL)
		return;
	w->renewed = sa;
	w->renew = true;
}

void world_retired(void *ctx, struct slab_handle sa)
{
	struct world *w = (struct world *)ctx;
	struct world_session *old = world_find(w, sa);

	if (old == NULL)
		return;
	list_each (n, &w->sessions)
		list_of(n, struct world_session, link)->quiet = false;
	old->quiet = true;
	ike_engine_switched(w->engine, w->now_ms, sa);
}

void world_deleted(void *ctx, struct slab_handle sa)
{
	struct world *w = (struct world *)ctx;

	if (!w->set.switch_mute)
		ike_engine_switched(w->engine, w->now_ms, sa);
}

void world_renew(struct world *w)
{
	struct ike_path path;
	struct slab_handle fresh;

	if (!w->renew)
		return;
	path = world_find(w, w->renewed)->path;
	w->renew = false;
	w->renewing = world_initiate(w, &path, &fresh) == ERR_OK;
}
