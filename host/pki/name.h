#ifndef PKI_NAME_H
#define PKI_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/evp.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Distinguished names as certificate maps see them (cli.md 5): "cn=spoke1,ou=branches,o=example", the most specific RDN
 * first, in lower case, without blanks around '=' and ','.  A ',', '+', '=' or '\' inside a value has a '\' before it, and so no
 * value looks like an RDN of its own.
 */

/* 'name' printed so.  ERR_RANGE: 'cap' is too small; ERR_MALFORMED: a value isn't text, or has a NUL in it. */
MUST_USE enum err pki_name_text(const X509_NAME *name, char *out, size_t cap);

/* What an operator wrote, brought to the same form in place. */
void pki_name_fold(char *text);

/* Whether 'text' has NAME=: then it stands for whole RDNs. */
bool pki_name_has_rdn(const char *text);

/* Whether the printed 'name' contains 'part': as whole RDNs if it has one, else anywhere.  Both are folded. */
bool pki_name_contains(const char *name, const char *part);

#ifdef __cplusplus
}
#endif
#endif
