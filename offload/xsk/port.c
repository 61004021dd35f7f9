/*
 * The port provider over AF_XDP sockets.  rx and tx run on workers, everything else on the main lcore.
 *
 * Frames live in memory of the port's own and are copied from and to mbufs: each direction of a queue owns half of the
 * frames for good, so nothing of the datapath's pool is ever lent to the kernel, a full ring can't starve
 * another port, and closing a socket leaves no packet behind that somebody must find again.  What the copy
 * costs beside the kernel's own work is in perf/README.md (bench_xsk).
 *
 * A worker transmits on the socket of its own number while there are as many queues; beyond that workers share one, under a
 * lock that is taken once a burst.
 */
#include "xsk/port.h"

#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <rte_mbuf.h>
#include <rte_memcpy.h>
#include <rte_prefetch.h>
#include <rte_spinlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader/xsk.h"

enum {
	PORT_BURST = 64,
	PORT_RING = 1024,
	PORT_FRAME = 2048,
	PORT_FRAME_ROOM = PORT_FRAME - 256, /* the kernel keeps 256 bytes before a received frame */
	PORT_L2 = 18,                       /* Ethernet header and one tag */
	PORT_HEADROOM = 128,                /* promised by path/port.h */
};

/* Counters of one direction; written by one worker, read by the main lcore. */
struct port_count {
	uint64_t packets, bytes, drops;
};

struct port_queue {
	/* the worker that polls it */
	struct loader_xsk *xsk;
	uint8_t *area;
	struct port_count in;

	/* the worker or workers that send on it */
	_Alignas(64) rte_spinlock_t lock;
	uint32_t spare_count;
	uint64_t *spare; /* offsets of free tx frames */
	struct port_count out;
};

struct xsk_port {
	struct rte_mempool *pool;
	uint32_t queue_count;
	uint32_t ring_size;
	int ctl; /* for ioctl, in the port's namespace */
	uint8_t mac[6];
	char name[IF_NAMESIZE];
	struct port_queue queue[XSK_PORT_QUEUES_MAX];
};

static size_t area_len(const struct xsk_port *p)
{
	return (size_t)p->ring_size * 2 * PORT_FRAME;
}

/* ---- workers ---- */

static inline void add(uint64_t *counter, uint64_t more)
{
	__atomic_store_n(counter, *counter + more, __ATOMIC_RELAXED);
}

static void give_back(struct port_queue *q, const struct loader_frame *frame, uint32_t count)
{
	uint64_t offset[PORT_BURST];
	uint32_t given;

	for (uint32_t i = 0; i < count; i++)
		offset[i] = frame[i].offset / PORT_FRAME * PORT_FRAME;
	given = loader_xsk_fill(q->xsk, offset, count);
	assert(given == count); /* the ring has room for every frame */
}

static uint16_t port_rx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	struct xsk_port *p = (struct xsk_port *)dev;
	struct port_queue *q = &p->queue[queue];
	struct loader_frame frame[PORT_BURST];
	uint32_t n = loader_xsk_rx(q->xsk, frame, count < PORT_BURST ? count : PORT_BURST);
	uint64_t bytes = 0;

	if (n == 0)
		return 0;
	for (uint32_t i = 0; i < n; i++)
		rte_prefetch0(q->area + frame[i].offset);
	if (rte_pktmbuf_alloc_bulk(p->pool, pkts, n) != 0) {
		add(&q->in.drops, n);
		give_back(q, frame, n);
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		rte_memcpy(rte_pktmbuf_mtod(pkts[i], void *), q->area + frame[i].offset, frame[i].len);
		pkts[i]->data_len = (uint16_t)frame[i].len;
		pkts[i]->pkt_len = frame[i].len;
		bytes += frame[i].len;
	}
	give_back(q, frame, n);
	add(&q->in.packets, n);
	add(&q->in.bytes, bytes);
	return (uint16_t)n;
}

static void reap(struct port_queue *q, uint32_t ring_size)
{
	uint32_t n;

	do {
		n = loader_xsk_complete(q->xsk, q->spare + q->spare_count, ring_size - q->spare_count);
		q->spare_count += n;
	} while (n != 0);
}

