/* Requirements of RFC 7296 that no other test shows, one by one: what is sent is written by hand, or changed on its way. */
#include <set>

#include "by_hand.h"
#include "ike/wire/delete.h"
#include "ike/wire/hdr.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"
#include "ike/wire/proposal.h"

namespace
{

constexpr uint8_t unknown_payload = 200;
constexpr uint16_t unknown_error = 9999, unknown_status = 50000;

struct ike_msg parsed(const Packet &p)
{
	struct ike_msg m = {};

	EXPECT_EQ(ike_msg_parse(bytes_of(p.data.data(), p.data.size()), &m), ERR_OK);
	return m;
}

class Rfc7296 : public ByHand
{
      protected:
	/* Of the spoke, or the hub, in the order of sending; of one exchange. */
	std::vector<Packet> sent_by(const Node &n, uint8_t exchange)
	{
		std::vector<Packet> out;

		for (const Packet &p : sim.sent)
			if (addr_eq(&p.from.addr, &n.addr) && p.data[18] == exchange)
				out.push_back(p);
		return out;
	}
	static void put_notify(struct ike_build &b, uint16_t type, const Octets &data = {})
	{
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), type, view(data));
	}
	/* Marks the payload that is open critical. */
	static void make_critical(struct ike_build &b)
	{
		b.w.buf[b.open_at - 1] = 0x80;
	}
	/* An IKE_SA_INIT of these payloads in clear, as the header says. */
	static Packet clear(const Packet &like, const std::vector<std::pair<uint8_t, struct bytes>> &payloads)
	{
		static uint8_t buf[4096];
		struct ike_hdr hdr = parsed(like).hdr;
		struct ike_build b;
		struct bytes d;
		Packet p = like;

		ike_build_begin(&b, buf, sizeof(buf), &hdr);
		for (const auto &payload : payloads)
			wr_bytes(ike_build_payload(&b, payload.first), payload.second);
		EXPECT_EQ(ike_build_finish(&b, &d), ERR_OK);
		p.data.assign(d.data, d.data + d.len);
		return p;
	}
	/* What the hub answers to 'p' at once; no data: nothing. */
	Packet reply(const Packet &p)
	{
		struct ike_path path = hub.to(spoke);
		size_t before = sim.sent.size();

		hub.w.now_ms = sim.now_ms;
		ike_engine_receive(hub.w.engine, sim.now_ms, &path, view(p.data));
		return sim.sent.size() > before ? sim.sent.back() : Packet{};
	}
	/* The spoke's first message, that nobody received. */
	Packet first_message()
	{
		start();
		sim.record = true;
		hub.dead = true;
		connect(10);
		hub.dead = false;
		return sim.sent.front();
	}
	static uint16_t clear_error(const Packet &p)
	{
		struct ike_msg m = parsed(p);
		struct ike_notify n = {};

		return ike_msg_error(&m, &n) ? n.type : 0;
	}
	struct ike_sa *theirs_sa()
	{
		return static_cast<struct ike_sa *>(slab_get(&hub.w.engine->sas, theirs()->handle));
	}
	/* The hub's answer to the spoke's request under way, written by hand, with one notify. */
	void answer_with(uint8_t exchange, uint16_t type)
	{
		struct ike_path path = spoke.to(hub);
		struct ike_build b;
		struct bytes d;

		ike_seal_begin(hub.w.engine, theirs_sa(), exchange, true, &b);
		put_notify(b, type);
		ASSERT_EQ(ike_seal_end(hub.w.engine, theirs_sa(), &b, &d), ERR_OK);
		spoke.w.now_ms = sim.now_ms;
		ike_engine_receive(spoke.w.engine, sim.now_ms, &path, d);
	}
};

} // namespace

/* ---- order of exchanges ---- */

