/* A table of commands for the tests of ctl/. */
#ifndef TESTS_CTL_COMMANDS_H
#define TESTS_CTL_COMMANDS_H

#include "ctl/match.h"

inline ctl_command command_row(const char *words, const char *help)
{
	ctl_command c = {};
	c.words = words;
	c.help = help;
	return c;
}

inline ctl_command command_row(const char *words, const char *help, enum err (*next)(ctl_call *, json_t *, bool *))
{
	ctl_command c = command_row(words, help);
	c.next = next;
	return c;
}
#endif
