/* What is fetched by URL: bundles, the shelf that keeps it, and where a stranger's URL may lead (RFC7296-3.6). */
#include <gtest/gtest.h>

#include "forge.h"
#include "pki/bundle.h"
#include "pki/shelf.h"
#include "pki/where.h"

namespace
{

using Octets = std::vector<uint8_t>;

Octets tlv(uint8_t tag, const Octets &content)
{
	Octets out = { tag };

	if (content.size() > 255) {
		out.push_back(0x82);
		out.push_back(static_cast<uint8_t>(content.size() >> 8));
	} else if (content.size() > 127) {
		out.push_back(0x81);
	}
	out.push_back(static_cast<uint8_t>(content.size()));
	out.insert(out.end(), content.begin(), content.end());
	return out;
}

Octets operator+(Octets a, const Octets &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

struct bytes view(const Octets &o)
{
	return bytes_of(o.data(), o.size());
}

class Bundle : public ::testing::Test
{
      protected:
	struct bytes cert[PKI_CHAIN_MAX];
	unsigned count = 0;

	enum err parse(const Octets &o)
	{
		return pki_bundle_parse(view(o), cert, &count);
	}
};

bool admits(const std::string &url, const std::vector<const char *> &from = {})
{
	char out[PKI_URL_MAX];

	return pki_where_admits(bytes_str(url.c_str()), from.data(), static_cast<unsigned>(from.size()), out) && url == out;
}

} // namespace

TEST_F(Bundle, RFC7296_3_6_certificates_in_their_order_and_no_CRL)
{
	forge::Forge f;

	f.issue("root", { .issuer = "", .subject = { { "CN", "root" } }, .ca = true });
	f.issue("leaf", { .issuer = "root", .subject = { { "CN", "leaf" } } });
	Octets leaf = f.der("leaf"), root = f.der("root");

	const Octets bundle = tlv(0x30, tlv(0xa0, leaf) + tlv(0xa1, f.crl_der("root", { "leaf" })) + tlv(0xa0, root));

	ASSERT_EQ(parse(bundle), ERR_OK);
	ASSERT_EQ(count, 2u);
	EXPECT_TRUE(bytes_eq(cert[0], view(leaf)));
	EXPECT_TRUE(bytes_eq(cert[1], view(root)));
}

TEST_F(Bundle, RFC7296_3_6_what_is_none)
{
	const Octets item = tlv(0xa0, tlv(0x30, { 5, 0 }));

	EXPECT_EQ(parse({}), ERR_MALFORMED);
	EXPECT_EQ(parse(tlv(0x30, {})), ERR_OK) << "an empty one is a bundle; nothing can be built of it";
	EXPECT_EQ(count, 0u);
	EXPECT_EQ(parse(tlv(0x30, item)), ERR_OK);
	EXPECT_EQ(parse(item), ERR_MALFORMED) << "no sequence";
	EXPECT_EQ(parse(tlv(0x31, item)), ERR_MALFORMED);
	EXPECT_EQ(parse(tlv(0x30, item) + Octets{ 0 }), ERR_MALFORMED) << "something behind it";
	EXPECT_EQ(parse(tlv(0x30, tlv(0xa2, tlv(0x30, {})))), ERR_MALFORMED) << "a choice that isn't";
	EXPECT_EQ(parse(tlv(0x30, tlv(0x30, {}))), ERR_MALFORMED) << "without its tag";
	EXPECT_EQ(parse(tlv(0x30, tlv(0xa0, tlv(0x04, { 1 })))), ERR_MALFORMED) << "no certificate";
	EXPECT_EQ(parse(tlv(0x30, tlv(0xa0, tlv(0x30, {}) + Octets{ 5, 0 }))), ERR_MALFORMED) << "two in one";
	EXPECT_EQ(parse(Octets{ 0x30, 0x80 } + item + Octets{ 0, 0 }), ERR_MALFORMED) << "of unknown length";
	EXPECT_EQ(parse({ 0x30, 5, 0xa0, 2 }), ERR_MALFORMED) << "truncated";
	EXPECT_EQ(parse(Octets(PKI_BUNDLE_MAX + 1, 0x30)), ERR_RANGE);
}

TEST_F(Bundle, RFC7296_3_6_as_many_as_a_chain_has)
{
	Octets items;

	for (unsigned i = 0; i < PKI_CHAIN_MAX; i++)
		items = items + tlv(0xa0, tlv(0x30, {}));
	EXPECT_EQ(parse(tlv(0x30, items)), ERR_OK);
	EXPECT_EQ(count, static_cast<unsigned>(PKI_CHAIN_MAX));
	EXPECT_EQ(parse(tlv(0x30, items + tlv(0xa0, tlv(0x30, {})))), ERR_LIMIT);
}

TEST(Shelf, the_oldest_gives_way)
{
	struct pki_shelf *s = nullptr;
	Octets content(PKI_SHELF_BYTES / 4, 1);
	auto hash = [](unsigned n) { return Octets(PKI_SHELF_HASH, static_cast<uint8_t>(n)); };

	ASSERT_EQ(pki_shelf_new(&s), ERR_OK);
	for (unsigned n = 1; n <= 4; n++)
		ASSERT_EQ(pki_shelf_put(s, view(hash(n)), view(content)), ERR_OK);
	EXPECT_EQ(pki_shelf_get(s, view(hash(1))).len, content.size());
	ASSERT_EQ(pki_shelf_put(s, view(hash(4)), view(content)), ERR_OK) << "it is there";
	EXPECT_NE(pki_shelf_get(s, view(hash(1))).len, 0u);
	ASSERT_EQ(pki_shelf_put(s, view(hash(5)), view({ 7 })), ERR_OK);
	EXPECT_EQ(pki_shelf_get(s, view(hash(1))).len, 0u) << "by bytes";
	EXPECT_EQ(pki_shelf_get(s, view(hash(5))).data[0], 7);
	for (unsigned n = 0; n < PKI_SHELF_ROWS; n++) {
		Octets h(PKI_SHELF_HASH, 0xff);

		h[0] = static_cast<uint8_t>(n);
		h[1] = static_cast<uint8_t>(n >> 8);
		ASSERT_EQ(pki_shelf_put(s, view(h), view({ 1 })), ERR_OK);
	}
	EXPECT_EQ(pki_shelf_get(s, view(hash(5))).len, 0u) << "by rows";
	EXPECT_EQ(pki_shelf_put(s, view(Octets(3, 0)), view({ 1 })), ERR_RANGE);
	EXPECT_EQ(pki_shelf_put(s, view(hash(9)), view({})), ERR_RANGE);
	EXPECT_EQ(pki_shelf_put(s, view(hash(9)), view(Octets(PKI_SHELF_BYTES + 1))), ERR_RANGE);
	pki_shelf_free(s);
}

TEST(Where, RFC7296_5_a_strangers_url_does_not_lead_to_the_box)
{
	EXPECT_TRUE(admits("http://pki.example.net/spoke1.der"));
	EXPECT_TRUE(admits("HTTP://pki.example.net:8080/"));
	EXPECT_TRUE(admits("http://192.0.2.80/a?b=c"));
	EXPECT_TRUE(admits("http://[2001:db8::80]:81/a"));
	EXPECT_TRUE(admits("http://10.0.0.1/a")) << "a CA may well be on a private network";
	for (const char *url : { "", "http://", "http:///a", "https://pki.example.net/", "ftp://pki.example.net/", "file:///etc/passwd",
		     "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
		     "http://localhost/", "http://LocalHost.:80/", "http://a.localhost/", "http://0.0.0.0/", "http://169.254.169.254/meta",
		     "http://224.0.0.1/", "http://255.255.255.255/", "http://[::1]/", "http://[::]/", "http://[fe80::1]/",
		     "http://[::ffff:127.0.0.1]/", "http://[ff02::1]/", "http://[::1", "http://[fe80::1%25eth0]/",
		     "http://pki.example.net@127.0.0.1/", "http://a b/", "http://a/\r\nHost: b", "http://a/\x80", "http://a\\@b/" })
		EXPECT_FALSE(admits(url)) << url;
	EXPECT_FALSE(admits("http://a/" + std::string(PKI_URL_MAX, 'a')));
}

TEST(Where, RFC7296_5_from_where_the_operator_allows)
{
	const std::vector<const char *> from = { "http://pki.example.net/", "http://192.0.2.80:8080/certs/" };

	EXPECT_TRUE(admits("http://pki.example.net/spoke1.der", from));
	EXPECT_TRUE(admits("http://192.0.2.80:8080/certs/a", from));
	EXPECT_FALSE(admits("http://192.0.2.80:8080/other", from));
	EXPECT_FALSE(admits("http://192.0.2.80/certs/a", from));
	EXPECT_FALSE(admits("http://pki.example.net.evil.example/a", from));
	EXPECT_FALSE(admits("http://pki.example.net:81/a", from));
}
