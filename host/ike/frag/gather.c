/*
 * The peer's messages from their fragments, RFC7383-2.6.  Only what is authentic is kept: a request's and a response's fragments for each SA, of at
 * most IKE_GATHER_MAX bytes, for a while; and of all SAs together no more than the configuration says, half of that for SAs that aren't
 * authenticated yet.  Called by input.c.
 */
#include "ike/frag/gather.h"

#include <stdlib.h>

#include "ike/ability.h"
#include "ike/core.h"
#include "ike/keying/seal.h"

enum { IKE_GATHER_MAX = 49152 }; /* content of one message */
enum { GATHER_MS = 30000 };      /* how long fragments wait for the others */

struct ike_gather {
	struct wheel_timer timer;
	struct ike_sa *sa;
	uint32_t id; /* of the message */
	uint16_t total, have;
	uint8_t first; /* type of the first payload, once fragment 1 is there */
	size_t len;
	struct ike_blob piece[]; /* by number, from 1 */
};

static struct ike_gather **place_of(struct ike_sa *sa, bool response)
{
	return response ? &sa->gather_response : &sa->gather_request;
}

static void drop(struct ike_gather **at)
{
	struct ike_gather *g = *at;

	if (g == NULL)
		return;
	wheel_disarm(&g->sa->engine->wheel, &g->timer);
	g->sa->engine->gathered -= g->len;
	for (unsigned i = 0; i < g->total; i++)
		ike_blob_drop(&g->piece[i]);
	free(g);
	*at = NULL;
}

void ike_gather_drop(struct ike_sa *sa)
{
	drop(&sa->gather_request);
	drop(&sa->gather_response);
}

static void expired(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_gather *g = list_of(t, struct ike_gather, timer);

	(void)now_ms;
	drop(g->sa->gather_request == g ? &g->sa->gather_request : &g->sa->gather_response);
}

static enum err fragment_of(const struct ike_msg *msg, struct ike_frag *out)
{
	struct rd r = rd_of(ike_msg_sk(msg)->body);

	return ike_frag_parse(&r, out);
}

bool ike_gather_wants(const struct ike_sa *sa, const struct ike_msg *msg, bool repeat)
{
	const struct ike_gather *g = ike_hdr_is_response(&msg->hdr) ? sa->gather_response : sa->gather_request;
	struct ike_frag f;

	if (ike_msg_sk(msg)->type != IKE_P_SKF)
		return true;
	if (!ike_ability_agreed(sa, IKE_CAN_FRAGMENTATION) || fragment_of(msg, &f) != ERR_OK || f.total > IKE_FRAGS_MAX)
		return false;
	if (repeat)
		return f.number == 1;
	if (g == NULL || g->id != msg->hdr.message_id || f.total > g->total)
		return true;
	return f.total == g->total && g->piece[f.number - 1].len == 0;
}

/* The place for fragments of 'total' of this message; what was there of another, or of a coarser cut (RFC7383-2.6), goes. */
static struct ike_gather *begin(struct ike_sa *sa, const struct ike_hdr *hdr, uint16_t total)
{
	struct ike_gather **at = place_of(sa, ike_hdr_is_response(hdr));
	struct ike_gather *g = *at;

	if (g != NULL && g->id == hdr->message_id && g->total == total)
		return g;
	drop(at);
	g = (struct ike_gather *)calloc(1, sizeof(*g) + total * sizeof(g->piece[0]));
	if (g == NULL)
		return NULL;
	g->sa = sa;
	g->id = hdr->message_id;
	g->total = total;
	g->timer.expired = expired;
	wheel_arm(&sa->engine->wheel, &g->timer, sa->engine->now_ms + GATHER_MS);
	*at = g;
	return g;
}

static bool room_for(const struct ike_gather *g, size_t len)
{
	const struct ike_engine *e = g->sa->engine;
	size_t limit = g->sa->half_open ? e->cfg.frag_bytes / 2 : e->cfg.frag_bytes;

	return g->len + len <= IKE_GATHER_MAX && e->gathered + len <= limit;
}

static bool keep(struct ike_engine *e, struct ike_gather *g, const struct ike_frag *f, struct bytes plain)
{
	if (!room_for(g, plain.len) || ike_blob_set(&g->piece[f->number - 1], plain) != ERR_OK) {
		ike_core_count(e, IKE_STAT_FRAGMENT_FULL);
		return false;
	}
	if (f->number == 1)
		g->first = e->msg.inner_first;
	g->len += plain.len;
	e->gathered += plain.len;
	g->have++;
	return true;
}

/* All fragments as one message, as if it had come so and had been decrypted, in e->rx. */
static enum err join(struct ike_engine *e, const struct ike_gather *g, struct bytes *plain)
{
	struct ike_sk_shape shape = ike_suite_shape(&g->sa->suite);
	struct ike_hdr hdr = e->msg.hdr;
	struct ike_sk_room room;
	struct ike_build b;
	struct bytes whole;
	struct wr *w;
	enum err err;

	ike_build_begin(&b, e->rx, sizeof(e->rx), &hdr);
	w = ike_build_sk_raw(&b, &shape, g->first);
	for (unsigned i = 0; i < g->total; i++)
		wr_bytes(w, ike_blob_view(&g->piece[i]));
	err = ike_build_sk_end(&b, &room);
	if (err == ERR_OK)
		err = ike_build_finish(&b, &whole);
	return err == ERR_OK ? ike_seal_plain(g->sa, whole, &e->msg, plain) : err;
}

bool ike_gather_take(struct ike_engine *e, struct ike_sa *sa, struct bytes *plain)
{
	struct ike_gather **at = place_of(sa, ike_hdr_is_response(&e->msg.hdr));
	struct ike_gather *g;
	struct ike_frag f;
	enum err err;

	if (ike_msg_sk(&e->msg)->type != IKE_P_SKF) {
		drop(at);
		return true;
	}
	ike_core_count(e, IKE_STAT_FRAGMENT);
	if (plain->len == 0 || fragment_of(&e->msg, &f) != ERR_OK)
		return false;
	g = begin(sa, &e->msg.hdr, f.total);
	if (g == NULL || !keep(e, g, &f, *plain) || g->have < g->total)
		return false;
	err = join(e, g, plain);
	drop(at);
	return err == ERR_OK;
}