/* RFC7296-1-a RFC7296-1.4-a */
TEST_F(Rfc7296, exchanges_out_of_order_are_not_taken)
{
	bool held = true;

	start();
	sim.record = true;
	sim.tap = [&](Packet &p) { return !held || p.data[18] != IKE_X_IKE_AUTH; };
	connect(100);
	struct ike_msg first = parsed(sim.sent.front());
	for (unsigned what = 0; what < 3; what++) {
		struct ike_build b;

		begin(b, what == 2 ? IKE_X_CREATE_CHILD_SA : IKE_X_INFORMATIONAL);
		if (what == 1)
			ike_delete_build_ike(ike_build_payload(&b, IKE_P_DELETE));
		for (uint8_t type : { IKE_P_SA, IKE_P_NONCE, IKE_P_KE })
			if (what == 2)
				wr_bytes(ike_build_payload(&b, type), ike_msg_find(&first, type)->body);
		ask(b);
		sa()->window.tx_id--; /* the request under way is still IKE_AUTH's */
		EXPECT_TRUE(answer.empty()) << what;
	}
	held = false;
	sim.run_for(5000);
	expect_up();
}

/* RFC7296-1.4-b */
TEST_F(Rfc7296, an_informational_request_of_any_content_is_answered)
{
	static const uint32_t spi = 0x12345678;
	struct ike_build b;

	up();
	begin(b, IKE_X_INFORMATIONAL);
	ask(b);
	EXPECT_FALSE(answer.empty());
	begin(b, IKE_X_INFORMATIONAL);
	put_notify(b, unknown_status, { 1, 2, 3 });
	ask(b);
	EXPECT_FALSE(answer.empty());
	begin(b, IKE_X_INFORMATIONAL);
	ike_delete_build_esp(ike_build_payload(&b, IKE_P_DELETE), &spi, 1);
	ask(b);
	EXPECT_FALSE(answer.empty());
	EXPECT_EQ(ike_msg_find(&msg, IKE_P_DELETE), nullptr);
	expect_up();
}

/* ---- IKE_SA_INIT ---- */

/* RFC7296-1.2-d RFC7296-3.4-b */
TEST_F(Rfc7296, a_second_attempt_offers_everything_again)
{
	spoke.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31 19 14");
	hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 14");
	start();
	sim.record = true;
	connect();
	std::vector<Packet> requests = sent_by(spoke, IKE_X_IKE_SA_INIT);
	ASSERT_EQ(requests.size(), 2u);
	struct ike_msg first = parsed(requests[0]), second = parsed(requests[1]);
	EXPECT_TRUE(bytes_eq(ike_msg_find(&first, IKE_P_SA)->body, ike_msg_find(&second, IKE_P_SA)->body));
	EXPECT_EQ(second.hdr.message_id, 0u);
	for (const auto &[m, group] : { std::pair(&first, 31), std::pair(&second, 14) }) {
		struct rd r = rd_of(ike_msg_find(m, IKE_P_KE)->body);
		struct ike_ke ke;

		ASSERT_EQ(ike_ke_parse(&r, &ke), ERR_OK);
		EXPECT_EQ(ke.group, group) << "one of the offer";
	}
}

/* RFC7296-2.1-g */
TEST_F(Rfc7296, who_chose_the_same_SPI_is_somebody_else)
{
	struct ike_stats s;

	Packet other = first_message();
	struct ike_msg m = parsed(other);
	size_t nonce = static_cast<size_t>(ike_msg_find(&m, IKE_P_NONCE)->body.data - other.data.data());
	Packet mine = other;
	other.data[nonce] ^= 1;
	Packet to_me = reply(mine), to_other = reply(other);
	ASSERT_FALSE(to_me.data.empty() || to_other.data.empty());
	EXPECT_NE(to_me.data, to_other.data);
	EXPECT_EQ(reply(mine).data, to_me.data) << "the same request again has the same answer";
	ike_engine_stats(hub.w.engine, &s);
	EXPECT_EQ(s.half_open, 2u);
}

/* RFC7296-2.5-m */
TEST_F(Rfc7296, payloads_may_come_in_any_order)
{
	Packet p = first_message();
	struct ike_msg m = parsed(p);
	std::vector<std::pair<uint8_t, struct bytes>> payloads;

	for (unsigned i = m.count; i-- > 0;)
		payloads.emplace_back(m.payload[i].type, m.payload[i].body);
	Packet r = reply(clear(p, payloads));
	ASSERT_FALSE(r.data.empty());
	EXPECT_EQ(clear_error(r), 0);
	m = parsed(r);
	EXPECT_NE(ike_msg_find(&m, IKE_P_KE), nullptr);
}

