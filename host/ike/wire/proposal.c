/*
 * Security Association payload, RFC7296-3.3: proposals, their transforms and attributes, in the order of the wire.
 * Called by the exchanges on the loop thread; choosing among proposals is select.c's.
 */
#include "ike/wire/proposal.h"

enum { LAST = 0, MORE_PROPOSALS = 2, MORE_TRANSFORMS = 3 }; /* RFC7296-3.3.1, -3.3.2 */
enum { SUB_HEADER_LEN = 4, ATTR_TV = 0x8000 };              /* RFC7296-3.3.5 */

bool ike_proposal_is_aead(uint16_t id)
{
	switch (id) {
#define AEAD(name, number, aead, text) \
	case number:                   \
		return aead;
		CRYPTO_ENCR_LIST(AEAD)
#undef AEAD
	default:
		return false;
	}
}

/* Opens the next substructure: 'more' marks that another follows.  Returns a cursor over what is behind its length. */
static struct rd open_sub(struct rd *r, uint8_t more)
{
	uint8_t mark = rd_u8(r);
	struct rd sub;
	uint16_t len;

	(void)rd_u8(r); /* RESERVED: ignored on receipt */
	len = rd_u16(r);
	if (r->err == ERR_OK && len < SUB_HEADER_LEN)
		rd_fail(r, ERR_MALFORMED);
	sub = rd_sub(r, (size_t)len - SUB_HEADER_LEN);
	if (r->err == ERR_OK && mark != (rd_left(r) == 0 ? LAST : more)) {
		rd_fail(r, ERR_MALFORMED);
		rd_fail(&sub, ERR_MALFORMED);
	}
	return sub;
}

/* Any attribute but one Key Length makes the transform unusable, not the message malformed: RFC7296-3.3.6. */
static void read_attrs(struct rd *r, struct ike_transform *t)
{
	t->usable = true;
	t->key_bits = 0;
	while (rd_left(r) > 0) {
		uint16_t type = rd_u16(r);
		uint16_t value = rd_u16(r); /* of a short attribute; the length of a long one */

		if (type == (ATTR_TV | IKE_ATTR_KEY_LENGTH) && t->key_bits == 0 && value != 0) {
			t->key_bits = value;
			continue;
		}
		t->usable = false;
		if ((type & ATTR_TV) == 0)
			(void)rd_bytes(r, value);
	}
}

static enum err read_transform(struct rd *r, struct ike_transform *out)
{
	struct rd sub = open_sub(r, MORE_TRANSFORMS);

	out->type = rd_u8(&sub);
	(void)rd_u8(&sub); /* RESERVED */
	out->id = rd_u16(&sub);
	read_attrs(&sub, out);
	return rd_done(&sub);
}

static void read_spi(struct rd *r, struct ike_proposal *p)
{
	p->spi = 0;
	switch (p->protocol) {
	case IKE_PROTO_IKE:
		if (p->spi_len == sizeof(uint64_t))
			p->spi = rd_u64(r);
		else if (p->spi_len != 0)
			rd_fail(r, ERR_MALFORMED);
		break;
	case IKE_PROTO_AH:
	case IKE_PROTO_ESP:
		if (p->spi_len != sizeof(uint32_t))
			rd_fail(r, ERR_MALFORMED);
		p->spi = rd_u32(r);
		break;
	default:
		(void)rd_bytes(r, p->spi_len);
		break;
	}
}

static enum err read_proposal(struct rd *r, struct ike_proposals *list)
{
	struct rd sub = open_sub(r, MORE_PROPOSALS);
	struct ike_proposal *p = &list->item[list->count];

	p->number = rd_u8(&sub);
	p->protocol = rd_u8(&sub);
	p->spi_len = rd_u8(&sub);
	p->count = rd_u8(&sub);
	p->first = list->transform_count;
	read_spi(&sub, p);
	for (unsigned i = 0; i < p->count && sub.err == ERR_OK; i++) {
		if (list->transform_count == IKE_PROPOSAL_TRANSFORM_MAX)
			return ERR_LIMIT;
		rd_fail(&sub, read_transform(&sub, &list->transform[list->transform_count]));
		list->transform_count++;
	}
	return rd_done(&sub);
}

