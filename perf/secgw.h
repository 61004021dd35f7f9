#ifndef PERF_SECGW_H
#define PERF_SECGW_H

#include <cstdint>
#include <ctime>
#include <string>
#include <sys/types.h>

#include "hub.h"

/*
 * DPDK's ipsec-secgw as a process of its own, stopped while nobody measures it.  It does what 'hub' does: the same tunnels,
 * keys and routes, in its best mode (AES-GCM PMD as cpu-crypto, librte_ipsec).  Port 0 is the LAN, port 1 the WAN.
 */
class Secgw
{
      public:
	struct Conf {
		std::string program, dir; /* 'dir' is for its files */
		int cpu;
		bool decap;
		std::string source, sink; /* arguments of net_pcap and net_null */
	};
	Secgw(const Conf &conf, const Hub &hub);
	~Secgw();
	Secgw(const Secgw &) = delete;
	Secgw &operator=(const Secgw &) = delete;

	void resume();
	void pause();
	/* CPU time used and packets sent so far. */
	double cpu_ns() const;
	uint64_t sent();
	/* Whether what it received left again, but for a hundredth that may be under way. */
	bool lossless();

      private:
	void run(const Conf &conf);
	bool connect_telemetry();
	uint64_t stat(const std::string &name, int port);

	std::string prefix;
	int out_port, telemetry = -1;
	pid_t pid = -1;
	clockid_t clock = 0;
};

#endif
