#ifndef CFG_PARSE_H
#define CFG_PARSE_H

#include "cfg/lang.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads 'text' into the empty 'tree', beginning in 'mode' (GLOBAL, or PLATFORM for the platform file).  Goes on after
 * an error, so that 'messages' gets all of them; ERR_MALFORMED when there was one, else ERR_OK or ERR_NOMEM.
 */
MUST_USE enum err cfg_parse_text(
	const struct cfg_lang *lang, enum cfg_mode mode, struct bytes text, struct cfg_messages *messages, struct cfg_tree *tree);

/*
 * The same for lines below 'container', a line of 'tree' that opens a mode: they replace lines that are there already, and take them back.
 */
MUST_USE enum err cfg_parse_below(
	const struct cfg_lang *lang, struct cfg_stmt *container, struct bytes text, struct cfg_messages *messages, struct cfg_tree *tree);

#ifdef __cplusplus
}
#endif
#endif
