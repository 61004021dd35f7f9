/*
 * Probes.
 */
#include "navectl/get.h"
#include "navectl/render.h"

void navectl_render_sla(const json_t *doc, FILE *out)
{
	const json_t *s;
	char since[NAVECTL_TIME];

	for (size_t i = 0; (s = navectl_get_next(doc, "operations", &i)) != NULL;) {
		bool by_if = navectl_get_has(s, "source_interface");

		(void)fprintf(out, "IP SLA operation %lld\n  %s to %s", navectl_get_int(s, "operation"), navectl_get_str(s, "type"),
			navectl_get_str(s, "target"));
		if (by_if || navectl_get_has(s, "source"))
			(void)fprintf(out, " from %s", navectl_get_str(s, by_if ? "source_interface" : "source"));
		if (navectl_get_has(s, "vrf"))
			(void)fprintf(out, " in VRF %s", navectl_get_str(s, "vrf"));
		(void)fprintf(out, ", every %lld s, timeout %lld ms, threshold %lld ms\n", navectl_get_int(s, "frequency_s"),
			navectl_get_int(s, "timeout_ms"), navectl_get_int(s, "threshold_ms"));
		(void)fprintf(out, "  %s, last one %s ago\n", navectl_get_bool(s, "running") ? "Active" : "Inactive",
			navectl_get_time(s, "since_s", since));
		(void)fprintf(out, "  Latest operation return code: %s, latest RTT: %lld milliseconds\n", navectl_get_str(s, "return_code"),
			navectl_get_int(s, "rtt_ms"));
		(void)fprintf(out, "  Number of successes: %lld\n  Number of failures: %lld\n", navectl_get_int(s, "successes"),
			navectl_get_int(s, "failures"));
	}
}
