#ifndef TESTS_SESSION_LAB_H
#define TESTS_SESSION_LAB_H

/*
 * Boxes in virtual time: each is a session hub with an IKE engine, a datapath in memory, a routing table and its FIB, as
 * naved wires them, without sockets, kernel and clock.  They talk over a network that delays, loses and counts.
 */

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "crypto/crypto.h"
#include "crypto/rand.h"
#include "dp/fake.h"
#include "session/box/fib.h"
#include "session/inner.h"

namespace lab
{

struct addr ip(const std::string &text);
struct addr_prefix net(const std::string &text);
std::string str(const struct addr &a);
std::string str(const struct addr_prefix &p);

/* A model made from text; an error in it fails the test. */
struct cfg_model *model(const std::string &text);
struct cfg_platform *platform(const std::string &text);

struct Packet {
	uint64_t due_ms;
	struct addr_port from, to;
	bool natt;
	std::vector<uint8_t> data;
};

class Net;

struct Box {
	Box(Net &net, const std::string &name, const std::string &platform_text);
	~Box();
	Box(const Box &) = delete;
	Box &operator=(const Box &) = delete;

	/* What the hub makes of a configuration. */
	enum err load(const std::string &text);
	void must_load(const std::string &text);

	/* All sessions and the engine go, as when the process ends; the datapath keeps what it has. */
	void stop();

	std::vector<const struct session *> sessions(bool up_only = true) const;
	const struct session *session(const std::string &interface = "") const; /* the only one, or that of 'interface' */
	unsigned up() const;

	/* Best routes that aren't connected or local: "10.0.0.1/32" -> "S [1/1] Virtual-Access1"; of every candidate with 'all'. */
	std::multimap<std::string, std::string> routes(bool all = false) const;
	std::string route(const std::string &prefix) const; /* "" none */

	/* The datapath's objects of one class. */
	std::vector<struct dp_item> objects(enum dp_class class_of) const;
	struct dp_model_counts counts() const;
	uint64_t stat(enum ike_stat s) const;
	bool logged(const std::string &part) const;
	unsigned count_logged(const std::string &part) const;
	struct session_iface_info shown(const std::string &name) const;

	void restart_datapath(bool lose_store);

	void await_workers() const; /* until all that they have is done, and answered */

	/* Nothing is half there: sessions, their SAs, tunnels and routes agree, here and in the datapath. */
	void expect_whole() const;
	/* No session, no SA, no tunnel, no lease, no SPI left. */
	void expect_empty() const;

	Net *net;
	std::string name;
	std::vector<struct addr> addrs; /* outer ones, which datagrams reach */
	struct addr nat_addr = {};      /* datagrams come from here, and other ports */
	uint16_t nat_base = 40000;
	bool dead = false; /* neither sends nor receives */
	struct wheel wheel = {};
	struct dp_fake *fake = nullptr;
	struct dp_model *datapath = nullptr;
	struct dp_sync *sync = nullptr;
	struct session_fib *fib = nullptr;
	struct route_rib *rib = nullptr;
	struct session_hub *hub = nullptr;
	struct ike_engine *engine = nullptr;
	struct crypto_jobs *jobs = nullptr; /* workers, whose work takes no virtual time */
	struct ike_ports ports = {};
	struct crypto_rand rand = {};
	struct log log = {};
	struct cfg_platform *platform = nullptr;
	uint64_t random;
	struct Question {
		uint64_t token;
		std::string url;
		std::vector<uint8_t> body;
	};
	std::vector<Question> questions; /* put by HTTP, until a test takes them */
	enum err fetch_err = ERR_OK;
	std::vector<struct session_echo> echoes; /* asked so far */
	enum err echo_err = ERR_OK;
	std::vector<std::string> lines;
	std::set<std::string> host;     /* addresses of its devices: "eth0 192.0.2.1/24", "red:eth1 10.0.0.1/24" in a VRF */
	const char *front = nullptr;    /* the VRF that its datagrams come in, NULL: the global one */
	std::set<std::string> expected; /* those that the host is to set by itself */
	unsigned keepalives = 0;
};

class Net
{
      public:
	explicit Net(unsigned workers = 0); /* of each box; 0: it does all by itself */
	~Net();

	Box &box(const std::string &name, const std::vector<std::string> &addrs, const std::string &platform_text);
	void run(uint64_t ms);
	/* Until 'done' or the time is over; whether it was. */
	bool run_until(const std::function<bool()> &done, uint64_t limit_ms);

	uint64_t now_ms = 1000;
	uint64_t delay_ms = 5;
	std::function<bool(const Packet &)> tap; /* false: lost */
	uint64_t sent = 0;
	struct crypto *crypto = nullptr;
	unsigned workers;
	std::vector<std::unique_ptr<Box>> boxes;

      private:
	friend struct Box;
	std::multimap<uint64_t, Packet> flight; /* by time */

	bool step(uint64_t limit_ms);
	void deliver(const Packet &p);
};

/* ---- configurations ---- */

extern const char *const psk;

/* What both ends have; 'profile' are further lines of the IKEv2 profile. */
std::string common(const std::string &name, const std::string &profile);

/* The hub: 198.51.100.1, LAN 10.10.0.1/24, loopback 10.77.0.254, a pool. */
struct HubConfig {
	std::string pool = "ip local pool P 10.77.0.100 10.77.0.250\n";
	std::string policy = " pool P\n route set interface\n route set remote 10.10.0.0 255.255.255.0\n";
	std::string profile; /* more lines of the profile */
	std::string more;    /* more lines at the end */
	std::string text() const;
};

/* Spoke N: WAN 203.0.113.N, LAN 10.20.N.1/24, Tunnel0 to the hub with an address asked for. */
struct SpokeConfig {
	explicit SpokeConfig(unsigned n);
	std::string text() const;

	unsigned n;
	unsigned tunnels = 1;
	std::string key = psk;
	std::string identity;
	std::string policy = " route set interface\n route set interface Ethernet0/1\n";
	std::string address = " ip address negotiated\n";
	std::string profile;
	std::string more;
};

extern const char *const lan_and_wan; /* a platform of two netdevs */

/* 'text' with each 'from' made a 'to'; there is one at least. */
std::string with(std::string text, const std::string &from, const std::string &to);

/* A hub and spokes. */
class Star : public ::testing::Test
{
      protected:
	explicit Star(unsigned workers = 0) : wan(workers)
	{
	}

	Net wan;
	Box &hub = wan.box("hub", { "198.51.100.1" }, lan_and_wan);

	Box &spoke(unsigned n);
	Box &spoke(const SpokeConfig &config); /* begun */
	void up(const Box &s, uint64_t limit_ms = 5000);
	void TearDown() override;
};

/* One box and what it has itself; no peers. */
class Alone : public Star
{
      protected:
	const std::string ports = "interface Ethernet0/0\n ip address 198.51.100.1 255.255.255.0\n ipv6 address 2001:db8:1::1/64\n"
				  "interface Ethernet0/1\n ip address 10.10.0.1 255.255.255.0\n";

	void load(const std::string &text);
	std::set<std::string> locals(); /* "1 10.10.0.1/24", of the datapath */
	std::set<std::string> routes(); /* "10.0.0.0/8 local", of the datapath */
};

} // namespace lab
#endif
