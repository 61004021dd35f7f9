/*
 * One certificate: what OpenSSL parsed, and the few questions that IKE asks of it.  A peer's is untrusted until pki/chain
 * has verified it; nothing here decides that.  Any thread.
 */
#include "pki/cert.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/addr.h"
#include "pki/name.h"
#include "pki/x509.h"

/* ---- life ---- */

static bool fill_octets(struct pki_cert *c)
{
	int der = i2d_X509(c->x509, &c->der);
	int subject = i2d_X509_NAME(X509_get_subject_name(c->x509), &c->subject);

	c->der_len = der > 0 ? (size_t)der : 0;
	c->subject_len = subject > 0 ? (size_t)subject : 0;
	return der > 0 && subject > 0;
}

static bool fill_authority(struct pki_cert *c)
{
	unsigned char *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x509), &spki);
	bool ok = len > 0 && EVP_Digest(spki, (size_t)len, c->authority, NULL, EVP_sha1(), NULL) == 1;

	OPENSSL_free(spki);
	return ok;
}

/* A key that can't be used leaves the certificate without one. */
static void fill_key(struct pki_cert *c)
{
	EVP_PKEY *pkey = X509_get0_pubkey(c->x509);

	if (pkey != NULL && crypto_key_of_evp(pkey, &c->key) != ERR_OK)
		c->key = NULL;
}

enum err pki_cert_of_x509(X509 *x509, struct pki_cert **out)
{
	struct pki_cert *c = (struct pki_cert *)calloc(1, sizeof(*c));
	bool ok;

	if (c == NULL || X509_up_ref(x509) != 1) {
		free(c);
		return ERR_NOMEM;
	}
	c->x509 = x509;
	(void)X509_check_purpose(x509, -1, 0); /* makes the flags */
	ok = (X509_get_extension_flags(x509) & EXFLAG_INVALID) == 0 && fill_octets(c) && fill_authority(c);
	fill_key(c);
	ERR_clear_error();
	if (!ok) {
		pki_cert_free(c);
		return ERR_MALFORMED;
	}
	*out = c;
	return ERR_OK;
}

enum err pki_cert_parse(struct bytes der, struct pki_cert **out)
{
	const unsigned char *at = der.data;
	enum err err = ERR_MALFORMED;
	X509 *x509;

	if (der.len > PKI_CERT_MAX)
		return ERR_RANGE;
	x509 = d2i_X509(NULL, &at, (long)der.len);
	if (x509 != NULL && at == der.data + der.len)
		err = pki_cert_of_x509(x509, out);
	X509_free(x509);
	ERR_clear_error();
	return err;
}

void pki_cert_free(struct pki_cert *c)
{
	if (c == NULL)
		return;
	crypto_key_free(c->key);
	OPENSSL_free(c->der);
	OPENSSL_free(c->subject);
	X509_free(c->x509);
	free(c);
}

/* ---- what it says ---- */

struct bytes pki_cert_der(const struct pki_cert *c)
{
	return bytes_of(c->der, c->der_len);
}

struct bytes pki_cert_subject(const struct pki_cert *c)
{
	return bytes_of(c->subject, c->subject_len);
}

const struct crypto_key *pki_cert_key(const struct pki_cert *c)
{
	return c->key;
}

struct bytes pki_cert_authority(const struct pki_cert *c)
{
	return bytes_of(c->authority, sizeof(c->authority));
}

bool pki_cert_is_ca(const struct pki_cert *c)
{
	return X509_check_ca(c->x509) == 1; /* by basicConstraints, nothing older */
}

bool pki_cert_is_root(const struct pki_cert *c)
{
	return pki_cert_is_ca(c) && (X509_get_extension_flags(c->x509) & EXFLAG_SI) != 0;
}

static bool is_for_ike(const ASN1_OBJECT *purpose)
{
	static const int known[] = { NID_ipsec_IKE, NID_anyExtendedKeyUsage, NID_ipsecEndSystem, NID_ipsecTunnel, NID_ipsecUser,
		NID_server_auth, NID_client_auth };
	static const char intermediate[] = "1.3.6.1.5.5.8.2.2"; /* iKEIntermediate, of drafts and old clients */
	char dotted[sizeof(intermediate) + 1];
	int nid = OBJ_obj2nid(purpose);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (nid == known[i])
			return true;
	(void)OBJ_obj2txt(dotted, sizeof(dotted), purpose, 1);
	return strcmp(dotted, intermediate) == 0;
}

