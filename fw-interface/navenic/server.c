/*
 * navenic's loop: one thread for admin and data, no locks.  While there is work it polls; after SPIN idle rounds it
 * tells the driver that it sleeps and waits for doorbell, wire, socket or the next timer.  The attachment protocol
 * (docs/fw-interface.md 2.1) is spoken here; drivers that only connect, or come while one is attached, harm nobody.
 */
#include "navenic/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	CLIENTS = 4,         /* connections at once, one of them attached */
	FDS_PER_MESSAGE = 4, /* more than any message may carry, so that too many are seen */
	SPIN = 256,          /* idle rounds before sleep: some tens of microseconds */
	SOCKET_EVERY = 64,   /* busy rounds between looks at the sockets */
	SLEEP_MAX_MS = 1000,
};

/* What an epoll event is about. */
enum tag { TAG_STOP, TAG_LISTEN, TAG_DOORBELL, TAG_WIRE, TAG_CLIENT };

struct navenic_server {
	struct navenic_server_config config;
	struct sockaddr_un address;
	int epoll;
	int listener;
	int client[CLIENTS]; /* -1: free */
	int attached;        /* index of the driver, -1: none */
	struct emu_link link;
	bool wire_watched;
	bool stop;
};

struct message {
	struct fwi_attach_msg msg;
	int fd[FDS_PER_MESSAGE];
	unsigned fds;
};

static void watch(struct navenic_server *s, int fd, enum tag tag, unsigned index)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = (uint64_t)tag << 32 | index };

	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
		log_event(s->config.log, LOG_L_ERROR, "nic.epoll", "err=%s", err_str(err_of_errno(errno)));
}

static void unwatch(struct navenic_server *s, int fd)
{
	(void)epoll_ctl(s->epoll, EPOLL_CTL_DEL, fd, NULL);
}

static void close_client(struct navenic_server *s, unsigned i)
{
	if (s->attached == (int)i) {
		unwatch(s, s->link.doorbell_fd);
		emu_detach(s->config.emu, s->config.now_ms());
		s->attached = -1;
	}
	unwatch(s, s->client[i]);
	(void)close(s->client[i]);
	s->client[i] = -1;
}

/* Sends one message with descriptors; the socket is the peer's problem when it doesn't take it. */
static void reply(int sock, struct fwi_attach_msg *m, const int *fds, unsigned count)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * FWI_ATTACH_FDS_MAX)];
	} control;
	struct iovec iov = { .iov_base = m, .iov_len = sizeof(*m) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	m->magic = le32_of(FWI_MAGIC);
	if (count > 0) {
		memset(&control, 0, sizeof(control));
		h.msg_control = control.bytes;
		h.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * count);
	}
	ssize_t ignored = sendmsg(sock, &h, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)ignored;
}

static void refuse(struct navenic_server *s, unsigned i, enum fwi_attach_result why)
{
	struct fwi_attach_msg m;

	memset(&m, 0, sizeof(m));
	m.type = le16_of(FWI_ATTACH_REFUSED);
	m.result = le16_of((uint16_t)why);
	m.abi_major = le16_of(FWI_ABI_MAJOR);
	m.abi_minor = le16_of(FWI_ABI_MINOR);
	log_event(s->config.log, LOG_L_NOTICE, "nic.refused", "reason=%d", (int)why);
	reply(s->client[i], &m, NULL, 0);
	close_client(s, i);
}

static void hello(struct navenic_server *s, unsigned i, const struct message *in)
{
	struct fwi_attach_msg m;
	int fds[FWI_ATTACH_FDS_MAX];

	if (in->fds != 0 || s->attached == (int)i) {
		refuse(s, i, FWI_ATTACH_BAD_MESSAGE);
		return;
	}
	if (le16_get(in->msg.abi_major) != FWI_ABI_MAJOR) {
		refuse(s, i, FWI_ATTACH_BAD_VERSION);
		return;
	}
	if (emu_attach(s->config.emu, s->config.now_ms(), &s->link) != ERR_OK) {
		refuse(s, i, FWI_ATTACH_BUSY);
		return;
	}
	s->attached = (int)i;
	memset(&m, 0, sizeof(m));
	m.type = le16_of(FWI_ATTACH_WELCOME);
	m.abi_major = le16_of(FWI_ABI_MAJOR);
	m.abi_minor = le16_of(FWI_ABI_MINOR);
	m.vectors = le16_of((uint16_t)s->link.vectors);
	m.bar_size = le64_of(s->link.bar_size);
	fds[FWI_ATTACH_FD_BAR] = s->link.bar_fd;
	fds[FWI_ATTACH_FD_DOORBELL] = s->link.doorbell_fd;
	memcpy(&fds[FWI_ATTACH_FD_VECTOR], s->link.vector_fd, sizeof(int) * s->link.vectors);
	watch(s, s->link.doorbell_fd, TAG_DOORBELL, 0);
	reply(s->client[i], &m, fds, FWI_ATTACH_FD_VECTOR + s->link.vectors);
}