/* RFC7296-3.3.6-a RFC7296-3.3.6-b */
TEST_F(Rfc7296, what_is_unknown_in_an_offer_is_passed_over)
{
	struct ike_proposals good, list;
	uint8_t buf[1024];
	struct wr w = wr_of(buf, sizeof(buf));

	Packet p = first_message();
	struct ike_msg m = parsed(p);
	struct rd r = rd_of(ike_msg_find(&m, IKE_P_SA)->body);
	ASSERT_EQ(ike_proposal_parse(&r, &good), ERR_OK);
	ike_proposal_init(&list);
	for (unsigned number = 1; number <= 2; number++) {
		ASSERT_EQ(ike_proposal_begin(&list, IKE_PROTO_IKE, 0, 0), ERR_OK);
		if (number == 1) {
			ASSERT_EQ(ike_proposal_add(&list, 99, 1, 0), ERR_OK); /* a type that nobody knows */
		} else {
			ASSERT_EQ(ike_proposal_add(&list, IKE_TRANSFORM_ENCR, 999, 0), ERR_OK); /* and such a cipher */
		}
		for (unsigned i = 0; i < good.item[0].count; i++) {
			const struct ike_transform *t = &good.transform[good.item[0].first + i];

			ASSERT_EQ(ike_proposal_add(&list, t->type, t->id, t->key_bits), ERR_OK);
		}
	}
	ike_proposal_build(&w, &list);
	Packet a = reply(clear(p, { { IKE_P_SA, wr_view(&w) }, { IKE_P_KE, ike_msg_find(&m, IKE_P_KE)->body },
					  { IKE_P_NONCE, ike_msg_find(&m, IKE_P_NONCE)->body } }));
	ASSERT_FALSE(a.data.empty());
	struct ike_msg answer_msg = parsed(a);
	ASSERT_NE(ike_msg_find(&answer_msg, IKE_P_SA), nullptr);
	r = rd_of(ike_msg_find(&answer_msg, IKE_P_SA)->body);
	ASSERT_EQ(ike_proposal_parse(&r, &list), ERR_OK);
	ASSERT_EQ(list.count, 1u);
	EXPECT_EQ(list.item[0].number, 2);
}

/* RFC7296-2.5-h RFC7296-2.5-i */
TEST_F(Rfc7296, an_unknown_critical_payload_is_refused_and_named)
{
	struct ike_notify n = {};
	struct ike_build b;

	up();
	begin(b, IKE_X_INFORMATIONAL);
	wr_u8(ike_build_payload(&b, unknown_payload), 1);
	make_critical(b);
	ask(b);
	ASSERT_FALSE(answer.empty());
	ASSERT_TRUE(ike_msg_notify(&msg, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, &n));
	ASSERT_EQ(n.data.len, 1u);
	EXPECT_EQ(n.data.data[0], unknown_payload);
}

/* RFC7296-2.5-j RFC7296-2.15-e RFC7296-3.2-b */
TEST_F(Rfc7296, an_unknown_payload_is_skipped)
{
	struct ike_build b;

	up();
	begin(b, IKE_X_INFORMATIONAL);
	wr_u8(ike_build_payload(&b, unknown_payload), 1);
	put_notify(b, unknown_status);
	make_critical(b); /* means nothing on what is known */
	ask(b);
	EXPECT_FALSE(answer.empty());
	EXPECT_EQ(error(), 0);
	expect_up();

	/* Whoever adds one on the way is found out, for AUTH covers it. */
	sim.tap = [&](Packet &p) {
		struct ike_msg m = parsed(p);
		std::vector<std::pair<uint8_t, struct bytes>> payloads;

		if (p.data[18] != IKE_X_IKE_SA_INIT || !addr_eq(&p.from.addr, &spoke.addr))
			return true;
		for (unsigned i = 0; i < m.count; i++)
			payloads.emplace_back(m.payload[i].type, m.payload[i].body);
		payloads.emplace_back(unknown_payload, bytes_str("x"));
		p = clear(p, payloads);
		return true;
	};
	connect();
	EXPECT_EQ(mine()->why, IKE_DOWN_AUTH);
}

