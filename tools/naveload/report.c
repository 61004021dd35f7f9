/* The figures of a run, as a table or as one JSON document. */
#include "naveload/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static double ms(uint64_t us)
{
	return (double)us / 1000;
}

static double cpu_ms(const struct naveload_result *r, const struct naveload_cost *c)
{
	uint64_t done = 0;

	for (uint32_t i = 0; i < r->rounds; i++)
		done += r->round[i].setup.done;
	return done == 0 ? 0 : ms(c->cpu_us) / (double)done;
}

static double rekey_ms(const struct naveload_result *r, const struct naveload_cost *c)
{
	uint64_t done = 0;

	for (uint32_t i = 0; i < r->rounds; i++)
		done += r->round[i].rekey.done;
	return done == 0 ? 0 : ms(c->rekey_us) / (double)done;
}

/* Growth of the first wave, for each that came up in it. */
static double bytes_each(const struct naveload_result *r, const struct naveload_cost *c)
{
	return r->round[0].up == 0 ? 0 : (double)c->growth_bytes / r->round[0].up;
}

static uint64_t sum(const uint32_t cause[IKE_DOWN_COUNT])
{
	uint64_t total = 0;

	for (unsigned i = 0; i < IKE_DOWN_COUNT; i++)
		total += cause[i];
	return total;
}

/* All came and stayed, nothing was refused, and no SA is stuck. */
static bool is_clean(const struct naveload_round *r, uint32_t peers)
{
	return r->setup.done == peers && r->rekey.failed + r->again.failed + r->leave.failed == 0 && sum(r->lost) == 0 && r->stuck == 0;
}

bool naveload_report_clean(const struct naveload_result *r)
{
	for (uint32_t i = 0; i < r->rounds; i++)
		if (!is_clean(&r->round[i], r->plan->peers))
			return false;
	return true;
}

static const char *const act_word[] = { "ike-rekey", "child-rekey", "probe", "reconnect", "return" };

/* ---- table ---- */

static void print_causes(const char *what, const uint32_t cause[IKE_DOWN_COUNT])
{
	if (sum(cause) == 0)
		return;
	(void)printf("         %s:", what);
	for (unsigned i = 0; i < IKE_DOWN_COUNT; i++)
		if (cause[i] != 0)
			(void)printf(" %s %" PRIu32, ike_ports_down_str((enum ike_down)i), cause[i]);
	(void)putchar('\n');
}

static void print_tally(uint32_t round, const char *what, const struct naveload_tally *t)
{
	static const double percent[] = { 50, 90, 99 };

	if (t->tried == 0)
		return;
	(void)printf("%5" PRIu32 "  %-8s %8" PRIu32 " %8" PRIu32 " %9.0f", round + 1, what, t->done, t->failed, naveload_tally_rate(t));
	if (t->time.count != 0) {
		for (unsigned i = 0; i < sizeof(percent) / sizeof(percent[0]); i++)
			(void)printf(" %9.1f", ms(naveload_hist_percentile(&t->time, percent[i])));
		(void)printf(" %9.1f", ms(t->time.max_us));
	}
	(void)putchar('\n');
	print_causes("failed", t->cause);
}

static void print_acts(const struct naveload_round *round)
{
	uint32_t total = 0;

	for (unsigned i = 0; i < NAVELOAD_ACT_COUNT; i++)
		total += round->act[i];
	if (total == 0)
		return;
	(void)printf("         churn:");
	for (unsigned i = 0; i < NAVELOAD_ACT_COUNT; i++)
		(void)printf(" %s %" PRIu32, act_word[i], round->act[i]);
	(void)printf("; at its end %" PRIu32 " up, %" PRIu32 " SAs stuck\n", round->up_last, round->stuck);
}

static void print_cost(const struct naveload_result *r, const struct naveload_cost *c, const char *what, const char *object)
{
	if (!c->known)
		return;
	(void)printf("%s (pid %" PRIu32 "): %.3f ms of CPU for a set-up, %.1f kB for a %s", what, c->pid, cpu_ms(r, c),
		bytes_each(r, c) / 1000, object);
	if (r->plan->rekey != NAVELOAD_REKEY_NONE)
		(void)printf(", %.3f ms for a rekey", rekey_ms(r, c));
	(void)putchar('\n');
}

