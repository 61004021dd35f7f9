/* Every row of the table of algorithms carries an IKE SA or a CHILD_SA, offered by either end among others.  R-IKE-23, R-DEF-05. */
#include <string>

#include "crypto/iana.h"
#include "pair.h"

namespace
{

/* Suites in which the row is the only one of its kind; "" where it has no place. */
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

class Suites : public Pair, public ::testing::WithParamInterface<unsigned>
{
      protected:
	const struct crypto_alg *row = crypto_alg_at(GetParam() / 2);
	Node &narrow = GetParam() % 2 == 0 ? hub : spoke; /* has nothing else */
	Node &broad = GetParam() % 2 == 0 ? spoke : hub;

	/* Both come up, by what the narrow one has, and rekey both SAs with it. */
	void expect_suite(bool of_ike)
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
		for (const struct ike_sa_info &i : { spoke.info(h), hub.info(theirs()->handle) }) {
			const struct crypto_alg *used = row->kind == CRYPTO_GROUP ? i.group : row->kind == CRYPTO_PRF ? i.prf : i.encr;

			if (of_ike) {
				EXPECT_EQ(used, row) << row->name;
			}
		}
	}
};

} // namespace

TEST_P(Suites, R_IKE_23_of_an_ike_sa)
{
	std::string words = row == nullptr ? "" : ike_with(row);

	if (words.empty())
		return;
	narrow.w.set.ike.offer[0] = world_offer_ike(words.c_str());
	broad.w.set.ike.count = 2;
	broad.w.set.ike.offer[0] = world_offer_ike("aes-gcm-256 sha512 21");
	broad.w.set.ike.offer[1] = world_offer_ike(words.c_str());
	expect_suite(true);
}

TEST_P(Suites, R_IKE_23_of_a_child_sa)
{
	std::string words = row == nullptr ? "" : esp_with(row);

	if (words.empty())
		return;
	narrow.w.set.esp.offer[0] = world_offer_esp(words.c_str());
	broad.w.set.esp.count = 2;
	broad.w.set.esp.offer[0] = world_offer_esp("aes-gcm-192");
	broad.w.set.esp.offer[1] = world_offer_esp(words.c_str());
	expect_suite(false);
}

INSTANTIATE_TEST_SUITE_P(All, Suites, ::testing::Range(0u, 2u * CRYPTO_ALG_ROWS));

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
