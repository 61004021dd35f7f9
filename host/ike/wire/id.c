/*
 * Identification payload, RFC7296-3.5.  The data chooses profiles and keys and is written to logs, so what isn't of
 * its type is refused here, before anybody compares it.
 */
#include "ike/wire/id.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { DER_SEQUENCE = 0x30, DER_LONG = 0x80, DER_LENGTH_MAX = 2 };

static bool is_visible(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] <= ' ' || b.data[i] > '~')
			return false;
	return b.len > 0;
}

static bool is_email(struct bytes b)
{
	const uint8_t *at = is_visible(b) ? memchr(b.data, '@', b.len) : NULL;

	return at != NULL && at != b.data && at + 1 != b.data + b.len;
}

/* One SEQUENCE in definite form that fills 'b': X.690 8.1. */
static bool is_der_sequence(struct bytes b)
{
	struct rd r = rd_of(b);
	uint8_t tag = rd_u8(&r);
	size_t len = rd_u8(&r);

	if (len >= DER_LONG) {
		size_t size = len - DER_LONG;

		if (size == 0 || size > DER_LENGTH_MAX)
			return false;
		for (len = 0; size > 0; size--)
			len = len << 8 | rd_u8(&r);
	}
	return tag == DER_SEQUENCE && r.err == ERR_OK && rd_left(&r) == len;
}

enum err ike_id_check(const struct ike_id *id)
{
	bool ok;

	if (id->data.len > IKE_ID_MAX)
		return ERR_RANGE;
	switch (id->type) {
	case IKE_ID_IPV4:
		ok = id->data.len == 4;
		break;
	case IKE_ID_IPV6:
		ok = id->data.len == 16;
		break;
	case IKE_ID_FQDN:
		ok = is_visible(id->data);
		break;
	case IKE_ID_EMAIL:
		ok = is_email(id->data);
		break;
	case IKE_ID_DN:
		ok = is_der_sequence(id->data);
		break;
	case IKE_ID_KEY_ID:
		ok = id->data.len > 0;
		break;
	default:
		return ERR_UNSUPPORTED;
	}
	return ok ? ERR_OK : ERR_MALFORMED;
}

enum err ike_id_parse(struct rd *r, struct ike_id *out)
{
	out->type = rd_u8(r);
	(void)rd_bytes(r, 3); /* RESERVED: ignored on receipt */
	out->data = rd_rest(r);
	if (r->err == ERR_OK)
		rd_fail(r, ike_id_check(out));
	return rd_done(r);
}

void ike_id_build(struct wr *w, const struct ike_id *id)
{
	wr_u8(w, id->type);
	wr_zero(w, 3); /* RESERVED */
	wr_bytes(w, id->data);
}

struct ike_id ike_id_of_addr(const struct addr *a)
{
	return (struct ike_id){ .type = a->family == AF_INET ? IKE_ID_IPV4 : IKE_ID_IPV6, .data = addr_bytes(a) };
}

bool ike_id_eq(const struct ike_id *a, const struct ike_id *b)
{
	if (a->type != b->type || a->data.len != b->data.len)
		return false;
	if (a->type == IKE_ID_FQDN || a->type == IKE_ID_EMAIL)
		return strncasecmp((const char *)a->data.data, (const char *)b->data.data, a->data.len) == 0;
	return bytes_eq(a->data, b->data);
}

const char *ike_id_str(const struct ike_id *id, char *out, size_t cap)
{
	struct addr a = addr_of(id->data);
	char text[ADDR_TEXT];

	if (id->type == IKE_ID_IPV4 || id->type == IKE_ID_IPV6)
		(void)snprintf(out, cap, "%s", addr_str(&a, text));
	else if (id->type != IKE_ID_DN && is_visible(id->data))
		(void)snprintf(out, cap, "%.*s", (int)id->data.len, (const char *)id->data.data);
	else
		bytes_hex(id->data, out, cap);
	return out;
}
