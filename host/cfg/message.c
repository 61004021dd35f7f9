#include "cfg/message.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/bytes.h"

static const char *severity_name(enum cfg_severity severity)
{
	static const char *const name[] = { "error", "warning", "not yet implemented" };

	return name[severity];
}

/* One copy of a file's name serves all its messages. */
static const char *file_name(struct cfg_messages *m, const char *file)
{
	if (m->last != NULL && bytes_eq(bytes_str(m->last->file), bytes_str(file)))
		return m->last->file;
	return arena_str(&m->arena, file);
}

void cfg_message_add(struct cfg_messages *m, enum cfg_severity severity, struct cfg_place at, const char *form, ...)
{
	char text[CFG_MESSAGE_TEXT];
	struct cfg_message *one;
	va_list args;

	m->count[severity]++;
	if (m->count[CFG_ERROR] + m->count[CFG_WARNING] + m->count[CFG_NOT_YET] > CFG_MESSAGE_MAX) {
		m->dropped++;
		return;
	}
	va_start(args, form);
	(void)vsnprintf(text, sizeof(text), form, args);
	va_end(args);

	one = (struct cfg_message *)arena_alloc(&m->arena, sizeof(*one));
	if (one == NULL)
		return;
	one->severity = severity;
	one->file = file_name(m, at.file);
	one->text = arena_str(&m->arena, text);
	one->line = at.line;
	one->column = at.column;
	if (one->file == NULL || one->text == NULL)
		return;
	if (m->last != NULL)
		m->last->next = one;
	else
		m->first = one;
	m->last = one;
}

const char *cfg_message_str(const struct cfg_message *m, char *out, size_t cap)
{
	char where[48] = "";

	if (m->line != 0 && m->column != 0)
		(void)snprintf(where, sizeof(where), "%u:%u: ", m->line, m->column);
	else if (m->line != 0)
		(void)snprintf(where, sizeof(where), "%u: ", m->line);
	else
		(void)snprintf(where, sizeof(where), " ");
	(void)snprintf(out, cap, "%s:%s%s: %s", m->file, where, severity_name(m->severity), m->text);
	return out;
}

void cfg_message_fini(struct cfg_messages *m)
{
	static const struct cfg_messages empty;

	arena_fini(&m->arena);
	*m = empty;
}
