/*
 * The control socket.  libevent's buffered streams do the input and output; a client has at most one command under
 * way, and the next part of its answer, or the next command, is looked at when all that was written has left.  Loop
 * thread.
 */
#include "ctl/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/list.h"

enum { SERVER_BACKLOG = 16, SERVER_MODE = 0660 };

struct ctl_server {
	struct event_base *loop;
	struct ctl_server_config config;
	struct sockaddr_un at;
	struct evconnlistener *listener;
	struct list clients;
	unsigned client_count;
};

struct ctl_client {
	struct list link;
	struct ctl_server *server;
	struct bufferevent *stream;
	uid_t uid;
	struct ctl_match match; /* holds the arguments of 'call' */
	struct ctl_call call;   /* command NULL: none under way */
	bool waiting;           /* 'begin' said ERR_AGAIN */
};

/* ---- a command under way ---- */

static void call_end(struct ctl_client *c)
{
	const struct ctl_command *command = c->call.command;

	if (command == NULL)
		return;
	if (command->end != NULL)
		command->end(&c->call);
	free(c->call.state);
	memset(&c->call, 0, sizeof(c->call));
	c->waiting = false;
}

static void client_free(struct ctl_client *c)
{
	call_end(c);
	if (c->stream != NULL)
		bufferevent_free(c->stream);
	list_del(&c->link);
	c->server->client_count--;
	free(c);
}

/* Writes an answer, which is taken; ERR_RANGE when it is too long to be sent. */
static enum err client_write(struct ctl_client *c, json_t *answer)
{
	uint8_t *frame = NULL;
	size_t len = 0;
	enum err err = answer != NULL ? ctl_codec_frame(answer, CTL_ANSWER_MAX, &frame, &len) : ERR_NOMEM;

	json_decref(answer);
	if (err == ERR_OK && bufferevent_write(c->stream, frame, len) != 0)
		err = ERR_NOMEM;
	free(frame);
	return err;
}

static void client_refuse(struct ctl_client *c, const char *error)
{
	if (client_write(c, ctl_codec_refusal(error)) != ERR_OK)
		client_free(c); /* no memory for a line of text: the client sees the connection close */
}

/* Ends the call and refuses with its own text, or that of 'err'. */
static void call_fail(struct ctl_client *c, enum err err)
{
	char error[CTL_ERROR_MAX];

	(void)snprintf(error, sizeof(error), "%s", c->call.error[0] != '\0' ? c->call.error : err_str(err));
	call_end(c);
	client_refuse(c, error);
}

/* Makes the next part of the answer and sends it. */
static void call_next(struct ctl_client *c)
{
	const struct ctl_command *command = c->call.command;
	json_t *doc = json_object();
	bool more = false;
	enum err err = doc != NULL ? command->next(&c->call, doc, &more) : ERR_NOMEM;

	if (err != ERR_OK) {
		json_decref(doc);
		call_fail(c, err);
		return;
	}
	err = client_write(c, ctl_codec_part(command->words, doc, more));
	if (err != ERR_OK)
		call_fail(c, err);
	else if (!more)
		call_end(c);
}

static void call_begin(struct ctl_client *c)
{
	const struct ctl_command *command = c->match.command;
	enum err err = ERR_OK;

	memset(&c->call, 0, sizeof(c->call));
	c->call.ctx = c->server->config.ctx;
	memcpy(c->call.arg, c->match.arg, sizeof(c->call.arg));
	c->call.state = calloc(1, command->state_size + 1);
	if (c->call.state == NULL) {
		client_refuse(c, err_str(ERR_NOMEM));
		return;
	}
	c->call.command = command;
	if (command->acts)
		log_event(c->server->config.log, LOG_L_NOTICE, "ctl.command", "uid=%u command=\"%s\" argument=%s", (unsigned)c->uid,
			command->words, c->match.arg_count > 0 ? c->match.arg[0] : "-");
	if (command->begin != NULL)
		err = command->begin(&c->call);
	if (err == ERR_OK)
		call_next(c);
	else if (err == ERR_AGAIN)
		c->waiting = true;
	else
		call_fail(c, err);
}

void ctl_server_ready(struct ctl_call *call, enum err err)
{
	struct ctl_client *c = list_of(call, struct ctl_client, call);

	if (!c->waiting)
		return;
	c->waiting = false;
	if (err == ERR_OK)
		call_next(c);
	else
		call_fail(c, err);
}

/* ---- clients ---- */

static void client_command(struct ctl_client *c, const char *line)
{
	enum err err = ctl_match_line(c->server->config.table, line, &c->match);

	if (err != ERR_OK)
		client_refuse(c, c->match.error[0] != '\0' ? c->match.error : err_str(err));
	else if (c->match.command != NULL)
		call_begin(c);
	else if (client_write(c, ctl_codec_part("help", c->match.help, false)) != ERR_OK)
		client_free(c);
}

/* Takes one request from what was received, if a whole one is there. */
static void client_request(struct ctl_client *c)
{
	struct evbuffer *input = bufferevent_get_input(c->stream);
	struct bytes in = bytes_of(evbuffer_pullup(input, -1), evbuffer_get_length(input));
	char line[CTL_COMMAND_MAX] = "";
	struct bytes body;
	enum err err = ctl_codec_split(in, CTL_REQUEST_MAX, &body);

	if (err == ERR_AGAIN)
		return;
	if (err != ERR_OK) {
		client_free(c);
		return;
	}
	err = ctl_codec_read_request(body, line);
	(void)evbuffer_drain(input, CTL_HEADER_LEN + body.len);
	if (err == ERR_OK)
		client_command(c, line);
	else
		client_refuse(c, err_str(err));
}

