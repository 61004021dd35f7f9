#ifndef SERVER_H
#define SERVER_H

#include "base/log.h"
#include "dp/link.h"
#include "path/note.h"
#include "server/plant.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Contract 1's datapath end: one control at a time over a unix socket.  Without control the datapath goes on
 * forwarding.  Main lcore; nothing here blocks for longer than SERVER_SEND_MS.
 */
struct server;

enum { SERVER_SEND_MS = 1000 };

struct server_conf {
	const char *path; /* of the socket; borrowed */
	const struct log *log;
	uint64_t instance; /* random, of this process */
	void *ctx;
	/*
	 * The first control has come: makes the tables over 'state', which is moved in: the store that control kept for an
	 * earlier datapath, or a fresh one.  The plant is borrowed, and outlives the server: what is deferred in its tables
	 * refers to it.  On error nothing is left, and the next control makes it begin again.
	 */
	enum err (*begin)(void *ctx, struct db_state *state, struct server_plant **out);
	uint32_t slots; /* of the state store */
};

MUST_USE enum err server_new(struct server **out, const struct server_conf *conf);
void server_free(struct server *s);

/* For the loop: the listener, upon which server_accept is called, and, -1 while there is none or it must wait, control's connection. */
int server_listen_fd(const struct server *s);
int server_link_fd(const struct server *s);

/* Takes the control that connects; the one of before is hung up on. */
void server_accept(struct server *s);

/* Whether a device is waited for: server_poll is due within a millisecond. */
bool server_is_waiting(const struct server *s);

/* How often control said hello: it knows nothing of before. */
uint32_t server_greetings(const struct server *s);

/* Takes what has come from control and from the workers, and sends what is due. */
void server_poll(struct server *s, uint64_t now_ms);

/* A worker's note, of any kind but RESOLVE. */
void server_note(struct server *s, const struct path_note *note);

/*
 * The device of port 'index' is down ('up' false: its SAs go to software, which waits for the port) or up again (SAs go there
 * where they fit, their numbers and windows going on).  Control is told of the device and each SA.
 */
void server_device(struct server *s, uint8_t index, bool up);

/* Tells control, if there is one; kept for the next poll. */
void server_event(struct server *s, const struct dp_event *e);

#ifdef __cplusplus
}
#endif
#endif
