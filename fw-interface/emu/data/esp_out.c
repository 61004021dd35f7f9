/* Outbound ESP: docs/fw-interface.md 12.2.  Device thread; the buffer is the wire's, private to the device. */
#include "emu/data/esp_out.h"

#include <string.h>

#include "emu/data/frame.h"

enum { V4_HEADER = 20, V6_HEADER = 40, TRAILER = 2, AEAD_IV = 8, ECN_MASK = 3, FLAG_DF = 0x4000, ESP_HEADER = 8 };

unsigned emu_esp_out_number(struct emu_sa *sa, const struct fwi_tx_desc *d, uint64_t *number)
{
	uint64_t limit = (sa->flags & FWI_SA_ESN) != 0 ? UINT64_MAX : UINT32_MAX;
	uint64_t n = le64_get(d->number);

	if ((d->flags & FWI_TX_DEVICE_NUMBERS) != 0) {
		if (sa->last >= limit)
			return FWI_TX_R_EXHAUSTED;
		n = sa->last + 1;
	}
	if (n <= sa->last)
		return FWI_TX_R_NUMBER;
	if (n > limit)
		return FWI_TX_R_EXHAUSTED;
	sa->last = n;
	*number = n;
	return 0;
}

/* RFC4301-5.1.2: what the outer header takes from the inner one. */
static uint8_t outer_tos(const struct emu_sa *sa, const struct emu_frame *inner)
{
	unsigned dscp = (sa->flags & FWI_SA_COPY_DSCP) != 0 ? inner->tos >> 2 : sa->dscp;
	unsigned ecn = (sa->flags & FWI_SA_COPY_ECN) != 0 ? inner->tos & ECN_MASK : 0;

	return (uint8_t)(dscp << 2 | ecn);
}

static bool outer_df(const struct emu_sa *sa, const struct emu_frame *inner)
{
	if ((sa->flags & FWI_SA_SET_DF) != 0)
		return true;
	if ((sa->flags & FWI_SA_COPY_DF) == 0)
		return false;
	return inner->family == 6 || (emu_frame_get16(inner->data + inner->l3 + 6) & FLAG_DF) != 0;
}

/* Fills in what differs from packet to packet; 'ip_len' counts from the outer IP header. */
static void finish_outer(struct emu *e, const struct emu_sa *sa, const struct emu_frame *inner, uint8_t *ip, uint32_t ip_len)
{
	uint8_t tos = outer_tos(sa, inner);
	uint32_t header = sa->mode == FWI_MODE_TUNNEL_V4 ? V4_HEADER : V6_HEADER;

	if (sa->mode == FWI_MODE_TUNNEL_V4) {
		bool df = outer_df(sa, inner);

		ip[1] = tos;
		emu_frame_put16(ip + 2, ip_len);
		emu_frame_put16(ip + 4, df ? 0 : e->ip_id++);
		emu_frame_put16(ip + 6, df ? FLAG_DF : 0);
		emu_frame_put16(ip + 10, emu_frame_checksum(ip, V4_HEADER));
	} else {
		emu_frame_put32(ip, UINT32_C(6) << 28 | (uint32_t)tos << 20);
		emu_frame_put16(ip + 4, ip_len - V6_HEADER);
	}
	if ((sa->flags & FWI_SA_UDP_ENCAP) != 0)
		emu_frame_put16(ip + header + 4, ip_len - header);
}

/* Padding, pad length and next header behind the inner packet; returns the length to encrypt. */
static uint32_t add_trailer(const struct emu_sa *sa, uint8_t *text, uint32_t len, uint8_t next_header)
{
	uint32_t block = sa->suite->block;
	uint32_t pad = (block - (len + TRAILER) % block) % block;

	for (uint32_t i = 0; i < pad; i++)
		text[len + i] = (uint8_t)(i + 1);
	text[len + pad] = (uint8_t)pad;
	text[len + pad + 1] = next_header;
	return len + pad + TRAILER;
}

static void make_iv(struct emu *e, const struct emu_sa *sa, uint8_t *iv, uint64_t number)
{
	if (sa->suite->iv != AEAD_IV) {
		e->config.random(e->config.ctx, iv, sa->suite->iv);
		return;
	}
	emu_frame_put32(iv, (uint32_t)(number >> 32));
	emu_frame_put32(iv + 4, (uint32_t)number);
}

unsigned emu_esp_out_seal(struct emu *e, struct emu_sa *sa, const struct emu_esp_out *p, uint32_t *out_len)
{
	uint32_t room = emu_esp_out_room(sa);
	uint8_t *l2 = p->buf;
	uint8_t *ip = l2 + p->l2_len;
	uint8_t *text = ip + room;
	uint8_t *esp = text - sa->suite->iv - ESP_HEADER;
	struct emu_crypto_packet packet = { .esp = esp, .number = p->number, .esn = (sa->flags & FWI_SA_ESN) != 0 };
	struct emu_frame inner;
	uint32_t ip_len;

	emu_frame_parse_ip(p->buf + room, p->len, (uint16_t)p->l2_len, &inner);
	if (inner.family == 0 || inner.l4 == 0)
		return FWI_TX_R_MALFORMED;
	packet.text_len = add_trailer(sa, text, inner.len - p->l2_len, inner.family == 4 ? EMU_FRAME_PROTO_IPIP : EMU_FRAME_PROTO_IPV6);
	ip_len = room + packet.text_len + sa->suite->icv;
	if (ip_len > e->port.mtu)
		return FWI_TX_R_SIZE;

	memmove(l2, p->buf + room, p->l2_len);
	emu_frame_put16(l2 + p->l2_len - 2, sa->mode == FWI_MODE_TUNNEL_V4 ? EMU_FRAME_TYPE_V4 : EMU_FRAME_TYPE_V6);
	memcpy(ip, sa->outer, sa->outer_len);
	finish_outer(e, sa, &inner, ip, ip_len);
	emu_frame_put32(esp + 4, (uint32_t)p->number);
	make_iv(e, sa, esp + ESP_HEADER, p->number);
	if (!emu_crypto_seal(sa->crypto, &packet))
		return FWI_TX_R_MALFORMED;
	sa->count.packets++;
	sa->count.bytes += inner.len - p->l2_len;
	*out_len = p->l2_len + ip_len;
	return 0;
}
