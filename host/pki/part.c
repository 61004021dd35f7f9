/* Fields of distinguished names.  Pure. */
#include "pki/part.h"

#include <string.h>

#include "crypto/evp.h"

static const int nids[PKI_PART_COUNT] = { [PKI_PART_COMMON_NAME] = NID_commonName,
	[PKI_PART_ORGANIZATION] = NID_organizationName,
	[PKI_PART_ORGANIZATION_UNIT] = NID_organizationalUnitName,
	[PKI_PART_COUNTRY] = NID_countryName,
	[PKI_PART_STATE] = NID_stateOrProvinceName,
	[PKI_PART_LOCALITY] = NID_localityName,
	[PKI_PART_DOMAIN] = NID_domainComponent };

/* Appends the value of entry 'at' to the text of 'len' bytes. */
static enum err append(const X509_NAME *name, int at, char *out, size_t cap, size_t *len)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	enum err err = n <= 0 || memchr(utf8, '\0', (size_t)n) != NULL ? ERR_MALFORMED : *len + (size_t)n >= cap ? ERR_RANGE : ERR_OK;

	if (err == ERR_OK) {
		memcpy(out + *len, utf8, (size_t)n);
		*len += (size_t)n;
		out[*len] = '\0';
	}
	OPENSSL_free(utf8);
	return err;
}

static enum err gather(const X509_NAME *name, enum pki_part part, char *out, size_t cap)
{
	enum err err = ERR_ABSENT;
	size_t len = 0;

	for (int i = X509_NAME_entry_count(name); i-- > 0;) {
		if (OBJ_obj2nid(X509_NAME_ENTRY_get_object(X509_NAME_get_entry(name, i))) != nids[part])
			continue;
		if (len != 0 && len + 1 < cap)
			out[len++] = '.';
		err = append(name, i, out, cap, &len);
		if (err != ERR_OK || part != PKI_PART_DOMAIN)
			break;
	}
	return err;
}

enum err pki_part_text(struct bytes name, enum pki_part part, char *out, size_t cap)
{
	const unsigned char *at = name.data;
	X509_NAME *n = d2i_X509_NAME(NULL, &at, (long)name.len);
	enum err err = n == NULL || at != name.data + name.len ? ERR_MALFORMED : gather(n, part, out, cap);

	X509_NAME_free(n);
	ERR_clear_error();
	return err;
}
