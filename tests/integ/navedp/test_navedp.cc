// navedp alone, as its control sees it: what is put is there and works, also when somebody dies on the way.
// Shows R-SYS-02.
#include "lab.h"

#include <arpa/inet.h>
#include <csignal>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

enum { PORT = 1, HOP = 3, TUNNEL = 7, IN = 11, OUT = 12, PEER_SPI = 0xabcd0001 };

class Navedp : public Lab
{
      protected:
	std::vector<dp_op> furniture(const dp_op &port)
	{
		return { vrf("tun0"), port, local("198.51.100.1/24", PORT), adjacency(HOP, PORT, "198.51.100.254"),
			route("0.0.0.0/0", DP_ROUTE_ADJACENCY, HOP), tunnel(TUNNEL), route("10.9.0.0/16", DP_ROUTE_TUNNEL, TUNNEL) };
	}
	void expect_ok(const std::vector<dp_result> &results)
	{
		for (size_t i = 0; i < results.size(); i++)
			EXPECT_EQ(results[i].err, ERR_OK) << i << " " << err_name(results[i].err);
	}
	// Both SAs, and the tunnel sends by the outbound one; results of IN and OUT.
	std::vector<dp_result> put_sas(Control &c)
	{
		auto r = c.txn({ sa(IN, DP_IN, c.reserve()), sa(OUT, DP_OUT, PEER_SPI), tunnel(TUNNEL, OUT) });

		expect_ok(r);
		return r;
	}
	// The host's own packet for the other end of the tunnel.
	void send_inner()
	{
		sockaddr_in to = {};
		int fd = socket(AF_INET, SOCK_DGRAM, 0);

		to.sin_family = AF_INET;
		to.sin_port = htons(7);
		inet_pton(AF_INET, "10.9.0.1", &to.sin_addr);
		EXPECT_EQ(sendto(fd, "inner", 5, 0, (const sockaddr *)&to, sizeof(to)), 5);
		close(fd);
	}
	void host_routes()
	{
		ASSERT_TRUE(run("ip addr replace 10.1.0.1/32 dev tun0 && ip route replace 10.9.0.0/16 dev tun0 src 10.1.0.1"));
	}
	// The number of a packet that goes through the tunnel and leaves by 'tap'; 0: none does.
	uint32_t passes(Tap &tap)
	{
		for (int i = 0; i < 5; i++) { // the first ones may ask for the neighbour
			send_inner();
			if (auto number = tap.esp(PEER_SPI, 500))
				return *number;
		}
		return 0;
	}
	const dp_item *find(const std::vector<dp_item> &items, dp_op_kind kind)
	{
		for (auto &i : items)
			if (i.op.kind == kind)
				return &i;
		return nullptr;
	}
};

} // namespace

TEST_F(Navedp, ends_cleanly)
{
	start();
	{
		Control before_hello(dir + "/dp");
	}
	{
		Control c(dir + "/dp");

		c.hello();
		expect_ok(c.txn(furniture(netdev(PORT, "wan0"))));
		put_sas(c);
		EXPECT_EQ(c.dump().size(), 9u);
	}
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}

TEST_F(Navedp, what_fails_leaves_no_trace)
{
	start();
	Control c(dir + "/dp");
	c.hello();
	EXPECT_EQ(c.one(netdev(PORT, "nosuch0")), ERR_ABSENT);
	auto ops = furniture(netdev(PORT, "wan0"));
	ops.push_back(netdev(2, "nosuch0"));
	auto r = c.txn(ops);
	EXPECT_EQ(r.back().err, ERR_ABSENT);
	EXPECT_EQ(r.front().err, ERR_STATE);
	EXPECT_EQ(c.dump().size(), 1u) << "VRF 0 alone";
	expect_ok(c.txn(furniture(netdev(PORT, "wan0"))));
	dp_op other = sa(OUT, DP_OUT, PEER_SPI);
	expect_ok(c.txn({ other }));
	other = sa(OUT, DP_OUT, PEER_SPI);
	other.u.sa.key.data[3] ^= 1;
	EXPECT_EQ(c.one(other), ERR_EXISTS) << "another key under the same numbers";
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}

