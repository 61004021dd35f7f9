/*
 * Values of documents.  Names in them may come from peers: nothing that a terminal would obey gets through.
 */
#include "ctl/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *ctl_text_str(const char *s)
{
	char *copy = strdup(s != NULL ? s : "");
	json_t *json;

	if (copy == NULL)
		return NULL;
	for (char *at = copy; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '.';
	json = json_string(copy);
	if (json == NULL) {
		for (char *at = copy; *at != '\0'; at++)
			if ((unsigned char)*at >= 0x80)
				*at = '.';
		json = json_string(copy);
	}
	free(copy);
	return json;
}

json_t *ctl_text_addr(const struct addr *a)
{
	char text[ADDR_TEXT];

	return json_string(a->family == 0 ? "" : addr_str(a, text));
}

json_t *ctl_text_addr_port(const struct addr_port *a)
{
	char text[ADDR_PORT_TEXT];

	return json_string(addr_port_str(a, text));
}

json_t *ctl_text_prefix(const struct addr_prefix *p)
{
	char text[ADDR_PREFIX_TEXT];

	return json_string(addr_prefix_str(p, text));
}

json_t *ctl_text_spi(uint32_t spi)
{
	char text[11];

	(void)snprintf(text, sizeof(text), "0x%08x", (unsigned)spi);
	return json_string(text);
}

json_t *ctl_text_groups(const struct crypto_alg *const *group, unsigned max)
{
	char text[128] = "";

	for (unsigned i = 0; i < max && group[i] != NULL; i++) {
		size_t at = strlen(text);

		(void)snprintf(text + at, sizeof(text) - at, "%s%s", i == 0 ? "" : " ", group[i]->name);
	}
	return json_string(text);
}

json_t *ctl_text_count(uint64_t n)
{
	return json_integer((json_int_t)(n <= INT64_MAX ? n : INT64_MAX));
}
