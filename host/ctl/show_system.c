/*
 * The program itself and its configuration.  Secrets of the configuration are never printed.  Loop thread.
 */
#include "ctl/show_system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/print.h"
#include "ctl/text.h"

enum { CONFIG_PART_LINES = 1000 };

/* ---- show version ---- */

static json_t *datapath_row(const struct ctl_world *w)
{
	struct dp_sync_counts n;

	dp_sync_count(w->sync, &n);
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "link", w->datapath->up ? "connected" : "not connected", "sync",
		dp_sync_settled(w->sync) ? "settled" : dp_sync_state_str(n.state), "objects", (json_int_t)n.objects, "todo",
		(json_int_t)n.todo, "failing", (json_int_t)n.failing, "orphans", (json_int_t)n.orphans);
}

enum err ctl_show_system_version(struct ctl_call *call, json_t *doc, bool *more)
{
	const struct ctl_world *w = ctl_show_world(call);
	struct ike_stats ike;
	json_t *all;

	(void)more;
	ike_engine_stats(w->engine, &ike);
	all = json_pack("{s:s, s:s, s:o, s:o, s:o, s:{s:I, s:I, s:I}}", "name", "nave", "version", w->version, "hostname",
		ctl_text_str(session_hub_model(w->hub)->hostname), "uptime_s", ctl_text_count((w->now_ms(w->clock) - w->started_ms) / 1000),
		"datapath", datapath_row(w), "ikev2", "sas", (json_int_t)ike.sa_count, "up", (json_int_t)ike.up, "half_open",
		(json_int_t)ike.half_open);
	return json_object_update_new(doc, all) == 0 ? ERR_OK : ERR_NOMEM;
}

/* ---- show running-config ---- */

enum err ctl_show_system_begin_config(struct ctl_call *call)
{
	const struct ctl_world *w = ctl_show_world(call);
	struct ctl_show_config *state = (struct ctl_show_config *)call->state;
	size_t len = 0;
	FILE *out = open_memstream(&state->text, &len);
	enum err err;

	if (out == NULL)
		return ERR_NOMEM;
	err = cfg_print(w->lang, session_hub_model(w->hub), CFG_SECRETS_HIDDEN, out);
	return fclose(out) == 0 ? err : ERR_NOMEM;
}

enum err ctl_show_system_config(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_show_config *state = (struct ctl_show_config *)call->state;
	enum err err = json_object_set_new(doc, "lines", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	for (unsigned lines = 0; err == ERR_OK && lines < CONFIG_PART_LINES && state->text[state->at] != '\0'; lines++) {
		char *line = state->text + state->at;
		size_t len = strcspn(line, "\n");

		state->at += len + (line[len] == '\n' ? 1 : 0);
		line[len] = '\0';
		err = ctl_show_add(doc, "lines", ctl_text_str(line));
	}
	*more = state->text[state->at] != '\0';
	return err;
}

void ctl_show_system_end_config(struct ctl_call *call)
{
	free(((struct ctl_show_config *)call->state)->text);
}
