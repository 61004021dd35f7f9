// A net_nave port on a real navenic whose wire is a pair of capture files.
#ifndef PMD_LAB_H
#define PMD_LAB_H

#include <rte_ethdev.h>
#include <rte_flow.h>
#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_mempool.h>
#include <rte_security.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <sys/types.h>
#include <vector>

#include "../../unit/emu/frames.h"
#include "pmd/rte_pmd_nave.h"

// A directory of the test's own, a navenic on it, and what its wire gets and says.
class Nic
{
      public:
	Nic();
	~Nic();
	void feed(const std::vector<Bytes> &frames); // before start
	void start(const std::string &more = "");
	void stop(int signal);
	void freeze(bool on);            // SIGSTOP, SIGCONT
	std::vector<Bytes> sent() const; // so far
	std::string socket() const
	{
		return dir + "/nic";
	}

      private:
	std::string dir;
	pid_t pid = -1;
	bool frozen = false;
};

struct PortOptions {
	std::string args;         // further devargs
	bool shared_pool = false; // zero-copy
	bool numbers = true;      // the application numbers
	bool interrupts = false;
	uint16_t queues = 1;
	bool start = true;
};

class Port
{
      public:
	Port(const Nic &nic, const PortOptions &o = {});
	~Port();
	void start();
	std::vector<rte_mbuf *> receive(unsigned count, unsigned ms = 1000); // waits until 'count' came or time is over
	bool send(rte_mbuf *m);
	rte_mbuf *packet(const Bytes &frame, bool foreign = false);
	uint64_t &number(rte_mbuf *m) const;
	uint64_t xstat(const char *name) const;

	uint16_t id = 0;
	bool up = false;
	PortOptions options;
	rte_mempool *pool = nullptr;  // of the rx queues
	rte_mempool *other = nullptr; // ordinary memory
	rte_mempool *sessions = nullptr;
	rte_security_ctx *sec = nullptr;
};

Bytes bytes_of(const rte_mbuf *m);
bool until(const std::function<bool()> &done, unsigned ms = 2000);

// An SA and a session for it.
struct Sa {
	EspKeys keys = EspKeys::of(FWI_SUITE_AES_128_GCM_16, 1);
	uint32_t spi = 0x10000001;
	bool inbound = false;
	const char *src = "192.0.2.1"; // of the outer header
	const char *dst = "198.51.100.1";
	bool udp = false;
	uint64_t number = 0; // esn.value
	uint32_t window = 64;
	uint64_t userdata = 0;

	void *create(Port &p) const;
};

rte_flow *flow_of(Port &p, const Sa &sa, const void *session, rte_flow_error *error);

#endif
