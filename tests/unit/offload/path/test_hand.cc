#include "fixture.h"

namespace
{

/* Two workers; the first receives everything, the second owns the SAs (or some of them). */
class Hand : public PathTest
{
};

} // namespace

TEST_F(Hand, packets_reach_the_owner_in_order_both_ways)
{
	Options o;

	o.workers = 2;
	start(o);
	db_sa *in = db_sa_find(db, SA_IN), *out = db_sa_find(db, SA_OUT);
	in->owner = 1;
	out->owner = 1;
	Ip back;
	back.src = "10.9.0.1";
	back.dst = "10.0.0.9";
	for (uint64_t i = 1; i <= 100; i++) {
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
		back.id = (uint16_t)i;
		feed(fake[wan], frame(wan_mac, peer_seals(back.bytes(), i)));
	}
	poll();
	expect_no_other_drops();
	ASSERT_EQ(fake[wan].tx.size(), 100u);
	ASSERT_EQ(fake[lan].tx.size(), 100u);
	for (size_t i = 0; i < 100; i++) {
		EXPECT_EQ(seq_of(fake[wan].tx[i]), i + 1);
		EXPECT_EQ(be16(&fake[lan].tx[i][14 + 4]), i + 1);
		EXPECT_EQ(fake[wan].tx[i].size(), fake[wan].tx[0].size());
	}
	EXPECT_EQ(path_worker_count(workers[0], PATH_COUNT_HANDED), 200u);
	EXPECT_EQ(path_worker_count(workers[1], PATH_COUNT_ESP_OUT), 100u);
}

TEST_F(Hand, udp_and_reassembled_packets_are_handed_over_too)
{
	Options o;

	o.workers = 2;
	o.udp = true;
	start(o);
	db_sa_find(db, SA_IN)->owner = 1;
	Ip big;
	big.src = "10.9.0.1";
	big.dst = "10.0.0.9";
	big.payload = Bytes(900, 4);
	Bytes whole = peer_seals(big.bytes(), 1);
	Bytes payload(whole.begin() + 20, whole.end());
	for (size_t off : { 0u, 480u }) {
		Ip piece;

		piece.src = peer;
		piece.dst = own;
		piece.proto = 17;
		piece.frag = (uint16_t)(off / 8 | (off == 0 ? 0x2000u : 0));
		piece.payload = off == 0 ? Bytes(payload.begin(), payload.begin() + 480) : Bytes(payload.begin() + 480, payload.end());
		feed(fake[wan], frame(wan_mac, piece.bytes()));
	}
	feed(fake[wan], frame(wan_mac, peer_seals(big.bytes(), 2)));
	poll();
	expect_no_other_drops();
	EXPECT_EQ(fake[lan].tx.size(), 2u);
}

TEST_F(Hand, a_full_queue_is_counted)
{
	Options o;

	o.workers = 2;
	start(o);
	db_sa_find(db, SA_OUT)->owner = 1;
	for (int i = 0; i < 700; i++) {
		feed(fake[lan], frame(lan_mac, Ip().bytes()));
		path_worker_poll(workers[0], now);
	}
	EXPECT_EQ(drops(PATH_DROP_HAND_OFF), 700u - 511u);
	poll();
	EXPECT_EQ(fake[wan].tx.size(), 511u);
}
