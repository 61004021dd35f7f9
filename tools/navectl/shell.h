#ifndef NAVECTL_SHELL_H
#define NAVECTL_SHELL_H

#include "navectl/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads commands until "exit" or the end of input and prints what comes of each; "?" helps at once.  Returns the
 * program's exit status.
 */
int navectl_shell_run(struct navectl_client *client);

#ifdef __cplusplus
}
#endif
#endif
