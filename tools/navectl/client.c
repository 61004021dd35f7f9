/*
 * Asks naved: one request out, the parts of the answer in, gathered to one document.
 */
#include "navectl/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENT_ROOM = CTL_HEADER_LEN + CTL_ANSWER_MAX };

void navectl_client_init(struct navectl_client *c, const char *path)
{
	memset(c, 0, sizeof(*c));
	c->path = path;
	c->fd = -1;
}

static void close_link(struct navectl_client *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	c->len = 0;
}

void navectl_client_fini(struct navectl_client *c)
{
	close_link(c);
	free(c->buf);
	c->buf = NULL;
}

void navectl_client_free_answer(struct navectl_answer *a)
{
	json_decref(a->doc);
	a->doc = NULL;
}

static enum err open_link(struct navectl_client *c)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = NAVECTL_TIMEOUT_S };
	enum err err = ERR_OK;

	if (strlen(c->path) >= sizeof(at.sun_path))
		return ERR_RANGE;
	memcpy(at.sun_path, c->path, strlen(c->path));
	if (c->buf == NULL)
		c->buf = (uint8_t *)malloc(CLIENT_ROOM);
	if (c->buf == NULL)
		return ERR_NOMEM;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return err_of_errno(errno);
	if (connect(c->fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		err = errno == ENOENT || errno == ECONNREFUSED ? ERR_ABSENT : err_of_errno(errno);
	else if (setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0 ||
		 setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0)
		err = err_of_errno(errno);
	if (err != ERR_OK)
		close_link(c);
	return err;
}

static enum err send_request(struct navectl_client *c, const char *command)
{
	json_t *json = ctl_codec_request(command);
	uint8_t *frame = NULL;
	size_t len = 0, sent = 0;
	enum err err = json != NULL ? ctl_codec_frame(json, CTL_REQUEST_MAX, &frame, &len) : ERR_MALFORMED;

	while (err == ERR_OK && sent < len) {
		ssize_t n = send(c->fd, frame + sent, len - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (errno != EINTR)
			err = errno == EAGAIN ? ERR_TIMEOUT : ERR_CLOSED;
	}
	free(frame);
	json_decref(json);
	return err;
}

/* Receives one part. */
static enum err recv_part(struct navectl_client *c, struct ctl_answer *out)
{
	struct bytes body;
	enum err err;

	while ((err = ctl_codec_split(bytes_of(c->buf, c->len), CTL_ANSWER_MAX, &body)) == ERR_AGAIN) {
		ssize_t n = recv(c->fd, c->buf + c->len, CLIENT_ROOM - c->len, 0);

		if (n > 0)
			c->len += (size_t)n;
		else if (n == 0)
			return ERR_CLOSED;
		else if (errno != EINTR)
			return errno == EAGAIN ? ERR_TIMEOUT : ERR_CLOSED;
	}
	if (err == ERR_OK)
		err = ctl_codec_read_answer(body, out);
	if (err != ERR_OK)
		return err;
	c->len -= CTL_HEADER_LEN + body.len;
	memmove(c->buf, c->buf + CTL_HEADER_LEN + body.len, c->len);
	return ERR_OK;
}

/* ERR_DENIED: naved refused and said why. */
static enum err gather(struct navectl_client *c, struct navectl_answer *out)
{
	bool more = true;
	enum err err = ERR_OK;

	out->doc = json_object();
	if (out->doc == NULL)
		return ERR_NOMEM;
	while (err == ERR_OK && more) {
		struct ctl_answer part = { 0 };

		err = recv_part(c, &part);
		if (err != ERR_OK)
			return err;
		more = part.ok && part.more;
		memcpy(out->command, part.command, sizeof(out->command));
		memcpy(out->error, part.error, sizeof(out->error));
		err = part.ok ? ctl_codec_merge(out->doc, part.doc) : ERR_DENIED;
		ctl_codec_fini(&part);
	}
	return err;
}

static enum err fail(struct navectl_client *c, struct navectl_answer *out, enum err err)
{
	navectl_client_free_answer(out);
	if (err == ERR_DENIED && out->error[0] != '\0')
		return err;
	close_link(c);
	if (err == ERR_ABSENT)
		(void)snprintf(out->error, sizeof(out->error), "naved doesn't answer at %s: is it running?", c->path);
	else
		(void)snprintf(out->error, sizeof(out->error), "%s: %s", c->path, err_str(err));
	return err;
}

enum err navectl_client_ask(struct navectl_client *c, const char *command, struct navectl_answer *out)
{
	enum err err = ERR_OK;

	memset(out, 0, sizeof(*out));
	if (c->fd < 0)
		err = open_link(c);
	if (err == ERR_OK)
		err = send_request(c, command);
	if (err == ERR_OK)
		err = gather(c, out);
	return err == ERR_OK ? ERR_OK : fail(c, out, err);
}
