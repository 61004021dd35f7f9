/* Certificate and Certificate Request payloads, RFC7296-3.6 and -3.7.  What is in a certificate is pki's. */
#include "ike/wire/cert.h"

#include <assert.h>

#include "ike/wire/iana.h"

enum err ike_cert_parse(struct rd *r, struct ike_cert *out)
{
	out->encoding = rd_u8(r);
	out->data = rd_rest(r);
	if (out->data.len == 0)
		rd_fail(r, ERR_MALFORMED);
	return rd_done(r);
}

static bool lists_hashes(uint8_t encoding)
{
	return encoding == IKE_CERT_X509_SIGNATURE || encoding == IKE_CERT_URL_X509 || encoding == IKE_CERT_URL_BUNDLE;
}

enum err ike_cert_parse_request(struct rd *r, struct ike_cert *out)
{
	out->encoding = rd_u8(r);
	out->data = rd_rest(r);
	if (lists_hashes(out->encoding) && out->data.len % IKE_CERT_AUTHORITY_LEN != 0)
		rd_fail(r, ERR_MALFORMED);
	return rd_done(r);
}

enum err ike_cert_parse_url(struct bytes data, struct ike_cert_url *out)
{
	struct rd r = rd_of(data);

	out->hash = rd_bytes(&r, IKE_CERT_HASH_LEN);
	out->url = rd_rest(&r);
	if (out->url.len == 0)
		rd_fail(&r, ERR_MALFORMED);
	return rd_done(&r);
}

void ike_cert_build(struct wr *w, const struct ike_cert *c)
{
	wr_u8(w, c->encoding);
	wr_bytes(w, c->data);
}

size_t ike_cert_authority_count(const struct ike_cert *request)
{
	return lists_hashes(request->encoding) ? request->data.len / IKE_CERT_AUTHORITY_LEN : 0;
}

struct bytes ike_cert_authority(const struct ike_cert *request, size_t index)
{
	assert(index < ike_cert_authority_count(request));
	return bytes_of(request->data.data + index * IKE_CERT_AUTHORITY_LEN, IKE_CERT_AUTHORITY_LEN);
}
