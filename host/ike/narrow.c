/* Traffic selectors as policy sees them, and transport mode, which depends on them; the arithmetic of one side is in wire/ts.c. */
#include "ike/narrow.h"

#include <assert.h>

struct ike_narrow_sides ike_narrow_of_policy(const struct ike_child_policy *policy)
{
	return (struct ike_narrow_sides){ .local = policy->local,
		.remote = policy->remote,
		.local_count = policy->local_count,
		.remote_count = policy->remote_count,
		.transport = policy->transport,
		.endpoints = policy->endpoints };
}

void ike_narrow_to_address(const struct ike_sa *sa, struct ike_ts assigned[2], struct ike_narrow_sides *sides)
{
	const struct addr *address[2] = { &sa->assigned_ip4, &sa->assigned_ip6 };
	uint8_t count = 0;

	for (unsigned i = 0; i < 2 && !sa->flexvpn; i++) {
		struct addr_prefix p = addr_prefix_host(address[i]);

		if (address[i]->family != 0)
			assigned[count++] = ike_ts_of_prefix(&p);
	}
	if (count == 0)
		return;
	sides->remote = assigned;
	sides->remote_count = count;
}

/* ---- both sides ---- */

static enum err narrow_side(const struct ike_ts *ours, uint8_t count, const struct ike_ts_list *theirs, struct ike_ts_list *out)
{
	bool gre = count != 0 && ours[0].protocol == IKE_NARROW_GRE;
	struct ike_ts_list mine = { .count = count };
	struct ike_ts_list fit = { .count = 0 };
	enum err err;

	assert(count <= IKE_TS_COUNT);
	for (unsigned i = 0; i < count; i++)
		mine.item[i] = ours[i];
	for (unsigned i = 0; i < theirs->count; i++)
		if ((theirs->item[i].protocol == IKE_NARROW_GRE) == gre)
			fit.item[fit.count++] = theirs->item[i];
	err = ike_ts_narrow(&mine, &fit, out);
	if (err == ERR_OK && out->count > IKE_TS_COUNT)
		out->count = IKE_TS_COUNT;
	return err;
}

/* Whether there are packets between the two. */
static bool are_partners(const struct ike_ts *a, const struct ike_ts *b)
{
	return a->start.family == b->start.family && (a->protocol == b->protocol || a->protocol == 0 || b->protocol == 0);
}

static unsigned partners_of(const struct ike_ts *ts, const struct ike_ts_list *others)
{
	unsigned count = 0;

	for (unsigned i = 0; i < others->count; i++)
		count += are_partners(ts, &others->item[i]);
	return count;
}

static void drop_lonely(struct ike_ts_list *list, const struct ike_ts_list *others)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < list->count; i++)
		if (partners_of(&list->item[i], others) != 0)
			list->item[kept++] = list->item[i];
	list->count = (uint8_t)kept;
}

static unsigned pairs_of(const struct ike_narrow_result *r)
{
	unsigned count = 0;

	for (unsigned i = 0; i < r->local.count; i++)
		for (unsigned k = 0; k < r->remote.count; k++)
			count += r->local.item[i].start.family == r->remote.item[k].start.family;
	return count;
}

enum err ike_narrow_both(const struct ike_narrow_sides *ours, const struct ike_ts_list *local, const struct ike_ts_list *remote,
	struct ike_narrow_result *out)
{
	enum err err = narrow_side(ours->remote, ours->remote_count, remote, &out->remote);

	if (err == ERR_OK)
		err = narrow_side(ours->local, ours->local_count, local, &out->local);
	if (err != ERR_OK)
		return err;
	while (pairs_of(out) > IKE_TS_PAIRS) /* a smaller set is an answer, too; the first choice stays */
		(out->local.count > out->remote.count ? &out->local : &out->remote)->count--;
	drop_lonely(&out->local, &out->remote);
	drop_lonely(&out->remote, &out->local);
	return out->local.count != 0 && out->remote.count != 0 ? ERR_OK : ERR_TS;
}

static bool inside(const struct ike_ts *ours, uint8_t count, const struct ike_ts_list *answer)
{
	if (answer->count == 0 || answer->count > IKE_TS_COUNT)
		return false;
	for (unsigned i = 0; i < answer->count; i++) {
		bool found = false;

		for (unsigned k = 0; k < count && !found; k++)
			found = ike_ts_contains(&ours[k], &answer->item[i]);
		if (!found)
			return false;
	}
	return true;
}

