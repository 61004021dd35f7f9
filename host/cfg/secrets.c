#include "cfg/secrets.h"

#include <stdio.h>

/* The key stream of the `7` form, known since 1995. */
static const char stream[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

enum { STREAM_LEN = sizeof(stream) - 1 };

struct cfg_secret_node *cfg_secrets_add(struct cfg_secret_node **list, struct arena *arena, struct bytes clear)
{
	struct cfg_secret_node *node = (struct cfg_secret_node *)arena_alloc(arena, sizeof(*node));

	if (node == NULL || secret_set(&node->value, clear) != ERR_OK)
		return NULL;
	node->next = *list;
	*list = node;
	return node;
}

void cfg_secrets_fini(struct cfg_secret_node **list)
{
	for (struct cfg_secret_node *n = *list; n != NULL; n = n->next)
		secret_fini(&n->value);
	*list = NULL;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static uint8_t key_at(size_t i)
{
	return (uint8_t)stream[i % STREAM_LEN];
}

enum err cfg_secrets_reveal(struct bytes text, uint8_t *out, size_t *len, uint8_t *seed)
{
	size_t n = text.len / 2;
	int tens, ones;

	if (text.len < 4 || text.len % 2 != 0)
		return ERR_MALFORMED;
	tens = digit(text.data[0]);
	ones = digit(text.data[1]);
	if (tens < 0 || tens > 9 || ones < 0 || ones > 9)
		return ERR_MALFORMED;
	if (tens * 10 + ones > CFG_SECRETS_SEED_MAX)
		return ERR_RANGE;
	*seed = (uint8_t)(tens * 10 + ones);
	for (size_t i = 1; i < n; i++) {
		int high = digit(text.data[2 * i]), low = digit(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return ERR_MALFORMED;
		out[i - 1] = (uint8_t)((high * 16 + low) ^ key_at(*seed + i - 1));
	}
	*len = n - 1;
	return ERR_OK;
}

void cfg_secrets_hide(struct bytes clear, uint8_t seed, char *out)
{
	(void)snprintf(out, 3, "%02u", seed % 100u);
	for (size_t i = 0; i < clear.len; i++)
		(void)snprintf(out + 2 + 2 * i, 3, "%02X", (unsigned)(clear.data[i] ^ key_at(seed + i)));
}
