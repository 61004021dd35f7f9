#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "db/port.h"
#include "engine/engine.h"
#include "engine/select.h"
#include "engine/soft.h"
#include "oracle.h"

namespace
{

enum { HEADER = 8 };

/* An engine and SAs of one suite without tables around them. */
class Soft : public testing::TestWithParam<EspSuite>
{
      protected:
	struct Sa {
		db_sa sa = {};
		dp_sa conf = {};
		db_state_in in = {};
		db_state_out out = {};
		std::vector<uint8_t> key, integ;
	};

	void SetUp() override
	{
		uint8_t seed[32];

		memset(seed, 7, sizeof(seed));
		ASSERT_EQ(engine_new(&engine, 2, 64, seed), ERR_OK);
		lcore = engine_lcore_of(engine, 0);
	}
	void TearDown() override
	{
		for (auto &s : sas) {
			EXPECT_EQ(engine_drop(engine, &s->sa), ERR_OK);
			db_sa_conf_free(s->sa.conf);
			secret_fini(&s->conf.key);
			secret_fini(&s->conf.integ_key);
		}
		engine_free(engine);
	}
	Sa &make(dp_direction direction, bool esn, uint8_t salt)
	{
		const EspSuite &p = GetParam();
		engine_wish wish = {};
		sas.push_back(std::make_unique<Sa>());
		Sa &s = *sas.back();

		for (unsigned i = 0; i < p.key_len; i++)
			s.key.push_back((uint8_t)(i * 7 + salt));
		for (unsigned i = 0; i < p.integ_len; i++)
			s.integ.push_back((uint8_t)(i * 11 + salt));
		s.conf.direction = (uint8_t)direction;
		s.conf.cipher = (uint8_t)p.cipher;
		s.conf.integ = (uint8_t)p.integ;
		s.conf.esn = esn;
		EXPECT_EQ(secret_set(&s.conf.key, bytes_of(s.key.data(), s.key.size())), ERR_OK);
		EXPECT_EQ(secret_set(&s.conf.integ_key, bytes_of(s.integ.data(), s.integ.size())), ERR_OK);
		s.sa.conf = db_sa_conf_new(&s.conf);
		s.sa.direction = (uint8_t)direction;
		s.sa.flags = esn ? DB_SA_ESN : 0;
		wish.port = DB_PORT_NONE;
		EXPECT_EQ(engine_select(engine, &s.sa, &wish), ERR_OK);
		EXPECT_EQ(s.sa.placement, DP_PLACE_SOFT);
		EXPECT_EQ(s.sa.reason, DP_WHY_POLICY);
		EXPECT_EQ(s.sa.iv_len, p.iv_len);
		EXPECT_EQ(s.sa.icv_len, p.icv_len);
		EXPECT_EQ(s.sa.align, p.align);
		return s;
	}
	/* ESP header, room for the IV, 'len' bytes of noise, room for the ICV. */
	std::vector<uint8_t> packet(unsigned len, uint64_t seq)
	{
		std::vector<uint8_t> p(HEADER + GetParam().iv_len + len + GetParam().icv_len);

		for (auto &b : p)
			b = (uint8_t)rnd();
		for (int i = 0; i < 4; i++)
			p[4 + i] = (uint8_t)(seq >> (24 - 8 * i));
		return p;
	}
	engine_op op(Sa &s, std::vector<uint8_t> &p, uint64_t seq)
	{
		engine_op o = {};

		o.esp = p.data();
		o.session = s.sa.session;
		o.seq = seq;
		o.len = (uint32_t)p.size();
		return o;
	}
	static std::string name(const testing::TestParamInfo<EspSuite> &info)
	{
		std::string n = info.param.name;

		std::replace(n.begin(), n.end(), '-', '_');
		return n;
	}
	struct engine *engine = nullptr;
	engine_lcore *lcore = nullptr;
	std::vector<std::unique_ptr<Sa>> sas;
	std::mt19937 rnd{ 1 };
	friend std::string suite_name(const testing::TestParamInfo<EspSuite> &);
};

std::string suite_name(const testing::TestParamInfo<EspSuite> &info)
{
	return Soft::name(info);
}

} // namespace

/* Every size of encrypted part up to 1500 bytes, with and without ESN, against OpenSSL both ways. */
TEST_P(Soft, every_size_opens_and_seals_as_openssl_does)
{
	const EspSuite &p = GetParam();

	for (bool esn : { false, true }) {
		Sa &out = make(DP_OUT, esn, 1), &in = make(DP_IN, esn, 1);

		for (unsigned len = p.align; len <= 1504; len += p.align) {
			uint64_t seq = esn ? UINT64_C(0x1234500000000) + len : len;
			auto clear = packet(len, seq);
			auto ours = clear, theirs = clear;
			engine_op o = op(out, ours, seq);

			out.sa.engine->encrypt(lcore, &o, 1);
			ASSERT_TRUE(o.ok);
			memcpy(theirs.data() + HEADER, ours.data() + HEADER, p.iv_len);
			esp_oracle_seal(p, out.key, out.integ, esn, seq, theirs);
			ASSERT_EQ(ours, theirs) << len;
			o = op(in, theirs, seq);
			in.sa.engine->decrypt(lcore, &o, 1);
			ASSERT_TRUE(o.ok) << len;
			ASSERT_TRUE(
				std::equal(clear.begin() + HEADER + p.iv_len, clear.end() - p.icv_len, theirs.begin() + HEADER + p.iv_len))
				<< len;
			ASSERT_TRUE(esp_oracle_open(p, out.key, out.integ, esn, seq, ours)) << len;
		}
	}
}

