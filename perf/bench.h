#ifndef PERF_BENCH_H
#define PERF_BENCH_H

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sched.h>
#include <vector>

#include "base/err.h"

/* What benchmarks in C++ share: they give up at the first surprise. */
inline void must(enum err err, const char *what)
{
	if (err == ERR_OK)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, err_str(err));
	exit(2);
}

inline void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "bench: %s\n", what);
	exit(2);
}

inline double clock_ns(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

inline double median(std::vector<double> v)
{
	check(!v.empty(), "the machine is too busy: no sample had 95 % of its core");
	std::nth_element(v.begin(), v.begin() + static_cast<ptrdiff_t>(v.size() / 2), v.end());
	return v[v.size() / 2];
}

/*
 * The core is that thread's (0: the caller's) but for what the kernel keeps back (sched_rt_runtime_us): who measures wakes up in spite of the
 * peer that it measures.
 */
enum bench_rank { BENCH_PEER = 1, BENCH_SELF = 2 };
inline void bench_priority(pid_t thread, enum bench_rank rank)
{
	struct sched_param p = {};

	p.sched_priority = rank;
	check(sched_setscheduler(thread, SCHED_FIFO | SCHED_RESET_ON_FORK, &p) == 0, "real-time priority");
}

#endif