enum err ike_proposal_parse(struct rd *r, struct ike_proposals *out)
{
	uint8_t number = 0;

	ike_proposal_init(out);
	do {
		if (out->count == IKE_PROPOSAL_MAX)
			return ERR_LIMIT;
		rd_fail(r, read_proposal(r, out));
		/* RFC7296-3.3.1: an offer counts up from 1; an answer repeats one number. */
		if (out->item[out->count].number <= number)
			rd_fail(r, ERR_MALFORMED);
		number = out->item[out->count].number;
		out->count++;
	} while (rd_left(r) > 0);
	return rd_done(r);
}

static void write_transform(struct wr *w, const struct ike_transform *t, bool last)
{
	size_t mark;

	wr_u8(w, last ? LAST : MORE_TRANSFORMS);
	wr_u8(w, 0); /* RESERVED */
	mark = wr_mark_u16(w);
	wr_u8(w, t->type);
	wr_u8(w, 0); /* RESERVED */
	wr_u16(w, t->id);
	if (t->key_bits != 0) {
		wr_u16(w, ATTR_TV | IKE_ATTR_KEY_LENGTH);
		wr_u16(w, t->key_bits);
	}
	wr_close_u16(w, mark, SUB_HEADER_LEN);
}

static void write_proposal(struct wr *w, const struct ike_proposals *list, const struct ike_proposal *p, bool last)
{
	size_t mark;

	wr_u8(w, last ? LAST : MORE_PROPOSALS);
	wr_u8(w, 0); /* RESERVED */
	mark = wr_mark_u16(w);
	wr_u8(w, p->number);
	wr_u8(w, p->protocol);
	wr_u8(w, p->spi_len);
	wr_u8(w, p->count);
	if (p->spi_len == sizeof(uint32_t))
		wr_u32(w, (uint32_t)p->spi);
	else if (p->spi_len == sizeof(uint64_t))
		wr_u64(w, p->spi);
	for (unsigned i = 0; i < p->count; i++)
		write_transform(w, &list->transform[p->first + i], i + 1 == p->count);
	wr_close_u16(w, mark, SUB_HEADER_LEN);
}

void ike_proposal_build(struct wr *w, const struct ike_proposals *list)
{
	for (unsigned i = 0; i < list->count; i++)
		write_proposal(w, list, &list->item[i], i + 1 == list->count);
}

void ike_proposal_init(struct ike_proposals *list)
{
	list->count = 0;
	list->transform_count = 0;
}

enum err ike_proposal_begin(struct ike_proposals *list, uint8_t protocol, uint8_t spi_len, uint64_t spi)
{
	struct ike_proposal *p = &list->item[list->count];

	if (list->count == IKE_PROPOSAL_MAX)
		return ERR_LIMIT;
	p->number = (uint8_t)(list->count == 0 ? 1 : p[-1].number + 1);
	p->protocol = protocol;
	p->spi_len = spi_len;
	p->spi = spi;
	p->first = list->transform_count;
	p->count = 0;
	list->count++;
	return ERR_OK;
}

enum err ike_proposal_add(struct ike_proposals *list, uint8_t type, uint16_t id, uint16_t key_bits)
{
	struct ike_proposal *p = &list->item[list->count - 1];
	struct ike_transform *t = &list->transform[list->transform_count];

	if (list->transform_count == IKE_PROPOSAL_TRANSFORM_MAX || p->count == UINT8_MAX)
		return ERR_LIMIT;
	t->type = type;
	t->id = id;
	t->key_bits = key_bits;
	t->usable = true;
	list->transform_count++;
	p->count++;
	return ERR_OK;
}