static bool has_purpose(const struct pki_cert *c)
{
	EXTENDED_KEY_USAGE *purposes = (EXTENDED_KEY_USAGE *)X509_get_ext_d2i(c->x509, NID_ext_key_usage, NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_ASN1_OBJECT_num(purposes); i++)
		found = is_for_ike(sk_ASN1_OBJECT_value(purposes, i));
	EXTENDED_KEY_USAGE_free(purposes);
	return found;
}

bool pki_cert_may_sign(const struct pki_cert *c)
{
	if ((X509_get_key_usage(c->x509) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
		return false;
	return (X509_get_extension_flags(c->x509) & EXFLAG_XKUSAGE) == 0 || has_purpose(c);
}

/* ---- what it proves ---- */

static struct bytes octets_of(const ASN1_STRING *s)
{
	return bytes_of(ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

static bool same_domain(struct bytes have, struct bytes value)
{
	return have.len == value.len && have.len != 0 && strncasecmp((const char *)have.data, (const char *)value.data, have.len) == 0;
}

/* RFC5280-7.5: the local part is exact. */
static bool same_mail(struct bytes have, struct bytes value)
{
	const uint8_t *at = have.len == 0 ? NULL : (const uint8_t *)memrchr(have.data, '@', have.len);
	size_t local = at == NULL ? 0 : (size_t)(at - have.data) + 1;

	return local != 0 && same_domain(have, value) && memcmp(have.data, value.data, local) == 0;
}

static bool is_that(const GENERAL_NAME *name, const struct pki_id *id)
{
	switch (id->type) {
	case PKI_ID_ADDRESS:
		return name->type == GEN_IPADD && bytes_eq(octets_of(name->d.iPAddress), id->value);
	case PKI_ID_FQDN:
		return name->type == GEN_DNS && same_domain(octets_of(name->d.dNSName), id->value);
	case PKI_ID_EMAIL:
		return name->type == GEN_EMAIL && same_mail(octets_of(name->d.rfc822Name), id->value);
	case PKI_ID_DN:
		break;
	}
	return false;
}

static GENERAL_NAMES *alt_names(const struct pki_cert *c)
{
	return (GENERAL_NAMES *)X509_get_ext_d2i(c->x509, NID_subject_alt_name, NULL, NULL);
}

/* Whether strings of this type are the same text when their octets are. */
static bool is_text(const ASN1_STRING *s)
{
	int type = ASN1_STRING_type(s);

	return type == V_ASN1_UTF8STRING || type == V_ASN1_PRINTABLESTRING || type == V_ASN1_IA5STRING;
}

static bool same_entry(const X509_NAME_ENTRY *a, const X509_NAME_ENTRY *b)
{
	const ASN1_STRING *left = X509_NAME_ENTRY_get_data(a), *right = X509_NAME_ENTRY_get_data(b);

	if (X509_NAME_ENTRY_set(a) != X509_NAME_ENTRY_set(b) || OBJ_cmp(X509_NAME_ENTRY_get_object(a), X509_NAME_ENTRY_get_object(b)) != 0)
		return false;
	if (ASN1_STRING_type(left) != ASN1_STRING_type(right) && !(is_text(left) && is_text(right)))
		return false;
	return bytes_eq(octets_of(left), octets_of(right));
}

/* strongSwan writes a configured name in PrintableStrings where CAs write UTF8Strings. */
static bool same_name(const X509_NAME *a, const X509_NAME *b)
{
	int count = X509_NAME_entry_count(a);

	if (count == 0 || count != X509_NAME_entry_count(b))
		return false;
	for (int i = 0; i < count; i++)
		if (!same_entry(X509_NAME_get_entry(a, i), X509_NAME_get_entry(b, i)))
			return false;
	return true;
}

static bool is_subject(const struct pki_cert *c, struct bytes der)
{
	const unsigned char *at = der.data;
	X509_NAME *name = der.len > PKI_CERT_MAX ? NULL : d2i_X509_NAME(NULL, &at, (long)der.len);
	bool same = name != NULL && at == der.data + der.len && same_name(name, X509_get_subject_name(c->x509));

	X509_NAME_free(name);
	ERR_clear_error();
	return same;
}

bool pki_cert_proves(const struct pki_cert *c, const struct pki_id *id)
{
	GENERAL_NAMES *names;
	bool found = false;

	if (id->type == PKI_ID_DN)
		return is_subject(c, id->value);
	names = alt_names(c);
	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++)
		found = is_that(sk_GENERAL_NAME_value(names, i), id);
	GENERAL_NAMES_free(names);
	return found;
}

/* ---- printed ---- */

static enum err serial_text(const struct pki_cert *c, char *out, size_t cap)
{
	struct bytes number = octets_of(X509_get0_serialNumber(c->x509));

	if (2 * number.len + 1 > cap)
		return ERR_RANGE;
	bytes_hex(number, out, cap);
	return ERR_OK;
}

/* The subject's unstructuredName alone; ERR_RANGE: too long, ERR_MALFORMED: no text, and "" where there is none. */
static enum err unstructured_text(const struct pki_cert *c, char *out, size_t cap)
{
	int len = X509_NAME_get_text_by_NID(
		X509_get_subject_name(c->x509), NID_pkcs9_unstructuredName, out, cap > INT_MAX ? INT_MAX : (int)cap);

	if (len < 0)
		out[0] = '\0';
	if (len > 0 && strlen(out) != (size_t)len)
		return ERR_MALFORMED;
	pki_name_fold(out);
	return (size_t)(len + 1) >= cap ? ERR_RANGE : ERR_OK;
}

static int64_t seconds_of(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

int64_t pki_cert_date(const struct pki_cert *c, bool end)
{
	return seconds_of(end ? X509_get0_notAfter(c->x509) : X509_get0_notBefore(c->x509));
}

enum err pki_cert_text(const struct pki_cert *c, enum pki_field field, char *out, size_t cap)
{
	switch (field) {
	case PKI_FIELD_SUBJECT:
		return pki_name_text(X509_get_subject_name(c->x509), out, cap);
	case PKI_FIELD_ISSUER:
		return pki_name_text(X509_get_issuer_name(c->x509), out, cap);
	case PKI_FIELD_SERIAL:
		return serial_text(c, out, cap);
	case PKI_FIELD_UNSTRUCTURED:
		return unstructured_text(c, out, cap);
	}
	return ERR_UNSUPPORTED;
}

/* "" for a kind that isn't printed, and for text that hides something behind a NUL. */
static void alt_text(const GENERAL_NAME *name, char out[PKI_TEXT_MAX])
{
	struct bytes value = bytes_of(NULL, 0);
	struct addr a;
	char text[ADDR_TEXT];

	out[0] = '\0';
	if (name->type == GEN_DIRNAME) {
		if (pki_name_text(name->d.directoryName, out, PKI_TEXT_MAX) != ERR_OK)
			out[0] = '\0';
		return;
	}
	if (name->type == GEN_DNS || name->type == GEN_EMAIL || name->type == GEN_URI)
		value = octets_of(name->d.ia5);
	if (name->type == GEN_IPADD && (name->d.iPAddress->length == 4 || name->d.iPAddress->length == 16)) {
		a = addr_of(octets_of(name->d.iPAddress));
		value = bytes_str(addr_str(&a, text));
	}
	if (value.len == 0 || value.len >= PKI_TEXT_MAX || memchr(value.data, '\0', value.len) != NULL)
		return;
	memcpy(out, value.data, value.len);
	out[value.len] = '\0';
	pki_name_fold(out);
}

bool pki_cert_alt(const struct pki_cert *c, pki_cert_alt_fn *fn, void *ctx)
{
	GENERAL_NAMES *names = alt_names(c);
	char text[PKI_TEXT_MAX];
	bool done = false;

	for (int i = 0; !done && i < sk_GENERAL_NAME_num(names); i++) {
		alt_text(sk_GENERAL_NAME_value(names, i), text);
		done = text[0] != '\0' && fn(ctx, text);
	}
	GENERAL_NAMES_free(names);
	return done;
}