/* RFC7296-2.5-k RFC7296-3.2-a */
TEST_F(Rfc7296, no_payload_of_ours_is_critical)
{
	struct ike_build b;

	up();
	for (const Packet &p : sim.sent) {
		struct ike_msg m = parsed(p);

		for (unsigned i = 0; i < m.count; i++)
			EXPECT_FALSE(m.payload[i].critical);
	}
	begin(b, IKE_X_INFORMATIONAL);
	ike_delete_build_ike(ike_build_payload(&b, IKE_P_DELETE));
	ask(b);
	for (unsigned i = 0; i < msg.count; i++)
		EXPECT_FALSE(msg.payload[i].critical);
}

/* RFC7296-2.10-c */
TEST_F(Rfc7296, nonces_are_long_enough_for_every_PRF)
{
	spoke.w.set.ike.offer[0] = hub.w.set.ike.offer[0] = world_offer_ike("aes-cbc-256 sha512 31");
	start();
	sim.record = true;
	connect();
	for (size_t i = 0; i < 2; i++) {
		struct ike_msg m = parsed(sim.sent[i]);

		EXPECT_GE(ike_msg_find(&m, IKE_P_NONCE)->body.len, 32u);
	}
}

/* RFC7296-2.23-a */
TEST_F(Rfc7296, both_ends_send_their_NAT_detection)
{
	up();
	for (size_t i = 0; i < 2; i++) {
		struct ike_msg m = parsed(sim.sent[i]);

		EXPECT_TRUE(ike_msg_notify(&m, IKE_N_NAT_DETECTION_SOURCE_IP, nullptr));
		EXPECT_TRUE(ike_msg_notify(&m, IKE_N_NAT_DETECTION_DESTINATION_IP, nullptr));
	}
}

/* RFC7296-2.6-a */
TEST_F(Rfc7296, two_thousand_SAs_have_two_thousand_SPIs)
{
	std::set<uint64_t> spis;

	start();
	sim.record = true;
	hub.dead = true;
	for (int i = 0; i < 2000; i++)
		spoke.initiate(hub);
	sim.run_for(100);
	for (const Packet &p : sim.sent)
		spis.insert(parsed(p).hdr.spi_i);
	EXPECT_EQ(spis.size(), 2000u);
	EXPECT_EQ(spis.count(0), 0u);
}

/* ---- cookies ---- */

/* RFC7296-2.6-f */
TEST_F(Rfc7296, a_cookie_comes_back_first_and_the_rest_is_the_same)
{
	struct ike_engine_config config = {};
	struct ike_notify n;

	config.cookie_always = true;
	start(config);
	sim.record = true;
	connect();
	std::vector<Packet> requests = sent_by(spoke, IKE_X_IKE_SA_INIT);
	ASSERT_EQ(requests.size(), 2u);
	struct ike_msg plain = parsed(requests[0]), with = parsed(requests[1]);
	ASSERT_EQ(with.count, plain.count + 1);
	struct rd r = rd_of(with.payload[0].body);
	ASSERT_EQ(with.payload[0].type, IKE_P_NOTIFY);
	ASSERT_EQ(ike_notify_parse(&r, &n), ERR_OK);
	EXPECT_EQ(n.type, IKE_N_COOKIE);
	for (unsigned i = 0; i < plain.count; i++) {
		EXPECT_EQ(with.payload[i + 1].type, plain.payload[i].type);
		EXPECT_TRUE(bytes_eq(with.payload[i + 1].body, plain.payload[i].body));
	}
	EXPECT_EQ(with.hdr.spi_i, plain.hdr.spi_i);
}

/* RFC7296-2.6-g RFC7296-2.6.1-b */
TEST_F(Rfc7296, a_wrong_cookie_gets_another)
{
	struct ike_engine_config config = {};
	unsigned spoiled = 0;

	config.cookie_always = true;
	hub.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 19");
	spoke.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha256 31 19");
	start(config);
	sim.tap = [&](Packet &p) {
		struct ike_msg m = parsed(p);
		struct ike_notify n;

		/* The cookie that goes along with the second group: this responder wants another for that. */
		if (addr_eq(&p.from.addr, &spoke.addr) && ike_msg_notify(&m, IKE_N_COOKIE, &n) && hub.stat(IKE_STAT_INVALID_KE) == 1 &&
			spoiled++ == 0)
			p.data[static_cast<size_t>(n.data.data - p.data.data())] ^= 1;
		return true;
	};
	connect(5000);
	expect_up();
	EXPECT_EQ(spoiled >= 1, true);
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_BAD), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_SENT), 2u);
}

