/*
 * MOBIKE, RFC 4555: who began the first of a line of IKE SAs decides on the addresses.  It tells the other, whose SAs move once the new address has
 * shown that the peer is there (return routability, RFC4555-3.7): until then nothing but IKE goes there.
 */
#include "ike/exchange/mobike.h"

#include "ike/ability.h"
#include "ike/core.h"
#include "ike/exchange/addresses.h"
#include "ike/live.h"
#include "ike/move.h"
#include "ike/natd.h"

enum { COOKIE2_LEN = sizeof(uint64_t) };

static struct bytes cookie2_of(const struct ike_sa *sa)
{
	return bytes_of(&sa->cookie2, COOKIE2_LEN);
}

bool ike_mobike_usable(const struct ike_sa *sa)
{
	return ike_ability_agreed(sa, IKE_CAN_MOBIKE) && sa->came_up && sa->known;
}

static void add_notify(struct ike_build *b, uint16_t type, struct bytes data)
{
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), type, data);
}

static void add_natd(struct ike_sa *sa, struct ike_build *b, const struct ike_path *path)
{
	struct ike_hdr spis = { .spi_i = sa->spi_i, .spi_r = sa->spi_r };
	enum err err = ike_natd_build(sa->engine->cfg.crypto, b, &spis, path, false);

	if (err != ERR_OK)
		wr_fail(&b->w, err);
}

/* What NAT detection in 'msg' says about 'path'; keepalives follow. */
static enum err detect(struct ike_sa *sa, const struct ike_msg *msg, const struct ike_path *path)
{
	struct ike_natd natd;
	enum err err = ike_natd_check(sa->engine->cfg.crypto, msg, path, &natd);

	if (err != ERR_OK || !natd.supported)
		return err;
	sa->nat_local = natd.local;
	sa->nat_remote = natd.remote;
	ike_live_keepalive(sa);
	return ERR_OK;
}

/* ---- as responder ---- */

/* RFC4555-3.9: addresses and ports as the peer sent them are those that arrived. */
static bool untouched(const struct bytes *data, const struct ike_path *path)
{
	struct bytes source = addr_bytes(&path->remote.addr), destination = addr_bytes(&path->local.addr);
	struct rd r = rd_of(*data);
	bool same = bytes_eq(rd_bytes(&r, source.len), source);

	same = bytes_eq(rd_bytes(&r, destination.len), destination) && same;
	same = rd_u16(&r) == path->remote.port && same;
	same = rd_u16(&r) == path->local.port && same;
	return rd_done(&r) == ERR_OK && same;
}

/* Why the peer can't go where it asks from; 0: it can. */
static uint16_t obstacle(const struct ike_step *s)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_notify n;

	if (ike_msg_notify(s->msg, IKE_N_NO_NATS_ALLOWED, &n) && !untouched(&n.data, s->path))
		return IKE_N_UNEXPECTED_NAT_DETECTED;
	if (ports->may_move != NULL && !ports->may_move(ports->ctx, s->sa->handle, s->path))
		return IKE_N_UNACCEPTABLE_ADDRESSES;
	return 0;
}

static void update(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;

	if (detect(sa, s->msg, s->path) != ERR_OK)
		return;
	ike_move_stop(sa);
	sa->path = *s->path;
	sa->frag_mtu = 0;
	sa->todo |= 1u << IKE_TX_CHECK;
	ike_window_again(sa);
	ike_core_log_sa(sa, LOG_L_INFO, "mobike.update", "checking");
}

/* Its addresses are others and the one in use isn't among them: we go where it speaks from (RFC4555-3.6). */
static void take_addresses(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;

	if (ike_addresses_take(sa, s->msg, &s->path->remote.addr) && sa->original && !ike_paths_has(sa, &sa->path.remote.addr))
		(void)ike_mobike_move(sa, s->path);
}

