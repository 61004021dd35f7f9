/* The printer of all benchmarks, so that their documents have one form. */
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { REPORT_ROWS = 256, REPORT_TEXT = 256 };

struct report {
	const char *name, *method;
	struct report_row row[REPORT_ROWS];
	unsigned count;
};

enum err report_new(struct report **out, const char *name, const char *method)
{
	struct report *r = (struct report *)calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	r->name = name;
	r->method = method;
	*out = r;
	return ERR_OK;
}

void report_free(struct report *r)
{
	free(r);
}

enum err report_add(struct report *r, const struct report_row *row)
{
	if (r->count == REPORT_ROWS)
		return ERR_FULL;
	r->row[r->count++] = *row;
	return ERR_OK;
}

static void read_model(char out[REPORT_TEXT])
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[REPORT_TEXT];

	(void)snprintf(out, REPORT_TEXT, "unknown CPU");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		char *colon = strchr(line, ':');

		if (strncmp(line, "model name", 10) != 0 || colon == NULL)
			continue;
		line[strcspn(line, "\n")] = '\0';
		(void)snprintf(out, REPORT_TEXT, "%s", colon + 2);
		break;
	}
	if (f != NULL)
		(void)fclose(f);
}

static void describe_machine(char out[2 * REPORT_TEXT])
{
	char model[REPORT_TEXT];
	struct utsname os;

	read_model(model);
	if (uname(&os) != 0)
		memset(&os, 0, sizeof(os));
	(void)snprintf(out, 2 * REPORT_TEXT, "%s, %ld cores, Linux %s", model, sysconf(_SC_NPROCESSORS_ONLN), os.release);
}

static void print_text(const char *text)
{
	(void)putchar('"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			(void)putchar('\\');
		(void)putchar(*text);
	}
	(void)putchar('"');
}

static void print_number(const char *key, double value)
{
	if (isnan(value))
		(void)printf(", \"%s\": null", key);
	else
		(void)printf(", \"%s\": %.6g", key, value);
}

static void print_json(const struct report *r, const char *machine)
{
	(void)printf("{\"name\": ");
	print_text(r->name);
	(void)printf(", \"method\": ");
	print_text(r->method);
	(void)printf(", \"machine\": ");
	print_text(machine);
	(void)printf(", \"rows\": [");
	for (unsigned i = 0; i < r->count; i++) {
		const struct report_row *row = &r->row[i];

		(void)printf("%s\n{\"what\": ", i > 0 ? "," : "");
		print_text(row->what);
		(void)printf(", \"unit\": ");
		print_text(row->unit);
		print_number("nave", row->nave);
		print_number("peer", row->peer_name != NULL ? row->peer : NAN);
		(void)printf(", \"peer_name\": ");
		if (row->peer_name != NULL)
			print_text(row->peer_name);
		else
			(void)printf("null");
		print_number("target", row->target);
		(void)putchar('}');
	}
	(void)printf("\n]}\n");
}

static void print_cell(double value)
{
	if (isnan(value))
		(void)printf(" %10s", "-");
	else
		(void)printf(" %10.4g", value);
}

static void print_table(const struct report *r, const char *machine)
{
	(void)printf("%s: %s\n%s\n\n%-52s %-8s %10s %10s %10s  %s\n", r->name, r->method, machine, "what", "unit", "nave", "peer", "target",
		"peer is");
	for (unsigned i = 0; i < r->count; i++) {
		const struct report_row *row = &r->row[i];

		(void)printf("%-52s %-8s", row->what, row->unit);
		print_cell(row->nave);
		print_cell(row->peer_name != NULL ? row->peer : NAN);
		print_cell(row->target);
		(void)printf("  %s\n", row->peer_name != NULL ? row->peer_name : "-");
	}
}

void report_print(const struct report *r, bool json)
{
	char machine[2 * REPORT_TEXT];

	describe_machine(machine);
	if (json)
		print_json(r, machine);
	else
		print_table(r, machine);
}
