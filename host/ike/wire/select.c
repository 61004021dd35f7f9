/*
 * Negotiation of a suite, RFC7296-2.7 and -3.3, as a pure function of two lists.  Called by the exchanges on the loop
 * thread.
 */
#include "ike/wire/select.h"

enum { NONE = 0 }; /* transform ids of types 3 and 4: RFC7296-3.3.2 */

/* One side's proposal with its transforms. */
struct side {
	const struct ike_proposal *p;
	const struct ike_transform *at;
	const struct ike_transform *end;
};

static struct side side_of(const struct ike_proposals *list, unsigned index)
{
	const struct ike_proposal *p = &list->item[index];

	return (struct side){ .p = p, .at = list->transform + p->first, .end = list->transform + p->first + p->count };
}

/* The first usable transform of 'type' from 't' on, or NULL. */
static const struct ike_transform *next_of(const struct side *s, const struct ike_transform *t, uint8_t type)
{
	for (; t < s->end; t++)
		if (t->type == type && t->usable)
			return t;
	return NULL;
}

static bool has(const struct side *s, const struct ike_transform *want)
{
	for (const struct ike_transform *t = next_of(s, s->at, want->type); t != NULL; t = next_of(s, t + 1, want->type))
		if (t->id == want->id && t->key_bits == want->key_bits)
			return true;
	return false;
}

/* Whether the side would do without a transform of 'type' (3 or 4): it lists NONE or nothing at all. */
static bool allows_none(const struct side *s, uint8_t type)
{
	bool listed = false;

	for (const struct ike_transform *t = s->at; t < s->end; t++) {
		if (t->type == type && t->usable && t->id == NONE)
			return true;
		listed |= t->type == type;
	}
	return !listed;
}

/* Our first transform of 'type', not ENCR, with an id of at least 'min_id' that they list too.  It has no Key Length: RFC7296-3.3.5. */
static bool pick(const struct side *ours, const struct side *theirs, uint8_t type, uint16_t min_id, uint16_t *out)
{
	for (const struct ike_transform *t = next_of(ours, ours->at, type); t != NULL; t = next_of(ours, t + 1, type)) {
		if (t->id < min_id || t->key_bits != 0 || !has(theirs, t))
			continue;
		*out = t->id;
		return true;
	}
	return false;
}

static bool pick_integ(const struct side *ours, const struct side *theirs, bool aead, uint16_t *out)
{
	*out = CRYPTO_INTEG_NONE;
	if (aead)
		return allows_none(ours, IKE_TRANSFORM_INTEG) && allows_none(theirs, IKE_TRANSFORM_INTEG);
	return pick(ours, theirs, IKE_TRANSFORM_INTEG, NONE + 1, out);
}

static bool pick_cipher(const struct side *ours, const struct side *theirs, struct ike_choice *c)
{
	const struct ike_transform *t;

	for (t = next_of(ours, ours->at, IKE_TRANSFORM_ENCR); t != NULL; t = next_of(ours, t + 1, IKE_TRANSFORM_ENCR)) {
		if (!has(theirs, t) || !pick_integ(ours, theirs, ike_proposal_is_aead(t->id), &c->integ))
			continue;
		c->encr = t->id;
		c->key_bits = t->key_bits;
		return true;
	}
	return false;
}

static bool pick_group(const struct side *ours, const struct side *theirs, struct ike_choice *c)
{
	if (pick(ours, theirs, IKE_TRANSFORM_GROUP, NONE + 1, &c->group))
		return true;
	return c->protocol == IKE_PROTO_ESP && allows_none(ours, IKE_TRANSFORM_GROUP) && allows_none(theirs, IKE_TRANSFORM_GROUP);
}

static bool chosen_before(const struct ike_choice *c, unsigned n, uint16_t id)
{
	for (unsigned i = 0; i < n; i++)
		if (c->extra[i] == id)
			return true;
	return c->group == id;
}

/* The key exchange beside the first of type ADDKE1 + 'n', RFC9370-2.2.2: our first one that isn't taken, or NONE if both allow it. */
static bool pick_extra(const struct side *ours, const struct side *theirs, unsigned n, unsigned flags, struct ike_choice *c)
{
	uint8_t type = (uint8_t)(IKE_TRANSFORM_ADDKE1 + n);
	const struct ike_transform *t = (flags & IKE_SELECT_NO_EXTRA) != 0 ? NULL : next_of(ours, ours->at, type);

	c->listed |= (uint8_t)(next_of(theirs, theirs->at, type) != NULL ? 1U << n : 0);
	for (; t != NULL; t = next_of(ours, t + 1, type)) {
		if (t->id == NONE ? !allows_none(theirs, type) : t->key_bits != 0 || chosen_before(c, n, t->id) || !has(theirs, t))
			continue;
		c->extra[n] = t->id;
		return true;
	}
	return allows_none(ours, type) && allows_none(theirs, type);
}

static bool pick_extras(const struct side *ours, const struct side *theirs, unsigned flags, struct ike_choice *c)
{
	for (unsigned n = 0; n < IKE_PROPOSAL_EXTRAS; n++)
		if (!pick_extra(ours, theirs, n, flags, c))
			return false;
	return true;
}

