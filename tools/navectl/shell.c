/*
 * The interactive shell: libedit's line editor in front of the same questions as the one-shot command.
 */
#include "navectl/shell.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "navectl/get.h"
#include "navectl/render.h"

enum { SHELL_HISTORY = 500, SHELL_PROMPT = 80 };

struct shell {
	struct navectl_client *client;
	EditLine *editor;
	History *history;
	char prompt[SHELL_PROMPT];
};

static struct shell *shell_of(EditLine *editor)
{
	void *data = NULL;

	(void)el_get(editor, EL_CLIENTDATA, &data);
	return (struct shell *)data;
}

static char *prompt(EditLine *editor)
{
	return shell_of(editor)->prompt;
}

static void run(struct shell *sh, const char *command)
{
	struct navectl_answer answer;

	if (navectl_client_ask(sh->client, command, &answer) == ERR_OK)
		navectl_render(answer.command, answer.doc, stdout);
	else
		(void)printf("%% %s\n", answer.error);
	navectl_client_free_answer(&answer);
}

/* What could come at the cursor: the line up to there, as a question. */
static enum err ask_words(struct shell *sh, struct navectl_answer *out)
{
	const LineInfo *line = el_line(sh->editor);
	char question[CTL_COMMAND_MAX];

	(void)snprintf(question, sizeof(question), "%.*s?", (int)(line->cursor - line->buffer), line->buffer);
	return navectl_client_ask(sh->client, question, out);
}

/* The key "?". */
static unsigned char help_key(EditLine *editor, wint_t key)
{
	struct shell *sh = shell_of(editor);
	struct navectl_answer answer;

	(void)key;
	(void)fputs("?\n", stdout);
	if (ask_words(sh, &answer) == ERR_OK)
		navectl_render(answer.command, answer.doc, stdout);
	else
		(void)printf("%% %s\n", answer.error);
	navectl_client_free_answer(&answer);
	(void)fflush(stdout);
	return CC_REDISPLAY;
}

/* The key Tab: completes a word that only one thing can become. */
static unsigned char complete_key(EditLine *editor, wint_t key)
{
	struct shell *sh = shell_of(editor);
	const LineInfo *line = el_line(editor);
	const char *begin = line->cursor;
	struct navectl_answer answer;
	unsigned char rc = CC_ERROR;
	const json_t *words;
	const char *word;

	(void)key;
	while (begin > line->buffer && begin[-1] != ' ')
		begin--;
	if (begin != line->cursor && ask_words(sh, &answer) == ERR_OK) {
		words = json_object_get(answer.doc, "help");
		word = navectl_get_str(json_array_get(words, 0), "word");
		if (json_array_size(words) == 1 && word[0] != '<' && strlen(word) >= (size_t)(line->cursor - begin) &&
			el_insertstr(editor, word + (line->cursor - begin)) == 0 && el_insertstr(editor, " ") == 0)
			rc = CC_REFRESH;
		navectl_client_free_answer(&answer);
	}
	return rc;
}

static void set_prompt(struct shell *sh)
{
	struct navectl_answer answer;

	if (navectl_client_ask(sh->client, "show version", &answer) == ERR_OK)
		(void)snprintf(sh->prompt, sizeof(sh->prompt), "%.60s# ", navectl_get_str(answer.doc, "hostname"));
	else
		(void)snprintf(sh->prompt, sizeof(sh->prompt), "nave# ");
	navectl_client_free_answer(&answer);
}

static bool shell_open(struct shell *sh)
{
	HistEvent event;

	sh->editor = el_init("navectl", stdin, stdout, stderr);
	sh->history = history_init();
	if (sh->editor == NULL || sh->history == NULL)
		return false;
	(void)history(sh->history, &event, H_SETSIZE, SHELL_HISTORY);
	(void)history(sh->history, &event, H_SETUNIQUE, 1);
	(void)el_set(sh->editor, EL_CLIENTDATA, sh);
	(void)el_set(sh->editor, EL_PROMPT, prompt);
	(void)el_set(sh->editor, EL_EDITOR, "emacs");
	(void)el_set(sh->editor, EL_SIGNAL, 1);
	(void)el_set(sh->editor, EL_HIST, history, sh->history);
	/* el_set would keep wide copies of these texts and never free them. */
	(void)el_wset(sh->editor, EL_ADDFN, L"nave-help", L"what could come here", help_key);
	(void)el_wset(sh->editor, EL_ADDFN, L"nave-complete", L"complete the word", complete_key);
	(void)el_set(sh->editor, EL_BIND, "?", "nave-help", NULL);
	(void)el_set(sh->editor, EL_BIND, "^I", "nave-complete", NULL);
	return true;
}

static void shell_close(struct shell *sh)
{
	if (sh->editor != NULL)
		el_end(sh->editor);
	if (sh->history != NULL)
		history_end(sh->history);
}

/* Takes one line; false when it ends the shell. */
static bool take_line(struct shell *sh, const char *typed)
{
	char line[CTL_COMMAND_MAX];
	HistEvent event;
	size_t len;

	typed += strspn(typed, " \t");
	len = strcspn(typed, "\r\n");
	while (len > 0 && typed[len - 1] == ' ')
		len--;
	if (len == 0 || typed[0] == '!')
		return true;
	(void)snprintf(line, sizeof(line), "%.*s", (int)len, typed);
	(void)history(sh->history, &event, H_ENTER, line);
	if (strcmp(line, "exit") == 0 || strcmp(line, "quit") == 0 || strcmp(line, "end") == 0)
		return false;
	run(sh, line);
	return true;
}

int navectl_shell_run(struct navectl_client *client)
{
	struct shell sh = { .client = client };
	const char *typed;
	int len = 0;

	set_prompt(&sh);
	if (!shell_open(&sh)) {
		shell_close(&sh);
		(void)fputs("navectl: no terminal\n", stderr);
		return 1;
	}
	do {
		typed = el_gets(sh.editor, &len);
	} while (typed != NULL && take_line(&sh, typed));
	if (typed == NULL)
		(void)fputc('\n', stdout);
	shell_close(&sh);
	return 0;
}
