/* recvmmsg and sendmmsg, with packet info: which of our addresses a datagram came to, or is to leave by. */
#include "net/batch.h"

#include <errno.h>
#include <string.h>

/* ---- receiving ---- */

unsigned net_batch_read(struct net_batch_in *in, int fd)
{
	int count;

	for (unsigned i = 0; i < NET_BATCH; i++) {
		in->iov[i] = (struct iovec){ .iov_base = in->buf[i], .iov_len = sizeof(in->buf[i]) };
		in->msg[i].msg_hdr = (struct msghdr){ .msg_name = &in->from[i],
			.msg_namelen = sizeof(in->from[i]),
			.msg_iov = &in->iov[i],
			.msg_iovlen = 1,
			.msg_control = &in->control[i],
			.msg_controllen = sizeof(in->control[i]) };
	}
	count = recvmmsg(fd, in->msg, NET_BATCH, MSG_DONTWAIT, NULL);
	return count > 0 ? (unsigned)count : 0;
}

static struct addr destination(const struct msghdr *msg)
{
	struct addr none = { .family = 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return addr_of(bytes_of(&info.ipi_addr, 4));
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			return addr_of(bytes_of(&info.ipi6_addr, 16));
		}
	}
	return none;
}

bool net_batch_at(const struct net_batch_in *in, unsigned i, struct net_udp_path *path, struct bytes *datagram)
{
	path->local.addr = destination(&in->msg[i].msg_hdr);
	*datagram = bytes_of(in->buf[i], in->msg[i].msg_len);
	return path->local.addr.family != 0 && addr_of_sockaddr((const struct sockaddr *)&in->from[i], &path->remote) == ERR_OK;
}

/* ---- sending ---- */

size_t net_batch_source(union net_batch_control *control, const struct addr *local)
{
	struct cmsghdr *c = (struct cmsghdr *)(void *)control->room;

	memset(control, 0, sizeof(*control));
	if (local->family == AF_INET) {
		struct in_pktinfo info = { .ipi_ifindex = 0 };

		memcpy(&info.ipi_spec_dst, local->b, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		return CMSG_SPACE(sizeof(info));
	}
	struct in6_pktinfo info = { .ipi6_ifindex = 0 };

	memcpy(&info.ipi6_addr, local->b, 16);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = IPV6_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return CMSG_SPACE(sizeof(info));
}

bool net_batch_fits(const struct net_batch_out *out, size_t len)
{
	return out->count < NET_BATCH && len + NET_BATCH_MARKER <= sizeof(out->buf) - out->used;
}

void net_batch_put(struct net_batch_out *out, const struct net_udp_path *path, bool marker, struct bytes datagram)
{
	unsigned i = out->count++;
	uint8_t *at = out->buf + out->used;
	size_t front = marker ? NET_BATCH_MARKER : 0;

	memset(at, 0, front);
	memcpy(at + front, datagram.data, datagram.len);
	out->used += front + datagram.len;
	out->iov[i] = (struct iovec){ .iov_base = at, .iov_len = front + datagram.len };
	out->msg[i].msg_hdr = (struct msghdr){ .msg_name = &out->to[i],
		.msg_namelen = addr_to_sockaddr(&path->remote, &out->to[i]),
		.msg_iov = &out->iov[i],
		.msg_iovlen = 1,
		.msg_control = &out->control[i],
		.msg_controllen = net_batch_source(&out->control[i], &path->local.addr) };
}

unsigned net_batch_send(struct net_batch_out *out, int fd)
{
	unsigned at = 0, sent = 0;

	while (at < out->count) {
		int n = sendmmsg(fd, out->msg + at, out->count - at, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
			break; /* no room for the others either */
		sent += n < 0 ? 0 : (unsigned)n;
		at += n < 0 ? 1 : (unsigned)n; /* the one that can't be sent holds up none */
	}
	out->count = 0;
	out->used = 0;
	return sent;
}
