/*
 * What `naved --check` prints.  Runs in no daemon; reads files and writes text.
 */
#include "cfg/report.h"

static void print_severity(const struct cfg_messages *messages, enum cfg_severity severity, FILE *out)
{
	char text[CFG_MESSAGE_TEXT + 256];

	for (const struct cfg_message *m = messages->first; m != NULL; m = m->next)
		if (m->severity == severity)
			(void)fprintf(out, "%s\n", cfg_message_str(m, text, sizeof(text)));
}

static void print_not_yet(const struct cfg_messages *messages, FILE *out)
{
	if (messages->count[CFG_NOT_YET] == 0)
		return;
	(void)fputs("  not implemented yet:\n", out);
	for (const struct cfg_message *m = messages->first; m != NULL; m = m->next)
		if (m->severity == CFG_NOT_YET)
			(void)fprintf(out, "    %5u  %s\n", m->line, m->text);
}

/* Not worth a line: a smart default that the file doesn't write, and what isn't implemented and was said already. */
static bool is_worth(const struct cfg_object *o)
{
	return !o->complete && o->line != 0 && o->kind != CFG_KIND_OTHER;
}

static void print_reason(const struct cfg_reason *r, uint32_t own_line, FILE *out)
{
	if (r->line == 0 || r->line == own_line)
		(void)fprintf(out, "           - %s\n", r->text);
	else
		(void)fprintf(out, "           - %s (line %u)\n", r->text, r->line);
}

static void print_incomplete(const struct cfg_model *m, FILE *out)
{
	unsigned count = 0;

	for (const struct cfg_object *o = m->objects; o != NULL; o = o->next_object) {
		if (!is_worth(o))
			continue;
		if (count++ == 0)
			(void)fputs("  incomplete, so not used:\n", out);
		(void)fprintf(out, "    %5u  %s\n", o->line, o->title);
		for (const struct cfg_reason *r = o->reasons; r != NULL; r = r->next)
			print_reason(r, o->line, out);
	}
}

bool cfg_report_file(const struct cfg_lang *lang, const char *path, FILE *out)
{
	struct cfg_messages messages = { .first = NULL };
	struct cfg_model *m = NULL;
	enum err err = cfg_load_file(lang, path, &messages, &m);

	(void)fprintf(out, "%s: %s, %u errors, %u warnings, %u not implemented yet\n", path, err == ERR_OK ? "loads" : "does not load",
		messages.count[CFG_ERROR], messages.count[CFG_WARNING], messages.count[CFG_NOT_YET]);
	if (err == ERR_NOMEM)
		(void)fprintf(out, "%s: %s\n", path, err_str(err));
	print_severity(&messages, CFG_ERROR, out);
	print_severity(&messages, CFG_WARNING, out);
	print_not_yet(&messages, out);
	if (m != NULL)
		print_incomplete(m, out);
	if (messages.dropped != 0)
		(void)fprintf(out, "%s: %u more\n", path, messages.dropped);
	cfg_model_free(m);
	cfg_message_fini(&messages);
	return err == ERR_OK;
}

int cfg_report_files(const struct cfg_lang *lang, const char *const *path, unsigned count, FILE *out)
{
	unsigned good = 0;

	for (unsigned i = 0; i < count; i++)
		good += cfg_report_file(lang, path[i], out);
	(void)fprintf(out, "%u files load, %u do not\n", good, count - good);
	return good == count ? 0 : 1;
}
