#include "fixture.h"

/* GRE that no SA protects: R-TUN-09's plain kind, RFC2784, RFC2890, RFC6040-4. */
namespace
{

class Carry : public PathTest
{
      protected:
	enum { PLAIN = 100 };

	/* Tunnel 100 from the LAN's address to a hub on the LAN, beside the protected one. */
	void plain(bool outer6, uint32_t gre_key, uint16_t mtu = 0, uint8_t df = DP_DF_COPY)
	{
		v6 = outer6;
		gre = gre_key;
		ASSERT_EQ(put(PLAIN, mtu, df), ERR_OK);
		route("10.88.0.0/16", DP_ROUTE_TUNNEL, PLAIN);
		route("2001:db8:88::/48", DP_ROUTE_TUNNEL, PLAIN);
	}
	enum err put(uint32_t id, uint16_t mtu = 0, uint8_t df = DP_DF_COPY)
	{
		dp_tunnel t = {};

		t.id = id;
		t.mode = DP_TUNNEL_GRE;
		t.df = df;
		t.mtu = mtu;
		t.has_key = gre != 0;
		t.key = gre;
		t.local = at(mine());
		t.remote = at(other());
		memcpy(t.feature, feature, sizeof(feature));
		return db_tunnel_put(db, &t);
	}
	/* Both outer families, with a key and without. */
	template <typename Body> void each(Body body, bool lossless = true)
	{
		for (unsigned i = 0; i < 4; i++) {
			SCOPED_TRACE(std::string(i & 1 ? "key" : "") + (i & 2 ? " over v6" : ""));
			start();
			plain(i & 2, i & 1 ? 0xdeadbeef : 0);
			body();
			if (lossless)
				expect_no_other_drops();
			stop();
		}
	}
	const char *mine() const
	{
		return v6 ? "2001:db8:1::1" : "10.0.0.1";
	}
	const char *other() const
	{
		return v6 ? "2001:db8:1::9" : "10.0.0.9";
	}
	static Ip passenger(bool six, bool back = false)
	{
		Ip ip;

		ip.src = six ? "2001:db8:1::5" : "10.0.0.5";
		ip.dst = six ? "2001:db8:88::1" : "10.88.0.1";
		if (back)
			std::swap(ip.src, ip.dst);
		return ip;
	}
	Bytes header(bool six, uint32_t with_key) const
	{
		Bytes h = { (uint8_t)(with_key != 0 ? 0x20 : 0), 0, (uint8_t)(six ? 0x86 : 0x08), (uint8_t)(six ? 0xdd : 0) };

		if (with_key != 0)
			h = h + Bytes{ 0xde, 0xad, 0xbe, (uint8_t)with_key };
		return h;
	}
	Ip delivery(const Bytes &body) const
	{
		Ip d;

		d.src = other();
		d.dst = mine();
		d.proto = 47;
		d.payload = body;
		return d;
	}
	void comes(const Ip &d)
	{
		feed(fake[lan], frame(lan_mac, d.bytes()));
		poll();
	}
	size_t head_len() const
	{
		return (v6 ? 40u : 20u) + (gre != 0 ? 8 : 4);
	}
	static Bytes ip_of(const Bytes &f)
	{
		return Bytes(f.begin() + 14, f.end());
	}
	dp_tunnel_stats stats()
	{
		dp_tunnel_stats s;

		db_tunnel_stats(db, db_tunnel_find(db, PLAIN), now, &s);
		return s;
	}
	bool v6 = false;
	uint32_t gre = 0;
};

TEST_F(Carry, R_TUN_09_passengers_go_by_the_route_to_the_other_end)
{
	each([&] {
		for (bool six : { false, true }) {
			Ip ip = passenger(six);

			ip.tos = 0xb9; /* EF, ECT(1) */
			fake[lan].tx.clear();
			feed(fake[lan], frame(lan_mac, ip.bytes()));
			poll();
			ASSERT_EQ(fake[lan].tx.size(), 1u);
			Bytes out = ip_of(fake[lan].tx[0]);
			EXPECT_EQ(Bytes(fake[lan].tx[0].begin(), fake[lan].tx[0].begin() + 6), host_mac);
			EXPECT_EQ(Bytes(out.begin() + (long)head_len(), out.end()), one_hop_on(ip.bytes()));
			Bytes h = header(six, gre);
			EXPECT_EQ(Bytes(out.begin() + (v6 ? 40 : 20), out.begin() + (long)head_len()), h);
			EXPECT_EQ(v6 ? (uint8_t)(be16(out.data()) >> 4) : out[1], 0xb9) << "class and mark go outside";
			EXPECT_EQ(v6 ? out[7] : out[8], 64);
			if (!v6) {
				EXPECT_TRUE(checksum_right(out.data()));
				EXPECT_EQ(be16(out.data() + 6) & 0x4000, six ? 0x4000 : 0) << "DF is copied";
			}
		}
		EXPECT_EQ(stats().out_packets, 2u);
		EXPECT_EQ(stats().mtu, 1500 - head_len());
	});
}

TEST_F(Carry, what_comes_is_the_tunnels_passenger)
{
	each([&] {
		for (bool six : { false, true }) {
			Ip ip = passenger(six, true);
			Ip d = delivery(header(six, gre) + ip.bytes());

			fake[tun].tx.clear();
			ip.dst = six ? "2001:db8:1::1" : "10.255.0.1"; /* the box itself */
			ip.tos = 2;
			d.payload = header(six, gre) + ip.bytes();
			d.tos = 3; /* congestion on the way */
			comes(d);
			ASSERT_EQ(fake[tun].tx.size(), 1u);
			const Bytes &got = fake[tun].tx[0];
			EXPECT_EQ(six ? (be16(got.data()) >> 4) & 3 : got[1] & 3, 3) << "RFC6040-4.2";
		}
		EXPECT_EQ(stats().in_packets, 2u);
		EXPECT_EQ(stats().in_drops, 0u);
	});
}

/* A tunnel's packets are those of its source, destination and key alone; what is nobody's is dropped, and counted. */
TEST_F(Carry, only_its_own_packets_are_the_tunnels)
{
	start();
	plain(false, 0xdeadbeef);
	Ip ip = passenger(false, true), d = delivery(header(false, 0) + ip.bytes());

	comes(d);
	d.payload = header(false, 0xdeadbe11) + ip.bytes();
	comes(d);
	d.payload = header(false, gre) + ip.bytes();
	d.src = "10.0.0.8";
	comes(d);
	d = delivery({ 0xff, 0xff, 8, 0 });
	comes(d);
	EXPECT_EQ(drops(PATH_DROP_GRE_CLEAR), 4u);
	EXPECT_EQ(stats().in_packets, 0u);
	d = delivery(header(false, gre) + ip.bytes());
	comes(d);
	EXPECT_EQ(stats().in_packets, 1u);
	d.dst = "192.0.2.1"; /* another address of the box */
	comes(d);
	EXPECT_EQ(drops(PATH_DROP_GRE_CLEAR), 5u);
	d = delivery(header(false, gre) + Bytes{ 0x45, 0 });
	comes(d);
	EXPECT_EQ(drops(PATH_DROP_MALFORMED), 1u);
	EXPECT_EQ(stats().in_drops, 1u);
}

/* R-TUN-10: in clear for a tunnel that SAs protect, beside a plain one. */
TEST_F(Carry, a_protected_tunnel_takes_nothing_in_clear)
{
	Options o;

	o.gre = o.transport = true;
	start(o);
	plain(false, 0);
	Ip ip = passenger(false, true), d = delivery(header(false, 0) + ip.bytes());
	d.src = peer;
	d.dst = own;
	feed(fake[wan], frame(wan_mac, d.bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_GRE_CLEAR), 1u);
	d = delivery(header(false, 0) + ip.bytes());
	comes(d);
	EXPECT_EQ(stats().in_packets, 1u);
}

/* Clear text doesn't leave a guarded port, nor does it go into a tunnel again. */
TEST_F(Carry, it_stays_off_guarded_ports_and_out_of_tunnels)
{
	start();
	plain(false, 0);
	dp_tunnel t = {};
	ASSERT_TRUE(db_tunnel_get(db, PLAIN, &t));
	t.remote = at("198.51.100.77"); /* by the default route, which is the WAN's */
	ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	feed(fake[lan], frame(lan_mac, passenger(false).bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_TX_UNPROTECTED), 1u);
	t.remote = at("10.9.0.7"); /* by the other tunnel */
	ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	feed(fake[lan], frame(lan_mac, passenger(false).bytes()));
	t.remote = at("10.88.0.7"); /* by itself */
	poll();
	ASSERT_EQ(db_tunnel_put(db, &t), ERR_OK);
	feed(fake[lan], frame(lan_mac, passenger(false).bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_OUTER_ROUTE), 2u);
	EXPECT_TRUE(fake[wan].tx.empty());
	EXPECT_EQ(stats().out_packets, 1u) << "counts go on with another name";
}

TEST_F(Carry, what_doesnt_fit_is_cut_or_answered)
{
	each(
		[&] {
			Ip ip = passenger(false);

			ip.src = "10.0.0.9";
			ip.payload = Bytes(1480, 1);
			feed(fake[lan], frame(lan_mac, ip.bytes()));
			poll();
			EXPECT_EQ(fake[lan].tx.size(), 2u) << "cut before it is carried";
			for (auto &f : fake[lan].tx)
				EXPECT_EQ(f[14] >> 4 == 6 ? f[20] : f[23], 47);
			fake[lan].tx.clear();
			ip.df = true;
			feed(fake[lan], frame(lan_mac, ip.bytes()));
			poll();
			EXPECT_EQ(drops(PATH_DROP_TOO_BIG), 1u);
			ASSERT_EQ(fake[lan].tx.size(), 1u) << "an ICMP error";
			EXPECT_EQ(be16(fake[lan].tx[0].data() + 14 + 26), 1500 - head_len());
		},
		false);
}

/* RFC8200-5: what has 1280 bytes passes a narrower path, its outer packet in two. */
TEST_F(Carry, ipv6_of_1280_bytes_passes)
{
	each([&] {
		Ip ip = passenger(true);

		db->port[lan].mtu = 1290;
		ip.payload = Bytes(1240, 7);
		feed(fake[lan], frame(lan_mac, ip.bytes()));
		poll();
		ASSERT_EQ(fake[lan].tx.size(), 2u);
		EXPECT_LE(fake[lan].tx[0].size(), 14u + 1290);
		Bytes one = ip_of(fake[lan].tx[0]), two = ip_of(fake[lan].tx[1]);
		if (v6)
			EXPECT_EQ(one[6], 44);
		else
			EXPECT_EQ(be16(one.data() + 6) & 0x2000, 0x2000);
		/* And is put together at the other end. */
		for (Bytes *f : { &two, &one }) {
			size_t at_src = v6 ? 8 : 12, n = v6 ? 16 : 4;

			for (size_t i = 0; i < n; i++)
				std::swap((*f)[at_src + i], (*f)[at_src + n + i]);
			feed(fake[lan], frame(lan_mac, *f));
		}
		poll();
		EXPECT_EQ(stats().in_packets, 1u);
	});
}

TEST_F(Carry, names_are_one_tunnels_and_what_is_counted_stays)
{
	start();
	plain(false, 0);
	EXPECT_EQ(put(101), ERR_EXISTS);
	gre = 5;
	EXPECT_EQ(put(101), ERR_OK);
	EXPECT_EQ(put(PLAIN), ERR_EXISTS);
	gre = 6;
	comes(delivery(header(false, 0) + passenger(false, true).bytes()));
	EXPECT_EQ(stats().in_packets, 1u);
	EXPECT_EQ(put(PLAIN), ERR_OK);
	poll();
	EXPECT_EQ(stats().in_packets, 1u);
	db_sa *sa;
	dp_sa s = sa_conf(99, DP_OUT, 0xc0ffee02, PLAIN);
	EXPECT_EQ(db_sa_prepare(db, &s, &sa), ERR_UNSUPPORTED);
	secret_fini(&s.key);
	secret_fini(&s.integ_key);
	EXPECT_EQ(db_tunnel_del(db, 101), ERR_OK);
	gre = 5;
	EXPECT_EQ(put(PLAIN), ERR_OK);
}

/* Its features are those of any tunnel. */
TEST_F(Carry, R_SYS_08_lists_of_the_tunnel_and_of_the_port_both_count)
{
	start();
	plain(false, 0);
	put_filter(1, { dp_line() }); /* denies all */
	feature[DP_V4].filter[DP_IN] = 1;
	ASSERT_EQ(put(PLAIN), ERR_OK);
	comes(delivery(header(false, 0) + passenger(false, true).bytes()));
	EXPECT_EQ(drops(PATH_DROP_ACL_IN), 1u);
	EXPECT_EQ(stats().in_drops, 1u);
	feature[DP_V4].filter[DP_IN] = 0;
	ASSERT_EQ(put(PLAIN), ERR_OK);
	dp_feature port = {};
	port.filter[DP_OUT] = 1;
	gate_port(lan, port);
	feed(fake[lan], frame(lan_mac, passenger(false).bytes()));
	poll();
	EXPECT_EQ(drops(PATH_DROP_ACL_OUT), 1u);
}

} // namespace
