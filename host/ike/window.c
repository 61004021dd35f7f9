/*
 * Retransmission with back-off, and the cache that answers the peer's.  Called by input.c, the exchanges and, through its
 * timer, by the wheel.
 */
#include "ike/window.h"

#include <assert.h>

#include "ike/core.h"
#include "ike/frag/cut.h"
#include "ike/paths.h"

enum { WAIT_MAX_MS = 60000 }; /* back-off goes no further */

enum ike_window_verdict ike_window_judge(const struct ike_window *w, bool response, uint32_t id)
{
	if (response)
		return ike_window_waiting(w) && id == w->tx_id ? IKE_WINDOW_FRESH : IKE_WINDOW_OUTSIDE;
	if (id == w->rx_id)
		return w->busy ? IKE_WINDOW_OUTSIDE : IKE_WINDOW_FRESH;
	if (id + 1 == w->rx_id && w->response.len != 0)
		return IKE_WINDOW_REPEAT;
	return IKE_WINDOW_OUTSIDE;
}

static void send_request(struct ike_sa *sa)
{
	sa->last_tx_ms = sa->engine->now_ms;
	ike_core_send(sa->engine, &sa->path, ike_blob_view(&sa->window.request));
}

static void arm(struct ike_sa *sa)
{
	struct ike_window *w = &sa->window;

	wheel_arm(&sa->engine->wheel, &w->timer, sa->engine->now_ms + w->wait_ms);
}

/* Each size is tried twice before a smaller one, RFC7383-2.5.2. */
static bool size_is_due(uint8_t *vain)
{
	*vain = (uint8_t)((*vain + 1) % 2);
	return *vain == 0;
}

/* What is one path among several is tried as shortly as what a hint asks for. */
static void begin_elsewhere(struct ike_window *w, const struct ike_engine_config *cfg)
{
	w->left = (uint8_t)cfg->probe_tries;
	w->wait_ms = cfg->probe_base_ms;
	w->constant = true;
	w->vain_tx = 0;
}

static void expired(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_sa *sa = list_of(t, struct ike_sa, window.timer);
	struct ike_window *w = &sa->window;

	(void)now_ms;
	if (w->left == 0) {
		if (!ike_paths_try(sa)) {
			ike_core_count(sa->engine, IKE_STAT_TIMEOUT);
			ike_fsm_post(sa, IKE_E_NO_ANSWER);
			return;
		}
		begin_elsewhere(w, &sa->engine->cfg);
	}
	w->left--;
	if (!w->constant)
		w->wait_ms = w->wait_ms < WAIT_MAX_MS / 2 ? w->wait_ms * 2 : WAIT_MAX_MS;
	sa->stats.retransmits++;
	ike_core_count(sa->engine, IKE_STAT_RETRANSMIT);
	if (size_is_due(&w->vain_tx))
		ike_cut_smaller(sa, &sa->path, &w->request);
	send_request(sa);
	arm(sa);
}

enum err ike_window_request(struct ike_sa *sa, struct bytes train, const struct ike_pace *pace)
{
	struct ike_window *w = &sa->window;
	enum err err;

	assert(!ike_window_waiting(w));
	err = ike_blob_set(&w->request, train);
	if (err != ERR_OK)
		return err;
	w->wait_ms = pace->base_ms;
	w->left = (uint8_t)(pace->tries - 1);
	w->constant = pace->constant;
	w->vain_tx = 0;
	w->timer.expired = expired;
	sa->stats.tx++;
	send_request(sa);
	arm(sa);
	return ERR_OK;
}

void ike_window_withdraw(struct ike_sa *sa)
{
	wheel_disarm(&sa->engine->wheel, &sa->window.timer);
	ike_blob_drop(&sa->window.request);
}

void ike_window_answered(struct ike_sa *sa)
{
	ike_window_withdraw(sa);
	sa->window.tx_id++;
}

void ike_window_hurry(struct ike_sa *sa, uint32_t base_ms, uint8_t tries)
{
	struct ike_window *w = &sa->window;

	if (w->left > tries)
		w->left = tries;
	w->constant = true;
	w->wait_ms = base_ms;
	if (w->timer.due_ms > sa->engine->now_ms + base_ms)
		arm(sa);
}

void ike_window_again(struct ike_sa *sa)
{
	if (!ike_window_waiting(&sa->window))
		return;
	sa->stats.retransmits++;
	ike_core_count(sa->engine, IKE_STAT_RETRANSMIT);
	send_request(sa);
}

enum err ike_window_respond(struct ike_sa *sa, struct bytes train)
{
	struct ike_window *w = &sa->window;
	enum err err = ike_blob_set(&w->response, train);

	if (err != ERR_OK)
		return err;
	w->rx_id++;
	w->busy = false;
	w->vain_rx = 0;
	sa->stats.tx++;
	sa->last_tx_ms = sa->engine->now_ms;
	ike_core_send(sa->engine, &sa->reply_path, train);
	return ERR_OK;
}

enum err ike_window_hold(struct ike_sa *sa, struct bytes train)
{
	enum err err = ike_blob_set(&sa->window.held, train);

	if (err == ERR_OK)
		sa->window.busy = true;
	return err;
}

void ike_window_release(struct ike_sa *sa)
{
	struct bytes train = ike_blob_view(&sa->window.held);

	if (train.len == 0)
		return;
	if (ike_window_respond(sa, train) != ERR_OK) {
		ike_core_log_sa(sa, LOG_L_WARN, "ike.unanswered", "cause=%s", err_name(ERR_NOMEM));
		sa->window.busy = false; /* the peer asks again */
	}
	ike_blob_drop(&sa->window.held);
}

void ike_window_repeat(struct ike_sa *sa)
{
	sa->stats.repeats++;
	ike_core_count(sa->engine, IKE_STAT_RX_REPEAT);
	if (size_is_due(&sa->window.vain_rx))
		ike_cut_smaller(sa, &sa->reply_path, &sa->window.response);
	ike_core_send(sa->engine, &sa->reply_path, ike_blob_view(&sa->window.response));
}

void ike_window_fini(struct ike_sa *sa)
{
	ike_window_withdraw(sa);
	ike_blob_drop(&sa->window.response);
	ike_blob_drop(&sa->window.held);
}
