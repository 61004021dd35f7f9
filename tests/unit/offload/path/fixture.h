#ifndef TESTS_PATH_FIXTURE_H
#define TESTS_PATH_FIXTURE_H

#include <cstring>
#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "../engine/oracle.h"
#include "../filters.h"
#include "db/db.h"
#include "db/local.h"
#include "engine/engine.h"
#include "engine/inline.h"
#include "engine/select.h"
#include "path/port.h"
#include "path/worker.h"

struct rte_mbuf;
struct rte_mempool;

using Bytes = std::vector<uint8_t>;

/* A port whose far end is the test. */
struct FakePort {
	std::deque<rte_mbuf *> rx;
	std::vector<Bytes> tx;       /* frames as they left */
	std::vector<uint64_t> flags; /* ol_flags of each */
	size_t room = SIZE_MAX;
};

Bytes operator+(Bytes a, const Bytes &b);
struct addr at(const char *text);
struct addr_prefix prefix(const char *text);
Bytes address(const std::string &text); /* as on the wire */

/* Packets made by hand, checksums included. */
struct Ip {
	std::string src = "10.0.0.9", dst = "10.9.0.1";
	uint8_t proto = 17, ttl = 64, tos = 0;
	bool df = false;
	uint16_t id = 7, frag = 0;
	Bytes payload = Bytes(40, 0x5a);
	Bytes bytes() const;
};
Bytes udp(uint16_t sport, uint16_t dport, const Bytes &payload);
Bytes frame(const Bytes &dst_mac, const Bytes &ip);
bool checksum_right(const uint8_t *ip);
Bytes one_hop_on(Bytes ip); /* its time to live one less */
uint16_t be16(const uint8_t *b);
uint32_t be32(const uint8_t *b);

/*
 * One worker (or more) with a LAN port, a guarded WAN port, its twin and the host's TUN; a tunnel 7 to 198.51.100.1
 * for 10.9.0.0/16 and 2001:db8:9::/48 with an SA in each direction, whose peer the test plays through OpenSSL.
 */
class PathTest : public testing::Test
{
      public:
	enum { LAN = 1, WAN = 2, TUNNEL = 7, SA_IN = 11, SA_OUT = 12 };
	static inline const Bytes lan_mac{ 2, 0, 0, 0, 0, 1 }, wan_mac{ 2, 0, 0, 0, 0, 2 }, host_mac{ 2, 0, 0, 0, 0, 9 },
		gw_mac{ 2, 0, 0, 0, 0, 0xfe };
	static constexpr uint32_t peer_spi = 0xc0ffee01;

      protected:
	struct Options {
		uint32_t workers = 1;
		bool v6 = false;  /* outer */
		bool udp = false; /* encapsulation */
		bool esn = false;
		uint16_t window = 64;
		uint8_t df = DP_DF_COPY;
		size_t suite = 0;
		bool selectors = false; /* 10.0.0.0/24 <-> 10.9.0.0/16 UDP instead of any */
		bool offload = false;
		bool gre = false;
		bool transport = false;
		uint32_t gre_key = 0; /* 0: none */
	};
	void TearDown() override
	{
		stop();
	}
	void start()
	{
		start(Options());
	}
	void start(const Options &o);
	void stop();
	/* Runs 'body' for each suite, both encapsulations, both outer families. */
	template <typename Body> void each_variant(Body body)
	{
		for (size_t i = 0; i < 4 * esp_suites.size(); i++) {
			Options o;

			o.suite = i / 4;
			o.udp = i % 2 != 0;
			o.v6 = i / 2 % 2 != 0;
			SCOPED_TRACE(std::string(esp_suites[o.suite].name) + (o.udp ? " udp" : "") + (o.v6 ? " over v6" : ""));
			start(o);
			body();
			stop();
		}
	}
	void tunnel(uint32_t id, uint32_t sa_out, uint16_t mtu = 0);
	/* What the tunnel does to packets, and a port; the filters were put. */
	void gate_tunnel(const dp_feature &v4, const dp_feature &v6 = dp_feature());
	void gate_port(uint8_t index, const dp_feature &v4, const dp_feature &v6 = dp_feature());
	void put_filter(uint32_t id, const std::vector<dp_line> &lines, bool v6 = false);
	void put_sa(dp_sa &s, const engine_wish &wish);
	dp_sa sa_conf(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel_id);
	void route(const char *p, dp_action action, uint32_t target);
	uint8_t add_port(uint32_t id, db_port_kind kind, const Bytes &mac, bool guarded);

	rte_mbuf *mbuf(const Bytes &data);
	void feed(FakePort &port, const Bytes &data)
	{
		port.rx.push_back(mbuf(data));
	}
	/* Rounds until nothing moves. */
	void poll();
	uint64_t drops(path_drop why);
	uint64_t count(path_count what);
	std::vector<path_note> notes(path_note_kind kind);
	void expect_no_other_drops();

	/* The peer: ESP packets as a whole, outer headers included. */
	Bytes peer_seals(const Bytes &inner, uint64_t seq, int next = 0, uint8_t outer_tos = 0);
	Bytes peer_seals_raw(const Bytes &clear, uint64_t seq, uint8_t outer_tos = 0);
	Bytes outer(uint8_t proto, const Bytes &payload, uint8_t tos);
	/* What it finds in a frame that left the WAN port: the inner packet; empty when it isn't authentic. */
	Bytes peer_opens(const Bytes &frame);
	uint64_t seq_of(const Bytes &frame);
	const uint8_t *esp_of(const Bytes &frame);

	Options opt;
	const EspSuite *suite = nullptr;
	Bytes key, integ;
	struct db *db = nullptr;
	struct engine *engine = nullptr;
	rte_mempool *pool = nullptr;
	std::vector<path_worker *> workers;
	path_port ports[DB_PORT_MAX] = {};
	FakePort fake[DB_PORT_MAX];
	uint8_t lan = 0, wan = 0, twin = 0, tun = 0;
	uint32_t spi_in = 0;
	uint64_t now = 1000;
	uint32_t gate[DB_PORT_MAX] = {};
	dp_feature feature[DP_FAMILIES] = {}; /* of the tunnel */
	uint32_t service[2] = {};             /* policies of the tunnel, by direction */
	uint32_t port_service[DB_PORT_MAX][2] = {};
	unsigned free_before = 0;
	std::string peer = "198.51.100.1", own = "192.0.2.1";
	std::string behind = "172.16.0.2"; /* GRE in tunnel mode: what the peer behind its NAT calls itself */
	uint16_t peer_port = 4500;
};

#endif
