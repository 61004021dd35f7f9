/*
 * Any text as a configuration: it loads or tells why not; what loads prints to a text that loads and prints the same.
 * The platform file shares the engine and gets the same text.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/load.h"
#include "cfg/platform.h"
#include "cfg/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bytes print(const struct cfg_lang *lang, const struct cfg_model *m)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL || cfg_print(lang, m, CFG_SECRETS_SHOWN, f) != ERR_OK || fclose(f) != 0)
		abort();
	return bytes_of(text, len);
}

static void load_again(const struct cfg_lang *lang, const struct cfg_model *m)
{
	struct cfg_messages messages = { .first = NULL };
	struct cfg_model *again = NULL;
	struct bytes first = print(lang, m), second;

	if (cfg_load(lang, "again", first, &messages, &again) != ERR_OK)
		abort();
	second = print(lang, again);
	if (!bytes_eq(first, second))
		abort();
	free((void *)(uintptr_t)first.data);
	free((void *)(uintptr_t)second.data);
	cfg_model_free(again);
	cfg_message_fini(&messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cfg_lang *lang; /* made once: it is constant */
	struct cfg_messages messages = { .first = NULL };
	struct cfg_platform *platform = NULL;
	struct cfg_model *m = NULL;

	if (lang == NULL)
		lang = cfg_lang_new();
	if (lang == NULL)
		abort();
	if (cfg_load(lang, "text", bytes_of(data, size), &messages, &m) == ERR_OK)
		load_again(lang, m);
	else if (messages.count[CFG_ERROR] == 0 || m != NULL)
		abort();
	cfg_model_free(m);
	if (cfg_platform_load(lang, "platform", bytes_of(data, size), &messages, &platform) == ERR_OK)
		cfg_platform_free(platform);
	cfg_message_fini(&messages);
	return 0;
}
