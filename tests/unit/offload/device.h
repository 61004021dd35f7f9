#ifndef TESTS_OFFLOAD_DEVICE_H
#define TESTS_OFFLOAD_DEVICE_H

#include <cstdint>
#include <list>
#include <string>

#include <ethdev_driver.h>
#include <rte_cryptodev.h>
#include <rte_flow_driver.h>
#include <rte_security.h>
#include <rte_security_driver.h>

#include "engine/inline.h"

/* A NIC as DPDK shows one, with rte_security and rte_flow, that answers as the test says.  One at a time, after EAL. */
class Device
{
      public:
	struct Rule {
		bool ip6 = false, udp = false;
		std::string local;     /* address, as bytes */
		uint16_t udp_port = 0; /* destination */
		uint32_t spi = 0;      /* 0: any */
		const void *session = nullptr;
	};
	Device();
	~Device();
	Device(const Device &) = delete;
	Device &operator=(const Device &) = delete;

	/* As the port 'index' of the datapath; a net_nave if nothing else is said. */
	engine_device describe(uint8_t index, uint32_t epoch = 1, const char *driver = "net_nave");
	void attach(struct engine *e, uint8_t index, uint32_t epoch = 1);

	int create_errno = 0; /* of the next sessions */
	int flow_errno = 0;   /* of the next rules */
	enum err session_status = ERR_OK;
	enum err flow_status = ERR_OK;
	bool fence_passed = true;
	uint32_t sa_limit = 16;

	int sessions = 0;
	std::list<Rule> rules;
	uint16_t dpdk_port = 0;
	engine_ext ext = {};

      private:
	rte_eth_dev *dev = nullptr;
	rte_security_ctx ctx = {};
};

#endif
