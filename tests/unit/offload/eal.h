/* EAL for the tests of one program. */
#ifndef TESTS_OFFLOAD_EAL_H
#define TESTS_OFFLOAD_EAL_H

#include <vector>

#include <gtest/gtest.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

/* Once a process; the pool is kept, so that a leak shows as a missing buffer at the end of its test. */
class Eal : public testing::Environment
{
      public:
	explicit Eal(unsigned count) : buffers(count)
	{
	}
	void SetUp() override
	{
		const char *args[] = { "test", "--no-huge", "--no-pci", "-m", "48", "--no-telemetry", "--no-shconf", "--log-level=critical",
			"-l", "0" };
		std::vector<char *> argv;

		for (const char *a : args)
			argv.push_back(const_cast<char *>(a));
		ASSERT_GE(rte_eal_init((int)argv.size(), argv.data()), 0);
		pool = rte_pktmbuf_pool_create("packets", buffers, 0, 0, 2048 + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
		ASSERT_NE(pool, nullptr);
	}
	void TearDown() override
	{
		rte_eal_cleanup();
	}
	static inline rte_mempool *pool = nullptr;

      private:
	const unsigned buffers;
};

#endif
