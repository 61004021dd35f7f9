#ifndef TESTS_SIM_DRAFT_H
#define TESTS_SIM_DRAFT_H

#include <cstdint>
#include <string>
#include <vector>

#include "sim.h"

using Octets = std::vector<uint8_t>;

/* A message that can be written down again, also with lies about itself. */
struct Draft {
	struct Payload {
		uint8_t type, flags;
		Octets body;
		int length_lie = -1; /* what its header says instead of its length */
		int next_lie = -1;   /* and instead of the type of the next one */
	};
	Octets header; /* the 28 bytes; the first payload's type is 'first' */
	uint8_t first = 0;
	std::vector<Payload> payloads;
	Octets rest;             /* what follows the payloads that could be read */
	int64_t length_lie = -1; /* the header's */

	/* The payloads of 'text', of which the first is of type 'next'. */
	void read(uint8_t next, const Octets &text);
	/* They, and the type of the first. */
	Octets write(uint8_t *next) const;
};

/* One way to change a draft, or a datagram as it is. */
struct Mutator {
	const char *name;
	void (*change)(Draft &d, Random &random);
	void (*twist)(Octets &datagram, Random &random); /* whichever isn't NULL */
};

const std::vector<Mutator> &mutators();

/* A datagram in clear. */
Octets draft_clear(const Octets &datagram, const Mutator &m, Random &random);

/* One under SK of 'sender', whose keys seal it again; false: it isn't, or its SA has gone. */
bool draft_sealed(Node &sender, Octets &datagram, const Mutator &m, Random &random);

#endif
