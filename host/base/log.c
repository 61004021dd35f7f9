#include "base/log.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { LOG_LINE = 512 };

const char *log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_L_ERROR:
		return "error";
	case LOG_L_WARN:
		return "warn";
	case LOG_L_NOTICE:
		return "notice";
	case LOG_L_INFO:
		return "info";
	case LOG_L_DEBUG:
		return "debug";
	}
	return "?";
}

/* A peer's bytes may stand in a detail: nothing but printable ASCII, so that none reach a terminal or forge a line. */
static void make_printable(char *line)
{
	for (char *c = line; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '.';
}

void log_event_v(const struct log *log, enum log_level level, const char *event, const char *form, va_list args)
{
	char line[LOG_LINE];
	int at;
	int more;

	if (log == NULL || log->sink == NULL || level > log->level)
		return;
	at = snprintf(line, sizeof(line), "%s ", event);
	assert(at > 0 && (size_t)at < sizeof(line));
	more = vsnprintf(line + at, sizeof(line) - (size_t)at, form, args);
	if (more <= 0)
		line[at - 1] = '\0'; /* no details */
	else if ((size_t)at + (size_t)more >= sizeof(line))
		memcpy(line + sizeof(line) - 4, "...", 4);
	make_printable(line);
	log->sink(log->ctx, level, line);
}

void log_event(const struct log *log, enum log_level level, const char *event, const char *form, ...)
{
	va_list args;

	va_start(args, form);
	log_event_v(log, level, event, form, args);
	va_end(args);
}

void log_stderr(void *ctx, enum log_level level, const char *line)
{
	(void)ctx;
	(void)fprintf(stderr, "%-6s %s\n", log_level_name(level), line);
}
