/*
 * Inbound ESP: docs/fw-interface.md 12.3.  Decryption happens in the device's scratch, so driver memory never holds
 * the text of a packet that isn't authentic.  Device thread.
 */
#include "emu/data/esp_in.h"

#include <string.h>

#include "emu/event.h"

enum {
	HEADER = 8,
	TRAILER = 2,
	HEADROOM = 64, /* in scratch, for the Ethernet header */
	ECN_MASK = 3,
	ECN_ECT1 = 1,
	ECN_ECT0 = 2,
	ECN_CE = 3,
	MOVED_MS = 1000,
};

/* Tells once a second at most that the peer's outer address isn't what it was. */
static void follow_peer(struct emu *e, struct emu_sa *sa, const struct emu_frame *f, uint64_t number)
{
	bool udp = f->protocol == EMU_FRAME_PROTO_UDP;
	uint16_t port = udp ? emu_frame_get16(f->data + f->l4) : 0;
	struct fwi_event ev;

	if (memcmp(sa->peer, f->src, f->addr_len) == 0 && (!udp || sa->peer_port == port))
		return;
	if (sa->moved_ms != 0 && e->now_ms - sa->moved_ms < MOVED_MS)
		return; /* the next packet from there tells */
	sa->moved_ms = e->now_ms;
	sa->peer_port = port;
	memcpy(sa->peer, f->src, f->addr_len);
	ev = emu_event_of(FWI_EV_PEER_MOVED);
	ev.direction = FWI_DIR_IN;
	ev.sa_index = le32_of(sa->index);
	ev.sa_generation = le16_of(sa->generation);
	ev.spi = le32_of(sa->spi);
	ev.family = f->family;
	ev.udp_encap = udp;
	ev.port = le16_of(port);
	ev.number = le64_of(number);
	memcpy(ev.addr, f->src, f->addr_len);
	emu_event_put(e, &ev);
}

/* Length of the inner packet in 'text', or 0 when padding, next header or inner length are wrong; '*dummy' is told apart. */
static uint32_t inner_len(const uint8_t *text, uint32_t text_len, bool *dummy)
{
	uint32_t pad = text[text_len - 2];
	uint8_t next = text[text_len - 1];
	struct emu_frame inner;

	if (pad + TRAILER > text_len)
		return 0;
	for (uint32_t i = 0; i < pad; i++)
		if (text[text_len - TRAILER - pad + i] != i + 1)
			return 0;
	*dummy = next == EMU_FRAME_PROTO_NONE;
	emu_frame_parse_ip(text, text_len - TRAILER - pad, 0, &inner);
	if (inner.l4 == 0 || next != (inner.family == 4 ? EMU_FRAME_PROTO_IPIP : EMU_FRAME_PROTO_IPV6))
		return 0;
	return inner.len;
}

static void set_tos(uint8_t *ip, uint8_t tos)
{
	if (ip[0] >> 4 == 4) {
		ip[1] = tos;
		emu_frame_put16(ip + 10, 0);
		emu_frame_put16(ip + 10, emu_frame_checksum(ip, (ip[0] & 0xfu) * 4));
	} else {
		emu_frame_put16(ip, 0x6000u | (unsigned)tos << 4 | (ip[1] & 0xfu));
	}
}

/* RFC6040-4.2, figure 4; false: drop. */
static bool merge_ecn(uint8_t *ip, uint8_t outer_tos)
{
	uint8_t tos = ip[0] >> 4 == 4 ? ip[1] : (uint8_t)(emu_frame_get16(ip) >> 4);
	unsigned outer = outer_tos & ECN_MASK;
	unsigned inner = tos & ECN_MASK;

	if (outer == ECN_CE && inner == 0)
		return false;
	if (outer == ECN_CE || (outer == ECN_ECT1 && inner == ECN_ECT0))
		set_tos(ip, (uint8_t)((tos & ~(unsigned)ECN_MASK) | outer));
	return true;
}

/* Checks lengths and copies the ESP packet to scratch. */
static bool take(struct emu *e, const struct emu_sa *sa, const struct emu_frame *f, uint32_t esp, struct emu_crypto_packet *p)
{
	uint32_t len = f->len - esp;
	uint32_t fixed = (uint32_t)HEADER + sa->suite->iv + sa->suite->icv;

	if (len < fixed + TRAILER || (len - fixed) % sa->suite->block != 0 || len + HEADROOM + 4 > sizeof(e->scratch))
		return false;
	p->esp = e->scratch + HEADROOM;
	p->text_len = len - fixed;
	p->esn = (sa->flags & FWI_SA_ESN) != 0;
	memcpy(p->esp, f->data + esp, len);
	return true;
}

/* Puts the Ethernet header in front of the decrypted packet. */
static void deliver(const struct emu_frame *f, uint8_t *text, uint32_t len, struct emu_esp_in *out)
{
	uint8_t *l2 = text - f->l3;

	memcpy(l2, f->data, f->l3);
	emu_frame_put16(text - 2, text[0] >> 4 == 4 ? EMU_FRAME_TYPE_V4 : EMU_FRAME_TYPE_V6);
	out->data = l2;
	out->len = f->l3 + len;
}

/* What is to be done with an authentic packet's text. */
static void unwrap(struct emu *e, struct emu_sa *sa, const struct emu_frame *f, const struct emu_crypto_packet *p, struct emu_esp_in *out)
{
	uint8_t *text = p->esp + HEADER + sa->suite->iv;
	bool dummy = false;
	uint32_t len = inner_len(text, p->text_len, &dummy);

	if (dummy) {
		e->count.rx_dummy++;
		out->drop = true;
		return;
	}
	if (len == 0) {
		out->reason = FWI_RX_R_MALFORMED;
		return;
	}
	if ((sa->flags & FWI_SA_COPY_ECN) != 0 && !merge_ecn(text, f->tos)) {
		out->reason = FWI_RX_R_MALFORMED;
		out->drop = true;
		return;
	}
	sa->count.packets++;
	sa->count.bytes += len;
	deliver(f, text, len, out);
}

void emu_esp_in_open(struct emu *e, struct emu_sa *sa, const struct emu_frame *f, uint32_t esp, struct emu_esp_in *out)
{
	struct emu_crypto_packet p;
	uint64_t top = sa->window.top;

	memset(out, 0, sizeof(*out));
	emu_touch(e, sa);
	if (!take(e, sa, f, esp, &p)) {
		out->reason = FWI_RX_R_MALFORMED;
		return;
	}
	p.number = emu_window_infer(&sa->window, emu_frame_get32(p.esp + 4), p.esn);
	out->number = p.number;
	if (!emu_window_fresh(&sa->window, p.number)) {
		out->reason = FWI_RX_R_REPLAY;
		return;
	}
	if (!emu_crypto_open(sa->crypto, &p)) {
		out->reason = FWI_RX_R_AUTH;
		return;
	}
	emu_window_mark(&sa->window, p.number);
	if (p.number > top)
		follow_peer(e, sa, f, p.number);
	unwrap(e, sa, f, &p, out);
}
