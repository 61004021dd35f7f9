#ifndef TESTS_SIM_STORM_H
#define TESTS_SIM_STORM_H

/*
 * Rekeying under stress, as two ways of looking for a history that breaks it.  Each returns what broke, or "".
 */

#include <string>

#include "sim.h"

/*
 * Three spokes and a hub for 'hours' of virtual time over a network whose weather changes, rekeyed by lifetimes and by orders at
 * random, with datapaths that refuse now and then.  Held to its invariants after every step; 'progress' prints a line for each hour.
 */
std::string storm_run(uint64_t seed, unsigned hours, bool progress);

/*
 * Every history of two orders (rekey or delete a child or the IKE SA, or one child more, by either side; there are three already; the second at any moment) in which the first
 * 'depth' moves are chosen among: the oldest packet arrives, the next one overtakes it, it is lost (once), the second order is
 * given.  Then the network is good, and both ends must come to agree.  'count' gets the number of histories.
 */
enum Explore {
	PLAIN,
	LATE,   /* children are rekeyed with PFS, and each key exchange is computed when a move says so */
	SERIES, /* rekeying and further children take several key exchanges, RFC9370-2.2.4 */
	MIXED   /* the same, but the spoke asks for them and the hub can do without */
};

std::string storm_explore(unsigned depth, enum Explore how, uint64_t *count);

#endif
