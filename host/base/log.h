#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Syslog severities, as IOS numbers them in %FACILITY-N-MNEMONIC. */
enum log_level { LOG_L_ERROR = 3, LOG_L_WARN = 4, LOG_L_NOTICE = 5, LOG_L_INFO = 6, LOG_L_DEBUG = 7 };

/* One line's way out, without a newline. */
typedef void log_sink_fn(void *ctx, enum log_level level, const char *line);

/* A program makes one and hands it down; a NULL log is silent. */
struct log {
	log_sink_fn *sink;
	void *ctx;
	enum log_level level; /* the last level that is written */
};

/*
 * Logs 'event' ("auth.refused"; events.md lists them all) and its "key=value …" details.  Logged once, where the
 * decision is made; never a secret.  A line holds at most 511 characters, cut with "...", and nothing but printable
 * ASCII: other bytes become '.'.
 */
void log_event(const struct log *log, enum log_level level, const char *event, const char *form, ...) __attribute__((format(printf, 4, 5)));
void log_event_v(const struct log *log, enum log_level level, const char *event, const char *form, va_list args)
	__attribute__((format(printf, 4, 0)));

/* A sink that writes "LEVEL event details" lines to stderr; 'ctx' is unused. */
void log_stderr(void *ctx, enum log_level level, const char *line);

const char *log_level_name(enum log_level level);

#ifdef __cplusplus
}
#endif
#endif
