/*
 * Runs the compiled patterns over a line: all rows of a mode in step, as a set of threads in order of the rows
 * (Thompson's construction).  A thread remembers which instruction took which word; the words of the accepting one
 * become the statement.  Called by parse.c for each line and mode; bounded by CFG_THREAD_MAX and CFG_TRAIL_MAX.
 */
#include "cfg/grammar/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct cfg_matcher *cfg_match_new(const struct cfg_lang *lang)
{
	struct cfg_matcher *m = (struct cfg_matcher *)calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->lang = lang;
	m->mark = (uint32_t *)calloc(lang->program.count, sizeof(*m->mark));
	if (m->mark == NULL) {
		cfg_match_free(m);
		return NULL;
	}
	return m;
}

void cfg_match_free(struct cfg_matcher *m)
{
	if (m == NULL)
		return;
	free(m->mark);
	free(m);
}

static const struct cfg_ins *code(const struct cfg_matcher *m, uint16_t pc)
{
	return &m->lang->program.code[pc];
}

/* ---- threads ---- */

static const struct cfg_trail *remember(struct cfg_matcher *m, const struct cfg_trail *before, uint16_t pc, unsigned token)
{
	struct cfg_trail *t = &m->trail[m->trail_count];

	if (m->trail_count == CFG_TRAIL_MAX) {
		m->overflow = true;
		return before;
	}
	m->trail_count++;
	t->before = before;
	t->pc = pc;
	t->token = (uint16_t)token;
	return t;
}

/* Adds a thread at 'pc' and wherever it gets to without a word.  The first to reach an instruction keeps it. */
static void add(struct cfg_matcher *m, struct cfg_threads *to, uint16_t pc, const struct cfg_trail *trail)
{
	const struct cfg_ins *ins;

	if (pc == CFG_PC_NONE || m->mark[pc] == m->generation)
		return;
	m->mark[pc] = m->generation;
	ins = code(m, pc);
	switch (ins->op) {
	case CFG_OP_SPLIT:
		add(m, to, ins->x, trail);
		add(m, to, ins->y, trail);
		break;
	case CFG_OP_JUMP:
		add(m, to, ins->x, trail);
		break;
	case CFG_OP_EMIT:
		add(m, to, (uint16_t)(pc + 1), remember(m, trail, pc, m->at));
		break;
	default:
		if (to->count == CFG_THREAD_MAX) {
			m->overflow = true;
			break;
		}
		to->thread[to->count].pc = pc;
		to->thread[to->count++].trail = trail;
		break;
	}
}

/* ---- what a token is to the live threads ---- */

enum taken { TAKEN_NOT, TAKEN_EXACT, TAKEN_VALUE, TAKEN_PREFIX };