/* RFC7296-2.6-h */
TEST_F(Rfc7296, cookies_without_end_are_not_followed)
{
	struct ike_engine_config config = {};

	config.cookie_always = true;
	start(config);
	sim.record = true;
	sim.tap = [&](Packet &p) {
		struct ike_msg m = parsed(p);
		struct ike_notify n;

		if (addr_eq(&p.from.addr, &spoke.addr) && ike_msg_notify(&m, IKE_N_COOKIE, &n))
			p.data[static_cast<size_t>(n.data.data - p.data.data())] ^= 1;
		return true;
	};
	connect(300 * 1000);
	EXPECT_TRUE(mine()->over);
	EXPECT_LE(sent_by(spoke, IKE_X_IKE_SA_INIT).size(), 40u);
}

/* ---- retransmission and windows ---- */

/* RFC7296-2.1-a */
TEST_F(Rfc7296, a_response_is_repeated_for_a_repeated_request_alone)
{
	up();
	sim.run_for(600 * 1000);
	std::vector<Packet> responses = sent_by(hub, IKE_X_IKE_AUTH);
	ASSERT_EQ(responses.size(), 1u);
	Packet again = sent_by(spoke, IKE_X_IKE_AUTH).front();
	again.due_ms = sim.now_ms + 1;
	sim.inject(again);
	sim.run_for(600 * 1000);
	responses = sent_by(hub, IKE_X_IKE_AUTH);
	ASSERT_EQ(responses.size(), 2u);
	EXPECT_EQ(responses[0].data, responses[1].data);
}

/* RFC7296-2.4-d */
TEST_F(Rfc7296, the_time_between_repetitions_doubles)
{
	std::vector<uint64_t> at;

	start();
	sim.tap = [&](Packet &) {
		at.push_back(sim.now_ms);
		return false;
	};
	connect(200 * 1000);
	ASSERT_GE(at.size(), 5u);
	for (size_t i = 2; i < at.size(); i++)
		EXPECT_EQ(at[i] - at[i - 1], 2 * (at[i - 1] - at[i - 2]));
}

/* RFC7296-2.3-f */
TEST_F(Rfc7296, a_message_id_outside_the_window_is_met_with_silence)
{
	struct ike_build b;

	up();
	for (uint32_t ahead : { 1u, 5u, 0x80000000u }) {
		uint32_t id = sa()->window.tx_id;

		sa()->window.tx_id += ahead;
		begin(b, IKE_X_INFORMATIONAL);
		ask(b);
		EXPECT_TRUE(answer.empty()) << ahead;
		sa()->window.tx_id = id;
	}
	expect_up();
}

/* RFC7296-2.11-b RFC7296-2.11-c */
TEST_F(Rfc7296, a_response_goes_back_the_way_that_the_request_came)
{
	struct ike_build b;
	struct bytes d;
	struct ike_path path = hub.to(spoke);

	up();
	begin(b, IKE_X_INFORMATIONAL);
	ASSERT_EQ(ike_seal_end(spoke.w.engine, sa(), &b, &d), ERR_OK);
	path.local.port = 4500;
	path.natt = true;
	path.remote.port = 12345;
	hub.w.now_ms = sim.now_ms;
	ike_engine_receive(hub.w.engine, sim.now_ms, &path, d);
	EXPECT_TRUE(addr_port_eq(&sim.sent.back().to, &path.remote));
	EXPECT_TRUE(addr_port_eq(&sim.sent.back().from, &path.local));
}

/* RFC7296-2-a RFC7296-2-b */
TEST_F(Rfc7296, messages_of_three_thousand_octets)
{
	struct ike_build b;

	up();
	for (size_t len : { 1200u, 2900u }) {
		begin(b, IKE_X_INFORMATIONAL);
		put_notify(b, unknown_status, Octets(len, 'x'));
		ask(b);
		EXPECT_FALSE(answer.empty()) << len;
	}
	expect_up();
}

/* ---- what isn't protected ---- */