bool ike_narrow_accepts(const struct ike_narrow_sides *ours, const struct ike_narrow_result *answer)
{
	return inside(ours->local, ours->local_count, &answer->local) && inside(ours->remote, ours->remote_count, &answer->remote) &&
	       pairs_of(answer) != 0 && pairs_of(answer) <= IKE_TS_PAIRS;
}

/* ---- end points, transport mode ---- */

static bool all_hosts(const struct ike_ts_list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		if (!addr_eq(&list->item[i].start, &list->item[0].start) || !addr_eq(&list->item[i].end, &list->item[0].start))
			return false;
	return list->count != 0;
}

static void set_address(struct ike_ts_list *list, const struct addr *to)
{
	for (unsigned i = 0; i < list->count; i++) {
		list->item[i].start = *to;
		list->item[i].end = *to;
	}
}

/*
 * RFC7296-2.23.1, which is the same at both ends: whoever is behind a NAT is known to the other by another address, so the one that the
 * IKE SA's packets have here takes its place.
 */
static void substitute(const struct ike_sa *sa, struct ike_ts_list *local, struct ike_ts_list *remote)
{
	if (sa->nat_local)
		set_address(local, &sa->path.local.addr);
	if (sa->nat_remote)
		set_address(remote, &sa->path.remote.addr);
}

/* 'ours' becomes 'named', the one host that the peer has on that side. */
static void follow_peer(const struct ike_ts_list *theirs, const struct ike_ts **ours, struct ike_ts *named)
{
	if (!all_hosts(theirs) || theirs->item[0].start.family != (*ours)->start.family)
		return;
	*named = **ours;
	named->start = named->end = theirs->item[0].start;
	*ours = named;
}

/* In tunnel mode whoever is behind a NAT is called as it calls itself; 'named' holds what 'sides' then borrows. */
static void follow_hidden(const struct ike_sa *sa, const struct ike_ts_list *local, const struct ike_ts_list *remote,
	struct ike_narrow_sides *sides, struct ike_ts named[2])
{
	if (sa->nat_local)
		follow_peer(local, &sides->local, &named[0]);
	if (sa->nat_remote)
		follow_peer(remote, &sides->remote, &named[1]);
}

void ike_narrow_build_mode(struct ike_build *b, bool transport)
{
	if (transport)
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_USE_TRANSPORT_MODE, bytes_of(NULL, 0));
}

/* ---- messages ---- */

static enum err read_ts(const struct ike_msg *msg, uint8_t payload, struct ike_ts_list *out)
{
	struct rd r = rd_of(ike_msg_find(msg, payload)->body);

	return ike_ts_parse(&r, out);
}

enum err ike_narrow_answer(
	const struct ike_sa *sa, const struct ike_msg *msg, const struct ike_narrow_sides *ours, struct ike_narrow_result *out)
{
	struct ike_ts_list local, remote;
	struct ike_narrow_sides sides = *ours;
	struct ike_ts named[2];
	enum err err = read_ts(msg, IKE_P_TSI, &remote);

	if (err == ERR_OK)
		err = read_ts(msg, IKE_P_TSR, &local);
	if (err != ERR_OK)
		return err;
	out->transport = ours->transport && ike_msg_notify(msg, IKE_N_USE_TRANSPORT_MODE, NULL) && all_hosts(&local) && all_hosts(&remote);
	if (out->transport) {
		struct ike_ts_list near = local, far = remote;

		substitute(sa, &near, &far);
		if (ike_narrow_both(ours, &near, &far, out) == ERR_OK)
			return ERR_OK;
	}
	out->transport = false;
	if (ours->endpoints)
		follow_hidden(sa, &local, &remote, &sides, named);
	return ike_narrow_both(&sides, &local, &remote, out);
}

enum err ike_narrow_accept(
	const struct ike_sa *sa, const struct ike_msg *msg, const struct ike_narrow_sides *ours, struct ike_narrow_result *out)
{
	enum err err = read_ts(msg, IKE_P_TSI, &out->local);

	if (err == ERR_OK)
		err = read_ts(msg, IKE_P_TSR, &out->remote);
	if (err != ERR_OK)
		return err;
	out->transport = ike_msg_notify(msg, IKE_N_USE_TRANSPORT_MODE, NULL);
	if (out->transport && !ours->transport)
		return ERR_MALFORMED;
	if (out->transport && all_hosts(&out->local) && all_hosts(&out->remote))
		substitute(sa, &out->local, &out->remote);
	return ike_narrow_accepts(ours, out) ? ERR_OK : ERR_TS;
}
