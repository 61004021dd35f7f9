/*
 * The language as a whole: the tables compiled, the smart defaults parsed with them.  Made once by a program's main.
 */
#include "cfg/lang.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/parse.h"

/* cli.md 7.  `legacy` is the proposal default of 2017; nothing uses it until a policy names it. */
static const char defaults[] = "crypto ikev2 proposal default\n"
			       " encryption aes-cbc-256\n"
			       " integrity sha512 sha384\n"
			       " group 19 14 21 5\n"
			       "crypto ikev2 proposal legacy\n"
			       " encryption aes-cbc-256 aes-cbc-128 3des\n"
			       " integrity sha512 sha256 sha1 md5\n"
			       " group 5 2\n"
			       "crypto ikev2 policy default\n"
			       " match fvrf any\n"
			       " proposal default\n"
			       "crypto ikev2 authorization policy default\n"
			       " route set interface\n"
			       " route accept any\n"
			       "crypto ipsec transform-set default esp-aes 128 esp-sha-hmac\n"
			       " mode transport\n"
			       "crypto ipsec profile default\n"
			       " set transform-set default\n"
			       " set ikev2-profile default\n"
			       "crypto pki trustpoint CISCO_IDEVID_SUDI\n";

const char *cfg_lang_defaults(void)
{
	return defaults;
}

const struct cfg_rows *cfg_lang_rows(unsigned index)
{
	static const struct cfg_rows *const table[] = {
		&cfg_basic_rows,
		&cfg_if_rows,
		&cfg_route_rows,
		&cfg_ikev2_rows,
		&cfg_profile_rows,
		&cfg_authz_rows,
		&cfg_client_rows,
		&cfg_ipsec_rows,
		&cfg_aaa_rows,
		&cfg_pki_rows,
		&cfg_acl_rows,
		&cfg_qos_rows,
		&cfg_router_rows,
		&cfg_track_rows,
		&cfg_sla_rows,
		&cfg_applet_rows,
		&cfg_harmless_rows,
		&cfg_port_rows,
	};

	return index < sizeof(table) / sizeof(table[0]) ? table[index] : NULL;
}

static enum err add_row(struct cfg_lang *lang, const struct cfg_row *row)
{
	unsigned mode = row->mode;
	uint16_t start;
	enum err err = cfg_pattern_compile(&lang->program, row->pattern, row, &start);

	if (err != ERR_OK)
		return err;
	if (lang->start_count[mode] == lang->start_room[mode]) {
		unsigned room = lang->start_room[mode] == 0 ? 16 : 2 * lang->start_room[mode];
		uint16_t *more = (uint16_t *)realloc(lang->start[mode], room * sizeof(*more));

		if (more == NULL)
			return ERR_NOMEM;
		lang->start[mode] = more;
		lang->start_room[mode] = room;
	}
	lang->start[mode][lang->start_count[mode]++] = start;
	return ERR_OK;
}

static enum err add_tables(struct cfg_lang *lang)
{
	const struct cfg_rows *rows;

	for (unsigned t = 0; (rows = cfg_lang_rows(t)) != NULL; t++) {
		for (unsigned i = 0; i < rows->count; i++) {
			enum err err = add_row(lang, &rows->row[i]);

			if (err != ERR_OK)
				return err;
		}
	}
	return ERR_OK;
}

static enum err add_defaults(struct cfg_lang *lang)
{
	struct cfg_messages messages = { .first = NULL };
	struct cfg_tree *tree = cfg_stmt_tree_new("defaults");
	enum err err = tree == NULL ? ERR_NOMEM : cfg_parse_text(lang, CFG_MODE_GLOBAL, bytes_str(defaults), &messages, tree);

	cfg_message_fini(&messages);
	if (err == ERR_OK)
		lang->defaults = tree;
	else
		cfg_stmt_tree_free(tree);
	return err;
}

struct cfg_lang *cfg_lang_new(void)
{
	struct cfg_lang *lang = (struct cfg_lang *)calloc(1, sizeof(*lang));
	enum err err;

	if (lang == NULL)
		return NULL;
	err = add_tables(lang);
	if (err == ERR_OK)
		err = add_defaults(lang);
	assert(err == ERR_OK || err == ERR_NOMEM); /* the tables and the defaults are our own */
	if (err != ERR_OK) {
		cfg_lang_free(lang);
		return NULL;
	}
	return lang;
}

void cfg_lang_limit(struct cfg_lang *lang, const struct cfg_able *able)
{
	lang->able = *able;
}

void cfg_lang_free(struct cfg_lang *lang)
{
	if (lang == NULL)
		return;
	cfg_stmt_tree_free(lang->defaults);
	for (unsigned i = 0; i < CFG_MODE_COUNT; i++)
		free(lang->start[i]);
	cfg_pattern_fini(&lang->program);
	free(lang);
}

const struct cfg_stmt *cfg_lang_twin(const struct cfg_lang *lang, const struct cfg_stmt *s)
{
	if (lang->defaults == NULL || s->row->enters == CFG_MODE_NONE || s->parent->row != NULL)
		return NULL;
	return cfg_stmt_twin(lang->defaults, &lang->defaults->root, s);
}

bool cfg_lang_is_default(const struct cfg_lang *lang, const struct cfg_stmt *s)
{
	const struct cfg_stmt *twin = cfg_lang_twin(lang, s);

	if (twin == NULL || !cfg_stmt_equal(twin, s))
		return false;
	for (const struct cfg_stmt *c = cfg_stmt_first(s); c != NULL; c = cfg_stmt_next(c)) {
		const struct cfg_stmt *same = cfg_stmt_twin(lang->defaults, twin, c);

		if (same == NULL || !cfg_stmt_equal(same, c))
			return false;
	}
	return true;
}