/* A packet marked for a device's crypto is plain text, and this device would send it so. */
static bool can_be_sent(const struct rte_mbuf *m)
{
	return (m->ol_flags & RTE_MBUF_F_TX_SEC_OFFLOAD) == 0 && m->nb_segs == 1 && m->pkt_len <= PORT_FRAME;
}

/* Copies packets into frames; those that can't be sent are dropped here and count as taken.  Returns how many are. */
static uint16_t load(struct port_queue *q, struct rte_mbuf **pkts, uint16_t count, struct loader_frame *frame, uint32_t *loaded)
{
	uint64_t bytes = 0;
	uint32_t n = 0;
	uint16_t taken;

	for (taken = 0; taken < count; taken++) {
		struct rte_mbuf *m = pkts[taken];

		if (!can_be_sent(m)) {
			add(&q->out.drops, 1);
			continue;
		}
		if (q->spare_count == 0)
			break;
		frame[n].offset = q->spare[--q->spare_count];
		frame[n].len = m->pkt_len;
		rte_memcpy(q->area + frame[n].offset, rte_pktmbuf_mtod(m, void *), m->pkt_len);
		bytes += m->pkt_len;
		n++;
	}
	add(&q->out.packets, n);
	add(&q->out.bytes, bytes);
	*loaded = n;
	return taken;
}

static uint16_t send_burst(struct port_queue *q, uint32_t ring_size, struct rte_mbuf **pkts, uint16_t count)
{
	struct loader_frame frame[PORT_BURST];
	uint32_t loaded, queued;
	uint16_t taken;

	reap(q, ring_size);
	taken = load(q, pkts, count, frame, &loaded);
	queued = loader_xsk_tx(q->xsk, frame, loaded);
	assert(queued == loaded); /* the ring has room for every frame */
	loader_xsk_kick(q->xsk);
	return taken;
}

static uint16_t port_tx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	struct xsk_port *p = (struct xsk_port *)dev;
	struct port_queue *q = &p->queue[queue % p->queue_count];
	uint16_t sent = 0, taken;

	rte_spinlock_lock(&q->lock);
	do {
		uint16_t want = (uint16_t)(count - sent);

		taken = send_burst(q, p->ring_size, pkts + sent, want < PORT_BURST ? want : PORT_BURST);
		sent = (uint16_t)(sent + taken);
	} while (taken == PORT_BURST && sent < count);
	rte_spinlock_unlock(&q->lock);
	rte_pktmbuf_free_bulk(pkts, sent);
	return sent;
}

/* ---- main lcore ---- */

static bool ask(const struct xsk_port *p, unsigned long request, struct ifreq *out)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->ifr_name, p->name, sizeof(p->name));
	return ioctl(p->ctl, request, out) == 0;
}

static void port_info(void *dev, struct path_port_info *out)
{
	const struct xsk_port *p = (const struct xsk_port *)dev;
	struct loader_xsk_stats stats;
	struct ifreq req;

	memset(out, 0, sizeof(*out));
	memcpy(out->driver, "af_xdp", sizeof("af_xdp"));
	memcpy(out->mac, p->mac, sizeof(out->mac));
	out->alive = ask(p, SIOCGIFFLAGS, &req);
	out->link_up = out->alive && (req.ifr_flags & IFF_RUNNING) != 0;
	if (ask(p, SIOCGIFMTU, &req))
		out->mtu = (uint16_t)(req.ifr_mtu < UINT16_MAX ? req.ifr_mtu : UINT16_MAX);
	for (uint32_t i = 0; i < p->queue_count; i++) {
		const struct port_queue *q = &p->queue[i];

		out->in_packets += __atomic_load_n(&q->in.packets, __ATOMIC_RELAXED);
		out->in_bytes += __atomic_load_n(&q->in.bytes, __ATOMIC_RELAXED);
		out->in_drops += __atomic_load_n(&q->in.drops, __ATOMIC_RELAXED);
		out->out_packets += __atomic_load_n(&q->out.packets, __ATOMIC_RELAXED);
		out->out_bytes += __atomic_load_n(&q->out.bytes, __ATOMIC_RELAXED);
		out->out_drops += __atomic_load_n(&q->out.drops, __ATOMIC_RELAXED);
		if (loader_xsk_read_stats(q->xsk, &stats) == ERR_OK)
			out->in_drops += stats.rx_dropped + stats.rx_ring_full + stats.rx_fill_empty;
	}
}