// sa-state 4, 5: control keeps the memory, and numbers go on.
TEST_F(Navedp, sas_go_on_after_kill_9)
{
	Tap tap("peer0");
	uint32_t number;

	start();
	auto c = std::make_unique<Control>(dir + "/dp");
	c->hello();
	expect_ok(c->txn(furniture(netdev(PORT, "wan0"))));
	auto r = put_sas(*c);
	uint32_t in_spi = find(c->dump(), DP_PUT_SA)->op.u.sa.spi;
	host_routes();
	number = passes(tap);
	EXPECT_GE(number, 1u);
	int fd = dup(c->kept);
	uint64_t store = c->store;
	navedp->stop(SIGKILL);
	start();
	c = std::make_unique<Control>(dir + "/dp");
	c->hello(store, fd);
	close(fd);
	ASSERT_EQ(c->store, store) << "adopted";
	expect_ok(c->txn(furniture(netdev(PORT, "wan0"))));
	dp_op in = sa(IN, DP_IN, in_spi), out = sa(OUT, DP_OUT, PEER_SPI), lost = sa(22, DP_OUT, PEER_SPI + 1);
	in.u.sa.state = r[0].state;
	out.u.sa.state = r[1].state;
	lost.u.sa.state = { store, r[1].state.slot + 1, 1 };
	expect_ok(c->txn({ in, out, tunnel(TUNNEL, OUT) }));
	EXPECT_EQ(c->one(lost), ERR_NEEDS_REKEY);
	EXPECT_GT(passes(tap), number);
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}

// A port that is put again with another device: its addresses and adjacencies go with it.
TEST_F(Navedp, a_port_changes_its_device)
{
	Tap old_wire("peer0"), new_wire("peer1");

	start();
	Control c(dir + "/dp");
	c.hello();
	expect_ok(c.txn(furniture(netdev(PORT, "wan0"))));
	put_sas(c);
	host_routes();
	EXPECT_NE(passes(old_wire), 0u);
	EXPECT_EQ(c.one(netdev(PORT, "nosuch0")), ERR_ABSENT);
	EXPECT_NE(passes(old_wire), 0u) << "as before";
	EXPECT_EQ(c.one(netdev(PORT, "wan1")), ERR_OK);
	EXPECT_EQ(c.dump().size(), 9u);
	EXPECT_NE(passes(new_wire), 0u);
	EXPECT_EQ(old_wire.esp(PEER_SPI, 100), std::nullopt);
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}

TEST_F(Navedp, a_full_card_is_told)
{
	start_nic("small");
	start();
	Control c(dir + "/dp");
	c.hello();
	expect_ok(c.txn(furniture(nic(PORT))));
	for (uint32_t i = 0; i < 17; i++) {
		auto r = c.txn({ sa(100 + i, DP_OUT, PEER_SPI + i), sa(200 + i, DP_IN, c.reserve()) });

		expect_ok(r);
		for (auto &x : r) {
			EXPECT_EQ(x.placement, i < 16 ? DP_PLACE_INLINE_PROTOCOL : DP_PLACE_SOFT) << i;
			EXPECT_EQ(x.reason, i < 16 ? DP_WHY_NONE : DP_WHY_TABLE_FULL) << i;
		}
	}
	dp_op natted = sa(OUT, DP_OUT, PEER_SPI);
	natted.u.sa.udp_encap = true;
	natted.u.sa.local.port = natted.u.sa.remote.port = 4500;
	EXPECT_EQ(c.txn({ natted })[0].reason, DP_WHY_UDP_ENCAP);
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}

// sa-state 19: a card that dies costs packets, and is taken again when it is back.
TEST_F(Navedp, a_card_dies_and_comes_back)
{
	start_nic("full");
	start();
	Control c(dir + "/dp");
	c.hello();
	expect_ok(c.txn(furniture(nic(PORT))));
	auto r = put_sas(c);
	EXPECT_EQ(r[0].placement, DP_PLACE_INLINE_PROTOCOL) << dp_reason_str((dp_reason)r[0].reason);
	EXPECT_EQ(r[1].placement, DP_PLACE_INLINE_PROTOCOL);
	navenic->stop(SIGKILL);
	auto e = c.event(DP_EV_DEVICE, PORT);
	ASSERT_TRUE(e);
	EXPECT_FALSE(e->up);
	for (uint32_t id : { IN, OUT }) {
		e = c.event(DP_EV_PLACEMENT, id);
		ASSERT_TRUE(e) << id;
		EXPECT_EQ(e->placement, DP_PLACE_SOFT);
		EXPECT_EQ(e->reason, DP_WHY_DEVICE_DOWN);
	}
	start_nic("full");
	e = c.event(DP_EV_DEVICE, PORT);
	ASSERT_TRUE(e);
	EXPECT_TRUE(e->up);
	for (uint32_t id : { IN, OUT }) {
		e = c.event(DP_EV_PLACEMENT, id);
		ASSERT_TRUE(e) << id;
		EXPECT_EQ(e->placement, DP_PLACE_INLINE_PROTOCOL);
	}
	EXPECT_EQ(c.stats(OUT)->placement, DP_PLACE_INLINE_PROTOCOL);
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}

