#ifndef DP_LINK_H
#define DP_LINK_H

#include "dp/codec.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One end of contract 1's socket: a non-blocking unix SOCK_SEQPACKET whose datagrams are messages.  Both programs use
 * it.  Its owner watches 'fd' and calls send and recv; nothing is queued here.
 */
struct dp_link {
	int fd; /* -1: closed */
	uint8_t *buf;
	struct dp_room *room;
};

/* Takes 'fd', which is made non-blocking.  ERR_NOMEM, ERR_IO: 'fd' is closed. */
MUST_USE enum err dp_link_init(struct dp_link *l, int fd);

/* Connects to, or listens at, the socket file 'path' (at most 107 bytes); a listener replaces a dead one's file. */
MUST_USE enum err dp_link_connect(const char *path, int *out);
MUST_USE enum err dp_link_listen(const char *path, int *out);

/* Closes, wipes and frees; 'l' can be initialised again.  Safe on { -1 } and after a failed init. */
void dp_link_fini(struct dp_link *l);

/*
 * Sends one message, with the descriptor 'pass' (-1: none), which stays the caller's.  The buffer is wiped after a
 * message with keys.  ERR_AGAIN: the socket is full, nothing was sent; ERR_CLOSED, ERR_IO: the link is dead.
 */
MUST_USE enum err dp_link_send(struct dp_link *l, const struct dp_msg *m, int pass);

/*
 * Receives one message; its arrays are good until the next call, and the caller ends it with dp_codec_fini.
 * '*passed' is a descriptor that came along and is now the caller's (close-on-exec), or -1.
 * ERR_AGAIN: nothing there; ERR_UNSUPPORTED: a message to skip; any other error: the link is to be closed.
 */
MUST_USE enum err dp_link_recv(struct dp_link *l, struct dp_msg *m, int *passed);

#ifdef __cplusplus
}
#endif
#endif
