/*
 * sim_ike: the tests of this folder, or one of its searches for as long as one likes:
 *
 *	sim_ike --seed N --hours H	a storm of H virtual hours
 *	sim_ike --explore DEPTH		all collisions to that depth
 *	sim_ike --late DEPTH		the same with key exchanges that take their time
 *	sim_ike --series DEPTH		the same with several key exchanges for an IKE SA
 *	sim_ike --mixed DEPTH		the same where one end can do without them
 *	sim_ike --seed N --mutate COUNT	so many mutations of what engines say
 *
 * All print what broke, with the numbers that bring it about again, and fail then.
 */
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "mutate.h"
#include "storm.h"

namespace
{

/* The number after 'name'; 0: it isn't there. */
unsigned long option(int argc, char **argv, const char *name)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return strtoul(argv[i + 1], nullptr, 10);
	return 0;
}

int conclude(const std::string &fault)
{
	puts(fault.empty() ? "nothing broke" : fault.c_str());
	return fault.empty() ? 0 : 1;
}

} // namespace

int main(int argc, char **argv)
{
	static const char *const explorations[] = { "--explore", "--late", "--series", "--mixed" };
	unsigned long hours = option(argc, argv, "--hours");
	unsigned long seed = option(argc, argv, "--seed"), mutations = option(argc, argv, "--mutate");

	if (hours != 0) {
		printf("seed %lu, %lu hours\n", seed, hours);
		return conclude(storm_run(seed, static_cast<unsigned>(hours), true));
	}
	for (int how = PLAIN; how <= MIXED; how++) {
		unsigned long depth = option(argc, argv, explorations[how]);
		uint64_t count = 0;

		if (depth == 0)
			continue;
		std::string fault = storm_explore(static_cast<unsigned>(depth), static_cast<enum Explore>(how), &count);

		printf("%llu histories of depth %lu\n", static_cast<unsigned long long>(count), depth);
		return conclude(fault);
	}
	if (mutations != 0) {
		printf("seed %lu, %lu mutations\n", seed, mutations);
		return conclude(mutate_run(seed, mutations, true));
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		puts("sim_ike [--seed N] --hours H | --explore DEPTH | --late DEPTH | --series DEPTH | --mixed DEPTH | [--seed N] --mutate COUNT | GoogleTest's options");
		return 0;
	}
	::testing::InitGoogleTest(&argc, argv);
	return RUN_ALL_TESTS();
}
