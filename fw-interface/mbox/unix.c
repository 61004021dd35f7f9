/*
 * The bus to a device that is a process: unix seqpacket socket, register file and regions as memfds, doorbell and
 * interrupts as eventfds.  Runs on the driver's control thread; only kick is called from others.  Whatever the
 * device sends is checked before use: size, magic, type, descriptor count, seals and size of the register file.
 * Regions are shown and taken back by question and answer, for which it waits; a device that misses one is gone.
 */
#include "mbox/unix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fwi/attach.h"

enum { ANSWER_MS = 2000, SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

struct unix_bus {
	struct fwi_bus bus;
	int socket;
	int doorbell;
	uint64_t (*now_ms)(void);
};

/* Descriptors that came with a message; each is -1 once somebody took it. */
struct fd_set_in {
	int fd[FWI_ATTACH_FDS_MAX];
	unsigned count;
};

static struct unix_bus *self(struct fwi_bus *bus)
{
	return (struct unix_bus *)(void *)bus;
}

static void close_fds(struct fd_set_in *fds)
{
	for (unsigned i = 0; i < fds->count; i++)
		if (fds->fd[i] >= 0)
			(void)close(fds->fd[i]);
	fds->count = 0;
}

static int take_fd(struct fd_set_in *fds, unsigned i)
{
	int fd = fds->fd[i];

	fds->fd[i] = -1;
	return fd;
}

static struct fwi_attach_msg message(enum fwi_attach_type type)
{
	struct fwi_attach_msg m;

	memset(&m, 0, sizeof(m));
	m.magic = le32_of(FWI_MAGIC);
	m.type = le16_of((uint16_t)type);
	return m;
}

static enum fwi_status send_message(int sock, const struct fwi_attach_msg *m, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)m, .iov_len = sizeof(*m) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		h.msg_control = control.bytes;
		h.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(sock, &h, MSG_NOSIGNAL) == (ssize_t)sizeof(*m) ? FWI_ST_OK : FWI_ST_H_CLOSED;
}

static void collect_fds(struct msghdr *h, struct fd_set_in *fds)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL; c = CMSG_NXTHDR(h, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count && fds->count < FWI_ATTACH_FDS_MAX; i++)
			memcpy(&fds->fd[fds->count++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
	}
}