static void region(struct navenic_server *s, unsigned i, const struct message *in)
{
	bool add = le16_get(in->msg.type) == FWI_ATTACH_REGION_ADD;
	uint16_t id = le16_get(in->msg.region);
	struct fwi_attach_msg m;
	enum fwi_attach_result res;

	if (s->attached != (int)i || in->fds != (add ? 1 : 0)) {
		refuse(s, i, FWI_ATTACH_BAD_MESSAGE);
		return;
	}
	res = add ? emu_region_add(s->config.emu, in->fd[0], le64_get(in->msg.region_size), &id) : emu_region_del(s->config.emu, id);
	memset(&m, 0, sizeof(m));
	m.type = le16_of(FWI_ATTACH_REGION_REPLY);
	m.result = le16_of((uint16_t)res);
	m.region = le16_of(res == FWI_ATTACH_OK ? id : 0);
	reply(s->client[i], &m, NULL, 0);
}

static void collect_fds(struct msghdr *h, struct message *in)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t k = 0; k < count && in->fds < FDS_PER_MESSAGE; k++)
			memcpy(&in->fd[in->fds++], CMSG_DATA(c) + k * sizeof(int), sizeof(int));
	}
}

static void dispatch(struct navenic_server *s, unsigned i, const struct message *in)
{
	switch (le16_get(in->msg.type)) {
	case FWI_ATTACH_HELLO:
		hello(s, i, in);
		return;
	case FWI_ATTACH_REGION_ADD:
	case FWI_ATTACH_REGION_DEL:
		region(s, i, in);
		return;
	default:
		refuse(s, i, FWI_ATTACH_BAD_MESSAGE);
		return;
	}
}

static void serve_client(struct navenic_server *s, unsigned i)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * FDS_PER_MESSAGE)];
	} control;
	struct message in = { .fds = 0 };
	struct iovec iov = { .iov_base = &in.msg, .iov_len = sizeof(in.msg) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	ssize_t got;

	if (s->client[i] < 0)
		return;
	got = recvmsg(s->client[i], &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		close_client(s, i);
		return;
	}
	collect_fds(&h, &in);
	if (got != (ssize_t)sizeof(in.msg) || (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || le32_get(in.msg.magic) != FWI_MAGIC)
		refuse(s, i, FWI_ATTACH_BAD_MESSAGE);
	else
		dispatch(s, i, &in);
	for (unsigned k = 0; k < in.fds; k++)
		(void)close(in.fd[k]);
}

static void accept_client(struct navenic_server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (s->client[i] >= 0)
			continue;
		s->client[i] = fd;
		watch(s, fd, TAG_CLIENT, i);
		return;
	}
	(void)close(fd);
}

static void drain(int fd)
{
	uint64_t count;
	ssize_t ignored = read(fd, &count, sizeof(count));

	(void)ignored;
}

/* An interface that went down leaves an error on its socket, which would wake us for ever. */
static void clear_error(int fd)
{
	int error;
	socklen_t len = sizeof(error);

	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
}

static void handle(struct navenic_server *s, const struct epoll_event *ev)
{
	switch ((enum tag)(ev->data.u64 >> 32)) {
	case TAG_STOP:
		s->stop = true;
		return;
	case TAG_LISTEN:
		accept_client(s);
		return;
	case TAG_DOORBELL:
		if (s->attached >= 0)
			drain(s->link.doorbell_fd);
		return;
	case TAG_WIRE:
		if ((ev->events & EPOLLERR) != 0)
			clear_error(s->config.wire->fd);
		return;
	case TAG_CLIENT:
		serve_client(s, (unsigned)ev->data.u64);
		return;
	}
}

