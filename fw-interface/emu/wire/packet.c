/*
 * The wire "netdev": a packet socket with a mapped receive ring (TPACKET_V2: each frame is seen at once, where V3
 * waits for its block) and batched sends.  Device thread.
 */
#include "emu/wire/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/data/frame.h"

enum { SLOT_SMALL = 2048, SLOT_LARGE = 16384, SLOT_OVERHEAD = 160, RING_BYTES = 8 << 20, BLOCK = 1 << 16, TAG = 4 };

struct packet_wire {
	struct emu_wire wire;
	const struct log *log;
	uint8_t *ring;
	uint32_t slot_len;
	uint32_t slots;
	uint32_t next;     /* slot */
	uint32_t borrowed; /* slots before 'next' that the device still reads */
	bool told_long;
	unsigned queued;
	unsigned lost;
	uint32_t len[EMU_WIRE_BURST];
	uint8_t frame[EMU_WIRE_BURST][EMU_WIRE_FRAME];
};

static struct packet_wire *self(struct emu_wire *w)
{
	return (struct packet_wire *)(void *)w;
}

static struct tpacket2_hdr *slot_at(const struct packet_wire *p, uint32_t i)
{
	return (struct tpacket2_hdr *)(void *)(p->ring + (size_t)(i % p->slots) * p->slot_len);
}

static void give_back(struct packet_wire *p)
{
	for (; p->borrowed > 0; p->borrowed--)
		__atomic_store_n(&slot_at(p, p->next + p->slots - p->borrowed)->tp_status, (uint32_t)TP_STATUS_KERNEL, __ATOMIC_RELEASE);
}

void emu_packet_complete_checksum(uint8_t *frame, uint32_t len)
{
	struct emu_frame f;
	uint32_t field;
	uint16_t sum;

	emu_frame_parse(frame, len, &f);
	if (f.family == 0 || f.fragment != EMU_FRAME_WHOLE)
		return;
	if (f.protocol == EMU_FRAME_PROTO_UDP)
		field = 6;
	else if (f.protocol == EMU_FRAME_PROTO_TCP)
		field = 16;
	else
		return;
	if (f.l4_len < field + 2)
		return;
	sum = emu_frame_checksum(frame + f.l4, f.l4_len);
	if (sum == 0 && f.protocol == EMU_FRAME_PROTO_UDP)
		sum = 0xffff;
	emu_frame_put16(frame + f.l4 + field, sum);
}

/* Puts the tag back that the kernel took out; PACKET_RESERVE made room for it. */
static uint8_t *insert_tag(uint8_t *data, const struct tpacket2_hdr *h)
{
	uint8_t *front = data - TAG;

	memmove(front, data, 12);
	emu_frame_put16(front + 12, (h->tp_status & TP_STATUS_VLAN_TPID_VALID) != 0 ? h->tp_vlan_tpid : EMU_FRAME_TYPE_VLAN);
	emu_frame_put16(front + 14, h->tp_vlan_tci);
	return front;
}

/* The frame in slot 'h', or false for one that isn't whole. */
static bool take(struct packet_wire *p, struct tpacket2_hdr *h, struct emu_wire_frame *out)
{
	uint8_t *data = (uint8_t *)h + h->tp_mac;

	if (h->tp_len > h->tp_snaplen) {
		if (!p->told_long)
			log_event(p->log, LOG_L_WARN, "nic.wire",
				"dropped a frame of %u bytes: segmentation is left to the wire (ethtool -K IF tso off gso off)", h->tp_len);
		p->told_long = true;
		return false;
	}
	out->len = h->tp_snaplen;
	if ((h->tp_status & TP_STATUS_VLAN_VALID) != 0) {
		data = insert_tag(data, h);
		out->len += TAG;
	}
	if ((h->tp_status & TP_STATUS_CSUMNOTREADY) != 0)
		emu_packet_complete_checksum(data, out->len);
	out->data = data;
	return true;
}

