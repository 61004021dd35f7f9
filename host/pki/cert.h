#ifndef PKI_CERT_H
#define PKI_CERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/key.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	PKI_CERT_MAX = 16384,
	PKI_AUTHORITY_LEN = 20,
	PKI_TEXT_MAX = 2048
}; /* bytes of DER; of a hash below; of a printed field, with NUL */

/* What a certificate can prove, RFC4945-3.1. */
enum pki_id_type { PKI_ID_ADDRESS, PKI_ID_FQDN, PKI_ID_EMAIL, PKI_ID_DN };

struct pki_id {
	enum pki_id_type type;
	struct bytes value; /* 4 or 16 bytes of address; a name; a Name as DER */
};

/* An X.509 certificate.  Read-only once made. */
struct pki_cert;

/* ERR_MALFORMED for what isn't one certificate in DER, or has extensions that can't be read; ERR_RANGE above PKI_CERT_MAX bytes. */
MUST_USE enum err pki_cert_parse(struct bytes der, struct pki_cert **out);
void pki_cert_free(struct pki_cert *c); /* NULL is fine */

struct bytes pki_cert_der(const struct pki_cert *c);
struct bytes pki_cert_subject(const struct pki_cert *c); /* its Name as DER */

/* Its public key; NULL for one that Nave doesn't use. */
const struct crypto_key *pki_cert_key(const struct pki_cert *c);

/* SHA-1 of its SubjectPublicKeyInfo, as CERTREQ names it (RFC7296-3.7): PKI_AUTHORITY_LEN bytes. */
struct bytes pki_cert_authority(const struct pki_cert *c);

bool pki_cert_is_ca(const struct pki_cert *c);
bool pki_cert_is_root(const struct pki_cert *c); /* a CA that is its own issuer */

/*
 * Whether its key may sign AUTH.  A keyUsage, if there is one, has digitalSignature or nonRepudiation (RFC4945-5.1.3.2); an
 * extendedKeyUsage, if there is one, has a purpose of IKE's, any purpose (RFC4945-5.1.3.12), or one of TLS, which CAs of
 * remote-access clients give.
 */
bool pki_cert_may_sign(const struct pki_cert *c);

/*
 * Whether it contains 'id', RFC4945-3.1: a subjectAltName of that type, the whole of it, no wildcards - domains without regard to
 * ASCII case, the local part of an e-mail address with (RFC5280-7.5), addresses octet by octet -, or for a DN the subject,
 * RDN by RDN in its order, their values octet by octet, in whichever of UTF8String, PrintableString and IA5String.
 */
bool pki_cert_proves(const struct pki_cert *c, const struct pki_id *id);

/* Printed fields, for certificate maps: see pki/name.h.  ERR_RANGE: 'out' is too small. */
enum pki_field { PKI_FIELD_SUBJECT, PKI_FIELD_ISSUER, PKI_FIELD_SERIAL, PKI_FIELD_UNSTRUCTURED };
MUST_USE enum err pki_cert_text(const struct pki_cert *c, enum pki_field field, char *out, size_t cap);

/* When it begins, or ends, to be valid: seconds since 1970. */
int64_t pki_cert_date(const struct pki_cert *c, bool end);

/* Calls 'fn' with each subjectAltName's value as text until it says true; whether it did. */
typedef bool pki_cert_alt_fn(void *ctx, const char *text);
bool pki_cert_alt(const struct pki_cert *c, pki_cert_alt_fn *fn, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
