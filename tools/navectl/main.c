/*
 * navectl, the operator's command: asks naved over its control socket and prints the answer.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "navectl/client.h"
#include "navectl/render.h"
#include "navectl/shell.h"

#define NAVECTL_SOCKET "/run/nave/control.sock"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

static int usage(FILE *out, int status)
{
	(void)fputs("usage: navectl [--socket PATH] [--json] WORDS...     asks naved and prints the answer: navectl show crypto session\n"
		    "       navectl [--socket PATH]                      an interactive shell; ? helps\n"
		    "       navectl --render WORDS... <DOCUMENT          prints a document that --json saved; WORDS in full\n"
		    "The socket is " NAVECTL_SOCKET " unless --socket names another.\n",
		out);
	return status;
}

/* The words as one line; false when they are too long. */
static bool join(char *const words[], char line[CTL_COMMAND_MAX])
{
	size_t len = 0;

	line[0] = '\0';
	for (; *words != NULL; words++) {
		len += (size_t)snprintf(line + len, CTL_COMMAND_MAX - len, "%s%s", len > 0 ? " " : "", *words);
		if (len >= CTL_COMMAND_MAX)
			return false;
	}
	return true;
}

static int ask(struct navectl_client *client, const char *line, bool as_json)
{
	struct navectl_answer answer;
	enum err err = navectl_client_ask(client, line, &answer);

	if (err != ERR_OK)
		(void)fprintf(stderr, "navectl: %s\n", answer.error);
	else if (as_json)
		(void)(json_dumpf(answer.doc, stdout, JSON_INDENT(2)), puts(""));
	else
		navectl_render(answer.command, answer.doc, stdout);
	navectl_client_free_answer(&answer);
	return err == ERR_OK ? 0 : STATUS_FAILED;
}

static int render(const char *line)
{
	json_error_t error;
	json_t *doc = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);

	if (doc == NULL) {
		(void)fprintf(stderr, "navectl: standard input, line %d: %s\n", error.line, error.text);
		return STATUS_FAILED;
	}
	navectl_render(line, doc, stdout);
	json_decref(doc);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument, NULL, 's' }, { "json", no_argument, NULL, 'j' },
		{ "render", no_argument, NULL, 'r' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	const char *path = NAVECTL_SOCKET;
	bool as_json = false, as_render = false;
	struct navectl_client client;
	char line[CTL_COMMAND_MAX];
	int option, status;

	while ((option = getopt_long(argc, argv, "+s:jrh", options, NULL)) != -1) {
		if (option == 'h')
			return usage(stdout, 0);
		if (option == '?')
			return usage(stderr, STATUS_USAGE);
		path = option == 's' ? optarg : path;
		as_json = as_json || option == 'j';
		as_render = as_render || option == 'r';
	}
	if (!join(argv + optind, line))
		return usage(stderr, STATUS_USAGE);
	if (as_render)
		return render(line);
	navectl_client_init(&client, path);
	status = line[0] != '\0' ? ask(&client, line, as_json) : navectl_shell_run(&client);
	navectl_client_fini(&client);
	return status;
}
