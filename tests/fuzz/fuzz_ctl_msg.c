/*
 * The control socket's messages: a request as naved takes it, command matched, and an answer as navectl takes it, merged.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err no_document(struct ctl_call *call, json_t *doc, bool *more)
{
	(void)call;
	(void)doc;
	(void)more;
	return ERR_OK;
}

static const struct ctl_command table[] = {
	{ .words = "show", .help = "look" },
	{ .words = "show crypto session", .help = "s", .next = no_document },
	{ .words = "show crypto ikev2 sa", .help = "i", .next = no_document },
	{ .words = "clear crypto session remote <address>", .help = "c", .next = no_document },
	{ .words = "set <name> <name> <name> <name>", .help = "n", .next = no_document },
	{ .words = NULL },
};

static void as_request(struct bytes body)
{
	char command[CTL_COMMAND_MAX];
	struct ctl_match m;

	if (ctl_codec_read_request(body, command) != ERR_OK || ctl_match_line(table, command, &m) != ERR_OK)
		return;
	if ((m.command == NULL) == (m.help == NULL))
		abort();
	json_decref(m.help);
}

static void as_answer(struct bytes body)
{
	struct ctl_answer a;
	json_t *whole;

	if (ctl_codec_read_answer(body, &a) != ERR_OK)
		return;
	whole = json_object();
	if (a.ok && (ctl_codec_merge(whole, a.doc) != ERR_OK || ctl_codec_merge(whole, a.doc) != ERR_OK))
		abort();
	json_decref(whole);
	ctl_codec_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes body;

	if (ctl_codec_split(bytes_of(data, size), CTL_REQUEST_MAX, &body) != ERR_OK)
		return 0;
	as_request(body);
	as_answer(body);
	return 0;
}