static void wait_for_events(struct navenic_server *s, int timeout_ms)
{
	struct epoll_event events[8];
	int count = epoll_wait(s->epoll, events, 8, timeout_ms);

	for (int i = 0; i < count; i++)
		handle(s, &events[i]);
}

/* The wire's descriptor is watched only while its frames are wanted: else it would never let us sleep. */
static void watch_wire(struct navenic_server *s)
{
	bool want = emu_is_receiving(s->config.emu);

	if (s->config.wire->fd < 0 || want == s->wire_watched)
		return;
	if (want)
		watch(s, s->config.wire->fd, TAG_WIRE, 0);
	else
		unwatch(s, s->config.wire->fd);
	s->wire_watched = want;
}

static int sleep_ms(const struct navenic_server *s, uint64_t now)
{
	uint64_t next = emu_next_ms(s->config.emu);

	if (next <= now)
		return 0;
	return next - now > SLEEP_MAX_MS ? SLEEP_MAX_MS : (int)(next - now);
}

/* A hung device does nothing but die when it is told to. */
static void hang(struct navenic_server *s, uint64_t now)
{
	struct pollfd p = { .fd = s->config.stop_fd, .events = POLLIN };

	s->stop = poll(&p, 1, sleep_ms(s, now)) > 0;
}

static void sleep_until_work(struct navenic_server *s, uint64_t now)
{
	if (emu_is_hung(s->config.emu, now)) {
		hang(s, now);
		return;
	}
	watch_wire(s);
	if (!emu_sleep(s->config.emu, now))
		return;
	wait_for_events(s, sleep_ms(s, now));
	emu_wake(s->config.emu);
}

void navenic_server_run(struct navenic_server *s)
{
	unsigned busy = 0;
	unsigned idle = 0;

	while (!s->stop) {
		uint64_t now = s->config.now_ms();

		if (emu_poll(s->config.emu, now)) {
			idle = 0;
			if (++busy % SOCKET_EVERY == 0)
				wait_for_events(s, 0);
		} else if (++idle > SPIN) {
			idle = 0;
			sleep_until_work(s, now);
		}
	}
}

/* Whether somebody listens on the path already. */
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool served = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;

	if (fd >= 0)
		(void)close(fd);
	return served;
}

/* Only the owner may attach: the socket is made under a mask that leaves nobody else in. */
static enum err listen_on(struct navenic_server *s)
{
	size_t len = strlen(s->config.path);
	mode_t mask;
	int res;

	if (len >= sizeof(s->address.sun_path))
		return ERR_RANGE;
	s->address.sun_family = AF_UNIX;
	memcpy(s->address.sun_path, s->config.path, len);
	if (is_served(&s->address))
		return ERR_BUSY;
	(void)unlink(s->config.path);
	s->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listener < 0)
		return err_of_errno(errno);
	mask = umask(0177);
	res = bind(s->listener, (const struct sockaddr *)&s->address, sizeof(s->address));
	(void)umask(mask);
	return res == 0 && listen(s->listener, CLIENTS) == 0 ? ERR_OK : err_of_errno(errno);
}

enum err navenic_server_new(const struct navenic_server_config *config, struct navenic_server **out)
{
	struct navenic_server *s = (struct navenic_server *)calloc(1, sizeof(*s));
	enum err err;

	if (s == NULL)
		return ERR_NOMEM;
	s->config = *config;
	s->listener = -1;
	s->attached = -1;
	for (unsigned i = 0; i < CLIENTS; i++)
		s->client[i] = -1;
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	err = s->epoll >= 0 ? listen_on(s) : err_of_errno(errno);
	if (err != ERR_OK) {
		log_event(config->log, LOG_L_ERROR, "nic.listen", "path=%s err=%s", config->path, err_str(err));
		navenic_server_free(s);
		return err;
	}
	watch(s, s->listener, TAG_LISTEN, 0);
	watch(s, config->stop_fd, TAG_STOP, 0);
	*out = s;
	return ERR_OK;
}

void navenic_server_free(struct navenic_server *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < CLIENTS; i++)
		if (s->client[i] >= 0)
			close_client(s, i);
	if (s->listener >= 0) {
		(void)close(s->listener);
		(void)unlink(s->config.path);
	}
	if (s->epoll >= 0)
		(void)close(s->epoll);
	free(s);
}
