#ifndef TESTS_DP_SAMPLES_H
#define TESTS_DP_SAMPLES_H

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "dp/codec.h"
#include "dp/line.h"
#include "dp/policy.h"

/* Objects that pass dp_op_check, with every field set; for the tests of this folder. */
namespace samples
{

inline void must(enum err err)
{
	if (err != ERR_OK)
		abort();
}

inline addr ip(const std::string &text)
{
	addr a{};

	must(addr_parse(text.c_str(), &a));
	return a;
}

inline addr_prefix net(const std::string &text)
{
	addr_prefix p{};

	must(addr_parse_prefix(text.c_str(), &p));
	return p;
}

inline void name(char *out, size_t cap, const std::string &text)
{
	(void)snprintf(out, cap, "%s", text.c_str());
}

inline dp_op blank(dp_op_kind kind)
{
	dp_op op{};

	op.kind = kind;
	return op;
}

inline dp_op vrf(uint32_t id)
{
	dp_op op = blank(DP_PUT_VRF);

	op.u.vrf.id = id;
	name(op.u.vrf.name, sizeof(op.u.vrf.name), "vrf" + std::to_string(id));
	name(op.u.vrf.tun, sizeof(op.u.vrf.tun), "nvtun" + std::to_string(id));
	name(op.u.vrf.netns, sizeof(op.u.vrf.netns), "ns");
	name(op.u.vrf.device, sizeof(op.u.vrf.device), "red");
	return op;
}

/* A list whose lines differ; good until 63 others were made. */
inline dp_op filter(uint32_t id, unsigned lines = 2, bool v6 = false)
{
	static uint8_t room[64][DP_LINES_MAX];
	static unsigned next;
	dp_op op = blank(DP_PUT_FILTER);
	dp_filter &f = op.u.filter;
	struct wr w = wr_of(room[next++ % 64], DP_LINES_MAX);

	f.id = id;
	f.v6 = v6;
	f.count = (uint16_t)lines;
	for (unsigned i = 0; i < lines; i++) {
		dp_line line{};

		line.permit = i % 2 == 0;
		line.proto = 6;
		line.established = i % 3 == 1;
		line.src = { ip(v6 ? "2001:db8::" : "10.0.0.0"), ip(v6 ? "ffff:ffff::" : "255.0.255.0"), 0, 65535, false };
		line.dst = { ip(v6 ? "2001:db8::1" : "192.0.2.1"), ip(v6 ? "ffff::" : "255.255.255.255"), 80, (uint16_t)(80 + i),
			i % 2 == 1 };
		dp_line_write(&w, &line);
	}
	must(wr_done(&w));
	f.lines = wr_view(&w);
	name(f.name, sizeof(f.name), "LIST" + std::to_string(id));
	return op;
}

/* Every field set; the second class is in the first and matches 'filter' (0: none).  Good until 63 others were made. */
inline dp_op policy(uint32_t id, uint32_t filter = 0)
{
	static uint8_t room[64][1024];
	static unsigned next;
	dp_op op = blank(DP_PUT_POLICY);
	dp_policy &p = op.u.policy;
	struct wr w = wr_of(room[next++ % 64], sizeof(room[0]));

	p.id = id;
	p.count = 3;
	for (unsigned i = 0; i < p.count; i++) {
		dp_traffic t{};

		name(t.name, sizeof(t.name), "CLASS" + std::to_string(i));
		t.depth = i == 1;
		t.any = i == 0;
		t.has_dscp = i == 1;
		t.dscp = i == 1 ? 46 : 0;
		t.match[t.match_count++] = { DP_MATCH_DSCP, i == 0, 1u << DP_V4, UINT64_C(1) << 63 | 1, 0 };
		if (filter != 0 && i == 1)
			t.match[t.match_count++] = { DP_MATCH_FILTER, false, 1u << DP_V4 | 1u << DP_V6, 0, filter };
		t.police = { 1000000, 2000000, 1500, 3000, { DP_POLICE_MARK, DP_POLICE_TRANSMIT, DP_POLICE_DROP }, { 10, 0, 0 } };
		t.shape_bps = 8000 + i;
		dp_policy_write(&w, &t);
	}
	must(wr_done(&w));
	p.classes = wr_view(&w);
	name(p.name, sizeof(p.name), "POLICY" + std::to_string(id));
	return op;
}

inline dp_op port(uint32_t id, uint32_t in_vrf = 0)
{
	dp_op op = blank(DP_PUT_PORT);
	dp_port &p = op.u.port;

	p.id = id;
	p.kind = DP_PORT_VDEV;
	p.role = DP_ROLE_WAN;
	p.up = true;
	p.offload = DP_OFFLOAD_AUTO;
	p.mtu = 1500;
	p.vrf = in_vrf;
	p.init_rate = 200;
	p.init_burst = 400;
	name(p.name, sizeof(p.name), "Ethernet0/" + std::to_string(id));
	name(p.spec, sizeof(p.spec), "net_nave0,socket=/run/x");
	name(p.backup, sizeof(p.backup), "eth9");
	name(p.twin, sizeof(p.twin), "nvtap0");
	return op;
}

inline dp_op local(const std::string &prefix, uint32_t on_port = 0, uint32_t in_vrf = 0)
{
	dp_op op = blank(DP_PUT_LOCAL);

	op.u.local.vrf = in_vrf;
	op.u.local.port = on_port;
	op.u.local.prefix = net(prefix);
	return op;
}

inline dp_op adjacency(uint32_t id, uint32_t on_port, const std::string &hop = "192.0.2.254")
{
	dp_op op = blank(DP_PUT_ADJACENCY);

	op.u.adjacency.id = id;
	op.u.adjacency.port = on_port;
	op.u.adjacency.next_hop = ip(hop);
	return op;
}

inline dp_op tunnel(uint32_t id, uint32_t sa_out = 0, uint32_t inner = 0, uint32_t front = 0)
{
	dp_op op = blank(DP_PUT_TUNNEL);
	dp_tunnel &t = op.u.tunnel;

	t.id = id;
	t.df = DP_DF_SET;
	t.mtu = 1400;
	t.inner_vrf = inner;
	t.front_vrf = front;
	t.sa_out = sa_out;
	t.more_count = static_cast<uint8_t>(id % 3);
	t.more[0] = t.more_count > 0 ? id + 1000 : 0;
	t.more[1] = t.more_count > 1 ? id + 1001 : 0;
	t.local = ip("192.0.2.1");
	t.remote = ip("198.51.100.1");
	t.netdev = id % 2 != 0;
	name(t.name, sizeof(t.name), "Virtual-Access" + std::to_string(id));
	return op;
}

/* An SA whose key is made from 'id', so that no two share one. */
inline dp_op sa(uint32_t id, uint32_t in_tunnel, dp_direction direction = DP_OUT, unsigned pairs = 1)
{
	dp_op op = blank(DP_PUT_SA);
	dp_sa &s = op.u.sa;

	s.id = id;
	s.spi = 0x10000000u + id;
	s.tunnel = in_tunnel;
	s.port = 1;
	s.direction = (uint8_t)direction;
	s.cipher = DP_CIPHER_AES_CBC;
	s.integ = DP_INTEG_SHA512_256;
	s.esn = true;
	s.udp_encap = true;
	s.allow_offload = true;
	s.window = 128;
	s.local = { ip("2001:db8::1"), 4500 };
	s.remote = { ip("2001:db8::2"), 61000 };
	s.soft_bytes = 1;
	s.hard_bytes = 2;
	s.soft_packets = 3;
	s.hard_packets = 4;
	s.ts_count = (uint8_t)pairs;
	for (unsigned i = 0; i < pairs; i++) {
		s.ts[i].local = { ip("2001:db8:1::"), ip("2001:db8:1::ffff"), 17, 1, 2 };
		s.ts[i].remote = { ip("2001:db8:2::"), ip("2001:db8:2::ffff"), 17, 3, 65535 };
	}
	must(secret_new(&s.key, 32));
	must(secret_new(&s.integ_key, 64));
	memset(s.key.data, 0x5a, s.key.len);
	memset(s.integ_key.data, 0xa5, s.integ_key.len);
	memcpy(s.key.data, &id, sizeof(id));
	return op;
}

/* One that only names it. */
inline dp_op blank_sa(uint32_t id)
{
	dp_op op = blank(DP_DEL_SA);

	op.u.sa.id = id;
	return op;
}

inline dp_op route(const std::string &prefix, dp_action action, uint32_t target, uint32_t in_vrf = 0)
{
	dp_op op = blank(DP_PUT_ROUTE);

	op.u.route.vrf = in_vrf;
	op.u.route.action = (uint8_t)action;
	op.u.route.target = target;
	op.u.route.prefix = net(prefix);
	return op;
}

/* The same object's del. */
inline dp_op del(const dp_op &put)
{
	dp_op op = put;

	op.kind = dp_op_del_of(dp_op_class(put.kind));
	if (put.kind == DP_PUT_SA)
		op.u.sa.key = op.u.sa.integ_key = secret{};
	return op;
}

} // namespace samples
#endif