/* RFC7296-1.5-a */
TEST_F(Rfc7296, an_unprotected_notify_is_never_answered)
{
	up();
	struct ike_hdr hdr = parsed(sim.sent.back()).hdr;
	sim.sent.clear();
	for (unsigned flags : { 0u, unsigned{ IKE_F_INITIATOR }, unsigned{ IKE_F_RESPONSE }, unsigned{ IKE_F_RESPONSE } | IKE_F_INITIATOR })
		for (uint8_t exchange : { IKE_X_IKE_AUTH, IKE_X_CREATE_CHILD_SA, IKE_X_INFORMATIONAL })
			for (uint16_t type :
				{ IKE_N_INVALID_IKE_SPI, IKE_N_INVALID_SPI, IKE_N_AUTHENTICATION_FAILED, IKE_N_INITIAL_CONTACT }) {
				uint8_t buf[128];
				struct ike_build b;
				struct bytes d;
				struct ike_path path = hub.to(spoke);

				hdr.flags = static_cast<uint8_t>(flags);
				hdr.exchange = exchange;
				ike_build_begin(&b, buf, sizeof(buf), &hdr);
				put_notify(b, type, Octets(4, 1));
				ASSERT_EQ(ike_build_finish(&b, &d), ERR_OK);
				ike_engine_receive(hub.w.engine, sim.now_ms, &path, d);
			}
	sim.run_for(1000);
	for (const Packet &p : sim.sent) {
		struct ike_msg m = parsed(p);

		EXPECT_NE(ike_msg_sk(&m), nullptr) << "a probe at most";
	}
	expect_up();
}

/* RFC7296-2.4-c */
TEST_F(Rfc7296, hints_start_probes_at_a_limited_rate)
{
	up();
	struct ike_hdr hdr = parsed(sim.sent.back()).hdr;
	uint8_t buf[128];
	struct ike_build b;
	struct bytes d;

	hdr.flags = IKE_F_INITIATOR | IKE_F_RESPONSE;
	hdr.exchange = IKE_X_INFORMATIONAL;
	ike_build_begin(&b, buf, sizeof(buf), &hdr);
	put_notify(b, IKE_N_INVALID_IKE_SPI);
	ASSERT_EQ(ike_build_finish(&b, &d), ERR_OK);
	for (int i = 0; i < 10000; i++) {
		struct ike_path path = hub.to(spoke);

		hub.w.now_ms = sim.now_ms;
		ike_engine_receive(hub.w.engine, sim.now_ms, &path, d);
		sim.run_for(1);
	}
	EXPECT_LE(hub.stat(IKE_STAT_PROBE), 500u) << "of ten thousand in ten seconds";
	EXPECT_GE(hub.stat(IKE_STAT_PROBE), 1u);
	expect_up();
}

/* RFC7296-2.21.4-a RFC7296-3.1-f */
TEST_F(Rfc7296, a_response_to_nobody_is_met_with_silence)
{
	up();
	for (Packet p : std::vector<Packet>(sim.sent)) {
		if (addr_eq(&p.from.addr, &spoke.addr))
			continue;
		for (size_t i = 0; i < 16; i++)
			p.data[i] = static_cast<uint8_t>(i + 1); /* SPIs of nobody */
		size_t before = sim.sent.size();
		struct ike_path path = hub.to(spoke);
		ike_engine_receive(hub.w.engine, sim.now_ms, &path, view(p.data));
		EXPECT_EQ(sim.sent.size(), before);
	}
}

/* ---- header ---- */

/* RFC7296-3.1-d RFC7296-3.1-e RFC7296-3.1-g RFC7296-3.1-h */
TEST_F(Rfc7296, flags_of_the_header)
{
	struct ike_build b;

	up();
	ike_engine_probe(hub.w.engine, sim.now_ms, theirs()->handle);
	sim.run_for(1000);
	ASSERT_GE(sim.sent.size(), 6u);
	bool request = true;
	for (const Packet &p : sim.sent) {
		bool of_spoke = addr_eq(&p.from.addr, &spoke.addr);

		EXPECT_EQ(p.data[19], (of_spoke ? 0x08 : 0) | (request ? 0 : 0x20));
		request = !request;
	}
	begin(b, IKE_X_INFORMATIONAL);
	b.w.buf[19] |= 0xd7; /* V, and those without a meaning */
	ask(b);
	ASSERT_FALSE(answer.empty());
	EXPECT_EQ(answer[19], 0x20);
}

/* ---- errors ---- */

