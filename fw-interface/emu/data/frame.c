/*
 * What a frame is, for the receive path and the guard.  The frame lies in memory of the device's own; every length
 * in it is the sender's word and checked.  Device thread.
 */
#include "emu/data/frame.h"

#include <string.h>

enum { V4_MIN = 20, V6_HEADER = 40, V6_FRAGMENT = 8, PROTO_HOPOPT = 0, PROTO_FRAGMENT = 44, PORTS = 4 };

uint16_t emu_frame_checksum(const uint8_t *data, uint32_t len)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i + 1 < len; i += 2)
		sum += emu_frame_get16(data + i);
	if (len % 2 != 0)
		sum += (uint32_t)data[len - 1] << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void parse_v4(struct emu_frame *f, uint32_t left)
{
	const uint8_t *ip = f->data + f->l3;
	uint32_t header = (ip[0] & 0xfu) * 4;
	uint32_t total = emu_frame_get16(ip + 2);
	uint16_t frag = emu_frame_get16(ip + 6);

	f->family = 4;
	f->addr_len = 4;
	f->src = ip + 12;
	f->dst = ip + 16;
	f->tos = ip[1];
	f->hop_limit = ip[8];
	f->protocol = ip[9];
	f->fragment_id = emu_frame_get16(ip + 4);
	if (header < V4_MIN || total < header || total > left) {
		f->plain = true;
		return;
	}
	f->len = f->l3 + total;
	f->checksum_bad = emu_frame_checksum(ip, header) != 0;
	if ((frag & 0x1fff) != 0)
		f->fragment = EMU_FRAME_LATER;
	else if ((frag & 0x2000) != 0)
		f->fragment = EMU_FRAME_FIRST;
	f->plain = header != V4_MIN || f->fragment != EMU_FRAME_WHOLE || f->checksum_bad;
	f->l4 = (uint16_t)(f->l3 + header);
	f->l4_len = total - header;
}

/* Steps over the headers that the device can: hop-by-hop, then fragment. */
static void parse_v6_extensions(struct emu_frame *f)
{
	if (f->protocol == PROTO_HOPOPT) {
		const uint8_t *h = f->data + f->l4;
		uint32_t len = f->l4_len >= 2 ? (h[1] + 1u) * 8 : 0;

		f->plain = true;
		if (len == 0 || len > f->l4_len)
			return;
		f->protocol = h[0];
		f->l4 = (uint16_t)(f->l4 + len);
		f->l4_len -= len;
	}
	if (f->protocol == PROTO_FRAGMENT && f->l4_len >= V6_FRAGMENT) {
		const uint8_t *h = f->data + f->l4;
		uint16_t offset = emu_frame_get16(h + 2);

		f->plain = true;
		f->fragment = (offset & 0xfff8) != 0 ? EMU_FRAME_LATER : EMU_FRAME_FIRST;
		f->fragment_id = emu_frame_get32(h + 4);
		f->protocol = h[0];
		f->l4 = (uint16_t)(f->l4 + V6_FRAGMENT);
		f->l4_len -= V6_FRAGMENT;
	}
}

static void parse_v6(struct emu_frame *f, uint32_t left)
{
	const uint8_t *ip = f->data + f->l3;
	uint32_t payload = emu_frame_get16(ip + 4);

	f->family = 6;
	f->addr_len = 16;
	f->src = ip + 8;
	f->dst = ip + 24;
	f->tos = (uint8_t)(emu_frame_get16(ip) >> 4);
	f->hop_limit = ip[7];
	f->protocol = ip[6];
	if (payload > left - V6_HEADER) {
		f->plain = true;
		return;
	}
	f->len = f->l3 + V6_HEADER + payload;
	f->l4 = (uint16_t)(f->l3 + V6_HEADER);
	f->l4_len = payload;
	parse_v6_extensions(f);
}

void emu_frame_parse_ip(const uint8_t *data, uint32_t len, uint16_t l3, struct emu_frame *out)
{
	uint32_t left = len > l3 ? len - l3 : 0;

	memset(out, 0, sizeof(*out));
	out->data = data;
	out->len = len;
	out->l3 = l3;
	if (left >= V4_MIN && data[l3] >> 4 == 4) {
		out->ethertype = EMU_FRAME_TYPE_V4;
		parse_v4(out, left);
	} else if (left >= V6_HEADER && data[l3] >> 4 == 6) {
		out->ethertype = EMU_FRAME_TYPE_V6;
		parse_v6(out, left);
	}
}

void emu_frame_parse(const uint8_t *data, uint32_t len, struct emu_frame *out)
{
	uint16_t type = 0;
	uint16_t l3 = EMU_FRAME_ETHER;
	bool tagged = false;

	if (len >= EMU_FRAME_ETHER)
		type = emu_frame_get16(data + 12);
	if (type == EMU_FRAME_TYPE_VLAN && len >= EMU_FRAME_ETHER + EMU_FRAME_TAG) {
		tagged = true;
		type = emu_frame_get16(data + 16);
		l3 = EMU_FRAME_ETHER + EMU_FRAME_TAG;
	}
	emu_frame_parse_ip(data, len, l3, out);
	if (out->ethertype != type) { /* not IP, or not the version that the ethertype says */
		memset(out, 0, sizeof(*out));
		out->data = data;
		out->len = len;
		out->l3 = l3;
		out->ethertype = type;
	}
	out->tagged = tagged;
}

static bool has_ports(const struct emu_frame *f)
{
	return (f->protocol == EMU_FRAME_PROTO_TCP || f->protocol == EMU_FRAME_PROTO_UDP) && f->fragment != EMU_FRAME_LATER &&
	       f->l4_len >= PORTS;
}

void emu_frame_ports(const struct emu_frame *f, uint16_t *src, uint16_t *dst)
{
	bool ports = has_ports(f);

	*src = ports ? emu_frame_get16(f->data + f->l4) : 0;
	*dst = ports ? emu_frame_get16(f->data + f->l4 + 2) : 0;
}

uint32_t emu_frame_hash(const struct emu_frame *f)
{
	uint64_t h = f->protocol;
	uint16_t src;
	uint16_t dst;

	if (f->family == 0)
		return 0;
	for (unsigned i = 0; i < f->addr_len; i += 4) {
		h = (h ^ emu_frame_get32(f->src + i)) * UINT64_C(0x9e3779b97f4a7c15);
		h = (h ^ emu_frame_get32(f->dst + i)) * UINT64_C(0x9e3779b97f4a7c15);
	}
	/* Fragments of one datagram go one way: ports count only where every packet of the flow has them. */
	if (f->fragment == EMU_FRAME_WHOLE) {
		emu_frame_ports(f, &src, &dst);
		h = (h ^ ((uint32_t)src << 16 | dst)) * UINT64_C(0x9e3779b97f4a7c15);
	}
	return (uint32_t)(h >> 32);
}