static void print_table(const struct naveload_result *r)
{
	char text[ADDR_TEXT];

	(void)printf("%" PRIu32 " peers to %s, IKE %s, ESP %s\n\n%5s  %-8s %8s %8s %9s %9s %9s %9s %9s\n", r->plan->peers,
		addr_str(&r->plan->hub, text), r->plan->ike_words, r->plan->esp_words, "round", "what", "done", "failed", "a second",
		"p50 ms", "p90 ms", "p99 ms", "max ms");
	for (uint32_t i = 0; i < r->rounds; i++) {
		print_tally(i, "set-up", &r->round[i].setup);
		print_tally(i, "rekey", &r->round[i].rekey);
		print_acts(&r->round[i]);
		print_tally(i, "again", &r->round[i].again);
		print_causes("lost while up", r->round[i].lost);
		print_tally(i, "leave", &r->round[i].leave);
	}
	(void)printf("\n%" PRIu64 " datagrams sent, %" PRIu64 " received, %" PRIu64 " requests retransmitted, %" PRIu64
		     " cookies answered\n",
		r->stats.count[IKE_STAT_TX], r->stats.count[IKE_STAT_RX], r->stats.count[IKE_STAT_RETRANSMIT],
		r->stats.count[IKE_STAT_COOKIE_ANSWERED]);
	print_cost(r, &r->own, "naveload", "peer");
	print_cost(r, &r->watched, "hub", "session");
}

/* ---- JSON ---- */

static json_t *json_causes(const uint32_t cause[IKE_DOWN_COUNT])
{
	json_t *o = json_object();

	for (unsigned i = 0; i < IKE_DOWN_COUNT; i++)
		if (cause[i] != 0)
			(void)json_object_set_new(o, ike_ports_down_str((enum ike_down)i), json_integer(cause[i]));
	return o;
}

static json_t *json_tally(const struct naveload_tally *t)
{
	return json_pack("{s:I, s:I, s:I, s:o, s:f}", "tried", (json_int_t)t->tried, "done", (json_int_t)t->done, "failed",
		(json_int_t)t->failed, "causes", json_causes(t->cause), "per_second", naveload_tally_rate(t));
}

static json_t *json_time(const struct naveload_hist *h)
{
	return json_pack("{s:f, s:f, s:f, s:f}", "p50", ms(naveload_hist_percentile(h, 50)), "p90", ms(naveload_hist_percentile(h, 90)),
		"p99", ms(naveload_hist_percentile(h, 99)), "max", ms(h->max_us));
}

static json_t *json_acts(const struct naveload_round *round)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < NAVELOAD_ACT_COUNT; i++)
		(void)json_object_set_new(o, act_word[i], json_integer(round->act[i]));
	return o;
}

static json_t *json_rounds(const struct naveload_result *r)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < r->rounds; i++) {
		const struct naveload_round *round = &r->round[i];

		(void)json_array_append_new(list,
			json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "setup", json_tally(&round->setup),
				"setup_ms", json_time(&round->setup.time), "up", (json_int_t)round->up, "rekey", json_tally(&round->rekey),
				"rekey_ms", json_time(&round->rekey.time), "churn", json_acts(round), "again", json_tally(&round->again),
				"again_ms", json_time(&round->again.time), "up_last", (json_int_t)round->up_last, "stuck",
				(json_int_t)round->stuck, "lost", json_causes(round->lost), "leave", json_tally(&round->leave)));
	}
	return list;
}

static json_t *json_cost(const struct naveload_result *r, const struct naveload_cost *c)
{
	if (!c->known)
		return json_null();
	return json_pack("{s:I, s:f, s:f, s:f}", "pid", (json_int_t)c->pid, "cpu_ms", cpu_ms(r, c), "rekey_ms", rekey_ms(r, c), "bytes",
		bytes_each(r, c));
}

static json_t *json_messages(const struct ike_stats *stats)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < IKE_STAT_COUNT; i++)
		if (stats->count[i] != 0)
			(void)json_object_set_new(o, ike_engine_stat_str((enum ike_stat)i), json_integer((json_int_t)stats->count[i]));
	return o;
}

static enum err print_json(const struct naveload_result *r)
{
	char text[ADDR_TEXT];
	json_t *doc = json_pack("{s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o}", "name", "naveload", "hub", addr_str(&r->plan->hub, text),
		"peers", (json_int_t)r->plan->peers, "ike", r->plan->ike_words, "esp", r->plan->esp_words, "rounds", json_rounds(r),
		"messages", json_messages(&r->stats), "naveload", json_cost(r, &r->own), "watched", json_cost(r, &r->watched));
	int failed = doc == NULL ? -1 : json_dumpf(doc, stdout, JSON_INDENT(2));

	(void)putchar('\n');
	json_decref(doc);
	return failed != 0 ? ERR_NOMEM : ERR_OK;
}

enum err naveload_report_print(const struct naveload_result *r, bool json)
{
	if (json)
		return print_json(r);
	print_table(r);
	return ERR_OK;
}
