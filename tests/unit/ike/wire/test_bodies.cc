/* The small payloads: KE, nonce, AUTH, CERT and CERTREQ, delete, vendor id, EAP, fragment fields. */
#include "wire.h"

#include "ike/wire/authdata.h"
#include "ike/wire/cert.h"
#include "ike/wire/delete.h"
#include "ike/wire/eap.h"
#include "ike/wire/frag.h"
#include "ike/wire/iana.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"
#include "ike/wire/vendor.h"

TEST(IkeKe, parses_group_and_value)
{
	/* RFC7296-3.4; RESERVED is ignored on receipt */
	Octets body = unhex("0013 ffff a1a2a3a4");
	struct ike_ke ke;

	ASSERT_EQ(ERR_OK, parse(ike_ke_parse, body, &ke));
	EXPECT_EQ(CRYPTO_GROUP_ECP_256, ke.group);
	EXPECT_EQ(unhex("a1a2a3a4"), octets(ke.data));
	EXPECT_EQ(unhex("0013 0000 a1a2a3a4"), built([&](struct wr *w) { ike_ke_build(w, &ke); }));
	expect_bounded([&](struct wr *w) { ike_ke_build(w, &ke); });
}

TEST(IkeKe, refuses_an_empty_value)
{
	struct ike_ke ke;

	EXPECT_EQ(5u, shortest(ike_ke_parse, unhex("0013 0000 a1a2")));
	EXPECT_EQ(ERR_MALFORMED, parse(ike_ke_parse, unhex("0013 0000"), &ke));
	EXPECT_EQ(ERR_TRUNCATED, parse(ike_ke_parse, unhex("0013 00"), &ke));
	mutate(ike_ke_parse, unhex("0013 0000 a1a2"));
}

/* RFC7296-2.10-b RFC7296-3.9-a */
TEST(IkeNonce, keeps_the_bounds)
{
	/* RFC7296-3.9: 16 to 256 bytes */
	for (size_t len : { 0, 15, 16, 255, 256, 257 }) {
		Octets body(len, 0x5a);
		struct bytes nonce;
		bool ok = len >= 16 && len <= 256;
		Octets buf(300);
		struct wr w = wr_of(buf.data(), buf.size());

		EXPECT_EQ(ok ? ERR_OK : ERR_RANGE, parse(ike_nonce_parse, body, &nonce)) << len;
		ike_nonce_build(&w, view(body));
		EXPECT_EQ(ok ? ERR_OK : ERR_RANGE, wr_done(&w)) << len;
	}
}

TEST(IkeAuthdata, round_trip)
{
	/* RFC7296-3.8 */
	Octets body = unhex("02 ffffff 0102030405");
	struct ike_authdata a;

	ASSERT_EQ(ERR_OK, parse(ike_authdata_parse, body, &a));
	EXPECT_EQ(IKE_AUTH_PSK, a.method);
	EXPECT_EQ(unhex("0102030405"), octets(a.data));
	EXPECT_EQ(unhex("02 000000 0102030405"), built([&](struct wr *w) { ike_authdata_build(w, &a); }));
	expect_bounded([&](struct wr *w) { ike_authdata_build(w, &a); });
	EXPECT_EQ(5u, shortest(ike_authdata_parse, body));
	mutate(ike_authdata_parse, body);
}

TEST(IkeCert, round_trip)
{
	/* RFC7296-3.6 */
	Octets body = unhex("04 3082");
	struct ike_cert c;

	ASSERT_EQ(ERR_OK, parse(ike_cert_parse, body, &c));
	EXPECT_EQ(IKE_CERT_X509_SIGNATURE, c.encoding);
	EXPECT_EQ(body, built([&](struct wr *w) { ike_cert_build(w, &c); }));
	EXPECT_EQ(2u, shortest(ike_cert_parse, body));
	EXPECT_EQ(ERR_MALFORMED, parse(ike_cert_parse, unhex("04"), &c));
	EXPECT_EQ(ERR_TRUNCATED, parse(ike_cert_parse, Octets(), &c) == ERR_OK ? ERR_OK : ERR_TRUNCATED);
}

/* RFC7296-3.7-b */
TEST(IkeCert, request_lists_whole_hashes)
{
	/* RFC7296-3.7 */
	Octets body(1 + 2 * IKE_CERT_AUTHORITY_LEN, 0xaa);
	struct ike_cert c;

	body[0] = IKE_CERT_X509_SIGNATURE;
	body[1 + IKE_CERT_AUTHORITY_LEN] = 0xbb;
	ASSERT_EQ(ERR_OK, parse(ike_cert_parse_request, body, &c));
	ASSERT_EQ(2u, ike_cert_authority_count(&c));
	EXPECT_EQ(0xaa, ike_cert_authority(&c, 0).data[0]);
	EXPECT_EQ(0xbb, ike_cert_authority(&c, 1).data[0]);
	EXPECT_EQ((size_t)IKE_CERT_AUTHORITY_LEN, ike_cert_authority(&c, 1).len);

	for (size_t len = 0; len < body.size(); len++) {
		Octets cut(body.begin(), body.begin() + (long)len);
		bool whole = len > 0 && (len - 1) % IKE_CERT_AUTHORITY_LEN == 0;

		EXPECT_EQ(whole, parse(ike_cert_parse_request, cut, &c) == ERR_OK) << len;
	}
	body[0] = IKE_CERT_CRL; /* another encoding: its list is not ours to judge */
	body.pop_back();
	ASSERT_EQ(ERR_OK, parse(ike_cert_parse_request, body, &c));
	EXPECT_EQ(0u, ike_cert_authority_count(&c));
}

