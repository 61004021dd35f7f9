/* Bundles of certificates.  What comes is a stranger's: any thread, no state. */
#include "pki/bundle.h"

#include "crypto/evp.h"

enum bundle_item { ITEM_CERT, ITEM_CRL }; /* its context-specific tag */

/* Takes one value off the front of 'from': what its tag says, and what is in it.  Long and definite forms alone, as in DER. */
static enum err take(struct bytes *from, struct bytes *content, int *tag, int *form)
{
	const uint8_t *at = from->data;
	long len;
	int flags;

	if (from->len == 0)
		return ERR_MALFORMED;
	flags = ASN1_get_object(&at, &len, tag, form, (long)from->len);
	ERR_clear_error();
	if ((flags & 0x80) != 0 || (flags & 1) != 0 || (flags & V_ASN1_CONSTRUCTED) == 0)
		return ERR_MALFORMED; /* unreadable, of unknown length, or nothing that could hold anything */
	*content = bytes_of(at, (size_t)len);
	from->len -= (size_t)(at - from->data) + (size_t)len;
	from->data = at + len;
	return ERR_OK;
}

enum err pki_bundle_parse(struct bytes der, struct bytes out[PKI_CHAIN_MAX], unsigned *count)
{
	struct bytes items, item, inner, fields;
	int tag, form;
	enum err err = der.len > PKI_BUNDLE_MAX ? ERR_RANGE : take(&der, &items, &tag, &form);

	*count = 0;
	if (err == ERR_OK && (der.len != 0 || tag != V_ASN1_SEQUENCE || form != V_ASN1_UNIVERSAL))
		err = ERR_MALFORMED;
	while (err == ERR_OK && items.len != 0) {
		err = take(&items, &item, &tag, &form);
		if (err == ERR_OK && (form != V_ASN1_CONTEXT_SPECIFIC || tag > ITEM_CRL))
			err = ERR_MALFORMED;
		if (err != ERR_OK || tag == ITEM_CRL)
			continue;
		inner = item;
		err = take(&inner, &fields, &tag, &form);
		if (err == ERR_OK && (inner.len != 0 || tag != V_ASN1_SEQUENCE || form != V_ASN1_UNIVERSAL))
			err = ERR_MALFORMED;
		if (err == ERR_OK && *count == PKI_CHAIN_MAX)
			err = ERR_LIMIT;
		if (err == ERR_OK)
			out[(*count)++] = item;
	}
	return err;
}
