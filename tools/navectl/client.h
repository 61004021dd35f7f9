#ifndef NAVECTL_CLIENT_H
#define NAVECTL_CLIENT_H

#include "ctl/codec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The connection to naved's control socket, blocking. */
struct navectl_client {
	const char *path; /* of the socket; borrowed */
	int fd;           /* -1: not connected, the next question connects */
	uint8_t *buf;     /* bytes received and not yet used */
	size_t len, cap;
};

/* What came of a question; the document is the owner's. */
struct navectl_answer {
	char command[CTL_COMMAND_MAX]; /* in full spelling */
	char error[CTL_ERROR_MAX];     /* why there is no document */
	json_t *doc;
};

enum { NAVECTL_TIMEOUT_S = 30 }; /* naved is silent */

void navectl_client_init(struct navectl_client *c, const char *path);
void navectl_client_fini(struct navectl_client *c);

/*
 * Asks 'command' and gathers all parts of the answer.  On any error 'out->error' says what to tell the user: ERR_DENIED when
 * naved refused, another when it couldn't be asked; the connection is closed then.
 */
MUST_USE enum err navectl_client_ask(struct navectl_client *c, const char *command, struct navectl_answer *out);
void navectl_client_free_answer(struct navectl_answer *a);

#ifdef __cplusplus
}
#endif
#endif
