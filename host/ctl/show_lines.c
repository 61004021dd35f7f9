/* What became of each line of `tunnel protection ipsec policy`.  Loop thread. */
#include "ctl/show_lines.h"

#include "ctl/text.h"
#include "session/lines/lines.h"

static void add_line(void *ctx, const struct session_line_info *info)
{
	char local[IKE_TS_TEXT], remote[IKE_TS_TEXT];
	json_t *reason = info->reason != NULL ? json_string(info->reason) : json_null();

	(void)json_array_append_new((json_t *)ctx, json_pack("{s:s, s:s, s:s, s:o, s:o}", "local", ike_ts_str(&info->pair->local, local),
							   "remote", ike_ts_str(&info->pair->remote, remote), "state", info->state,
							   "reason", reason, "retry_s", ctl_text_count((info->retry_ms + 999) / 1000)));
}

json_t *ctl_show_lines(const struct session *s)
{
	json_t *rows = json_array();

	if (rows != NULL)
		session_lines_walk(s, add_line, rows);
	return rows;
}

enum err ctl_show_lines_add(json_t *doc, const struct session *s)
{
	json_t *rows = ctl_show_lines(s), *row;
	enum err err = rows == NULL ? ERR_NOMEM : ERR_OK;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (err == ERR_OK && json_object_set_new(row, "interface", ctl_text_str(s->access.name)) != 0)
			err = ERR_NOMEM;
		if (err == ERR_OK)
			err = ctl_show_add(doc, "lines", json_incref(row));
	}
	json_decref(rows);
	return err;
}
