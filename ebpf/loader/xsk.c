/*
 * AF_XDP sockets on libxdp, which neither loads a program nor touches a map here (INHIBIT_PROG_LOAD): steer.c owns
 * those.  The port provider of the datapath calls open and close on its main thread, the bursts on the queue's worker.
 */
#include "loader/xsk.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_xdp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <xdp/xsk.h>

enum {
	XSK_TX_BATCH = 32,  /* frames that the kernel sends per system call in copy mode */
	XSK_KICKS_MAX = 64, /* bound on calls of one kick */
	XSK_BIND_TRIES = 50,
	XSK_BIND_WAIT_NS = 10000000, /* between two of them */
};

struct loader_xsk {
	struct xsk_umem *umem;
	struct xsk_socket *socket;
	struct xsk_ring_cons rx, comp;
	struct xsk_ring_prod tx, fill;
	uint32_t tx_pending; /* queued and not completed */
	int fd;
	bool zero_copy;
};

static bool is_zero_copy(int fd)
{
	struct xdp_options options = { .flags = 0 };
	socklen_t len = sizeof(options);

	return getsockopt(fd, SOL_XDP, XDP_OPTIONS, &options, &len) == 0 && (options.flags & XDP_OPTIONS_ZEROCOPY) != 0;
}

static int bind_socket(struct loader_xsk *x, const struct loader_xsk_config *config)
{
	/*
	 * The kernel tells late what it took: a received frame may be back in our hands, and a sent one completed, while its
	 * entry in the fill or tx ring still counts as used.  Never more entries than there are frames: twice as many suffice.
	 */
	struct xsk_umem_config umem = {
		.fill_size = 2 * config->ring_size,
		.comp_size = config->ring_size,
		.frame_size = config->frame_size,
		.frame_headroom = config->headroom,
	};
	/* Without XDP_COPY the kernel tries zero-copy and falls back by itself. */
	struct xsk_socket_config socket = {
		.rx_size = config->ring_size,
		.tx_size = 2 * config->ring_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = (__u16)(XDP_USE_NEED_WAKEUP | (config->copy ? XDP_COPY : 0)),
	};
	int rc = xsk_umem__create(&x->umem, config->area, config->area_len, &x->fill, &x->comp, &umem);

	if (rc != 0)
		return rc;
	return xsk_socket__create(&x->socket, config->name, config->queue, x->umem, &x->rx, &x->tx, &socket);
}

enum err loader_xsk_open(struct loader_xsk **out, const struct loader_xsk_config *config)
{
	const struct timespec wait = { .tv_nsec = XSK_BIND_WAIT_NS };
	struct loader_xsk *x = NULL;
	int rc = -EBUSY;

	/* The kernel frees the queue of a closed socket, or of a dead process, a little later than it says. */
	for (int i = 0; i < XSK_BIND_TRIES && rc == -EBUSY; i++) {
		if (i > 0)
			(void)nanosleep(&wait, NULL);
		x = calloc(1, sizeof(*x));
		if (x == NULL)
			return ERR_NOMEM;
		rc = bind_socket(x, config);
		if (rc != 0)
			loader_xsk_close(x);
	}
	if (rc != 0)
		return err_of_errno(-rc);
	x->fd = xsk_socket__fd(x->socket);
	x->zero_copy = is_zero_copy(x->fd);
	*out = x;
	return ERR_OK;
}

void loader_xsk_close(struct loader_xsk *x)
{
	if (x == NULL)
		return;
	xsk_socket__delete(x->socket);
	if (x->umem != NULL)
		(void)xsk_umem__delete(x->umem);
	free(x);
}

int loader_xsk_fd(const struct loader_xsk *x)
{
	return x->fd;
}

bool loader_xsk_zero_copy(const struct loader_xsk *x)
{
	return x->zero_copy;
}

