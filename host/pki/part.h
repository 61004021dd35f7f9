#ifndef PKI_PART_H
#define PKI_PART_H

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fields of a distinguished name, as name manglers take them. */
enum pki_part {
	PKI_PART_COMMON_NAME,
	PKI_PART_ORGANIZATION,
	PKI_PART_ORGANIZATION_UNIT,
	PKI_PART_COUNTRY,
	PKI_PART_STATE,
	PKI_PART_LOCALITY,
	PKI_PART_DOMAIN, /* its domain components, the most specific one first, with dots between */
	PKI_PART_COUNT
};

/*
 * The field of 'name' (a Name in DER) as UTF-8, in the case that it has; of several the most specific one, which is the last.
 * ERR_MALFORMED: 'name' is none, or the value isn't text or has a NUL in it; ERR_ABSENT; ERR_RANGE: 'cap' is too small.
 */
MUST_USE enum err pki_part_text(struct bytes name, enum pki_part part, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
