/* Narrowing, RFC7296-2.9 and cli.md 3, as a table: what the initiator proposes, what the responder lets be, what is answered. */
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <sys/socket.h>

#include "ike/narrow.h"

namespace
{

/* "10.0.0.0/8", "10.0.0.0/8[6/80-443]", "10.0.0.1-10.0.0.9", separated by blanks. */
struct ike_ts one(const std::string &text)
{
	size_t bracket = text.find('['), dash = text.substr(0, bracket).find('-');
	std::string range = text.substr(0, bracket);
	struct addr_prefix p = {};
	struct ike_ts t = {};

	if (dash == std::string::npos) {
		EXPECT_EQ(addr_parse_prefix(range.c_str(), &p), ERR_OK) << text;
		t = ike_ts_of_prefix(&p);
	} else {
		EXPECT_EQ(addr_parse(range.substr(0, dash).c_str(), &t.start), ERR_OK) << text;
		EXPECT_EQ(addr_parse(range.substr(dash + 1).c_str(), &t.end), ERR_OK) << text;
		t.port_end = IKE_TS_PORT_MAX;
	}
	if (bracket != std::string::npos) {
		unsigned protocol = 0, from = 0, to = IKE_TS_PORT_MAX;

		(void)sscanf(text.c_str() + bracket, "[%u/%u-%u]", &protocol, &from, &to);
		t.protocol = static_cast<uint8_t>(protocol);
		t.port_start = static_cast<uint16_t>(from);
		t.port_end = static_cast<uint16_t>(to);
	}
	return t;
}

struct ike_ts_list several(const std::string &text)
{
	std::istringstream in(text);
	struct ike_ts_list out = {};
	std::string word;

	while (in >> word)
		out.item[out.count++] = one(word);
	return out;
}

std::string text_of(const struct ike_ts_list &l)
{
	char text[IKE_TS_TEXT];
	std::string out;

	for (unsigned i = 0; i < l.count; i++)
		out += (i > 0 ? ", " : "") + std::string(ike_ts_str(&l.item[i], text));
	return out;
}

struct ike_narrow_sides sides(const struct ike_ts_list &local, const struct ike_ts_list &remote)
{
	struct ike_narrow_sides s = {};

