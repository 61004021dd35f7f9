/* Every row of the table of algorithms carries an IKE SA or a CHILD_SA, offered by either end among others.  R-IKE-23, R-DEF-05. */
#include <string>

#include "crypto/iana.h"
#include "pair.h"

namespace
{

/* Suites in which the algorithm is the only one of its kind; "" where it has no place. */
std::string ike_with(const struct crypto_alg *a)
{
	std::string word = a->keyword == nullptr ? "" : a->keyword;

	if (a->kind == CRYPTO_ENCR && a->id != CRYPTO_ENCR_NULL)
		return word + " sha256 19";
	if (a->kind == CRYPTO_GROUP && a->form != CRYPTO_KEM)
		return "aes-gcm-128 sha256 " + word;
	return a->kind == CRYPTO_PRF ? "aes-cbc-128 19 " + word : ""; /* of the same name as the integrity algorithm */
}

std::string esp_with(const struct crypto_alg *a)
{
	if (a->kind == CRYPTO_ENCR)
		return a->aead ? a->keyword : std::string(a->keyword) + " sha256";
	return a->kind == CRYPTO_INTEG ? std::string("aes-cbc-256 ") + a->keyword : "";
}

struct Row {
	const struct crypto_alg *alg;
	std::string words;
	bool at_hub; /* it is the hub that has nothing else */
};

void PrintTo(const Row &r, std::ostream *out)
{
	*out << r.words << (r.at_hub ? ", the hub's only one" : ", the spoke's only one");
}

std::vector<Row> rows_of(std::string (*with)(const struct crypto_alg *))
{
	std::vector<Row> rows;

	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++)
		for (bool at_hub : { true, false })
			if (std::string words = with(crypto_alg_at(i)); !words.empty())
				rows.push_back({ crypto_alg_at(i), words, at_hub });
	return rows;
}

class Suites : public Pair, public ::testing::WithParamInterface<Row>
{
      protected:
	const struct crypto_alg *row = GetParam().alg;
	const char *words = GetParam().words.c_str();
	Node &narrow = GetParam().at_hub ? hub : spoke; /* has nothing else */
	Node &broad = GetParam().at_hub ? spoke : hub;

	/* Both come up, and rekey both SAs. */
	void through_rekeys()
	{
		struct ike_engine_config config = {};

		config.child_rekey = true;
		start(config);
		connect(2000);
		expect_up();
		ike_engine_rekey_child(spoke.w.engine, sim.now_ms, h, mine()->sender);
		sim.run_for(2000);
		ike_engine_rekey(spoke.w.engine, sim.now_ms, h);
		sim.run_for(2000);
		expect_up();
		EXPECT_EQ(spoke.stat(IKE_STAT_CHILD_REKEY), 1u);
		EXPECT_EQ(spoke.stat(IKE_STAT_REKEY), 1u);
	}
};

} // namespace

using IkeSuites = Suites;
TEST_P(IkeSuites, R_IKE_23_carry_an_ike_sa)
{
	narrow.w.set.ike.offer[0] = world_offer_ike(words);
	broad.w.set.ike.count = 2;
	broad.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha512 21");
	broad.w.set.ike.offer[1] = world_offer_ike(words);
	through_rekeys();
	for (const struct ike_sa_info &i : { spoke.info(h), hub.info(theirs()->handle) })
		EXPECT_EQ(row->kind == CRYPTO_GROUP ? i.group : row->kind == CRYPTO_PRF ? i.prf : i.encr, row);
}
INSTANTIATE_TEST_SUITE_P(All, IkeSuites, ::testing::ValuesIn(rows_of(ike_with)));

using EspSuites = Suites;
TEST_P(EspSuites, R_IKE_23_carry_a_child_sa)
{
	narrow.w.set.esp.offer[0] = world_offer_esp(words);
	broad.w.set.esp.count = 2;
	broad.w.set.esp.offer[0] = world_offer_esp("aes-gcm-192");
	broad.w.set.esp.offer[1] = world_offer_esp(words);
	through_rekeys();
	for (const struct world_session *s : { mine(), theirs() }) {
		const struct world_child *c = list_of(list_first(&s->children), struct world_child, link);

		EXPECT_EQ(row->kind == CRYPTO_INTEG ? c->integ : c->encr, row);
	}
}
INSTANTIATE_TEST_SUITE_P(All, EspSuites, ::testing::ValuesIn(rows_of(esp_with)));

struct Mismatch {
	const char *spoke, *hub;
};

/* RFC7296-2.7: what has nothing in common is told so. */
TEST_F(Pair, R_IKE_23_suites_that_dont_meet)
{
	const Mismatch all[] = {
		{ "aes-cbc-256 sha256 19", "aes-cbc-128 sha256 19" }, /* the length is of the cipher's name, RFC7296-3.3.5 */
		{ "aes-cbc-256 sha256 19", "aes-gcm-256 sha256 19" }, /* AEAD and not */
		{ "3des sha1 2", "des sha1 2" },
		{ "aes-gcm-256 sha256 19", "aes-gcm-256 sha512 19" },
		{ "aes-cbc-256 sha256 19", "aes-cbc-256 md5 19" },
		{ "aes-gcm-256 sha256 19", "aes-gcm-256 sha256 24" },
	};

	start();
	for (const Mismatch &m : all) {
		spoke.w.set.ike.offer[0] = world_offer_ike(m.spoke);
		hub.w.set.ike.offer[0] = world_offer_ike(m.hub);
		connect(60 * 1000);
		ASSERT_TRUE(mine()->over) << m.spoke;
		EXPECT_EQ(mine()->why, IKE_DOWN_NO_PROPOSAL) << m.spoke;
	}
	expect_nothing_left();
}
