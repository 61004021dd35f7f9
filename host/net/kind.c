/*
 * A port's sockets form a group (SO_REUSEPORT), and a filter of the classic kind says which one gets a datagram.  Only the first is bound
 * before it is told to share: where another process has the port that is refused, as it is to another process afterwards.  Those of a VRF
 * device are a group of their own, which shares with that of none from the start.
 */
#include "net/kind.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/netns.h"

enum { ROOM = 4 * 1024 * 1024 }; /* of those who have an IKE SA */

/* Where IKE keeps what the filter looks at (RFC7296-3.1, 3.10). */
enum { AT_RESPONDER = 8, AT_PAYLOAD = 16, AT_EXCHANGE = 18, AT_FLAGS = 19, AT_NOTIFY = 34 };
enum { IKE_SA_INIT = 34, IKE_RESPONSE = 0x20, IKE_NOTIFY = 41, IKE_COOKIE = 16390 };

#define LOAD(width, at) BPF_STMT(BPF_LD | (width) | BPF_ABS, (at))
/* Goes on if the octets are 'value', else by 'skip' instructions. */
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define ANSWER(kind) BPF_STMT(BPF_RET | BPF_K, (kind))

/* 'front': bytes before the IKE header.  What is too short for a load ends there with 0, which is NET_KIND_KNOWN. */
static enum err sort(int fd, uint32_t front)
{
	struct sock_filter code[] = {
		LOAD(BPF_B, front + AT_EXCHANGE),
		UNLESS(IKE_SA_INIT, 12),
		LOAD(BPF_W, front + AT_RESPONDER),
		UNLESS(0, 10),
		LOAD(BPF_W, front + AT_RESPONDER + 4),
		UNLESS(0, 8),
		LOAD(BPF_B, front + AT_FLAGS),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, IKE_RESPONSE, 6, 0),
		LOAD(BPF_B, front + AT_PAYLOAD),
		UNLESS(IKE_NOTIFY, 3),
		LOAD(BPF_H, front + AT_NOTIFY),
		UNLESS(IKE_COOKIE, 1),
		ANSWER(NET_KIND_RETURNED),
		ANSWER(NET_KIND_NEWCOMER),
		ANSWER(NET_KIND_KNOWN),
	};
	struct sock_fprog prog = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog, sizeof(prog)) == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err set_options(int fd, uint8_t family, uint32_t room)
{
	int one = 1, size = (int)room;
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int pktinfo = family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO;

	/* Best effort: without privileges the system's limit stands. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0)
		return err_of_errno(errno);
	return setsockopt(fd, level, pktinfo, &one, sizeof(one)) == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err share(int fd)
{
	int one = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err bind_any(int fd, uint8_t family, uint16_t port)
{
	struct addr_port any = { .addr = { .family = family }, .port = port };
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(&any, &sa);

	return bind(fd, (const struct sockaddr *)&sa, len) == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err open_one(const struct net_kind_port *port, enum net_kind kind, int *fd)
{
	bool first = kind == NET_KIND_KNOWN && port->device == NULL;
	enum err err;

	*fd = socket(port->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return err_of_errno(errno);
	err = set_options(*fd, port->family, kind == NET_KIND_KNOWN ? ROOM : port->room);
	if (err == ERR_OK)
		err = netns_bind_device(*fd, port->device);
	if (err == ERR_OK && !first)
		err = share(*fd);
	if (err == ERR_OK)
		err = bind_any(*fd, port->family, port->number);
	if (err == ERR_OK && first)
		err = share(*fd);
	return err;
}

enum err net_kind_open(const struct net_kind_port *port, int fd[NET_KINDS])
{
	enum err err = ERR_OK;

	for (int i = 0; i < NET_KINDS; i++)
		fd[i] = -1;
	for (int i = 0; i < NET_KINDS && err == ERR_OK; i++)
		err = open_one(port, (enum net_kind)i, &fd[i]);
	if (err == ERR_OK)
		err = sort(fd[0], port->marker ? 4 : 0);
	if (err != ERR_OK)
		net_kind_close(fd);
	return err;
}

void net_kind_close(int fd[NET_KINDS])
{
	for (int i = 0; i < NET_KINDS; i++) {
		if (fd[i] >= 0)
			(void)close(fd[i]);
		fd[i] = -1;
	}
}

uint64_t net_kind_dropped(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len) == 0 ? info[SK_MEMINFO_DROPS] : 0;
}