/* Goes on where there is something to do: all that was written has left, or bytes came. */
static void client_step(struct bufferevent *stream, void *arg)
{
	struct ctl_client *c = (struct ctl_client *)arg;

	if (c->waiting || evbuffer_get_length(bufferevent_get_output(stream)) > 0)
		return;
	if (c->call.command != NULL)
		call_next(c);
	else
		client_request(c);
}

static void client_event(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) != 0)
		client_free((struct ctl_client *)arg);
}

/* Tells a client that there is no room for it, as far as that goes without waiting. */
static void turn_away(int fd)
{
	json_t *answer = ctl_codec_refusal("too many clients");
	uint8_t *frame = NULL;
	size_t len = 0;

	if (answer != NULL && ctl_codec_frame(answer, CTL_ANSWER_MAX, &frame, &len) == ERR_OK)
		(void)send(fd, frame, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	free(frame);
	json_decref(answer);
	(void)close(fd);
}

static uid_t uid_of(int fd)
{
	struct ucred peer = { 0, (uid_t)-1, (gid_t)-1 };
	socklen_t len = sizeof(peer);

	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);
	return peer.uid;
}

static void client_new(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len, void *arg)
{
	static const struct timeval write_timeout = { CTL_WRITE_TIMEOUT_S, 0 };
	struct ctl_server *s = (struct ctl_server *)arg;
	struct ctl_client *c;

	(void)listener;
	(void)from;
	(void)len;
	c = s->client_count < CTL_CLIENTS_MAX ? (struct ctl_client *)calloc(1, sizeof(*c)) : NULL;
	if (c == NULL) {
		turn_away(fd);
		return;
	}
	c->server = s;
	c->uid = uid_of(fd);
	list_add(&s->clients, &c->link);
	s->client_count++;
	c->stream = bufferevent_socket_new(s->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (c->stream == NULL) {
		(void)close(fd);
		client_free(c);
		return;
	}
	bufferevent_setcb(c->stream, client_step, client_step, client_event, c);
	bufferevent_setwatermark(c->stream, EV_READ, 0, CTL_HEADER_LEN + CTL_REQUEST_MAX);
	(void)bufferevent_set_timeouts(c->stream, NULL, &write_timeout);
	if (bufferevent_enable(c->stream, EV_READ | EV_WRITE) != 0)
		client_free(c);
}

/* ---- the socket ---- */

static enum err make_address(const char *path, struct sockaddr_un *out)
{
	if (strlen(path) >= sizeof(out->sun_path) || path[0] == '\0')
		return ERR_RANGE;
	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	memcpy(out->sun_path, path, strlen(path));
	return ERR_OK;
}

static void make_folder(const struct sockaddr_un *at)
{
	char folder[sizeof(at->sun_path)];
	char *slash;

	memcpy(folder, at->sun_path, sizeof(folder));
	slash = strrchr(folder, '/');
	if (slash == NULL || slash == folder)
		return;
	*slash = '\0';
	(void)mkdir(folder, 0755); /* bind tells when it isn't there */
}

/* Whether somebody answers at 'at'; a socket file that nobody listens at goes. */
static bool taken(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool alive = fd >= 0 && (connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 || errno == EAGAIN);
	bool dead = !alive && errno == ECONNREFUSED;

	if (fd >= 0)
		(void)close(fd);
	if (dead)
		(void)unlink(at->sun_path);
	return alive;
}

/* fchmod before bind: the file never is more open than SERVER_MODE; chmod after it: nor less, whatever the umask. */
static enum err listen_at(const struct sockaddr_un *at, int *out)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	enum err err;

	if (fd < 0)
		return err_of_errno(errno);
	if (fchmod(fd, SERVER_MODE) == 0 && bind(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 &&
		chmod(at->sun_path, SERVER_MODE) == 0) {
		*out = fd;
		return ERR_OK;
	}
	err = err_of_errno(errno);
	(void)close(fd);
	return err;
}

enum err ctl_server_new(struct ctl_server **out, struct event_base *loop, const struct ctl_server_config *config)
{
	struct ctl_server *s = (struct ctl_server *)calloc(1, sizeof(*s));
	int fd = -1;
	enum err err;

	if (s == NULL)
		return ERR_NOMEM;
	s->loop = loop;
	s->config = *config;
	list_init(&s->clients);
	err = make_address(config->path, &s->at);
	if (err == ERR_OK) {
		make_folder(&s->at);
		err = taken(&s->at) ? ERR_EXISTS : listen_at(&s->at, &fd);
	}
	if (err == ERR_OK) {
		s->listener = evconnlistener_new(loop, client_new, s, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, SERVER_BACKLOG, fd);
		err = s->listener != NULL ? ERR_OK : ERR_NOMEM;
	}
	if (err != ERR_OK) {
		if (fd >= 0) {
			(void)close(fd);
			(void)unlink(s->at.sun_path);
		}
		free(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

void ctl_server_free(struct ctl_server *s)
{
	struct list *it;

	if (s == NULL)
		return;
	while ((it = list_first(&s->clients)) != NULL)
		client_free(list_of(it, struct ctl_client, link));
	evconnlistener_free(s->listener);
	(void)unlink(s->at.sun_path);
	free(s);
}
