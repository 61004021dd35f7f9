/* Groups of key exchanges by number (cli.md 1.1, 2).  Used by the schema's lines; when a configuration is loaded. */
#include "cfg/group.h"

#include <stdlib.h>
#include <string.h>

/* Groups of the registry that the language has. */
static const struct group {
	uint16_t id;
	bool weak;
} groups[] = {
	{ 1, true },
	{ 2, true },
	{ 5, true },
	{ 14, false },
	{ 15, false },
	{ 16, false },
	{ 17, false },
	{ 18, false },
	{ 19, false },
	{ 20, false },
	{ 21, false },
	{ 24, true },
	{ 31, false },
	{ 32, false },
	{ 35, false },
	{ 36, false },
	{ 37, false },
};

uint16_t cfg_group_read(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s, const struct cfg_word *number)
{
	unsigned long id = strtoul(number->text, NULL, 10);

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (groups[i].id != id)
			continue;
		if (groups[i].weak)
			cfg_build_warn(b, s, number, "'group %s' is weak", number->text);
		cfg_build_need(b, object, s, CFG_SKILL_GROUP, number);
		return (uint16_t)id;
	}
	cfg_build_error(b, s, number, "no group %s: there are 1, 2, 5, 14 to 21, 24, 31, 32 and 35 to 37", number->text);
	return 0;
}

void cfg_group_append(uint16_t list[CFG_GROUP_MAX], unsigned *count, uint16_t id)
{
	for (unsigned k = 0; k < *count; k++)
		if (list[k] == id)
			return;
	if (*count < CFG_GROUP_MAX)
		list[(*count)++] = id;
}

/* The first of the choices: after the slot. */
static unsigned first_choice(const struct cfg_stmt *s)
{
	unsigned at = 0;

	while (strcmp(s->word[at].text, "additional-key-exchange") != 0)
		at++;
	return at + 2;
}

void cfg_group_extra(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s, struct cfg_extra extra[CFG_EXTRA_MAX])
{
	struct cfg_extra *x = &extra[cfg_stmt_number(s, "slot", 1) - 1];

	x->group_count = 0;
	for (unsigned i = first_choice(s); i < s->word_count; i++) {
		bool none = strcmp(s->word[i].text, "none") == 0;
		uint16_t id = none ? 0 : cfg_group_read(b, object, s, &s->word[i]);

		if (none || id != 0)
			cfg_group_append(x->group, &x->group_count, id);
	}
}
