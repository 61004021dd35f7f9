// A navedp in a network namespace of the test's own, and its control.
#ifndef NAVEDP_LAB_H
#define NAVEDP_LAB_H

#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "dp/link.h"

using Bytes = std::vector<uint8_t>;

bool until(const std::function<bool()> &done, unsigned ms = 5000);
bool run(const std::string &command); // in the namespace; false and a failure when it fails

// A program with a log; killed when the test ends.
class Program
{
      public:
	Program(const std::string &log, const std::vector<std::string> &args);
	~Program();
	Program(const Program &) = delete;
	Program &operator=(const Program &) = delete;
	int stop(int signal); // what waitpid says

      private:
	std::string log;
	pid_t pid;
};

// What leaves by the other end of a veth.
class Tap
{
      public:
	explicit Tap(const std::string &netdev);
	~Tap();
	Tap(const Tap &) = delete;
	Tap &operator=(const Tap &) = delete;
	std::optional<uint32_t> esp(uint32_t spi, unsigned ms = 3000); // number of the next ESP packet (IPv4) of an SA

      private:
	int fd;
};

class Control
{
      public:
	explicit Control(const std::string &path);
	~Control();
	Control(const Control &) = delete;
	Control &operator=(const Control &) = delete;
	void hello(uint64_t store = 0, int fd = -1);
	std::vector<dp_result> txn(std::vector<dp_op> ops); // keys are wiped
	enum err one(const dp_op &op)
	{
		return txn({ op })[0].err;
	}
	uint32_t reserve();
	std::vector<dp_item> dump();
	std::optional<dp_sa_stats> stats(uint32_t sa);
	std::optional<dp_event> event(dp_event_kind kind, uint32_t id, unsigned ms = 10000); // the next one of that kind and id

	uint64_t store = 0;
	int kept = -1; // of the state store

      private:
	void send(const dp_msg &m, int pass = -1);
	bool receive(unsigned ms); // into 'in'; an EVENTS goes to 'events' and counts as well
	void answer(dp_msg_kind kind);
	dp_link link = { -1, nullptr, nullptr };
	dp_msg in = {};
	std::vector<dp_event> events;
};

// The namespace: veths wan0-peer0 and wan1-peer1.
class Lab : public testing::Test
{
      protected:
	void SetUp() override;
	void TearDown() override;
	void start();
	void start_nic(const std::string &more = "");
	// Operations with sound defaults.
	static dp_op vrf(const char *tun);
	static dp_op netdev(uint32_t id, const char *name);
	dp_op nic(uint32_t id);
	static dp_op local(const char *prefix, uint32_t port);
	static dp_op adjacency(uint32_t id, uint32_t port, const char *next_hop);
	static dp_op tunnel(uint32_t id, uint32_t sa_out = 0);
	static dp_op sa(uint32_t id, dp_direction direction, uint32_t spi, uint32_t tunnel = 7);
	static dp_op route(const char *prefix, dp_action action, uint32_t target);
	static dp_op del(dp_op op);

	std::string dir;
	std::unique_ptr<Program> navedp, navenic;
};

#endif
