#ifndef CTL_SERVER_H
#define CTL_SERVER_H

#include "base/log.h"
#include "ctl/match.h"

#ifdef __cplusplus
extern "C" {
#endif

struct event_base;

/*
 * The control socket: a unix stream socket, mode 0660, whose clients send commands and get documents (docs/ctl.md).  A
 * client's commands are answered one after the other; a part of an answer is made when the former one has left, so
 * neither a long table nor a slow client holds up the loop or much memory.  Loop thread only.
 */
struct ctl_server;

enum { CTL_CLIENTS_MAX = 32, CTL_WRITE_TIMEOUT_S = 30 };

struct ctl_server_config {
	const char *path;                /* at most 107 bytes; its folder is made */
	const struct ctl_command *table; /* borrowed for the server's life; ends with a row without words */
	void *ctx;                       /* handed to the commands as call->ctx */
	const struct log *log;
};

/* One command under way; lives until its 'end'. */
struct ctl_call {
	const struct ctl_command *command;
	void *ctx;                     /* the server's */
	const char *arg[CTL_ARGS_MAX]; /* as many as the command has */
	void *state;                   /* command->state_size bytes */
	char error[CTL_ERROR_MAX];     /* a command that fails may say more than its enum err does */
};

/*
 * ERR_EXISTS: another server answers at 'path' (a dead one's socket is replaced); ERR_DENIED, ERR_RANGE, ERR_IO.
 * 'loop' is borrowed.
 */
MUST_USE enum err ctl_server_new(struct ctl_server **out, struct event_base *loop, const struct ctl_server_config *config);

/* Ends every call and client and removes the socket; NULL is fine. */
void ctl_server_free(struct ctl_server *s);

/* What a call whose 'begin' said ERR_AGAIN waited for is there; with an error it is refused. */
void ctl_server_ready(struct ctl_call *call, enum err err);

#ifdef __cplusplus
}
#endif
#endif
