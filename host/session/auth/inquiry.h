#ifndef SESSION_INQUIRY_H
#define SESSION_INQUIRY_H

#include "base/list.h"
#include "session/auth/credential.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session;

/*
 * A certificate that only the network can still tell of whether it was revoked.  Whoever asks embeds it, all-zero but for 'about', whose query is the
 * first question and moved in, and the functions; a session has one at a time.
 */
struct session_inquiry {
	struct list link;
	struct session *session;
	struct session_credential_case about;                     /* its chain is the asker's */
	void (*done)(struct session_inquiry *i, const char *why); /* it is over and the session's no more; NULL: the chain is good */
	void (*drop)(struct session_inquiry *i);                  /* the same, but the session goes */
	uint64_t token;                                           /* of the question under way; 0: another inquiry has put it */
	unsigned asked;
};

/* False: it can't be asked.  Then it is the asker's still, without the query. */
bool session_inquiry_begin(struct session *s, struct session_inquiry *i);

/* Ends that of 's', if there is one. */
void session_inquiry_drop(struct session *s);

#ifdef __cplusplus
}
#endif
#endif
