#ifndef PKI_MAP_H
#define PKI_MAP_H

#include "pki/cert.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Certificate maps: lines of `crypto pki certificate map NAME SEQ` (cli.md 5). */

enum pki_map_field {
	PKI_MAP_SUBJECT,
	PKI_MAP_ISSUER,
	PKI_MAP_ALT_SUBJECT,
	PKI_MAP_SERIAL,
	PKI_MAP_NAME,         /* subject or alternative name */
	PKI_MAP_UNSTRUCTURED, /* unstructuredName of the subject: a router's host name */
	PKI_MAP_VALID_START,
	PKI_MAP_EXPIRES_ON
};

/* Contains, equals; doesn't; of dates: before, not before, after. */
enum pki_map_how { PKI_MAP_CO, PKI_MAP_EQ, PKI_MAP_NC, PKI_MAP_NE, PKI_MAP_LT, PKI_MAP_GE, PKI_MAP_GT };

struct pki_map_line {
	enum pki_map_field field;
	enum pki_map_how how;
	const char *text; /* as written */
	int64_t date_s;   /* of the two dates instead */
};

/*
 * Whether the line holds for 'c'.  A field that can't be printed, or a text too long, holds for no line, not even for a negative one.
 * CO of the alternative names: one of them contains the text; NC: none does; and so for EQ and NE.
 */
bool pki_map_line_holds(const struct pki_cert *c, const struct pki_map_line *line);

#ifdef __cplusplus
}
#endif
#endif