/* RFC7296-2.21.2-b */
TEST_F(Rfc7296, a_malformed_IKE_AUTH_is_INVALID_SYNTAX)
{
	struct ike_build b;

	start();
	sim.record = true;
	sim.tap = [&](Packet &p) { return p.data[18] != IKE_X_IKE_AUTH; };
	connect(100);
	begin(b, IKE_X_IKE_AUTH);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), bytes_str("what has a nonce lost here?"));
	ask(b);
	EXPECT_EQ(error(), IKE_N_INVALID_SYNTAX);
	EXPECT_EQ(ike_msg_find(&msg, IKE_P_IDR), nullptr);
}

/* RFC7296-2.21.3-a RFC7296-2.21.3-c RFC7296-3.10.1-c */
TEST_F(Rfc7296, a_malformed_request_is_INVALID_SYNTAX_and_the_end)
{
	struct ike_build b;

	up();
	struct slab_handle theirs_was = theirs()->handle;
	begin(b, IKE_X_INFORMATIONAL);
	wr_u32(ike_build_payload(&b, IKE_P_SA), 0);
	ask(b);
	EXPECT_EQ(error(), IKE_N_INVALID_SYNTAX);
	EXPECT_TRUE(world_find(&hub.w, theirs_was)->over);

	/* And who is told so. */
	connect();
	hub.dead = true;
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(10);
	answer_with(IKE_X_INFORMATIONAL, IKE_N_INVALID_SYNTAX);
	sim.run_for(60000);
	EXPECT_TRUE(mine()->over);
}

/* RFC7296-3.10.1-a */
TEST_F(Rfc7296, an_unknown_error_in_a_response_is_a_failure)
{
	struct ike_engine_config config = {};

	config.child_rekey = true;
	start(config);
	connect();
	expect_up();
	hub.dead = true;
	ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
	sim.run_for(10);
	answer_with(IKE_X_CREATE_CHILD_SA, unknown_error);
	EXPECT_EQ(spoke.stat(IKE_STAT_REKEY_REFUSED), 1u);
	EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 0u);
}

/* RFC7296-3.10.1-b */
TEST_F(Rfc7296, unknown_notifies_are_ignored)
{
	struct ike_build b;

	up();
	for (uint16_t type : { unknown_error, unknown_status }) {
		begin(b, IKE_X_INFORMATIONAL);
		put_notify(b, type, { 1 });
		ask(b);
		ASSERT_FALSE(answer.empty()) << type;
		EXPECT_EQ(error(), 0) << type;
	}
	hub.dead = true;
	ike_engine_probe(spoke.w.engine, sim.now_ms, h);
	sim.run_for(10);
	answer_with(IKE_X_INFORMATIONAL, unknown_status);
	EXPECT_TRUE(mine()->up && !mine()->over);
}

/* ---- lifetimes and configuration ---- */

/* RFC7296-2.8-c */
TEST_F(Rfc7296, lifetimes_are_jittered)
{
	std::set<uint64_t> times;

	spoke.w.set.lifetime_s = 3600;
	start();
	for (int i = 0; i < 20; i++) {
		connect(100);
		times.insert(sa()->soft_ms - sa()->up_ms);
	}
	EXPECT_GE(times.size(), 15u);
}

/* RFC7296-2.19-a */
TEST_F(Rfc7296, CP_stands_before_SA)
{
	std::vector<std::vector<uint8_t>> orders;

	spoke.w.set.want.want = IKE_WANT_IP4;
	hub.w.set.reply_given = true;
	start();
	sim.tap = [&](Packet &p) {
		bool of_spoke = addr_eq(&p.from.addr, &spoke.addr);
		Octets data = p.data;

		if (p.data[18] != IKE_X_IKE_AUTH)
			return true;
		struct ike_msg m = of_spoke ? opened(hub.w.engine, hub_sa(), data) : opened(spoke.w.engine, sa(), data);
		orders.emplace_back();
		for (unsigned i = 0; i < m.count; i++)
			if (m.payload[i].type == IKE_P_CP || m.payload[i].type == IKE_P_SA)
				orders.back().push_back(m.payload[i].type);
		return true;
	};
	h = spoke.initiate(hub);
	sim.run_for(1000);
	const std::vector<uint8_t> want = { IKE_P_CP, IKE_P_SA };
	ASSERT_EQ(orders.size(), 2u);
	EXPECT_EQ(orders[0], want);
	EXPECT_EQ(orders[1], want);
}