void ike_mobike_answer(const struct ike_step *s, struct ike_build *b)
{
	bool updates = ike_msg_notify(s->msg, IKE_N_UPDATE_SA_ADDRESSES, NULL) && !s->sa->original;
	struct ike_notify n;
	uint16_t why;

	if (!ike_mobike_usable(s->sa))
		return;
	if (ike_msg_notify(s->msg, IKE_N_COOKIE2, &n))
		add_notify(b, IKE_N_COOKIE2, n.data);
	why = updates ? obstacle(s) : 0;
	if (why != 0) {
		ike_core_count(s->e, IKE_STAT_MOVE_REFUSED);
		ike_core_log_sa(s->sa, LOG_L_WARN, "mobike.refused", "notify=%s", ike_iana_notify_str(why));
		add_notify(b, why, bytes_of(NULL, 0));
		return;
	}
	if (ike_msg_notify(s->msg, IKE_N_NAT_DETECTION_SOURCE_IP, NULL))
		add_natd(s->sa, b, s->path);
	if (updates)
		update(s);
	take_addresses(s);
}

void ike_mobike_build_check(struct ike_sa *sa, struct ike_build *b)
{
	enum err err = crypto_rand_fill(sa->engine->cfg.rand, &sa->cookie2, sizeof(sa->cookie2));

	if (err != ERR_OK)
		wr_fail(&b->w, err);
	add_notify(b, IKE_N_COOKIE2, cookie2_of(sa));
}

void ike_mobike_take_check(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_notify n;

	if (!ike_msg_notify(s->msg, IKE_N_COOKIE2, &n) || !bytes_eq(n.data, cookie2_of(sa))) { /* RFC4555-3.7 */
		ike_core_log_sa(sa, LOG_L_WARN, "mobike.check", "another cookie came back");
		ike_core_blame(sa, IKE_DOWN_PROTOCOL);
		ike_fsm_post(sa, IKE_E_DELETE);
	} else if ((sa->todo & 1u << IKE_TX_CHECK) == 0) { /* else it moved on meanwhile */
		ike_move_to(sa, &sa->path, "mobike");
	}
}

/* ---- as initiator ---- */

bool ike_mobike_move(struct ike_sa *sa, const struct ike_path *path)
{
	if (!ike_mobike_usable(sa) || !sa->original)
		return false;
	sa->path = *path;
	sa->frag_mtu = 0;
	sa->todo |= 1u << IKE_TX_UPDATE;
	ike_core_log_sa(sa, LOG_L_INFO, "mobike.move", "telling the peer");
	ike_window_again(sa);
	ike_fsm_post(sa, IKE_E_SEND);
	return true;
}

/* A world that has none to tell says nothing. */
static void build_addresses(struct ike_sa *sa, struct ike_build *b)
{
	ike_addresses_build(sa, b, sa->engine->cfg.ports->addresses != NULL);
	sa->todo &= (uint16_t) ~(1u << IKE_TX_ADDRESSES);
}

void ike_mobike_build_update(struct ike_sa *sa, struct ike_build *b)
{
	add_notify(b, IKE_N_UPDATE_SA_ADDRESSES, bytes_of(NULL, 0));
	add_natd(sa, b, &sa->path);
	build_addresses(sa, b);
}

void ike_mobike_take_update(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_notify n = { 0 };

	if ((sa->todo & 1u << IKE_TX_UPDATE) != 0) /* it is old news already */
		return;
	if (ike_msg_error(s->msg, &n) || detect(sa, s->msg, s->path) != ERR_OK) {
		ike_core_count(s->e, IKE_STAT_MOVE_REFUSED);
		ike_core_log_sa(sa, LOG_L_WARN, "mobike.rejected", "notify=%s", ike_iana_notify_str(n.type));
		ike_fsm_post(sa, IKE_E_DELETE); /* it is made anew from where we are */
		return;
	}
	ike_paths_found(sa);
	ike_move_to(sa, &sa->path, "mobike");
}