static bool spells(const struct cfg_ins *ins, struct bytes text)
{
	return ins->op == CFG_OP_KEY && text.len == strlen(ins->typed) && strncasecmp(ins->typed, (const char *)text.data, text.len) == 0;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* Numbers aren't shortened: "group3" is a mistake, not group31. */
static bool begins(const struct cfg_ins *ins, struct bytes text)
{
	if (ins->op != CFG_OP_KEY || ins->alias || text.len >= strlen(ins->typed))
		return false;
	if (is_digit(text.data[text.len - 1]) && is_digit(ins->typed[text.len]))
		return false;
	return strncasecmp(ins->typed, (const char *)text.data, text.len) == 0;
}

static bool is_value(const struct cfg_ins *ins, struct bytes text)
{
	char why[CFG_WHY_TEXT];

	return ins->op == CFG_OP_PARAM && cfg_value_check(ins->param, text, why);
}

/* Which kind of taking prevails for this token; '*ambiguous' when it would be a prefix of two different keywords. */
static enum taken prevails(const struct cfg_matcher *m, struct bytes text, bool *ambiguous)
{
	enum taken best = TAKEN_NOT;
	const char *keyword = NULL;

	*ambiguous = false;
	for (unsigned i = 0; i < m->now->count; i++) {
		const struct cfg_ins *ins = code(m, m->now->thread[i].pc);

		if (spells(ins, text)) {
			*ambiguous = false;
			return TAKEN_EXACT;
		}
		if (best != TAKEN_VALUE && is_value(ins, text))
			best = TAKEN_VALUE;
		if (best == TAKEN_VALUE || !begins(ins, text))
			continue;
		best = TAKEN_PREFIX;
		*ambiguous = *ambiguous || (keyword != NULL && strcmp(keyword, ins->typed) != 0);
		keyword = ins->typed;
	}
	*ambiguous = *ambiguous && best == TAKEN_PREFIX;
	return best;
}

static bool takes(const struct cfg_ins *ins, struct bytes text, enum taken how)
{
	switch (how) {
	case TAKEN_EXACT:
		return spells(ins, text);
	case TAKEN_VALUE:
		return is_value(ins, text);
	case TAKEN_PREFIX:
		return begins(ins, text);
	case TAKEN_NOT:
		break;
	}
	return false;
}

static bool is_rest(const struct cfg_ins *ins)
{
	return ins->op == CFG_OP_PARAM && (ins->param->type == CFG_TYPE_REST || ins->param->type == CFG_TYPE_HIDDEN);
}

/* What the value of 'ins' is at token 'at': a rest runs on to the end of the line. */
static struct bytes value_at(const struct cfg_matcher *m, const struct cfg_ins *ins, unsigned at)
{
	const struct cfg_token *token = &m->line->token[at];

	return is_rest(ins) ? cfg_lex_rest(m->line, token) : token->text;
}

/* Moves all threads over the token m->at. */
static enum cfg_match_result step(struct cfg_matcher *m)
{
	struct bytes text = m->line->token[m->at].text;
	struct cfg_threads *swap = m->now;
	bool ambiguous;
	enum taken how = prevails(m, text, &ambiguous);

	if (how == TAKEN_NOT)
		return CFG_MATCH_UNKNOWN;
	if (ambiguous)
		return CFG_MATCH_AMBIGUOUS;
	m->next->count = 0;
	m->generation++;
	for (unsigned i = 0; i < m->now->count; i++) {
		const struct cfg_thread *t = &m->now->thread[i];
		const struct cfg_ins *ins = code(m, t->pc);
		bool goes_on = is_rest(ins) && t->trail != NULL && t->trail->pc == t->pc;
		const struct cfg_trail *trail;

		if (!goes_on && !takes(ins, text, how))
			continue;
		trail = goes_on ? t->trail : remember(m, t->trail, t->pc, m->at);
		if (is_rest(ins) && m->at + 1 < m->line->count)
			add(m, m->next, t->pc, trail);
		else
			add(m, m->next, (uint16_t)(t->pc + 1), trail);
	}
	m->now = m->next;
	m->next = swap;
	m->at++;
	return CFG_MATCH_OK;
}

bool cfg_match_accepts(const struct cfg_matcher *m, const struct cfg_thread *thread)
{
	return code(m, thread->pc)->op == CFG_OP_ACCEPT;
}

static bool any_accepts(const struct cfg_matcher *m)
{
	for (unsigned i = 0; i < m->now->count; i++)
		if (cfg_match_accepts(m, &m->now->thread[i]))
			return true;
	return false;
}

enum cfg_match_result cfg_match_run(struct cfg_matcher *m, enum cfg_mode mode, const struct cfg_line *line, unsigned first, bool prefix)
{
	m->line = line;
	m->first = first;
	m->at = first;
	m->now = &m->list[0];
	m->next = &m->list[1];
	m->now->count = 0;
	m->trail_count = 0;
	m->overflow = false;
	m->result = CFG_MATCH_OK;
	m->generation++;
	for (unsigned i = 0; i < m->lang->start_count[mode]; i++)
		add(m, m->now, m->lang->start[mode][i], NULL);
	while (m->at < line->count && m->result == CFG_MATCH_OK)
		m->result = step(m);
	if (m->overflow)
		m->result = CFG_MATCH_TOO_COMPLEX;
	else if (m->result == CFG_MATCH_OK && !prefix && !any_accepts(m))
		m->result = CFG_MATCH_INCOMPLETE;
	return m->result;
}

/* ---- the answer ---- */

const struct cfg_row *cfg_match_row(const struct cfg_matcher *m, const struct cfg_thread **out)
{
	for (unsigned i = 0; i < m->now->count; i++) {
		const struct cfg_ins *ins = code(m, m->now->thread[i].pc);

		if (ins->op != CFG_OP_ACCEPT)
			continue;
		*out = &m->now->thread[i];
		return ins->row;
	}
	return NULL;
}

/* Programs stand one behind the other, each with its ACCEPT at the end. */
const struct cfg_row *cfg_match_thread_row(const struct cfg_matcher *m, const struct cfg_thread *thread)
{
	uint16_t pc = thread->pc;

	while (code(m, pc)->op != CFG_OP_ACCEPT)
		pc++;
	return code(m, pc)->row;
}

static struct cfg_secret_node *secret_word(const struct cfg_param *p, struct bytes text, struct cfg_tree *tree)
{
	uint8_t clear[CFG_LINE_MAX], seed = 0;
	size_t len = text.len;
	struct cfg_secret_node *node;

	if (p->type != CFG_TYPE_SECRET7)
		return cfg_secrets_add(&tree->secrets, &tree->arena, text);
	if (cfg_secrets_reveal(text, clear, &len, &seed) != ERR_OK)
		return NULL;
	node = cfg_secrets_add(&tree->secrets, &tree->arena, bytes_of(clear, len));
	bytes_wipe(clear, sizeof(clear));
	if (node != NULL) {
		node->type7 = true;
		node->seed = seed;
	}
	return node;
}

/* "tunnel" "0" to "Tunnel0". */
static enum err interface_word(const struct cfg_matcher *m, const struct cfg_trail *t, struct cfg_tree *tree, struct cfg_word *out)
{
	struct bytes type = m->line->token[t->token].text, unit = m->line->token[t->token + 1].text;
	char text[2 * CFG_IF_TEXT];
	struct cfg_if_name name;

	(void)snprintf(text, sizeof(text), "%.*s%.*s", (int)type.len, (const char *)type.data, (int)unit.len, (const char *)unit.data);
	if (cfg_value_interface(bytes_str(text), &name) != ERR_OK)
		return ERR_MALFORMED;
	out->text = arena_str(&tree->arena, name.text);
	return out->text == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err make_word(const struct cfg_matcher *m, const struct cfg_trail *t, struct cfg_tree *tree, struct cfg_word *out)
{
	const struct cfg_ins *ins = code(m, t->pc);
	const struct cfg_line *line = m->line;

	out->column = t->token < line->count ? line->token[t->token].column : (uint32_t)line->text.len + 1;
	out->param = ins->param;
	if (ins->op != CFG_OP_PARAM) {
		out->text = ins->printed;
		return ERR_OK;
	}
	if (ins->param->part == CFG_PART_TYPE && t->token + 1u < line->count)
		return interface_word(m, t, tree, out);
	if (cfg_pattern_is_secret(ins->param->type)) {
		out->text = "";
		out->secret = secret_word(ins->param, value_at(m, ins, t->token), tree);
		return out->secret == NULL ? ERR_NOMEM : ERR_OK;
	}
	out->text = cfg_value_text(ins->param, value_at(m, ins, t->token), &tree->arena);
	return out->text == NULL ? ERR_NOMEM : ERR_OK;
}

/* Leaves no word of its own: an alias that prints nothing, the unit that stands with its type already. */
static bool is_silent(const struct cfg_ins *ins)
{
	if (ins->op == CFG_OP_PARAM)
		return ins->param->part == CFG_PART_UNIT;
	return ins->printed[0] == '\0';
}

enum err cfg_match_words(
	const struct cfg_matcher *m, const struct cfg_thread *thread, struct cfg_tree *tree, struct cfg_stmt_line *out, unsigned *bad)
{
	unsigned count = 0;
	struct cfg_word *word;

	for (const struct cfg_trail *t = thread->trail; t != NULL; t = t->before)
		count += !is_silent(code(m, t->pc));
	word = (struct cfg_word *)arena_alloc(&tree->arena, count * sizeof(*word));
	if (word == NULL)
		return ERR_NOMEM;
	out->word = word;
	out->count = count;
	for (const struct cfg_trail *t = thread->trail; t != NULL; t = t->before) {
		enum err err;

		if (is_silent(code(m, t->pc)))
			continue;
		err = make_word(m, t, tree, &word[--count]);
		if (err != ERR_OK) {
			*bad = t->token;
			return err;
		}
	}
	return ERR_OK;
}