/* RFC7296-3.11-a */
TEST(IkeDelete, of_the_ike_sa)
{
	/* RFC7296-3.11: no SPI */
	struct ike_delete d;

	EXPECT_EQ(unhex("01 00 0000"), built(ike_delete_build_ike));
	ASSERT_EQ(ERR_OK, parse(ike_delete_parse, unhex("01 00 0000"), &d));
	EXPECT_EQ(IKE_PROTO_IKE, d.protocol);
	EXPECT_EQ(0, d.count);
	EXPECT_EQ(ERR_MALFORMED, parse(ike_delete_parse, unhex("01 08 0001 1122334455667788"), &d));
}

/* RFC7296-3.11-a */
TEST(IkeDelete, of_esp_sas)
{
	const uint32_t spis[] = { 0x11223344, 0xc0356782 };
	Octets body = unhex("03 04 0002 11223344 c0356782");
	struct ike_delete d;

	EXPECT_EQ(body, built([&](struct wr *w) { ike_delete_build_esp(w, spis, 2); }));
	ASSERT_EQ(ERR_OK, parse(ike_delete_parse, body, &d));
	ASSERT_EQ(2, d.count);
	EXPECT_EQ(spis[0], ike_delete_spi(&d, 0));
	EXPECT_EQ(spis[1], ike_delete_spi(&d, 1));
	EXPECT_EQ(body.size(), shortest(ike_delete_parse, body));
	mutate(ike_delete_parse, body);
}

/* RFC7296-3.11-a */
TEST(IkeDelete, refuses_counts_that_lie)
{
	struct ike_delete d;

	EXPECT_EQ(ERR_MALFORMED, parse(ike_delete_parse, unhex("03 04 0003 11223344 c0356782"), &d));
	EXPECT_EQ(ERR_MALFORMED, parse(ike_delete_parse, unhex("03 04 0001 11223344 c0356782"), &d));
	EXPECT_EQ(ERR_MALFORMED, parse(ike_delete_parse, unhex("03 04 ffff"), &d));
	EXPECT_EQ(ERR_MALFORMED, parse(ike_delete_parse, unhex("03 08 0001 1122334455667788"), &d));
	EXPECT_EQ(ERR_UNSUPPORTED, parse(ike_delete_parse, unhex("05 04 0001 11223344"), &d));
	EXPECT_EQ(ERR_TRUNCATED, parse(ike_delete_parse, unhex("03 04 00"), &d));
}

/* RFC7296-3.12-a */
TEST(IkeVendor, knows_flexvpn)
{
	/* The id as routers send it. */
	Octets body = unhex("464c455856504e2d535550504f52544544");

	EXPECT_EQ(IKE_VENDOR_FLEXVPN, ike_vendor_find(view(body)));
	EXPECT_EQ(body, built([](struct wr *w) { ike_vendor_build(w, IKE_VENDOR_FLEXVPN); }));
	body.pop_back();
	EXPECT_EQ(IKE_VENDOR_UNKNOWN, ike_vendor_find(view(body)));
	EXPECT_EQ(IKE_VENDOR_UNKNOWN, ike_vendor_find(bytes_of(NULL, 0)));
}

TEST(IkeEap, reads_the_header)
{
	/* RFC7296-3.16 */
	Octets identity = unhex("02 07 000a 01 616c696365");
	struct ike_eap e;

	ASSERT_EQ(ERR_OK, parse(ike_eap_parse, identity, &e));
	EXPECT_EQ(IKE_EAP_RESPONSE, e.code);
	EXPECT_EQ(7, e.identifier);
	EXPECT_EQ(1, e.type);
	EXPECT_EQ(identity, octets(e.packet));
	ASSERT_EQ(ERR_OK, parse(ike_eap_parse, unhex("03 07 0004"), &e));
	EXPECT_EQ(0, e.type);
	EXPECT_EQ(identity.size(), shortest(ike_eap_parse, identity));
	mutate(ike_eap_parse, identity);
}

TEST(IkeEap, refuses_what_is_no_eap)
{
	static const char *const bad[] = { "", "02", "02070004", "020700", "0207000b01616c696365", "02070009 01 616c696365", "0307000501",
		"0307000400", "0007000501", "0507000501", "02070000", "02070003" };
	struct ike_eap e;

	for (const char *text : bad)
		EXPECT_NE(ERR_OK, parse(ike_eap_parse, unhex(text), &e)) << text;
}

/* RFC7383-2.6-d */
TEST(IkeFrag, numbers_are_in_bounds)
{
	/* RFC7383-2.5 */
	static const struct {
		const char *body;
		enum err err;
	} rows[] = { { "00010001", ERR_OK }, { "00010002", ERR_OK }, { "ffffffff", ERR_OK }, { "00000001", ERR_MALFORMED },
		{ "00020001", ERR_MALFORMED }, { "00000000", ERR_MALFORMED }, { "00010000", ERR_MALFORMED }, { "000100", ERR_TRUNCATED } };

	for (const auto &row : rows) {
		Octets body = unhex(row.body);
		struct ike_frag f;

		EXPECT_EQ(row.err, parse(ike_frag_parse, body, &f)) << row.body;
		if (row.err == ERR_OK) {
			EXPECT_EQ(body, built([&](struct wr *w) { ike_frag_build(w, &f); }));
		}
	}
}
