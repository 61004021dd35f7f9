/* Payloads about certificates.  What is in a certificate is the world's to know; here it is octets.  Engine's thread. */
#include "ike/keying/certs.h"

#include <assert.h>
#include <stdlib.h>

#include "base/rd.h"
#include "crypto/iana.h"
#include "ike/ability.h"
#include "ike/core.h"
#include "ike/wire/cert.h"

static_assert((int)IKE_CERTS_AUTHORITIES_LEN == (int)IKE_AUTHORITIES * (int)IKE_CERT_AUTHORITY_LEN, "hashes of a CERTREQ");

static bool is_url(uint8_t encoding)
{
	return encoding == IKE_CERT_URL_X509 || encoding == IKE_CERT_URL_BUNDLE;
}

uint8_t ike_certs_read(struct ike_sa *sa, const struct ike_msg *msg, struct bytes out[IKE_CERTS], uint8_t encoding[IKE_CERTS])
{
	bool lookup = ike_ability_agreed(sa, sa->role == IKE_INITIATOR ? IKE_CAN_LOOKUP_I : IKE_CAN_LOOKUP_R);
	uint8_t count = 0;

	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_CERT); p != NULL && count < IKE_CERTS; p = ike_msg_next(msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_cert c;

		if (ike_cert_parse(&r, &c) != ERR_OK || (c.encoding != IKE_CERT_X509_SIGNATURE && !(lookup && is_url(c.encoding))))
			continue;
		encoding[count] = c.encoding;
		out[count++] = c.data;
		if (is_url(c.encoding))
			ike_core_count(sa->engine, IKE_STAT_CERT_URL);
	}
	return count;
}

struct bytes ike_certs_authorities(const struct ike_msg *msg, uint8_t buf[IKE_CERTS_AUTHORITIES_LEN])
{
	struct wr w = wr_of(buf, IKE_CERTS_AUTHORITIES_LEN);

	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_CERTREQ); p != NULL; p = ike_msg_next(msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_cert c;

		if (ike_cert_parse_request(&r, &c) != ERR_OK || c.encoding != IKE_CERT_X509_SIGNATURE)
			continue;
		if (c.data.len == 0)
			return bytes_of(NULL, 0);
		wr_bytes(&w, c.data); /* those beyond the bound are passed over */
	}
	return wr_view(&w);
}

uint16_t ike_certs_hashes(const struct ike_msg *msg)
{
	struct ike_notify n;
	uint16_t hashes = 0;
	struct rd r;

	if (!ike_msg_notify(msg, IKE_N_SIGNATURE_HASH_ALGORITHMS, &n))
		return 0;
	r = rd_of(n.data);
	while (rd_left(&r) >= sizeof(uint16_t)) {
		uint16_t hash = rd_u16(&r);

		if (hash < CRYPTO_HASH_ROWS)
			hashes = (uint16_t)(hashes | 1u << hash);
	}
	return hashes;
}

void ike_certs_build_hashes(struct ike_build *b)
{
	static const uint8_t data[] = { 0, CRYPTO_HASH_SHA2_256, 0, CRYPTO_HASH_SHA2_384, 0, CRYPTO_HASH_SHA2_512, 0,
		CRYPTO_HASH_IDENTITY };

	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_SIGNATURE_HASH_ALGORITHMS, bytes_of(data, sizeof(data)));
}

void ike_certs_build_request(struct ike_build *b, struct bytes authorities)
{
	struct ike_cert c = { .encoding = IKE_CERT_X509_SIGNATURE, .data = authorities };

	if (authorities.len != 0)
		ike_cert_build(ike_build_payload(b, IKE_P_CERTREQ), &c);
}

bool ike_certs_peer_looks_up(const struct ike_sa *sa)
{
	return ike_ability_agreed(sa, sa->role == IKE_INITIATOR ? IKE_CAN_LOOKUP_R : IKE_CAN_LOOKUP_I);
}

enum err ike_certs_keep(struct ike_sa *sa, const struct ike_signature *from)
{
	size_t len = 0;
	uint8_t *buf;
	struct wr w;
	enum err err;

	for (unsigned i = 0; i < from->cert_count; i++)
		len += 1 + sizeof(uint16_t) + from->cert[i].len;
	buf = (uint8_t *)malloc(len == 0 ? 1 : len);
	if (buf == NULL)
		return ERR_NOMEM;
	w = wr_of(buf, len);
	for (unsigned i = 0; i < from->cert_count; i++) {
		size_t mark;

		wr_u8(&w, from->encoding[i] == 0 ? IKE_CERT_X509_SIGNATURE : from->encoding[i]);
		mark = wr_mark_u16(&w);
		wr_bytes(&w, from->cert[i]);
		wr_close_u16(&w, mark, 0);
		if (is_url(from->encoding[i]))
			ike_core_count(sa->engine, IKE_STAT_CERT_URL_SENT);
	}
	err = wr_done(&w);
	if (err == ERR_OK)
		err = ike_blob_set(&sa->setup->certs, wr_view(&w));
	free(buf);
	return err;
}

void ike_certs_build(struct ike_build *b, const struct ike_blob *kept)
{
	struct rd r = rd_of(ike_blob_view(kept));

	while (rd_left(&r) != 0) {
		struct ike_cert c = { .encoding = rd_u8(&r) };

		c.data = rd_bytes(&r, rd_u16(&r));
		ike_cert_build(ike_build_payload(b, IKE_P_CERT), &c);
	}
}
