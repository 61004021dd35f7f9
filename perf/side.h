#ifndef PERF_SIDE_H
#define PERF_SIDE_H

/* An IKE engine whose questions are answered inside the question, as a datapath in memory does: one end of a set-up. */

#include <cstdint>
#include <functional>

#include "crypto/rand.h"
#include "ike/engine.h"
#include "ike/wire/id.h"
#include "ike/wire/ts.h"

struct Side {
	struct ike_engine *engine = nullptr;
	struct ike_ports ports = {};
	struct ike_offers ike = {}, esp = {};
	struct ike_id id = {};
	struct ike_ts any = ike_ts_any(AF_INET);
	const char *psk = "";
	uint64_t now_ms = 1000;
	uint32_t spi = 0x1000;
	unsigned ups = 0;
	std::function<void(const struct ike_path *, struct bytes)> send; /* a datagram's way out */

	/* 'words' are the IKE proposal's; names and key outlive the side. */
	void start(struct crypto *crypto, const struct crypto_rand *rand, const char *name, const char *key, const char *words);
	~Side();

	/* Begins a set-up as 'name' (nullptr: the side's own); 'want' may be nullptr. */
	struct slab_handle initiate(const struct ike_path &path, const char *name, const struct ike_config *want);
};

/* Ends the program when 'err' isn't ERR_OK. */
void must(enum err err, const char *what);

#endif