	s.local = local.item;
	s.remote = remote.item;
	s.local_count = local.count;
	s.remote_count = remote.count;
	return s;
}

struct Row {
	const char *name;
	const char *tsi, *tsr;           /* proposed */
	const char *ours_i, *ours_r;     /* what the responder lets the initiator's side and its own be */
	const char *answer_i, *answer_r; /* NULL: TS_UNACCEPTABLE */
};

const Row rows[] = {
	/* RFC7296-2.9: "policy allows it to accept the entire set": the same comes back. */
	{ "all", "10.1.0.0/16", "10.2.0.0/16", "0.0.0.0/0", "0.0.0.0/0", "10.1.0.0/16", "10.2.0.0/16" },
	{ "equal", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0" },
	/* "doesn't allow any part": an error. */
	{ "none", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "0.0.0.0/0", nullptr, nullptr },
	{ "none of the responder's side", "10.1.0.0/16", "10.2.0.0/16", "0.0.0.0/0", "10.3.0.0/16", nullptr, nullptr },
	/* A subset, of either side or both. */
	{ "part", "10.0.0.0/8", "0.0.0.0/0", "10.1.0.0/16", "10.2.0.0/16 10.3.0.0/16", "10.1.0.0/16", "10.2.0.0/16, 10.3.0.0/16" },
	{ "ranges", "10.0.0.5-10.0.0.20", "0.0.0.0/0", "10.0.0.10-10.0.0.30", "0.0.0.0/0", "10.0.0.10-10.0.0.20", "0.0.0.0/0" },
	{ "some of several", "10.1.0.0/16 10.2.0.0/16", "0.0.0.0/0", "10.2.0.0/16", "0.0.0.0/0", "10.2.0.0/16", "0.0.0.0/0" },
	/* "the first selectors": the packet that triggers it.  What is allowed stays in front. */
	{ "the first choice is allowed", "10.1.0.9/32[6/4000-4000] 10.1.0.0/16", "10.2.0.9/32[6/80-80] 10.2.0.0/16", "10.1.0.0/24",
		"10.2.0.0/24", "10.1.0.0/24", "10.2.0.0/24" },
	{ "the first choice isn't", "10.9.0.9/32 10.1.0.0/16", "10.2.0.0/16", "10.1.0.0/24", "0.0.0.0/0", "10.1.0.0/24", "10.2.0.0/16" },
	{ "the first choice stays first", "10.1.0.9/32[17/0-65535] 10.3.0.0/16[6/0-65535]", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0",
		"10.1.0.9/32 proto 17, 10.3.0.0/16 proto 6", "0.0.0.0/0" },
	/* Protocols and ports. */
	{ "a protocol of the peer's", "0.0.0.0/0[6/0-65535]", "0.0.0.0/0[6/0-65535]", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0 proto 6",
		"0.0.0.0/0 proto 6" },
	{ "a protocol of ours", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0[17/0-65535]", "0.0.0.0/0[17/53-53]", "0.0.0.0/0 proto 17",
		"0.0.0.0/0 proto 17 port 53-53" },
	{ "other protocols", "0.0.0.0/0[6/0-65535]", "0.0.0.0/0", "0.0.0.0/0[17/0-65535]", "0.0.0.0/0", nullptr, nullptr },
	{ "ports overlap", "0.0.0.0/0", "0.0.0.0/0[6/80-90]", "0.0.0.0/0", "0.0.0.0/0[6/85-100]", "0.0.0.0/0",
		"0.0.0.0/0 proto 6 port 85-90" },
	{ "ports don't", "0.0.0.0/0", "0.0.0.0/0[6/80-90]", "0.0.0.0/0", "0.0.0.0/0[6/91-100]", nullptr, nullptr },
	{ "ICMP type and code", "0.0.0.0/0[1/2048-2048]", "0.0.0.0/0[1/2048-2048]", "0.0.0.0/0", "0.0.0.0/0",
		"0.0.0.0/0 proto 1 port 2048-2048", "0.0.0.0/0 proto 1 port 2048-2048" },
	{ "OPAQUE ports are in ANY", "0.0.0.0/0[6/65535-0]", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0 proto 6 port opaque",
		"0.0.0.0/0" },
	/* Both families in one SA; one without a partner is left out. */
	{ "both families", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", "0.0.0.0/0, ::/0", "0.0.0.0/0, ::/0" },
	{ "one of both", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", "::/0", "::/0", "::/0", "::/0" },
	{ "a family without a partner", "0.0.0.0/0 ::/0", "10.2.0.0/16", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", "0.0.0.0/0", "10.2.0.0/16" },
	{ "families that never meet", "::/0", "10.2.0.0/16", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", nullptr, nullptr },
	{ "a protocol without a partner", "10.0.0.0/8[6/0-65535] 10.0.0.0/8[17/0-65535]", "0.0.0.0/0[17/53-53]", "0.0.0.0/0", "0.0.0.0/0",
		"10.0.0.0/8 proto 17", "0.0.0.0/0 proto 17 port 53-53" },
	/* cli.md 3: GRE meets GRE alone. */
	{ "GRE where we have it", "192.0.2.1/32[47/0-65535]", "192.0.2.2/32[47/0-65535]", "192.0.2.1/32[47/0-65535]",
		"192.0.2.2/32[47/0-65535]", "192.0.2.1/32 proto 47", "192.0.2.2/32 proto 47" },
	{ "GRE where we have IPsec", "192.0.2.1/32[47/0-65535]", "192.0.2.2/32[47/0-65535]", "0.0.0.0/0", "0.0.0.0/0", nullptr, nullptr },
	{ "IPsec where we have GRE", "0.0.0.0/0", "0.0.0.0/0", "192.0.2.1/32[47/0-65535]", "192.0.2.2/32[47/0-65535]", nullptr, nullptr },
	{ "GRE beside others", "192.0.2.1/32[47/0-65535] 10.0.0.0/8", "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/8", "0.0.0.0/0" },
};

class Narrow : public ::testing::TestWithParam<Row>
{
};

} // namespace

/* RFC7296-2.9-a RFC7296-2.9-b RFC7296-2.9-c */
TEST_P(Narrow, RFC7296_2_9)
{
	struct ike_ts_list tsi = several(GetParam().tsi), tsr = several(GetParam().tsr);
	struct ike_ts_list ours_i = several(GetParam().ours_i), ours_r = several(GetParam().ours_r);
	struct ike_narrow_sides ours = sides(ours_r, ours_i), proposed = sides(tsi, tsr);
	struct ike_narrow_result fit = {}, seen = {};
	enum err err = ike_narrow_both(&ours, &tsr, &tsi, &fit);

	SCOPED_TRACE(GetParam().name);
	if (GetParam().answer_i == nullptr) {
		EXPECT_EQ(err, ERR_TS);
		return;
	}
	ASSERT_EQ(err, ERR_OK);
	EXPECT_EQ(text_of(fit.remote), GetParam().answer_i);
	EXPECT_EQ(text_of(fit.local), GetParam().answer_r);
	seen.local = fit.remote;
	seen.remote = fit.local;
	EXPECT_TRUE(ike_narrow_accepts(&proposed, &seen)) << "an initiator takes what it may be answered";
}

INSTANTIATE_TEST_SUITE_P(Rows, Narrow, ::testing::ValuesIn(rows));

TEST(IkeNarrow, an_initiator_refuses_what_is_wider_empty_or_more_than_it_can_install)
{
	struct ike_ts_list local = several("10.1.0.0/16"), remote = several("10.2.0.0/16[6/80-80] 10.3.0.0/16");
	struct ike_narrow_sides ours = sides(local, remote);
	auto accepts = [&](const char *tsi, const char *tsr) {
		struct ike_narrow_result r = {};

		r.local = several(tsi);
		r.remote = several(tsr);
		return ike_narrow_accepts(&ours, &r);
	};

	EXPECT_TRUE(accepts("10.1.0.0/16", "10.3.0.0/16"));
	EXPECT_TRUE(accepts("10.1.1.0/24", "10.2.5.0/24[6/80-80]"));
	EXPECT_FALSE(accepts("10.0.0.0/8", "10.3.0.0/16"));
	EXPECT_FALSE(accepts("10.1.0.0/16", "10.2.0.0/16")) << "all protocols";
	EXPECT_FALSE(accepts("10.1.0.0/16", "10.3.0.0/16 10.4.0.0/16"));
	EXPECT_FALSE(accepts("", "10.3.0.0/16"));
	EXPECT_FALSE(accepts("10.1.0.0/16", ""));
	EXPECT_FALSE(
		accepts("10.1.0.1/32 10.1.0.2/32 10.1.0.3/32 10.1.0.4/32 10.1.0.5/32", "10.3.0.1/32 10.3.0.2/32 10.3.0.3/32 10.3.0.4/32"))
		<< "20 pairs";
}

TEST(IkeNarrow, no_more_than_a_child_holds_and_the_first_choice_among_it)
{
	struct ike_ts_list any = several("0.0.0.0/0"), many = {}, few = several("10.2.0.1/32 10.2.0.2/32 10.2.0.3/32");
	struct ike_narrow_sides ours = sides(any, any);
	struct ike_narrow_result fit = {};

	many.count = 40;
	for (unsigned i = 0; i < many.count; i++) {
		many.item[i].start = many.item[i].end = addr_of_u32(0x0a000000 + 2 * i);
		many.item[i].port_end = IKE_TS_PORT_MAX;
	}
	ASSERT_EQ(ike_narrow_both(&ours, &any, &many, &fit), ERR_OK);
	EXPECT_EQ(fit.remote.count, IKE_TS_COUNT);
	EXPECT_TRUE(ike_ts_eq(&fit.remote.item[0], &many.item[0]));
	ASSERT_EQ(ike_narrow_both(&ours, &few, &many, &fit), ERR_OK);
	EXPECT_EQ(fit.local.count * fit.remote.count, 15) << "16 pairs at most";
	EXPECT_TRUE(ike_ts_eq(&fit.remote.item[0], &many.item[0]));
	EXPECT_TRUE(ike_ts_eq(&fit.local.item[0], &few.item[0]));
	/* The wide one at the end holds the first choice: it isn't what is left out. */
	many.item[39] = any.item[0];
	ASSERT_EQ(ike_narrow_both(&ours, &any, &many, &fit), ERR_OK);
	EXPECT_EQ(text_of(fit.remote), "0.0.0.0/0");
}

TEST(IkeNarrow, an_address_that_was_given_is_all_that_a_plain_peer_has)
{
	struct ike_ts_list any = several("0.0.0.0/0");
	struct ike_narrow_sides ours = sides(any, any);
	struct ike_ts assigned[2];
	struct ike_sa sa = {};

	ike_narrow_to_address(&sa, assigned, &ours);
	EXPECT_EQ(ours.remote, any.item) << "it was given none";
	ASSERT_EQ(addr_parse("10.77.0.1", &sa.assigned_ip4), ERR_OK);
	sa.flexvpn = true;
	ike_narrow_to_address(&sa, assigned, &ours);
	EXPECT_EQ(ours.remote, any.item) << "FLEXVPN-SUPPORTED";
	sa.flexvpn = false;
	ike_narrow_to_address(&sa, assigned, &ours);
	ASSERT_EQ(ours.remote_count, 1);
	EXPECT_TRUE(addr_eq(&ours.remote[0].start, &sa.assigned_ip4));
	EXPECT_TRUE(addr_eq(&ours.remote[0].end, &sa.assigned_ip4));
}

TEST(IkeNarrow, no_selector_at_all_is_none_that_is_acceptable)
{
	struct ike_ts_list any = several("0.0.0.0/0"), none = {};
	struct ike_narrow_sides ours = sides(any, any);
	struct ike_narrow_result fit = {}, empty = {};

	EXPECT_EQ(ike_narrow_both(&ours, &none, &any, &fit), ERR_TS);
	EXPECT_EQ(ike_narrow_both(&ours, &any, &none, &fit), ERR_TS);
	empty.local = any;
	EXPECT_FALSE(ike_narrow_accepts(&ours, &empty));
}