/* RFC7296-3.3.3: the transform types that a proposal for 'protocol' may have. */
static bool type_fits(uint8_t protocol, uint8_t type)
{
	switch (type) {
	case IKE_TRANSFORM_ENCR:
	case IKE_TRANSFORM_INTEG:
	case IKE_TRANSFORM_GROUP:
		return true;
	case IKE_TRANSFORM_PRF:
		return protocol == IKE_PROTO_IKE;
	case IKE_TRANSFORM_ESN:
		return protocol == IKE_PROTO_ESP;
	default:
		return type >= IKE_TRANSFORM_ADDKE1 && type <= IKE_TRANSFORM_ADDKE7;
	}
}

static bool types_fit(const struct side *s, uint8_t protocol)
{
	for (const struct ike_transform *t = s->at; t < s->end; t++)
		if (!type_fits(protocol, t->type))
			return false;
	return true;
}

static bool match_types(const struct side *ours, const struct side *theirs, unsigned flags, struct ike_choice *c)
{
	if (!types_fit(theirs, c->protocol) || !pick_cipher(ours, theirs, c))
		return false;
	if ((flags & IKE_SELECT_NO_GROUP) == 0 && !(pick_group(ours, theirs, c) && pick_extras(ours, theirs, flags, c)))
		return false;
	if (c->protocol == IKE_PROTO_IKE)
		return pick(ours, theirs, IKE_TRANSFORM_PRF, NONE + 1, &c->prf);
	return pick(ours, theirs, IKE_TRANSFORM_ESN, CRYPTO_ESN_NO, &c->esn);
}

static bool match(const struct side *ours, const struct side *theirs, unsigned flags, struct ike_choice *out)
{
	const struct ike_proposal *p = theirs->p;
	struct ike_choice c = { .spi = p->spi, .spi_len = p->spi_len, .number = p->number, .protocol = p->protocol };

	if (ours->p->protocol != p->protocol || (p->protocol != IKE_PROTO_IKE && p->protocol != IKE_PROTO_ESP))
		return false;
	if (!match_types(ours, theirs, flags, &c))
		return false;
	*out = c;
	return true;
}

enum err ike_select_pick(const struct ike_proposals *ours, const struct ike_proposals *theirs, unsigned flags, struct ike_choice *out)
{
	for (unsigned i = 0; i < ours->count; i++) {
		struct side us = side_of(ours, i);

		for (unsigned j = 0; j < theirs->count; j++) {
			struct side them = side_of(theirs, j);

			if (match(&us, &them, flags, out))
				return ERR_OK;
		}
	}
	return ERR_NO_PROPOSAL;
}

/* Whether each type stands there at most once, each usable: the shape of an answer. */
static bool is_single(const struct side *s)
{
	unsigned seen = 0;

	for (const struct ike_transform *t = s->at; t < s->end; t++) {
		unsigned bit = t->type < IKE_TRANSFORM_END ? 1U << t->type : 0;

		if (!t->usable || bit == 0 || (seen & bit) != 0)
			return false;
		seen |= bit;
	}
	return true;
}

enum err ike_select_check(const struct ike_proposals *offered, const struct ike_proposals *answer, unsigned flags, struct ike_choice *out)
{
	struct side them;

	if (answer->count != 1)
		return ERR_NO_PROPOSAL;
	them = side_of(answer, 0);
	if (!is_single(&them))
		return ERR_NO_PROPOSAL;
	for (unsigned i = 0; i < offered->count; i++) {
		struct side us = side_of(offered, i);

		if (us.p->number == them.p->number && match(&us, &them, flags, out))
			return ERR_OK;
	}
	return ERR_NO_PROPOSAL;
}

enum err ike_select_answer(const struct ike_choice *choice, uint64_t spi, struct ike_proposals *out)
{
	enum err err;

	ike_proposal_init(out);
	err = ike_proposal_begin(out, choice->protocol, choice->spi_len, spi);
	out->item[0].number = choice->number;
	if (err == ERR_OK)
		err = ike_proposal_add(out, IKE_TRANSFORM_ENCR, choice->encr, choice->key_bits);
	if (err == ERR_OK && choice->protocol == IKE_PROTO_IKE)
		err = ike_proposal_add(out, IKE_TRANSFORM_PRF, choice->prf, 0);
	if (err == ERR_OK && choice->integ != CRYPTO_INTEG_NONE)
		err = ike_proposal_add(out, IKE_TRANSFORM_INTEG, choice->integ, 0);
	if (err == ERR_OK && choice->group != CRYPTO_GROUP_NONE)
		err = ike_proposal_add(out, IKE_TRANSFORM_GROUP, choice->group, 0);
	if (err == ERR_OK && choice->protocol == IKE_PROTO_ESP)
		err = ike_proposal_add(out, IKE_TRANSFORM_ESN, choice->esn, 0);
	for (unsigned n = 0; n < IKE_PROPOSAL_EXTRAS && err == ERR_OK; n++)
		if ((choice->listed & 1U << n) != 0)
			err = ike_proposal_add(out, (uint8_t)(IKE_TRANSFORM_ADDKE1 + n), choice->extra[n], 0);
	return err;
}
