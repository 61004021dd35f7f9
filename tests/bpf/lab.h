#ifndef TESTS_BPF_LAB_H
#define TESTS_BPF_LAB_H

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "frames.h"
#include "loader/count.h"
#include "loader/rule.h"
#include "loader/steer.h"
#include "loader/xsk.h"

/*
 * A network and mount namespace that ends with the test's process: veth 'hub' (steered, HUB_MAC) - 'net' (its peer),
 * without IPv6 of the kernel's own and its noise.  Pins are in a bpffs of the same namespace.
 */
class Lab : public ::testing::Test
{
      protected:
	void SetUp() override;
	void TearDown() override;

	static void sh(const std::string &command);

	void open();
	loader_port port(loader_role role = LOADER_WAN) const;
	void attach(const loader_port &port);
	void locals();

	/* An AF_XDP socket on queue 0 of the hub's port, put in the map. */
	void bind_socket();
	void close_socket();

	using Counts = std::map<std::string, uint64_t>;
	Counts counts(); /* of the port, or of unconfigured ones when it has no entry; those that aren't zero */

	/* Removes the port's entry behind the loader's back. */
	void forget_port();

	/* The counter that a program's one run over 'frame' moved, and what it returned. */
	std::string verdict(const Bytes &frame, uint32_t queue = 0);
	std::string guard(const Bytes &frame);

	/* One run of nave_steer, without a look at the counters. */
	void run(const Bytes &frame, uint32_t queue = 0, uint32_t repeat = 1);
	uint32_t returned = 0;

	/* An AF_PACKET socket on a device: everything that arrives there. */
	static int packet_socket(const char *name);
	static Bytes receive(int fd, int timeout_ms); /* empty: nothing came */
	static void send(int fd, const Bytes &frame);

	std::string dir;
	loader_steer *steer = nullptr;
	loader_xsk *xsk = nullptr;
	void *area = nullptr;
	uint32_t ifindex = 0;

	static constexpr uint32_t FRAME_SIZE = 2048, FRAMES = 512;

      private:
	std::string moved(const Counts &before);
};

std::string hex(const Bytes &b);

#endif
