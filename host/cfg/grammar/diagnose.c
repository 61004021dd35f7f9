/*
 * From a line that isn't understood to a message that helps.  parse.c calls it once per bad line; it runs the matcher
 * again in the mode that came furthest and reads from the live threads what was expected.
 */
#include "cfg/grammar/diagnose.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_MAX = 8, SHOWN_TEXT = 48, NEAR_MAX = 32 };

/* Text that grows up to a bound. */
struct text {
	char s[CFG_MESSAGE_TEXT];
	size_t len;
};

static void say(struct text *t, const char *form, ...) __attribute__((format(printf, 2, 3)));

static void say(struct text *t, const char *form, ...)
{
	va_list args;
	int n;

	va_start(args, form);
	n = vsnprintf(t->s + t->len, sizeof(t->s) - t->len, form, args);
	va_end(args);
	if (n > 0)
		t->len = t->len + (size_t)n < sizeof(t->s) ? t->len + (size_t)n : sizeof(t->s) - 1;
}

static const struct cfg_ins *ins_of(const struct cfg_matcher *m, unsigned thread)
{
	return &m->lang->program.code[m->now->thread[thread].pc];
}

/* ---- secrets ---- */

static bool holds_secret(const struct cfg_matcher *m, const struct cfg_trail *trail)
{
	for (; trail != NULL; trail = trail->before) {
		const struct cfg_param *p = m->lang->program.code[trail->pc].param;

		if (p != NULL && cfg_pattern_is_secret(p->type))
			return true;
	}
	return false;
}

/* Whether the word in question may be (part of) a secret. */
static bool may_be_secret(const struct cfg_matcher *m)
{
	for (unsigned i = 0; i < m->now->count; i++) {
		const struct cfg_param *p = ins_of(m, i)->param;

		if ((p != NULL && (cfg_pattern_is_secret(p->type) || p->type == CFG_TYPE_SECRET6)) ||
			holds_secret(m, m->now->thread[i].trail))
			return true;
	}
	return false;
}

static void say_word(struct text *t, const struct cfg_matcher *m)
{
	struct bytes word = m->line->token[m->at].text;

	if (may_be_secret(m))
		say(t, "this word");
	else
		say(t, "'%.*s%s'", word.len > SHOWN_TEXT ? SHOWN_TEXT : (int)word.len, (const char *)word.data,
			word.len > SHOWN_TEXT ? "..." : "");
}

/* ---- what would be right ---- */

/* Damerau-Levenshtein distance without regard to case; texts beyond NEAR_MAX are far from everything. */
static unsigned distance(struct bytes a, const char *b)
{
	size_t n = strlen(b);
	unsigned row[3][NEAR_MAX + 1] = { { 0 } };

	if (a.len > NEAR_MAX || n > NEAR_MAX)
		return NEAR_MAX;
	for (unsigned j = 0; j <= n; j++)
		row[1][j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		row[2][0] = i;
		for (unsigned j = 1; j <= n; j++) {
			int x = a.data[i - 1] | 0x20, y = b[j - 1] | 0x20;
			unsigned best = row[1][j - 1] + (x != y);

			best = row[1][j] + 1 < best ? row[1][j] + 1 : best;
			best = row[2][j - 1] + 1 < best ? row[2][j - 1] + 1 : best;
			if (i > 1 && j > 1 && x == (b[j - 2] | 0x20) && y == (a.data[i - 2] | 0x20) && row[0][j - 2] + 1 < best)
				best = row[0][j - 2] + 1;
			row[2][j] = best;
		}
		memcpy(row[0], row[1], sizeof(row[0]));
		memcpy(row[1], row[2], sizeof(row[1]));
	}
	return row[1][n];
}

struct guess {
	const char *word;
	unsigned distance;
};

/* Words whose lengths differ too much can't be near: saves most of the work on rubbish. */
static bool can_be_near(struct bytes word, const char *other)
{
	size_t n = strlen(other), longer = n > word.len ? n : word.len, shorter = n > word.len ? word.len : n;

	return (longer - shorter) * 3 <= longer;
}

static void guess_from(const struct cfg_matcher *m, struct guess *best)
{
	struct bytes word = m->line->token[m->at].text;

	for (unsigned i = 0; i < m->now->count; i++) {
		const struct cfg_ins *ins = ins_of(m, i);
		unsigned d;

		if (ins->op != CFG_OP_KEY || ins->alias || !can_be_near(word, ins->typed))
			continue;
		d = distance(word, ins->typed);
		if (d < best->distance) {
			best->distance = d;
			best->word = ins->typed;
		}
	}
}

/* A guess counts when at most a third of the word is wrong. */
static bool is_near(const struct guess *g, struct bytes word)
{
	return g->word != NULL && g->distance * 3 <= (word.len > strlen(g->word) ? word.len : strlen(g->word));
}

static bool was_said(const struct cfg_matcher *m, unsigned thread, const char *what)
{
	char other[SHOWN_TEXT];

	for (unsigned i = 0; i < thread; i++) {
		const struct cfg_ins *ins = ins_of(m, i);

		if (ins->op == CFG_OP_KEY && !ins->alias && strcmp(ins->typed, what) == 0)
			return true;
		if (ins->op == CFG_OP_PARAM && strcmp(cfg_value_expected(ins->param, other, sizeof(other)), what) == 0)
			return true;
	}
	return false;
}

