/*
 * Probes and what came of them.  Loop thread.
 */
#include "ctl/show_sla.h"

#include "ctl/text.h"
#include "session/hub.h"

struct probes {
	json_t *doc;
	enum err err;
};

static json_t *text_or_null(const char *text)
{
	return text != NULL ? ctl_text_str(text) : json_null();
}

static void add(void *ctx, const struct session_sla_info *info)
{
	struct probes *p = (struct probes *)ctx;
	const struct cfg_sla *cfg = info->cfg;

	if (p->err != ERR_OK)
		return;
	p->err = ctl_show_add(p->doc, "operations",
		json_pack("{s:I, s:s, s:o, s:o, s:o, s:o, s:b, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "operation",
			(json_int_t)cfg->number, "type", "icmp-echo", "target",
			cfg->destination.family != 0 ? ctl_text_addr(&cfg->destination) : json_null(), "source",
			cfg->source.family != 0 ? ctl_text_addr(&cfg->source) : json_null(), "source_interface",
			text_or_null(cfg->source_if), "vrf", text_or_null(cfg->vrf), "running", info->running, "return_code",
			session_sla_code_str(info->code), "since_s", info->sent ? json_integer((json_int_t)info->since_s) : json_null(),
			"rtt_ms", (json_int_t)info->rtt_ms, "successes", (json_int_t)info->successes, "failures",
			(json_int_t)info->failures, "frequency_s", (json_int_t)cfg->frequency_s, "timeout_ms", (json_int_t)cfg->timeout_ms,
			"threshold_ms", (json_int_t)cfg->threshold_ms, "life_s", (json_int_t)cfg->life_s));
}

enum err ctl_show_sla(struct ctl_call *call, json_t *doc, bool *more)
{
	struct probes p = { .doc = doc, .err = ERR_OK };

	(void)more;
	if (json_object_set_new(doc, "operations", json_array()) != 0)
		return ERR_NOMEM;
	session_hub_slas(ctl_show_world(call)->hub, add, &p);
	return p.err;
}