/* A burst of several SAs and lengths gives what each packet alone would. */
TEST_P(Soft, bursts_across_sas_keep_packets_apart)
{
	const EspSuite &p = GetParam();
	std::vector<Sa *> outs, ins;
	std::vector<std::vector<uint8_t>> packets, clear;
	engine_op ops[ENGINE_BURST];

	for (uint8_t i = 0; i < 5; i++) {
		outs.push_back(&make(DP_OUT, i == 2, i));
		ins.push_back(&make(DP_IN, i == 2, i));
	}
	for (unsigned i = 0; i < ENGINE_BURST; i++) {
		packets.push_back(packet(p.align * (1 + (i * 37) % 60), i + 1));
		clear.push_back(packets.back());
	}
	for (unsigned i = 0; i < ENGINE_BURST; i++)
		ops[i] = op(*outs[i % 5], packets[i], i + 1);
	outs[0]->sa.engine->encrypt(lcore, ops, ENGINE_BURST);
	for (unsigned i = 0; i < ENGINE_BURST; i++) {
		auto copy = packets[i];

		EXPECT_TRUE(ops[i].ok);
		EXPECT_TRUE(esp_oracle_open(p, outs[i % 5]->key, outs[i % 5]->integ, i % 5 == 2, i + 1, copy));
		packets[i][packets[i].size() / 2] ^= i % 7 == 0 ? 0x10 : 0; /* some are broken on the way */
		ops[i] = op(*ins[i % 5], packets[i], i + 1);
	}
	ins[0]->sa.engine->decrypt(lcore, ops, ENGINE_BURST);
	for (unsigned i = 0; i < ENGINE_BURST; i++) {
		EXPECT_EQ(ops[i].ok, i % 7 != 0) << i;
		if (ops[i].ok) {
			EXPECT_TRUE(std::equal(
				clear[i].begin() + HEADER + p.iv_len, clear[i].end() - p.icv_len, packets[i].begin() + HEADER + p.iv_len));
		}
	}
}

TEST_P(Soft, every_flipped_bit_is_found)
{
	const EspSuite &p = GetParam();
	Sa &out = make(DP_OUT, false, 1), &in = make(DP_IN, false, 1);
	auto good = packet(p.align * 4, 9);
	engine_op o = op(out, good, 9);

	out.sa.engine->encrypt(lcore, &o, 1);
	for (unsigned bit = 0; bit < good.size() * 8; bit++) {
		auto bad = good;

		bad[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		o = op(in, bad, 9);
		if (bit / 8 >= 4 && bit / 8 < 8)
			continue; /* the number: the path passes it along with the header */
		in.sa.engine->decrypt(lcore, &o, 1);
		EXPECT_FALSE(o.ok) << "bit " << bit;
	}
}

TEST_P(Soft, ivs_never_repeat)
{
	const EspSuite &p = GetParam();
	std::set<std::vector<uint8_t>> seen;

	if (p.iv_len == 0)
		return;
	for (uint32_t worker = 0; worker < 2; worker++) {
		Sa &out = make(DP_OUT, false, 1);

		for (uint64_t seq = 1; seq <= 500; seq++) {
			uint64_t number = seq + 1000 * worker;
			auto pkt = packet(p.align, number);
			engine_op o = op(out, pkt, number);

			out.sa.engine->encrypt(engine_lcore_of(engine, worker), &o, 1);
			std::vector<uint8_t> iv(pkt.begin() + HEADER, pkt.begin() + HEADER + p.iv_len);
			EXPECT_TRUE(seen.insert(iv).second);
			if (p.integ == DP_INTEG_NONE) {
				uint64_t as_number = 0;

				for (uint8_t b : iv)
					as_number = as_number << 8 | b;
				EXPECT_EQ(as_number, number) << "an AEAD's IV is the number";
			}
		}
	}
}

INSTANTIATE_TEST_SUITE_P(Suites, Soft, testing::ValuesIn(esp_suites), suite_name);

static enum err sizes_of(const dp_sa &put)
{
	engine_sizes sizes;
	db_sa_conf *conf = db_sa_conf_new(&put);
	enum err err = engine_suite_sizes(conf, &sizes);

	db_sa_conf_free(conf);
	return err;
}

TEST(SoftSelect, refuses_suites_that_do_not_exist)
{
	dp_sa s = {};
	uint8_t key[64] = {};

	s.cipher = DP_CIPHER_AES_GCM;
	EXPECT_EQ(sizes_of(s), ERR_UNSUPPORTED);
	ASSERT_EQ(secret_set(&s.key, bytes_of(key, 19)), ERR_OK);
	EXPECT_EQ(sizes_of(s), ERR_UNSUPPORTED);
	ASSERT_EQ(secret_set(&s.key, bytes_of(key, 20)), ERR_OK);
	EXPECT_EQ(sizes_of(s), ERR_OK);
	s.integ = DP_INTEG_SHA1_96;
	EXPECT_EQ(sizes_of(s), ERR_UNSUPPORTED);
	s.cipher = DP_CIPHER_AES_CBC;
	ASSERT_EQ(secret_set(&s.key, bytes_of(key, 16)), ERR_OK);
	EXPECT_EQ(sizes_of(s), ERR_UNSUPPORTED) << "integrity key missing";
	ASSERT_EQ(secret_set(&s.integ_key, bytes_of(key, 20)), ERR_OK);
	EXPECT_EQ(sizes_of(s), ERR_OK);
	s.integ = DP_INTEG_NONE;
	EXPECT_EQ(sizes_of(s), ERR_UNSUPPORTED) << "CBC without integrity";
	db_sa_conf *conf = db_sa_conf_new(&s);
	EXPECT_EQ(engine_soft_ops(conf), nullptr);
	db_sa_conf_free(conf);
	secret_fini(&s.key);
	secret_fini(&s.integ_key);
}