// Offload is taken from a port, and given back; then its card is exchanged for a netdev.
TEST_F(Navedp, sas_follow_what_their_port_may)
{
	start_nic("full");
	start();
	Control c(dir + "/dp");
	c.hello();
	expect_ok(c.txn(furniture(nic(PORT))));
	put_sas(c);
	dp_op port = nic(PORT);
	port.u.port.offload = DP_OFFLOAD_OFF;
	EXPECT_EQ(c.one(port), ERR_OK);
	auto e = c.event(DP_EV_PLACEMENT, OUT);
	ASSERT_TRUE(e);
	EXPECT_EQ(e->reason, DP_WHY_POLICY);
	EXPECT_EQ(c.one(nic(PORT)), ERR_OK);
	e = c.event(DP_EV_PLACEMENT, OUT);
	ASSERT_TRUE(e);
	EXPECT_EQ(e->placement, DP_PLACE_INLINE_PROTOCOL);
	EXPECT_EQ(c.one(netdev(PORT, "wan0")), ERR_OK);
	e = c.event(DP_EV_PLACEMENT, OUT);
	ASSERT_TRUE(e);
	EXPECT_EQ(e->placement, DP_PLACE_SOFT);
	Tap tap("peer0");
	host_routes();
	EXPECT_NE(passes(tap), 0u);
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}

// One that control forgot - another tunnel of that name comes - gives its netdev up; one that somebody else has is told, and tried again.
TEST_F(Navedp, a_tunnels_netdev_comes_and_goes_with_it)
{
	auto wants = [](uint32_t id) {
		dp_op op = tunnel(id);

		op.u.tunnel.netdev = true;
		snprintf(op.u.tunnel.name, sizeof(op.u.tunnel.name), "Virtual-Access12");
		return op;
	};
	auto has = [] { return system("ip link show Virtual-Access12 >/dev/null 2>&1") == 0; };
	auto told = [](const std::optional<dp_event> &e, bool up, enum err err) { return e && e->up == up && e->err == err; };

	start();
	auto first = std::make_unique<Control>(dir + "/dp");
	first->hello();
	expect_ok(first->txn({ vrf("tun0"), wants(TUNNEL) }));
	EXPECT_TRUE(told(first->event(DP_EV_NETDEV, TUNNEL), true, ERR_OK));
	EXPECT_TRUE(run("ip link show Vi12 && ip link show Virtual-Access12"));
	expect_ok(first->txn({ wants(8) }));
	EXPECT_TRUE(told(first->event(DP_EV_NETDEV, 8), true, ERR_OK)) << "the newer has the name";
	EXPECT_TRUE(run("ip link del Vi12"));
	EXPECT_TRUE(told(first->event(DP_EV_NETDEV, 8), false, ERR_ABSENT));
	EXPECT_TRUE(told(first->event(DP_EV_NETDEV, 8), true, ERR_OK));
	Control c(dir + "/dp");
	c.hello();
	EXPECT_TRUE(told(c.event(DP_EV_NETDEV, 8), true, ERR_OK)) << "a new control hears of it";
	expect_ok(c.txn({ tunnel(8), del(tunnel(TUNNEL)) }));
	EXPECT_TRUE(until([&] { return !has(); }));
	ASSERT_TRUE(run("ip tuntap add Vi12 mode tun"));
	expect_ok(c.txn({ wants(9) }));
	EXPECT_TRUE(told(c.event(DP_EV_NETDEV, 9), false, ERR_BUSY));
	EXPECT_TRUE(run("ip link del Vi12"));
	EXPECT_TRUE(told(c.event(DP_EV_NETDEV, 9), true, ERR_OK));
	expect_ok(c.txn({ del(wants(9)) }));
	EXPECT_TRUE(until([&] { return !has(); }));
	EXPECT_EQ(navedp->stop(SIGTERM), 0);
}