const struct path_port_ops xsk_port_ops = { .name = "xsk", .rx = port_rx, .tx = port_tx, .info = port_info };

/* The first half of the frames is for receiving and in the fill ring from the start, the other for sending. */
static enum err open_queue(struct xsk_port *p, uint32_t index, bool copy)
{
	struct port_queue *q = &p->queue[index];
	struct loader_xsk_config config = {
		.name = p->name,
		.queue = index,
		.area_len = area_len(p),
		.frame_size = PORT_FRAME,
		.ring_size = p->ring_size,
		.copy = copy,
	};
	void *area = mmap(NULL, area_len(p), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	enum err err;

	if (area == MAP_FAILED)
		return ERR_NOMEM;
	q->area = (uint8_t *)area;
	config.area = area;
	q->spare = (uint64_t *)calloc(p->ring_size, sizeof(*q->spare));
	if (q->spare == NULL)
		return ERR_NOMEM;
	rte_spinlock_init(&q->lock);
	err = loader_xsk_open(&q->xsk, &config);
	if (err != ERR_OK)
		return err;
	for (uint64_t i = 0; i < p->ring_size; i++) {
		uint64_t offset = i * PORT_FRAME;

		if (loader_xsk_fill(q->xsk, &offset, 1) != 1)
			return ERR_FULL;
		q->spare[i] = (p->ring_size + i) * PORT_FRAME;
	}
	q->spare_count = p->ring_size;
	return ERR_OK;
}

/* The whole frame must fit an mbuf behind its headroom. */
static enum err check_sizes(const struct xsk_port *p)
{
	uint32_t room = rte_pktmbuf_data_room_size(p->pool);
	struct ifreq req;
	uint32_t frame;

	if (!ask(p, SIOCGIFMTU, &req))
		return err_of_errno(errno);
	frame = (uint32_t)req.ifr_mtu + PORT_L2;
	if (frame > PORT_FRAME_ROOM || PORT_HEADROOM > RTE_PKTMBUF_HEADROOM || room < RTE_PKTMBUF_HEADROOM + frame)
		return ERR_RANGE;
	return ERR_OK;
}

static enum err look_at_device(struct xsk_port *p)
{
	struct ifreq req;
	enum err err;

	p->ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (p->ctl < 0 || !ask(p, SIOCGIFHWADDR, &req))
		return err_of_errno(errno);
	memcpy(p->mac, req.ifr_hwaddr.sa_data, sizeof(p->mac));
	err = loader_xsk_queue_count(p->name, &p->queue_count);
	if (err != ERR_OK)
		return err;
	if (p->queue_count == 0 || p->queue_count > XSK_PORT_QUEUES_MAX) {
		p->queue_count = 0;
		return ERR_RANGE;
	}
	return check_sizes(p);
}

enum err xsk_port_new(struct xsk_port **out, const struct xsk_port_conf *conf)
{
	struct xsk_port *p;
	enum err err;

	if (strlen(conf->name) >= IF_NAMESIZE)
		return ERR_ABSENT;
	p = (struct xsk_port *)aligned_alloc(64, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	memset(p, 0, sizeof(*p));
	p->pool = conf->pool;
	p->ring_size = conf->ring_size != 0 ? conf->ring_size : PORT_RING;
	memcpy(p->name, conf->name, strlen(conf->name));
	err = look_at_device(p);
	for (uint32_t i = 0; err == ERR_OK && i < p->queue_count; i++)
		err = open_queue(p, i, conf->copy);
	if (err != ERR_OK) {
		xsk_port_free(p);
		return err;
	}
	*out = p;
	return ERR_OK;
}

void xsk_port_free(struct xsk_port *p)
{
	if (p == NULL)
		return;
	for (uint32_t i = 0; i < p->queue_count; i++) {
		struct port_queue *q = &p->queue[i];

		loader_xsk_close(q->xsk);
		if (q->area != NULL)
			(void)munmap(q->area, area_len(p));
		free(q->spare);
	}
	if (p->ctl >= 0)
		(void)close(p->ctl);
	free(p);
}

uint32_t xsk_port_queue_count(const struct xsk_port *p)
{
	return p->queue_count;
}

int xsk_port_fd(const struct xsk_port *p, uint32_t queue)
{
	return loader_xsk_fd(p->queue[queue].xsk);
}
