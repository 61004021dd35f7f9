#include "wire.h"

#include "ike/wire/id.h"

static enum err parse_id(uint8_t type, const Octets &data, struct ike_id *out)
{
	static Octets body; /* what 'out' borrows from */

	body = { type, 0xff, 0xff, 0xff };
	body.insert(body.end(), data.begin(), data.end());
	return parse(ike_id_parse, body, out);
}

static Octets text(const char *s)
{
	return Octets(s, s + strlen(s));
}

/* R-IKE-05: address, FQDN, e-mail, DN; R-IKE-09: key id.  RFC7296-3.5 */
TEST(IkeId, R_IKE_05_types_and_values)
{
	static const struct {
		uint8_t type;
		Octets data;
		enum err err;
	} rows[] = {
		{ IKE_ID_IPV4, unhex("c6120002"), ERR_OK },
		{ IKE_ID_IPV4, unhex("c61200"), ERR_MALFORMED },
		{ IKE_ID_IPV4, unhex("c612000200"), ERR_MALFORMED },
		{ IKE_ID_IPV4, {}, ERR_MALFORMED },
		{ IKE_ID_IPV6, Octets(16, 0x20), ERR_OK },
		{ IKE_ID_IPV6, Octets(15, 0x20), ERR_MALFORMED },
		{ IKE_ID_IPV6, Octets(4, 0x20), ERR_MALFORMED },
		{ IKE_ID_FQDN, text("hub.lab"), ERR_OK },
		{ IKE_ID_FQDN, {}, ERR_MALFORMED },
		{ IKE_ID_FQDN, unhex("68756200"), ERR_MALFORMED },           /* NUL at the end */
		{ IKE_ID_FQDN, unhex("687562 00 2e6c6162"), ERR_MALFORMED }, /* NUL inside */
		{ IKE_ID_FQDN, text("hub lab"), ERR_MALFORMED },
		{ IKE_ID_FQDN, text("hub\nlab"), ERR_MALFORMED },
		{ IKE_ID_FQDN, unhex("687562c3a4"), ERR_MALFORMED }, /* not ASCII */
		{ IKE_ID_FQDN, unhex("6875627f"), ERR_MALFORMED },   /* DEL */
		{ IKE_ID_EMAIL, text("s1@psk.lab"), ERR_OK },
		{ IKE_ID_EMAIL, text("s1"), ERR_MALFORMED },
		{ IKE_ID_EMAIL, text("@psk.lab"), ERR_MALFORMED },
		{ IKE_ID_EMAIL, text("s1@"), ERR_MALFORMED },
		{ IKE_ID_EMAIL, text("s 1@psk.lab"), ERR_MALFORMED },
		{ IKE_ID_DN, unhex("3003 310100"), ERR_OK },
		{ IKE_ID_DN, unhex("3000"), ERR_OK },
		{ IKE_ID_DN, unhex("308103 310100"), ERR_OK },        /* long form */
		{ IKE_ID_DN, unhex("3003 3101"), ERR_MALFORMED },     /* cut */
		{ IKE_ID_DN, unhex("3003 31010000"), ERR_MALFORMED }, /* trailing byte */
		{ IKE_ID_DN, unhex("3103 310100"), ERR_MALFORMED },   /* a SET */
		{ IKE_ID_DN, unhex("3080 0000"), ERR_MALFORMED },     /* indefinite */
		{ IKE_ID_DN, unhex("3084 00000003 310100"), ERR_MALFORMED },
		{ IKE_ID_DN, unhex("3082 00"), ERR_MALFORMED },
		{ IKE_ID_DN, unhex("30"), ERR_MALFORMED },
		{ IKE_ID_DN, {}, ERR_MALFORMED },
		{ IKE_ID_KEY_ID, unhex("00ff10"), ERR_OK },
		{ IKE_ID_KEY_ID, {}, ERR_MALFORMED },
		{ IKE_ID_KEY_ID, Octets(IKE_ID_MAX, 'k'), ERR_OK },
		{ IKE_ID_KEY_ID, Octets(IKE_ID_MAX + 1, 'k'), ERR_RANGE }, /* bound */
		{ IKE_ID_GN, unhex("3000"), ERR_UNSUPPORTED },
		{ 0, unhex("00"), ERR_UNSUPPORTED },
		{ 200, unhex("00"), ERR_UNSUPPORTED },
	};

	for (const auto &row : rows) {
		struct ike_id id;

		ASSERT_EQ(row.err, parse_id(row.type, row.data, &id)) << (int)row.type << " #" << &row - rows;
		if (row.err != ERR_OK)
			continue;
		EXPECT_EQ(row.type, id.type);
		EXPECT_EQ(row.data, octets(id.data));
		Octets body = { row.type, 0, 0, 0 };
		body.insert(body.end(), row.data.begin(), row.data.end());
		EXPECT_EQ(body, built([&](struct wr *w) { ike_id_build(w, &id); }));
		expect_bounded([&](struct wr *w) { ike_id_build(w, &id); });
	}
}

