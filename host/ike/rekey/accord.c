/* The terms of a new IKE SA in the place of another, read, chosen, told and put into effect.  Engine's thread. */
#include "ike/rekey/accord.h"

#include <string.h>

#include "ike/core.h"
#include "ike/exchange/act_ticket.h"
#include "ike/keying/seal.h"
#include "ike/wire/nonce.h"

enum { IKE_SPI_LEN = 8 };

bool ike_accord_is_series(const struct ike_accord *a)
{
	return ike_series_chosen(&a->choice);
}

/* ---- initiator ---- */

enum err ike_accord_offer(const struct ike_attempt *a, struct ike_proposals *out)
{
	enum err err = ike_suite_offer_ike(&a->offers, out);

	for (unsigned i = 0; err == ERR_OK && i < out->count; i++) {
		out->item[i].spi_len = IKE_SPI_LEN;
		out->item[i].spi = a->spi;
	}
	return err;
}

/* KE and nonce of the peer's message. */
static enum err read_share(const struct ike_msg *msg, struct ike_ke *ke, struct bytes *nonce)
{
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_KE)->body);
	struct rd n = rd_of(ike_msg_find(msg, IKE_P_NONCE)->body);
	enum err err = ike_ke_parse(&r, ke);

	return err == ERR_OK ? ike_nonce_parse(&n, nonce) : err;
}

enum err ike_accord_read(const struct ike_sa *sa, const struct ike_msg *msg, struct ike_accord *out)
{
	const struct ike_attempt *a = sa->attempt;
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_SA)->body);
	struct ike_proposals list, answer;
	enum err err = ike_proposal_parse(&r, &answer);

	memset(out, 0, sizeof(*out));
	out->role = IKE_INITIATOR;
	if (err == ERR_OK)
		err = ike_accord_offer(a, &list);
	if (err == ERR_OK)
		err = ike_select_check(&list, &answer, 0, &out->choice);
	if (err == ERR_OK)
		err = ike_suite_of(&out->choice, &out->suite);
	if (err == ERR_OK)
		err = read_share(msg, &out->ke, &out->seed.nr);
	if (err == ERR_OK && (out->choice.spi == 0 || out->ke.group != a->kex.group->id || out->suite.group != a->kex.group))
		err = ERR_MALFORMED;
	out->seed.ni = bytes_of(a->nonce, sizeof(a->nonce));
	out->seed.spi_i = a->spi;
	out->seed.spi_r = out->choice.spi;
	return err;
}

/* ---- responder ---- */

static enum err pick(const struct ike_offers *offers, const struct ike_proposals *theirs, struct ike_accord *out)
{
	struct ike_proposals ours;
	enum err err = ike_suite_offer_ike(offers, &ours);

	if (err == ERR_OK)
		err = ike_select_pick(&ours, theirs, 0, &out->choice);
	if (err == ERR_OK)
		err = ike_suite_of(&out->choice, &out->suite);
	out->seed.spi_i = out->choice.spi;
	return err == ERR_OK && out->choice.spi != 0 ? ERR_OK : ERR_NO_PROPOSAL;
}

enum err ike_accord_choose(const struct ike_sa *sa, const struct ike_msg *msg, struct ike_accord *out)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_SA)->body);
	struct ike_proposals theirs;
	struct ike_offers offers;

	memset(out, 0, sizeof(*out));
	memset(&offers, 0, sizeof(offers));
	out->role = IKE_RESPONDER;
	if (read_share(msg, &out->ke, &out->seed.ni) != ERR_OK || ike_proposal_parse(&r, &theirs) != ERR_OK)
		return ERR_MALFORMED;
	if (ports->policy(ports->ctx, &sa->path, &offers) != ERR_OK)
		return ERR_NO_PROPOSAL;
	return pick(&offers, &theirs, out);
}

bool ike_accord_wants_series(const struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_accord a;

	return ike_accord_choose(sa, msg, &a) == ERR_OK && ike_accord_is_series(&a);
}

enum err ike_accord_join(struct ike_engine *e, uint8_t nonce[IKE_ATTEMPT_NONCE], struct ike_accord *a)
{
	enum err err = crypto_rand_fill(e->cfg.rand, nonce, IKE_ATTEMPT_NONCE);

	a->seed.nr = bytes_of(nonce, IKE_ATTEMPT_NONCE);
	return err == ERR_OK ? ike_sa_draw_spi(e, &a->seed.spi_r) : err;
}

enum err ike_accord_respond(const struct ike_step *s, const struct ike_accord *a, struct bytes pub, struct bytes link)
{
	struct ike_proposals answer;
	struct ike_build b;
	struct bytes datagram;
	enum err err = ike_select_answer(&a->choice, a->seed.spi_r, &answer);

	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &answer);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), a->seed.nr);
	ike_series_build(&b, a->suite.group->id, pub, link);
	ike_act_ticket_later(s, &b);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

/* ---- both ---- */

enum err ike_accord_make(const struct ike_sa *sa, const struct ike_accord *a, const struct secret *shared, const struct ike_series *series,
	struct ike_sa **twin)
{
	struct ike_fresh fresh = { .role = a->role, .spi_i = a->seed.spi_i, .spi_r = a->seed.spi_r, .suite = a->suite };
	struct ike_keys_old old = { &sa->suite, &sa->keys };
	struct ike_keys_seed seed = a->seed;
	struct bytes part[IKE_PROPOSAL_EXTRAS];
	enum err err;

	if (ike_accord_is_series(a) != (series != NULL))
		return ERR_MALFORMED;
	if (series != NULL)
		ike_series_seed(series, part, &seed);
	else
		seed.shared = secret_view(shared);
	ike_series_shown(series, fresh.extra);
	err = ike_keys_rekey(sa->engine->cfg.crypto, &old, &fresh.suite, &seed, &fresh.keys);
	if (err == ERR_OK)
		err = ike_keys_trim(&fresh.suite, &fresh.keys);
	if (err == ERR_OK)
		err = ike_sa_twin(sa, &fresh, twin);
	secret_fini(&fresh.keys);
	return err;
}