uint32_t loader_xsk_rx(struct loader_xsk *x, struct loader_frame *out, uint32_t max)
{
	uint32_t at = 0;
	uint32_t count = xsk_ring_cons__peek(&x->rx, max, &at);

	if (count == 0 && xsk_ring_prod__needs_wakeup(&x->fill))
		(void)recvfrom(x->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
	for (uint32_t i = 0; i < count; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&x->rx, at + i);

		out[i].offset = desc->addr;
		out[i].len = desc->len;
	}
	if (count != 0)
		xsk_ring_cons__release(&x->rx, count);
	return count;
}

uint32_t loader_xsk_fill(struct loader_xsk *x, const uint64_t *offset, uint32_t count)
{
	uint32_t room = xsk_prod_nb_free(&x->fill, count);
	uint32_t at = 0;

	if (room < count)
		count = room;
	if (count == 0 || xsk_ring_prod__reserve(&x->fill, count, &at) == 0)
		return 0;
	for (uint32_t i = 0; i < count; i++)
		*xsk_ring_prod__fill_addr(&x->fill, at + i) = offset[i];
	xsk_ring_prod__submit(&x->fill, count);
	return count;
}

uint32_t loader_xsk_tx(struct loader_xsk *x, const struct loader_frame *frame, uint32_t count)
{
	uint32_t room = xsk_prod_nb_free(&x->tx, count);
	uint32_t at = 0;

	if (room < count)
		count = room;
	if (count == 0 || xsk_ring_prod__reserve(&x->tx, count, &at) == 0)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		struct xdp_desc *desc = xsk_ring_prod__tx_desc(&x->tx, at + i);

		desc->addr = frame[i].offset;
		desc->len = frame[i].len;
		desc->options = 0;
	}
	xsk_ring_prod__submit(&x->tx, count);
	x->tx_pending += count;
	return count;
}

uint32_t loader_xsk_complete(struct loader_xsk *x, uint64_t *out, uint32_t max)
{
	uint32_t at = 0;
	uint32_t count = xsk_ring_cons__peek(&x->comp, max, &at);

	for (uint32_t i = 0; i < count; i++)
		out[i] = *xsk_ring_cons__comp_addr(&x->comp, at + i);
	if (count != 0)
		xsk_ring_cons__release(&x->comp, count);
	x->tx_pending -= count;
	return count;
}

void loader_xsk_kick(struct loader_xsk *x)
{
	uint32_t calls = 1 + x->tx_pending / XSK_TX_BATCH;

	if (x->tx_pending == 0 || !xsk_ring_prod__needs_wakeup(&x->tx))
		return;
	if (calls > XSK_KICKS_MAX)
		calls = XSK_KICKS_MAX;
	/* EAGAIN: a batch went out, there is more.  Anything else will be no better at once. */
	while (calls-- > 0 && sendto(x->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) != 0 && errno == EAGAIN)
		;
}

enum err loader_xsk_read_stats(const struct loader_xsk *x, struct loader_xsk_stats *out)
{
	struct xdp_statistics stats;
	socklen_t len = sizeof(stats);

	memset(&stats, 0, sizeof(stats));
	if (getsockopt(x->fd, SOL_XDP, XDP_STATISTICS, &stats, &len) != 0)
		return err_of_errno(errno);
	out->rx_dropped = stats.rx_dropped;
	out->rx_ring_full = stats.rx_ring_full;
	out->rx_fill_empty = stats.rx_fill_ring_empty_descs;
	out->rx_invalid = stats.rx_invalid_descs;
	out->tx_invalid = stats.tx_invalid_descs;
	out->tx_ring_empty = stats.tx_ring_empty_descs;
	return ERR_OK;
}

enum err loader_xsk_queue_count(const char *name, uint32_t *out)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	struct ifreq req;
	enum err err = ERR_OK;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_of_errno(errno);
	memset(&req, 0, sizeof(req));
	strncpy(req.ifr_name, name, sizeof(req.ifr_name) - 1);
	req.ifr_data = (void *)&channels;
	if (ioctl(fd, SIOCETHTOOL, &req) == 0)
		*out = channels.combined_count + channels.rx_count;
	else if (errno == EOPNOTSUPP) /* a device with no notion of channels has one queue */
		*out = 1;
	else
		err = err_of_errno(errno);
	(void)close(fd);
	return err;
}
