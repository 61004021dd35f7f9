/*
 * The search for a path that works, RFC4555-3.5 and -3.10: when a request of ours has gone unanswered to the end, an SA whose addresses are ours to
 * choose isn't given up before each of our addresses was tried with each of the peer's, of one family, and at last the pair where it began.
 * Called by window.c, mobike.c and addresses.c.
 */
#include "ike/paths.h"

#include <stdlib.h>

#include "ike/core.h"
#include "ike/exchange/mobike.h"

enum { LAST = UINT8_MAX }; /* ike_paths.next: home was tried */

unsigned ike_paths_own(const struct ike_sa *sa, struct addr *out)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;

	return ports->addresses == NULL ? 0 : ports->addresses(ports->ctx, &sa->path, out, IKE_ADDRESSES);
}

static bool has(const struct ike_paths *paths, const struct addr *a)
{
	for (unsigned i = 0; i < paths->count; i++)
		if (addr_eq(&paths->theirs[i], a))
			return true;
	return false;
}

bool ike_paths_add(struct ike_paths *paths, const struct addr *a)
{
	if (paths->count == IKE_ADDRESSES || has(paths, a))
		return false;
	paths->theirs[paths->count++] = *a;
	return true;
}

void ike_paths_set(struct ike_sa *sa, const struct ike_paths *fresh)
{
	if (sa->paths == NULL)
		sa->paths = (struct ike_paths *)malloc(sizeof(*fresh));
	if (sa->paths != NULL)
		*sa->paths = *fresh;
}

bool ike_paths_has(const struct ike_sa *sa, const struct addr *a)
{
	return sa->paths == NULL || has(sa->paths, a);
}

/* Those that we know of when the peer has said nothing: the one in use. */
static bool begin(struct ike_sa *sa)
{
	struct ike_paths known = { .count = 1, .theirs = { sa->path.remote.addr } };

	if (sa->paths == NULL)
		ike_paths_set(sa, &known);
	if (sa->paths == NULL)
		return false;
	sa->paths->home = sa->path;
	return true;
}

static bool is_home(const struct ike_paths *paths, const struct addr *local, const struct addr *remote)
{
	return addr_eq(&paths->home.local.addr, local) && addr_eq(&paths->home.remote.addr, remote);
}

/* Pair number 'next' or the first good one after it; false: all have been tried. */
static bool choose(struct ike_paths *paths, const struct addr *own, unsigned count, struct ike_path *out)
{
	while (paths->next < count * paths->count) {
		const struct addr *local = &own[paths->next % count], *remote = &paths->theirs[paths->next / count];

		paths->next++;
		if (local->family != remote->family || is_home(paths, local, remote))
			continue;
		*out = paths->home;
		out->local.addr = *local;
		if (!addr_eq(&out->remote.addr, remote)) /* the port is that of a NAT's, if at all, in front of the one in use */
			out->remote = (struct addr_port){ .addr = *remote, .port = IKE_PORT_NATT };
		return true;
	}
	return false;
}

bool ike_paths_try(struct ike_sa *sa)
{
	struct addr own[IKE_ADDRESSES];
	unsigned count = ike_paths_own(sa, own);
	bool begins = sa->paths == NULL || sa->paths->next == 0;
	struct ike_path path;

	if (!ike_mobike_usable(sa) || !sa->original || sa->tx == IKE_TX_DELETE || !sa->path.natt || count == 0)
		return false;
	if (begins && !begin(sa))
		return false;
	if (!choose(sa->paths, own, count, &path)) {
		if (begins || sa->paths->next == LAST) {
			sa->paths->next = 0;
			return false;
		}
		sa->paths->next = LAST;
		path = sa->paths->home;
	}
	sa->path = path;
	sa->frag_mtu = 0;
	sa->todo |= 1u << IKE_TX_UPDATE;
	ike_core_count(sa->engine, IKE_STAT_PATH_TRIED);
	ike_core_log_sa(sa, LOG_L_INFO, "mobike.try", "the peer doesn't answer elsewhere");
	return true;
}

void ike_paths_found(struct ike_sa *sa)
{
	if (sa->paths != NULL)
		sa->paths->next = 0;
}

void ike_paths_drop(struct ike_sa *sa)
{
	free(sa->paths);
	sa->paths = NULL;
}