/* One message of the device's; H_PENDING: there is none.  The caller closes what is left in 'fds', also on failure. */
static enum fwi_status receive_message(int sock, struct fwi_attach_msg *m, struct fd_set_in *fds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * FWI_ATTACH_FDS_MAX)];
	} control;
	struct iovec iov = { .iov_base = m, .iov_len = sizeof(*m) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	ssize_t got;

	fds->count = 0;
	do {
		got = recvmsg(sock, &h, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return FWI_ST_H_PENDING;
	if (got <= 0)
		return FWI_ST_H_CLOSED;
	collect_fds(&h, fds);
	if (got != (ssize_t)sizeof(*m) || (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || le32_get(m->magic) != FWI_MAGIC)
		return FWI_ST_H_COMPLETION;
	return FWI_ST_OK;
}

static enum fwi_status await_reply(struct unix_bus *u, struct fwi_attach_msg *m)
{
	struct pollfd p = { .fd = u->socket, .events = POLLIN };
	struct fd_set_in fds;
	enum fwi_status st;

	if (poll(&p, 1, ANSWER_MS) <= 0)
		return FWI_ST_H_TIMEOUT;
	st = receive_message(u->socket, m, &fds);
	if (st == FWI_ST_OK && (fds.count != 0 || le16_get(m->type) != FWI_ATTACH_REGION_REPLY))
		st = FWI_ST_H_COMPLETION;
	close_fds(&fds);
	return st;
}

static enum fwi_status region_call(struct unix_bus *u, const struct fwi_attach_msg *ask, int fd, uint16_t *region)
{
	struct fwi_attach_msg answer;
	enum fwi_status st = send_message(u->socket, ask, fd);

	if (st == FWI_ST_OK)
		st = await_reply(u, &answer);
	if (st != FWI_ST_OK) {
		u->bus.gone = true; /* an answer that comes late would be taken for the next one's */
		return st;
	}
	*region = le16_get(answer.region);
	return le16_get(answer.result) == FWI_ATTACH_OK && *region != 0 ? FWI_ST_OK : FWI_ST_H_MEMORY;
}

static enum fwi_status unix_region_add(struct fwi_bus *bus, int fd, uint64_t size, uint16_t *region)
{
	struct fwi_attach_msg ask = message(FWI_ATTACH_REGION_ADD);

	ask.region_size = le64_of(size);
	return region_call(self(bus), &ask, fd, region);
}

static enum fwi_status unix_region_del(struct fwi_bus *bus, uint16_t region)
{
	struct fwi_attach_msg ask = message(FWI_ATTACH_REGION_DEL);

	ask.region = le16_of(region);
	return region_call(self(bus), &ask, -1, &region);
}

static void unix_kick(struct fwi_bus *bus)
{
	const uint64_t one = 1;

	/* It can only fail when 2^64 - 2 kicks wait, and then the device wakes anyway. */
	ssize_t ignored = write(self(bus)->doorbell, &one, sizeof(one));
	(void)ignored;
}

static void unix_wait(struct fwi_bus *bus, uint32_t timeout_ms)
{
	struct pollfd p[2] = { { .fd = bus->vector_fd[0], .events = POLLIN }, { .fd = bus->device_fd, .events = POLLIN } };
	uint64_t count;

	if (poll(p, 2, (int)timeout_ms) > 0 && (p[0].revents & POLLIN) != 0) {
		ssize_t ignored = read(bus->vector_fd[0], &count, sizeof(count));
		(void)ignored;
	}
}

static bool unix_alive(struct fwi_bus *bus)
{
	struct pollfd p = { .fd = bus->device_fd, .events = POLLIN };

	/* Outside of region calls the device has nothing to say: readable is the end of file, or a broken device. */
	return poll(&p, 1, 0) == 0;
}

static uint64_t unix_now_ms(struct fwi_bus *bus)
{
	return self(bus)->now_ms();
}

static void unix_close(struct fwi_bus *bus)
{
	struct unix_bus *u = self(bus);

	if (u->socket >= 0)
		(void)close(u->socket);
	if (u->doorbell >= 0)
		(void)close(u->doorbell);
	for (uint32_t i = 0; i < bus->vectors; i++)
		(void)close(bus->vector_fd[i]);
	if (bus->bar != NULL)
		(void)munmap(bus->bar, sizeof(*bus->bar));
	free(u);
}

static enum fwi_status map_bar(struct unix_bus *u, int fd)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);
	void *p;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 || st.st_size < (off_t)sizeof(struct fwi_bar))
		return FWI_ST_H_COMPLETION;
	p = mmap(NULL, sizeof(struct fwi_bar), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return FWI_ST_H_SYSTEM;
	u->bus.bar = (struct fwi_bar *)p;
	return le32_get(u->bus.bar->device.magic) == FWI_MAGIC ? FWI_ST_OK : FWI_ST_H_COMPLETION;
}

static enum fwi_status accept_welcome(struct unix_bus *u, const struct fwi_attach_msg *m, struct fd_set_in *fds)
{
	unsigned vectors = le16_get(m->vectors);

	if (le16_get(m->type) == FWI_ATTACH_REFUSED) {
		switch (le16_get(m->result)) {
		case FWI_ATTACH_BAD_VERSION:
			return FWI_ST_H_VERSION;
		case FWI_ATTACH_BUSY:
			return FWI_ST_H_BUSY;
		default:
			return FWI_ST_H_COMPLETION;
		}
	}
	if (le16_get(m->type) != FWI_ATTACH_WELCOME || vectors == 0 || vectors > FWI_VECTORS_MAX ||
		fds->count != FWI_ATTACH_FD_VECTOR + vectors)
		return FWI_ST_H_COMPLETION;
	if (le16_get(m->abi_major) != FWI_ABI_MAJOR)
		return FWI_ST_H_VERSION;
	u->doorbell = take_fd(fds, FWI_ATTACH_FD_DOORBELL);
	for (unsigned i = 0; i < vectors; i++)
		u->bus.vector_fd[i] = take_fd(fds, FWI_ATTACH_FD_VECTOR + i);
	u->bus.vectors = vectors;
	return map_bar(u, fds->fd[FWI_ATTACH_FD_BAR]);
}

static enum fwi_status unix_welcome(struct fwi_bus *bus)
{
	struct unix_bus *u = self(bus);
	struct fwi_attach_msg m;
	struct fd_set_in fds;
	enum fwi_status st;

	if (bus->bar != NULL)
		return FWI_ST_OK;
	st = receive_message(u->socket, &m, &fds);
	if (st == FWI_ST_OK)
		st = accept_welcome(u, &m, &fds);
	close_fds(&fds);
	return st;
}

static const struct fwi_bus_ops unix_ops = {
	.welcome = unix_welcome,
	.region_add = unix_region_add,
	.region_del = unix_region_del,
	.kick = unix_kick,
	.wait = unix_wait,
	.alive = unix_alive,
	.now_ms = unix_now_ms,
	.close = unix_close,
};

static enum fwi_status connect_to(const char *path, int sock)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(un.sun_path))
		return FWI_ST_H_SYSTEM;
	memcpy(un.sun_path, path, strlen(path));
	if (connect(sock, (const struct sockaddr *)&un, sizeof(un)) == 0)
		return FWI_ST_OK;
	return errno == EAGAIN ? FWI_ST_H_BUSY : FWI_ST_H_CLOSED;
}

static enum fwi_status say_hello(int sock)
{
	struct fwi_attach_msg m = message(FWI_ATTACH_HELLO);

	m.abi_major = le16_of(FWI_ABI_MAJOR);
	m.abi_minor = le16_of(FWI_ABI_MINOR);
	return send_message(sock, &m, -1);
}

enum fwi_status mbox_unix_open(const char *path, uint64_t (*now_ms)(void), struct fwi_bus **out)
{
	struct unix_bus *u = (struct unix_bus *)calloc(1, sizeof(*u));
	enum fwi_status st = FWI_ST_H_SYSTEM;

	if (u == NULL)
		return st;
	u->bus.ops = &unix_ops;
	u->bus.vector_fd[0] = -1;
	u->now_ms = now_ms;
	u->doorbell = -1;
	u->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	u->bus.device_fd = u->socket;
	if (u->socket >= 0)
		st = connect_to(path, u->socket);
	if (st == FWI_ST_OK)
		st = say_hello(u->socket);
	if (st != FWI_ST_OK) {
		unix_close(&u->bus);
		return st;
	}
	*out = &u->bus;
	return FWI_ST_OK;
}