static unsigned packet_rx(struct emu_wire *w, struct emu_wire_frame *out, unsigned cap)
{
	struct packet_wire *p = self(w);
	unsigned count = 0;

	give_back(p);
	while (count < cap && p->borrowed < p->slots) {
		struct tpacket2_hdr *h = slot_at(p, p->next);

		if ((__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0)
			break;
		p->next = (p->next + 1) % p->slots;
		p->borrowed++;
		if (take(p, h, &out[count]))
			count++;
	}
	return count;
}

static void packet_drop(struct emu_wire *w)
{
	struct emu_wire_frame frames[EMU_WIRE_BURST];

	for (uint32_t i = 0; i < self(w)->slots && packet_rx(w, frames, EMU_WIRE_BURST) > 0; i += EMU_WIRE_BURST)
		;
	give_back(self(w));
}

static unsigned packet_flush(struct emu_wire *w)
{
	struct packet_wire *p = self(w);
	struct mmsghdr msgs[EMU_WIRE_BURST];
	struct iovec iov[EMU_WIRE_BURST];
	unsigned sent = 0;
	unsigned lost;

	memset(msgs, 0, sizeof(msgs[0]) * p->queued);
	for (unsigned i = 0; i < p->queued; i++) {
		iov[i].iov_base = p->frame[i];
		iov[i].iov_len = p->len[i];
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	while (sent < p->queued) {
		int n = sendmmsg(w->fd, msgs + sent, p->queued - sent, MSG_DONTWAIT);

		if (n <= 0 && errno == EINTR)
			continue;
		if (n <= 0) { /* the first one failed: it is lost, those behind it may do better */
			p->lost++;
			n = 1;
		}
		sent += (unsigned)n;
	}
	p->queued = 0;
	lost = p->lost;
	p->lost = 0;
	return lost;
}

static uint8_t *packet_buffer(struct emu_wire *w)
{
	struct packet_wire *p = self(w);

	if (p->queued == EMU_WIRE_BURST)
		p->lost += packet_flush(w);
	return p->frame[p->queued];
}

static void packet_tx(struct emu_wire *w, uint32_t len)
{
	self(w)->len[self(w)->queued++] = len;
}

static void packet_close(struct emu_wire *w)
{
	struct packet_wire *p = self(w);

	if (p->ring != NULL)
		(void)munmap(p->ring, RING_BYTES);
	if (w->fd >= 0)
		(void)close(w->fd);
	free(p);
}

static const struct emu_wire_ops packet_ops = {
	.rx = packet_rx,
	.drop = packet_drop,
	.buffer = packet_buffer,
	.tx = packet_tx,
	.flush = packet_flush,
	.close = packet_close,
};

/* Slots that hold a frame of the interface's MTU. */
static uint32_t choose_slot(int fd, const char *name)
{
	struct ifreq r;

	memset(&r, 0, sizeof(r));
	memcpy(r.ifr_name, name, strlen(name));
	if (ioctl(fd, SIOCGIFMTU, &r) != 0 || r.ifr_mtu + SLOT_OVERHEAD <= SLOT_SMALL)
		return SLOT_SMALL;
	return SLOT_LARGE;
}

static bool set_int(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) == 0;
}

static bool make_ring(struct packet_wire *p, const char *name)
{
	struct tpacket_req req;
	void *ring;

	p->slot_len = choose_slot(p->wire.fd, name);
	p->slots = RING_BYTES / p->slot_len;
	memset(&req, 0, sizeof(req));
	req.tp_block_size = BLOCK;
	req.tp_block_nr = RING_BYTES / BLOCK;
	req.tp_frame_size = p->slot_len;
	req.tp_frame_nr = p->slots;
	if (!set_int(p->wire.fd, PACKET_VERSION, TPACKET_V2) || !set_int(p->wire.fd, PACKET_RESERVE, TAG) ||
		setsockopt(p->wire.fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)) != 0)
		return false;
	ring = mmap(NULL, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, p->wire.fd, 0);
	if (ring == MAP_FAILED)
		return false;
	p->ring = (uint8_t *)ring;
	return true;
}

static bool bind_to(const struct packet_wire *p, int index)
{
	struct sockaddr_ll ll;
	struct packet_mreq promisc;

	memset(&promisc, 0, sizeof(promisc));
	promisc.mr_ifindex = index;
	promisc.mr_type = PACKET_MR_PROMISC;
	memset(&ll, 0, sizeof(ll));
	ll.sll_family = AF_PACKET;
	ll.sll_protocol = htons(ETH_P_ALL);
	ll.sll_ifindex = index;
	return setsockopt(p->wire.fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc, sizeof(promisc)) == 0 &&
	       bind(p->wire.fd, (const struct sockaddr *)&ll, sizeof(ll)) == 0;
}

enum err emu_packet_open(const char *name, const struct emu_wire_env *env, struct emu_wire **out)
{
	struct packet_wire *p;
	int index = strlen(name) < IFNAMSIZ ? (int)if_nametoindex(name) : 0;
	enum err err;

	if (index == 0) {
		log_event(env->log, LOG_L_ERROR, "nic.wire", "no interface '%s'", name);
		return ERR_ABSENT;
	}
	p = (struct packet_wire *)calloc(1, sizeof(*p));
	if (p == NULL)
		return ERR_NOMEM;
	p->wire.ops = &packet_ops;
	p->log = env->log;
	/* Protocol 0: nothing is received before bind names the interface. */
	p->wire.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (p->wire.fd < 0 || !make_ring(p, name) || !set_int(p->wire.fd, PACKET_IGNORE_OUTGOING, 1) || !bind_to(p, index)) {
		err = err_of_errno(errno);
		log_event(env->log, LOG_L_ERROR, "nic.wire", "netdev=%s err=%s", name, err_str(err));
		packet_close(&p->wire);
		return err;
	}
	(void)set_int(p->wire.fd, PACKET_QDISC_BYPASS, 1); /* only faster */
	*out = &p->wire;
	return ERR_OK;
}