TEST(IkeId, cut_at_every_offset)
{
	Octets body = unhex("01 000000 c6120002");
	struct ike_id id;

	EXPECT_EQ(body.size(), shortest(ike_id_parse, body));
	EXPECT_EQ(ERR_TRUNCATED, parse(ike_id_parse, unhex("01 0000"), &id));
	mutate(ike_id_parse, unhex("09 000000 3003 310100"));
	mutate(ike_id_parse, unhex("03 000000 734031"));
}

TEST(IkeId, equality)
{
	Octets upper = text("HUB.lab"), lower = text("hub.LAB"), longer = text("hub.lab.");
	struct ike_id a = { IKE_ID_FQDN, view(upper) };
	struct ike_id b = { IKE_ID_FQDN, view(lower) };
	struct ike_id c = { IKE_ID_FQDN, view(longer) };

	EXPECT_TRUE(ike_id_eq(&a, &b));
	EXPECT_FALSE(ike_id_eq(&a, &c));
	a.type = b.type = IKE_ID_KEY_ID; /* opaque bytes: case counts */
	EXPECT_FALSE(ike_id_eq(&a, &b));
	b = a;
	EXPECT_TRUE(ike_id_eq(&a, &b));
	b.type = IKE_ID_FQDN;
	EXPECT_FALSE(ike_id_eq(&a, &b));
}

TEST(IkeId, texts)
{
	static const struct {
		uint8_t type;
		Octets data;
		const char *text;
	} rows[] = {
		{ IKE_ID_IPV4, unhex("c6120002"), "198.18.0.2" },
		{ IKE_ID_IPV6, unhex("20010db8000000000000000000000001"), "2001:db8::1" },
		{ IKE_ID_FQDN, text("hub.lab"), "hub.lab" },
		{ IKE_ID_EMAIL, text("s1@psk.lab"), "s1@psk.lab" },
		{ IKE_ID_DN, unhex("3000"), "3000" },
		{ IKE_ID_KEY_ID, text("branch-7"), "branch-7" },
		{ IKE_ID_KEY_ID, unhex("00ff"), "00ff" },
	};

	for (const auto &row : rows) {
		struct ike_id id = { row.type, view(row.data) };
		char out[IKE_ID_TEXT];

		EXPECT_STREQ(row.text, ike_id_str(&id, out, sizeof(out)));
	}
	Octets longest(IKE_ID_MAX, 0);
	struct ike_id id = { IKE_ID_KEY_ID, view(longest) };
	char all[IKE_ID_TEXT], cut[5];

	EXPECT_EQ((size_t)IKE_ID_TEXT - 1, strlen(ike_id_str(&id, all, sizeof(all))));
	EXPECT_EQ(sizeof(cut) - 1, strlen(ike_id_str(&id, cut, sizeof(cut))));
}

TEST(IkeId, of_addresses)
{
	struct addr a;
	struct ike_id id;

	ASSERT_EQ(ERR_OK, addr_parse("192.0.2.1", &a));
	id = ike_id_of_addr(&a);
	EXPECT_EQ(IKE_ID_IPV4, id.type);
	EXPECT_EQ(ERR_OK, ike_id_check(&id));
	ASSERT_EQ(ERR_OK, addr_parse("2001:db8::1", &a));
	id = ike_id_of_addr(&a);
	EXPECT_EQ(IKE_ID_IPV6, id.type);
	EXPECT_EQ(ERR_OK, ike_id_check(&id));
}
