/* Redirection (RFC 5685): what is configured, what was sent and followed, and which tunnels are elsewhere because of it.  Loop thread. */
#include "ctl/show_redirect.h"

#include "ctl/text.h"

static json_t *settings(const struct ctl_world *w)
{
	const struct cfg_model *m = session_hub_model(w->hub);
	json_t *targets = json_array();
	struct ike_stats stats;

	for (unsigned i = 0; m != NULL && i < m->redirect_count; i++)
		(void)json_array_append_new(targets, ctl_text_addr(&m->redirect_target[i]));
	ike_engine_stats(w->engine, &stats);
	return json_pack("{s:b, s:I, s:b, s:o, s:o, s:o, s:o}", "client", m != NULL && m->redirect_client, "max_redirects",
		(json_int_t)(m != NULL ? m->redirect_max : 0), "gateway_init", m != NULL && m->redirect_init, "targets", targets, "sent",
		ctl_text_count(stats.count[IKE_STAT_REDIRECT_SENT]), "followed", ctl_text_count(stats.count[IKE_STAT_REDIRECT_FOLLOWED]),
		"ignored", ctl_text_count(stats.count[IKE_STAT_REDIRECT_IGNORED]));
}

enum err ctl_show_redirect(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_show_state *state = (struct ctl_show_state *)call->state;
	const struct ctl_world *w = ctl_show_world(call);

	if (state->cursor == 0) {
		if (json_object_update_new(doc, settings(w)) != 0 || json_object_set_new(doc, "redirected", json_array()) != 0)
			return ERR_NOMEM;
	}
	for (unsigned rows = 0; rows < CTL_PAGE_ROWS; rows++) {
		const struct session *s = session_hub_walk(w->hub, &state->cursor);
		enum err err = ERR_OK;

		if (s == NULL)
			return ERR_OK;
		if (s->redirected_from.family != 0)
			err = ctl_show_add(doc, "redirected",
				json_pack("{s:s, s:o, s:o, s:s}", "interface", s->access.name, "from", ctl_text_addr(&s->redirected_from),
					"to", ctl_text_addr(&s->path.remote.addr), "status", session_state_word(s->state)));
		if (err != ERR_OK)
			return err;
	}
	*more = true;
	return ERR_OK;
}
