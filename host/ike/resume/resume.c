/* A resumption under way, for either role; and what a client keeps for one.  Engine's thread. */
#include "ike/resume/resume.h"

#include <stdlib.h>

#include "ike/sa.h"

enum err ike_resume_new(struct secret *text, struct ike_resume **out)
{
	struct ike_resume *r = (struct ike_resume *)calloc(1, sizeof(*r));
	struct rd rd = rd_of(secret_view(text));
	enum err err = r == NULL ? ERR_NOMEM : ike_past_parse(&rd, &r->past);

	if (err != ERR_OK) {
		free(r);
		return err;
	}
	secret_take(&r->text, text);
	*out = r;
	return ERR_OK;
}

void ike_resume_free(struct ike_resume *r)
{
	if (r == NULL)
		return;
	secret_fini(&r->text);
	ike_blob_drop(&r->ticket);
	free(r);
}

const struct ike_resume *ike_resume_of(const struct ike_sa *sa)
{
	const struct ike_resume *r = sa->setup == NULL ? NULL : sa->setup->resume;

	return r != NULL && r->keyed ? r : NULL;
}

static bool has(const struct ike_offer *offer, const struct crypto_alg *alg)
{
	for (unsigned i = 0; i < offer->alg_count; i++)
		if (offer->alg[i] == alg)
			return true;
	return alg == NULL;
}

bool ike_resume_offered(const struct ike_offers *offers, const struct ike_suite *suite)
{
	for (unsigned i = 0; i < offers->count; i++) {
		const struct ike_offer *o = &offers->offer[i];

		if (has(o, suite->encr) && has(o, suite->integ) && has(o, suite->prf) && has(o, suite->group))
			return true;
	}
	return false;
}

enum err ike_resume_pack(const struct ike_past *past, struct bytes ticket, struct secret *out)
{
	struct secret buf = { 0 };
	struct wr w;
	size_t mark;
	enum err err = secret_new(&buf, SECRET_MAX);

	if (err != ERR_OK)
		return err;
	w = wr_of(buf.data, buf.len);
	mark = wr_mark_u16(&w);
	ike_past_build(&w, past);
	wr_close_u16(&w, mark, 0);
	wr_bytes(&w, ticket);
	err = wr_done(&w);
	if (err == ERR_OK)
		err = secret_set(out, wr_view(&w));
	secret_fini(&buf);
	return err;
}

enum err ike_resume_unpack(struct bytes pass, struct ike_resume **out)
{
	struct rd r = rd_of(pass);
	uint16_t len = rd_u16(&r);
	struct secret text = { 0 };
	struct ike_resume *made = NULL;
	enum err err = secret_set(&text, rd_bytes(&r, len));

	if (err == ERR_OK && (r.err != ERR_OK || rd_left(&r) == 0))
		err = ERR_MALFORMED;
	if (err == ERR_OK)
		err = ike_resume_new(&text, &made);
	if (err == ERR_OK)
		err = ike_blob_set(&made->ticket, rd_rest(&r));
	secret_fini(&text);
	if (err != ERR_OK) {
		ike_resume_free(made);
		return err;
	}
	*out = made;
	return ERR_OK;
}
