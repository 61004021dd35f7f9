/* Groups of our CREATE_CHILD_SA for a child, RFC7296-1.3.  Used by act_child_i.c; engine's thread. */
#include "ike/rekey/groups.h"

#include "ike/core.h"
#include "ike/wire/notify.h"

static bool holds(const struct ike_groups *list, const struct crypto_alg *group)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->alg[i] == group)
			return true;
	return false;
}

static void add(struct ike_groups *list, const struct crypto_alg *group)
{
	if (list->count < IKE_PFS_GROUPS && !holds(list, group))
		list->alg[list->count++] = group;
}

struct ike_pfs ike_groups_pack(const struct ike_groups *groups)
{
	struct ike_pfs out = { .count = groups->count, .extra_count = groups->extra_count };

	for (unsigned i = 0; i < groups->count; i++)
		out.alg[i] = (uint8_t)crypto_alg_index(groups->alg[i]);
	for (unsigned i = 0; i < groups->extra_count; i++) {
		const struct ike_extra *x = &groups->extra[i];

		out.extra[i].slot = x->slot;
		out.extra[i].group = x->group == NULL ? 0 : (uint8_t)(crypto_alg_index(x->group) + 1);
	}
	return out;
}

struct ike_groups ike_groups_of(const struct ike_sa *sa)
{
	const struct ike_pfs *pfs = &sa->pfs;
	struct ike_groups out = { .count = pfs->count, .extra_count = pfs->extra_count };

	for (unsigned i = 0; i < pfs->count; i++)
		out.alg[i] = crypto_alg_at(pfs->alg[i]);
	for (unsigned i = 0; i < pfs->extra_count; i++) {
		out.extra[i].slot = pfs->extra[i].slot;
		out.extra[i].group = pfs->extra[i].group == 0 ? NULL : crypto_alg_at(pfs->extra[i].group - 1U);
	}
	return out;
}

void ike_groups_begin(struct ike_sa *sa)
{
	sa->attempt->groups = ike_groups_of(sa);
}

const struct crypto_alg *ike_groups_first(const struct ike_sa *sa)
{
	return sa->pfs.count != 0 ? crypto_alg_at(sa->pfs.alg[0]) : NULL;
}

/* Whether the peer refused to do without a key exchange, as far as one can tell. */
static bool insists(const struct ike_sa *sa, const struct ike_msg *msg)
{
	return sa->attempt->groups.count == 0 && ike_msg_notify(msg, IKE_N_NO_PROPOSAL_CHOSEN, NULL);
}

/* A group of INVALID_KE_PAYLOAD, if we offered it, or policy has no word on groups. */
static const struct crypto_alg *demanded(const struct ike_sa *sa, const struct ike_notify *n)
{
	const struct ike_attempt *a = sa->attempt;
	const struct crypto_alg *group = crypto_alg_find(CRYPTO_GROUP, ike_notify_group(n), 0);

	if (a->regrouped || group == NULL || group == a->kex.group || !crypto_has(sa->engine->cfg.crypto, group))
		return NULL;
	return sa->pfs.count == 0 || holds(&a->groups, group) ? group : NULL;
}

const struct crypto_alg *ike_groups_next(const struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_notify n;

	if (ike_msg_notify(msg, IKE_N_INVALID_KE_PAYLOAD, &n))
		return demanded(sa, &n);
	return insists(sa, msg) ? sa->suite.group : NULL;
}

/* The IKE SA's own first. */
static void try_those_of_ike(struct ike_sa *sa)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_groups *list = &sa->attempt->groups;
	struct ike_offers *offers = &sa->attempt->offers; /* of no use to a child otherwise */

	add(list, sa->suite.group);
	if (ports->policy(ports->ctx, &sa->path, offers) != ERR_OK)
		return;
	for (unsigned i = 0; i < offers->count; i++)
		for (unsigned k = 0; k < offers->offer[i].alg_count; k++)
			if (offers->offer[i].alg[k]->kind == CRYPTO_GROUP)
				add(list, offers->offer[i].alg[k]);
}

void ike_groups_widen(struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct crypto_alg *group = ike_groups_next(sa, msg);

	if (group != NULL && insists(sa, msg)) {
		try_those_of_ike(sa);
		return;
	}
	if (group != NULL && !holds(&sa->attempt->groups, group)) {
		sa->attempt->groups.count = 0;
		add(&sa->attempt->groups, group);
	}
	sa->attempt->regrouped = true;
}
