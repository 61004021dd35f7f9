/*
 * From what an operator types to a row of the table of commands.  A line is followed word by word: 'path' holds the table's
 * own words that were meant so far, and the rows that begin with it are what may come.  Called by the server on the
 * loop; the line comes from whoever may open the socket.
 */
#include "ctl/match.h"

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/bytes.h"

/* A place in the table: rows that begin with these words. */
struct place {
	const struct ctl_command *table;
	unsigned depth;
	struct bytes path[CTL_WORDS_MAX];
};

/* The word 'n' of a row; empty behind its end. */
static struct bytes word_of(const struct ctl_command *row, unsigned n)
{
	const char *at = row->words;

	while (n-- > 0 && *at != '\0') {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return bytes_of(at, strcspn(at, " "));
}

static bool begins(const struct ctl_command *row, const struct place *p)
{
	for (unsigned i = 0; i < p->depth; i++)
		if (!bytes_eq(word_of(row, i), p->path[i]))
			return false;
	return true;
}

/* The next row from '*row' on that begins as 'p' does and goes on; its next word in '*word'. */
static bool next_word(const struct place *p, const struct ctl_command **row, struct bytes *word)
{
	for (; (*row)->words != NULL; (*row)++) {
		if (!begins(*row, p))
			continue;
		*word = word_of(*row, p->depth);
		if (word->len == 0)
			continue;
		(*row)++;
		return true;
	}
	return false;
}

/* The command that the place is, complete; NULL when there is none. */
static const struct ctl_command *command_at(const struct place *p, bool help_too)
{
	for (const struct ctl_command *row = p->table; row->words != NULL; row++)
		if (begins(row, p) && word_of(row, p->depth).len == 0 && (row->next != NULL || help_too))
			return row;
	return NULL;
}

static bool is_argument(struct bytes word)
{
	return word.len > 0 && word.data[0] == '<';
}

static bool takes(struct bytes argument, const char *typed)
{
	struct addr a;

	return !bytes_eq(argument, bytes_str("<address>")) || addr_parse(typed, &a) == ERR_OK;
}

static bool prefix_of(const char *typed, struct bytes word)
{
	size_t len = strlen(typed);

	return len <= word.len && strncasecmp(typed, (const char *)word.data, len) == 0;
}

/* Appends to 'text' the distinct words that may come, those that begin with 'typed'. */
static void list_words(const struct place *p, const char *typed, char *text, size_t cap)
{
	const struct ctl_command *row = p->table;
	struct bytes word, last = { NULL, 0 };
	size_t at = strlen(text);

	while (at < cap && next_word(p, &row, &word)) {
		if ((last.len > 0 && bytes_eq(word, last)) || !prefix_of(typed, word))
			continue;
		at += (size_t)snprintf(text + at, cap - at, "%s%.*s", last.len > 0 ? ", " : "", (int)word.len, (const char *)word.data);
		last = word;
	}
}

/* Finds which of the words that may come 'typed' means; ERR_ABSENT and a text when it isn't one. */
static enum err choose(const struct place *p, const char *typed, struct bytes *out, char error[CTL_ERROR_MAX])
{
	const struct ctl_command *row = p->table;
	struct bytes word, keyword = { NULL, 0 }, argument = { NULL, 0 };
	bool several = false;

	while (next_word(p, &row, &word)) {
		if (is_argument(word)) {
			argument = word;
			continue;
		}
		if (!prefix_of(typed, word))
			continue;
		if (strlen(typed) == word.len) {
			*out = word;
			return ERR_OK;
		}
		several = several || (keyword.len > 0 && !bytes_eq(keyword, word));
		keyword = word;
	}
	if (several) {
		(void)snprintf(error, CTL_ERROR_MAX, "'%s' is ambiguous: ", typed);
		list_words(p, typed, error, CTL_ERROR_MAX);
		return ERR_ABSENT;
	}
	*out = keyword.len > 0 ? keyword : argument;
	if (out->len > 0 && (keyword.len > 0 || takes(argument, typed)))
		return ERR_OK;
	(void)snprintf(error, CTL_ERROR_MAX, "'%s' isn't understood here; expected: ", typed);
	list_words(p, "", error, CTL_ERROR_MAX);
	return ERR_ABSENT;
}

/* Follows one typed word. */
static enum err follow(struct place *p, const char *typed, struct ctl_match *m)
{
	struct bytes word;
	enum err err = ERR_ABSENT;

	if (p->depth == CTL_WORDS_MAX)
		(void)snprintf(m->error, CTL_ERROR_MAX, "too many words");
	else
		err = choose(p, typed, &word, m->error);
	if (err != ERR_OK)
		return err;
	if (is_argument(word) && m->arg_count < CTL_ARGS_MAX)
		m->arg[m->arg_count++] = typed;
	p->path[p->depth++] = word;
	return ERR_OK;
}

static enum err add_help(json_t *list, struct bytes word, const struct ctl_command *row)
{
	json_t *item = json_pack("{s:s%, s:s}", "word", (const char *)word.data, word.len, "help", row != NULL ? row->help : "");

	return item != NULL && json_array_append_new(list, item) == 0 ? ERR_OK : ERR_NOMEM;
}

/* What may come at 'p' and begins with 'typed', as a document. */
static enum err answer_question(struct place *p, const char *typed, struct ctl_match *m)
{
	const struct ctl_command *row = p->table, *here = command_at(p, false);
	struct bytes word, last = { NULL, 0 };
	json_t *list = json_array();
	enum err err = list != NULL ? ERR_OK : ERR_NOMEM;

	while (err == ERR_OK && p->depth < CTL_WORDS_MAX && next_word(p, &row, &word)) {
		if ((last.len > 0 && bytes_eq(word, last)) || (!is_argument(word) && !prefix_of(typed, word)))
			continue;
		p->path[p->depth++] = word;
		err = add_help(list, word, command_at(p, true));
		p->depth--;
		last = word;
	}
	if (err == ERR_OK && here != NULL && typed[0] == '\0')
		err = add_help(list, bytes_str("<cr>"), here);
	if (err == ERR_OK)
		m->help = json_pack("{s:O}", "help", list);
	json_decref(list);
	return m->help != NULL ? ERR_OK : ERR_NOMEM;
}

enum err ctl_match_line(const struct ctl_command *table, const char *line, struct ctl_match *out)
{
	struct place p = { .table = table };
	char *save = NULL, *word;
	size_t len = strlen(line);
	bool question = len > 0 && line[len - 1] == '?';
	bool partial = question && len > 1 && line[len - 2] != ' ';
	enum err err;

	memset(out, 0, sizeof(*out));
	if (len >= CTL_COMMAND_MAX)
		return ERR_RANGE;
	memcpy(out->line, line, question ? len - 1 : len);
	for (word = strtok_r(out->line, " \t", &save); word != NULL;) {
		char *after = strtok_r(NULL, " \t", &save);

		if (after == NULL && partial)
			break;
		err = follow(&p, word, out);
		if (err != ERR_OK)
			return err;
		word = after;
	}
	if (question)
		return answer_question(&p, word != NULL ? word : "", out);
	out->command = command_at(&p, false);
	if (out->command != NULL)
		return ERR_OK;
	(void)snprintf(out->error, CTL_ERROR_MAX, "the command is incomplete; expected: ");
	list_words(&p, "", out->error, CTL_ERROR_MAX);
	return ERR_ABSENT;
}