/* "expected a, b or c"; with 'word' only the keywords that begin with it. */
static void say_expected(struct text *t, const struct cfg_matcher *m, const char *lead, struct bytes word)
{
	unsigned shown = 0, more = 0;

	for (unsigned i = 0; i < m->now->count; i++) {
		const struct cfg_ins *ins = ins_of(m, i);
		char buffer[SHOWN_TEXT];
		const char *what = ins->typed;

		if (ins->op == CFG_OP_PARAM && word.len == 0)
			what = cfg_value_expected(ins->param, buffer, sizeof(buffer));
		else if (ins->op != CFG_OP_KEY || ins->alias || strncasecmp(what, (const char *)word.data, word.len) != 0)
			continue;
		if (was_said(m, i, what))
			continue;
		if (shown == SHOWN_MAX)
			more++;
		else
			say(t, "%s%s", shown++ == 0 ? lead : ", ", what);
	}
	if (more != 0)
		say(t, ", … (%u more)", more);
}

/* ---- what is wrong ---- */

static bool say_why(struct text *t, const struct cfg_matcher *m)
{
	char why[CFG_WHY_TEXT];

	for (unsigned i = 0; i < m->now->count; i++) {
		const struct cfg_ins *ins = ins_of(m, i);

		if (ins->op != CFG_OP_PARAM || cfg_value_check(ins->param, m->line->token[m->at].text, why) || why[0] == '\0')
			continue;
		say_word(t, m);
		say(t, " %s", why);
		return true;
	}
	return false;
}

static bool wants_nothing(const struct cfg_matcher *m)
{
	for (unsigned i = 0; i < m->now->count; i++)
		if (ins_of(m, i)->op != CFG_OP_ACCEPT)
			return false;
	return true;
}

/* The name of another mode that takes the line whole; NULL: none. */
static const char *elsewhere(const struct cfg_diagnosis *d)
{
	for (unsigned mode = CFG_MODE_GLOBAL; mode < CFG_MODE_PLATFORM; mode++)
		if (cfg_match_run(d->matcher, (enum cfg_mode)mode, d->line, d->first, d->prefix) == CFG_MATCH_OK)
			return cfg_row_mode_name((enum cfg_mode)mode);
	return NULL;
}

/* A first word that nothing takes: the guess is made from the commands of all modes. */
static void say_unknown_command(struct text *t, const struct cfg_diagnosis *d)
{
	struct guess best = { NULL, NEAR_MAX };
	const char *home;

	say_word(t, d->matcher);
	say(t, " is no command in '%s'%s", cfg_row_mode_name(d->mode[0]), d->mode_count > 1 ? " or outside it" : "");
	for (unsigned i = 0; i < d->mode_count; i++) {
		(void)cfg_match_run(d->matcher, d->mode[i], d->line, d->first, d->prefix);
		guess_from(d->matcher, &best);
	}
	home = d->mode[d->mode_count - 1] == CFG_MODE_GLOBAL ? elsewhere(d) : NULL;
	if (home != NULL)
		say(t, "; it belongs under '%s'", home);
	else if (is_near(&best, d->line->token[d->first].text))
		say(t, "; did you mean '%s'?", best.word);
}

static void say_unknown_word(struct text *t, const struct cfg_diagnosis *d)
{
	const struct cfg_matcher *m = d->matcher;
	struct guess best = { NULL, NEAR_MAX };
	struct bytes none = bytes_str("");

	if (say_why(t, m))
		return;
	if (wants_nothing(m)) {
		say(t, "nothing more is expected from ");
		say_word(t, m);
		say(t, " on");
		return;
	}
	guess_from(m, &best);
	say_word(t, m);
	say(t, " is not expected here");
	if (!may_be_secret(m) && is_near(&best, m->line->token[m->at].text))
		say(t, "; did you mean '%s'?", best.word);
	else
		say_expected(t, m, "; expected ", none);
}

/* The mode that came furthest; of equals the innermost. */
static enum cfg_mode furthest(const struct cfg_diagnosis *d)
{
	enum cfg_mode best = d->mode[0];
	unsigned at = 0;

	for (unsigned i = 0; i < d->mode_count; i++) {
		(void)cfg_match_run(d->matcher, d->mode[i], d->line, d->first, d->prefix);
		if (i == 0 || d->matcher->at > at) {
			at = d->matcher->at;
			best = d->mode[i];
		}
	}
	return best;
}

void cfg_diagnose(const struct cfg_diagnosis *d, const char *file, struct cfg_messages *messages)
{
	struct cfg_matcher *m = d->matcher;
	struct text t = { .len = 0 };
	struct bytes none = bytes_str("");
	struct cfg_place place = { file, d->line->number, 0 };
	enum cfg_mode mode = furthest(d);
	enum cfg_match_result result = cfg_match_run(m, mode, d->line, d->first, d->prefix);

	place.column = m->at < d->line->count ? d->line->token[m->at].column : (uint32_t)d->line->text.len + 1;
	switch (result) {
	case CFG_MATCH_UNKNOWN:
		if (m->at == d->first)
			say_unknown_command(&t, d);
		else
			say_unknown_word(&t, d);
		break;
	case CFG_MATCH_AMBIGUOUS:
		say_word(&t, m);
		say_expected(&t, m, " is short for several: ", d->line->token[m->at].text);
		break;
	case CFG_MATCH_TOO_COMPLEX:
		say(&t, "the line has too many readings");
		break;
	default:
		say(&t, "the line ends too early");
		say_expected(&t, m, "; expected ", none);
		break;
	}
	cfg_message_add(messages, CFG_ERROR, place, "%s", t.s);
}
