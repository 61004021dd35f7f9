/* The counters of contract 2.  Read on the thread that owns the steering, when telemetry asks. */
#include "loader/count.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "loader/inside.h"

static enum err read_slot(const struct loader_steer *s, __u32 slot, uint64_t *per_cpu, uint64_t out[STEER_V_COUNT])
{
	int cpus = libbpf_num_possible_cpus();

	for (__u32 verdict = 0; verdict < STEER_V_COUNT; verdict++) {
		__u32 key = slot * STEER_V_COUNT + verdict;

		if (bpf_map_lookup_elem(s->counts, &key, per_cpu) != 0)
			return err_of_errno(errno);
		out[verdict] = 0;
		for (int cpu = 0; cpu < cpus; cpu++)
			out[verdict] += per_cpu[cpu];
	}
	return ERR_OK;
}

enum err loader_count_read(const struct loader_steer *s, uint32_t ifindex, uint64_t out[STEER_V_COUNT])
{
	struct steer_port port = { .slot = 0 };
	int cpus = libbpf_num_possible_cpus();
	uint64_t *per_cpu;
	enum err err;

	if (ifindex != 0) {
		err = loader_steer_find(s, ifindex, &port);
		if (err != ERR_OK)
			return err;
	}
	if (cpus <= 0)
		return ERR_IO;
	per_cpu = calloc((size_t)cpus, sizeof(*per_cpu));
	if (per_cpu == NULL)
		return ERR_NOMEM;
	err = read_slot(s, port.slot, per_cpu, out);
	free(per_cpu);
	return err;
}

struct word {
	const char *name;
	enum steer_action action;
	const char *text;
};

static const struct word words[STEER_V_COUNT] = {
#define COUNT_WORD(name, action, text) { #name, STEER_##action, text },
	STEER_VERDICTS(COUNT_WORD)
#undef COUNT_WORD
};

const char *loader_count_name(enum steer_verdict verdict)
{
	return (unsigned)verdict < STEER_V_COUNT ? words[verdict].name : "UNKNOWN";
}

const char *loader_count_text(enum steer_verdict verdict)
{
	return (unsigned)verdict < STEER_V_COUNT ? words[verdict].text : "unknown verdict";
}

enum steer_action loader_count_action(enum steer_verdict verdict)
{
	return (unsigned)verdict < STEER_V_COUNT ? words[verdict].action : STEER_DROP;
}
