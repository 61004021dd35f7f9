/*
 * The socket under contract 1.  Descriptors travel beside a message (SCM_RIGHTS); keys pass through 'buf', which is
 * wiped after each message that may have held some.  Called on the thread of whoever owns the link.
 */
#include "dp/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINK_FDS_MAX = 2, LINK_BACKLOG = 4, LINK_SNDBUF = 4 << 20 };

enum err dp_link_init(struct dp_link *l, int fd)
{
	int size = LINK_SNDBUF;
	int flags = fcntl(fd, F_GETFL);

	l->fd = fd;
	l->buf = (uint8_t *)malloc(DP_MSG_MAX);
	l->room = (struct dp_room *)calloc(1, sizeof(*l->room));
	if (l->buf == NULL || l->room == NULL) {
		dp_link_fini(l);
		return ERR_NOMEM;
	}
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
		dp_link_fini(l);
		return ERR_IO;
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)); /* the kernel's limit is fine too: see ERR_AGAIN */
	return ERR_OK;
}

void dp_link_fini(struct dp_link *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	if (l->buf != NULL)
		bytes_wipe(l->buf, DP_MSG_MAX);
	free(l->buf);
	free(l->room);
	l->fd = -1;
	l->buf = NULL;
	l->room = NULL;
}

static enum err make_address(const char *path, struct sockaddr_un *out)
{
	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(out->sun_path))
		return ERR_RANGE;
	memcpy(out->sun_path, path, strlen(path));
	return ERR_OK;
}

enum err dp_link_connect(const char *path, int *out)
{
	struct sockaddr_un sun;
	enum err err = make_address(path, &sun);
	int fd;

	if (err != ERR_OK)
		return err;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_of_errno(errno);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0) {
		err = err_of_errno(errno);
		(void)close(fd);
		return err;
	}
	*out = fd;
	return ERR_OK;
}

enum err dp_link_listen(const char *path, int *out)
{
	struct sockaddr_un sun;
	enum err err = make_address(path, &sun);
	int fd;

	if (err != ERR_OK)
		return err;
	if (dp_link_connect(path, &fd) == ERR_OK) { /* somebody answers there */
		(void)close(fd);
		return ERR_EXISTS;
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_of_errno(errno);
	(void)unlink(path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) != 0 || listen(fd, LINK_BACKLOG) != 0) {
		err = err_of_errno(errno);
		(void)close(fd);
		return err;
	}
	*out = fd;
	return ERR_OK;
}

static void attach_fd(struct msghdr *h, int fd)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
}

static enum err send_bytes(int fd, struct bytes b, int pass)
{
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)b.data, b.len };
	struct msghdr h = { 0 };
	ssize_t n;

	h.msg_iov = &iov;
	h.msg_iovlen = 1;
	if (pass >= 0) {
		h.msg_control = control.raw;
		h.msg_controllen = sizeof(control.raw);
		attach_fd(&h, pass);
	}
	do {
		n = sendmsg(fd, &h, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return ERR_OK;
	if (errno == EAGAIN || errno == ENOBUFS)
		return ERR_AGAIN;
	return errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
}

enum err dp_link_send(struct dp_link *l, const struct dp_msg *m, int pass)
{
	struct wr w = wr_of(l->buf, DP_MSG_MAX);
	enum err err;

	if (l->fd < 0)
		return ERR_CLOSED;
	err = dp_codec_write(&w, m);
	if (err == ERR_OK)
		err = send_bytes(l->fd, wr_view(&w), pass);
	if (m->kind == DP_MSG_TXN)
		bytes_wipe(l->buf, w.len);
	return err;
}

/* Keeps the first descriptor that came along and closes any other. */
static int take_fd(struct msghdr *h)
{
	int kept = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + sizeof(int) <= c->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + at, sizeof(fd));
			if (kept < 0)
				kept = fd;
			else
				(void)close(fd);
		}
	}
	return kept;
}

static enum err recv_bytes(struct dp_link *l, size_t *len, int *passed)
{
	union {
		struct cmsghdr align;
		char raw[CMSG_SPACE(LINK_FDS_MAX * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { l->buf, DP_MSG_MAX };
	struct msghdr h = { 0 };
	ssize_t n;

	h.msg_iov = &iov;
	h.msg_iovlen = 1;
	h.msg_control = control.raw;
	h.msg_controllen = sizeof(control.raw);
	do {
		n = recvmsg(l->fd, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? ERR_AGAIN : errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
	*passed = take_fd(&h);
	if (n == 0)
		return ERR_CLOSED;
	*len = (size_t)n;
	return (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 ? ERR_OK : ERR_MALFORMED;
}

enum err dp_link_recv(struct dp_link *l, struct dp_msg *m, int *passed)
{
	size_t len = 0;
	enum err err;

	*passed = -1;
	if (l->fd < 0)
		return ERR_CLOSED;
	err = recv_bytes(l, &len, passed);
	if (err == ERR_OK)
		err = dp_codec_read(bytes_of(l->buf, len), l->room, m);
	if (len != 0)
		bytes_wipe(l->buf, len);
	if (err != ERR_OK && *passed >= 0) {
		(void)close(*passed);
		*passed = -1;
	}
	return err;
}
