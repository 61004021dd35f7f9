/* OCSP and CRLs over the network: what is asked, in which order, which answers count, and for how long. */
#include "lab.h"

#include "pki/cache.h"
#include "pki/revoke.h"

class PkiRevoke : public PkiLab
{
      protected:
	struct crypto_rand rand = crypto_rand_system();
	struct pki_query *query = nullptr;
	std::vector<uint8_t> body; /* of 'query' */

	void SetUp() override
	{
		PkiLab::SetUp();
		f.issue("leaf", leaf("root"));
		f.issue("deep", leaf("sub"));
		f.issue("responder",
			{ .issuer = "root", .subject = { { "CN", "responder" } }, .more = { { "extendedKeyUsage", "OCSPSigning" } } });
	}
	void TearDown() override
	{
		pki_query_free(query);
		PkiLab::TearDown();
	}
	static forge::Wish leaf(const std::string &issuer)
	{
		return { .issuer = issuer,
			.subject = { { "CN", "leaf of " + issuer } },
			.more = { { "authorityInfoAccess", "OCSP;URI:http://192.0.2.80/" + issuer },
				{ "crlDistributionPoints", "URI:ldap:///x,URI:http://192.0.2.80/" + issuer + ".crl" } } };
	}
	struct pki_trust *by(std::initializer_list<enum pki_method> methods, const std::string &more = "", const char *url = nullptr)
	{
		struct pki_revocation r = {};

		for (enum pki_method m : methods)
			r.method[r.count++] = m;
		r.ocsp_url = url;
		return trust(f.pem("root") + more, r);
	}
	/* "" good, "ask URL", or why not. */
	std::string judge(const struct pki_trust *t, const std::vector<std::string> &names, int64_t now_s = forge::now_s)
	{
		std::vector<std::vector<uint8_t>> ders;
		std::vector<struct bytes> views;
		struct pki_chain *c = nullptr;
		struct bytes b;

		for (const std::string &name : names)
			ders.push_back(f.der(name));
		for (const auto &der : ders)
			views.push_back(bytes_of(der.data(), der.size()));
		EXPECT_EQ(pki_recall_take(recall, views.data(), static_cast<unsigned>(views.size()), &c), ERR_OK);
		pki_query_free(query);
		query = nullptr;
		enum err err = pki_chain_verify(c, t, now_s, &query, &why);
		pki_recall_keep(recall, c);
		if (err != ERR_AGAIN)
			return err == ERR_OK ? "" : why;
		EXPECT_EQ(pki_query_body(query, &rand, &b), ERR_OK);
		body.assign(b.data, b.data + b.len);
		return std::string(body.empty() ? "get " : "ask ") + pki_query_url(query);
	}
	/* "" taken, or what is wrong with it. */
	std::string answer(struct pki_trust *t, const std::vector<uint8_t> &with, int64_t now_s = forge::now_s)
	{
		const char *wrong = pki_query_answer(query, t, bytes_of(with.data(), with.size()), now_s);

		return wrong == nullptr ? "" : wrong;
	}
	forge::Forge::Ocsp says(int status = V_OCSP_CERTSTATUS_GOOD)
	{
		return { .subject = "leaf", .issuer = "root", .signer = "root", .status = status, .request = &body };
	}
};

TEST_F(PkiRevoke, R_PKI_06_a_responder_says_good_or_revoked)
{
	struct pki_trust *t = by({ PKI_BY_OCSP });

	EXPECT_EQ(verify(t, { "leaf" }), "no-ocsp") << "without network it is refused";
	ASSERT_EQ(judge(t, { "leaf" }), "ask http://192.0.2.80/root");
	EXPECT_EQ(answer(t, f.ocsp(says())), "");
	EXPECT_EQ(judge(t, { "leaf" }), "");
	EXPECT_EQ(verify(t, { "leaf" }), "") << "it is remembered";
	EXPECT_EQ(judge(t, { "leaf" }, forge::now_s + 3601), "ask http://192.0.2.80/root") << "until it says";
	EXPECT_EQ(answer(t, f.ocsp(says(V_OCSP_CERTSTATUS_REVOKED))), "");
	EXPECT_EQ(judge(t, { "leaf" }), "revoked");
}

TEST_F(PkiRevoke, R_PKI_06_no_answer_closes_unless_none_or_another_method_follows)
{
	for (int times = 0; times < 2; times++) {
		struct pki_trust *alone = by({ PKI_BY_OCSP }), *soft = by({ PKI_BY_OCSP, PKI_BY_NOTHING });
		struct pki_trust *crl = by({ PKI_BY_OCSP, PKI_BY_CRL }, f.crl_pem("root", { "leaf" }));
		struct pki_trust *back = by({ PKI_BY_CRL, PKI_BY_OCSP }, f.crl_pem("other", {}));

		ASSERT_EQ(judge(alone, { "leaf" }), "ask http://192.0.2.80/root");
		EXPECT_EQ(answer(alone, {}), "ocsp-no-answer");
		EXPECT_EQ(judge(alone, { "leaf" }), "no-ocsp");
		EXPECT_EQ(judge(alone, { "leaf" }, forge::now_s + 61), "ask http://192.0.2.80/root") << "a minute later it is asked again";
		ASSERT_EQ(judge(soft, { "leaf" }).substr(0, 3), "ask");
		EXPECT_EQ(answer(soft, {}), "ocsp-no-answer");
		EXPECT_EQ(judge(soft, { "leaf" }), "");
		ASSERT_EQ(judge(crl, { "leaf" }).substr(0, 3), "ask");
		EXPECT_EQ(answer(crl, {}), "ocsp-no-answer");
		EXPECT_EQ(judge(crl, { "leaf" }), "revoked") << "by the CRL";
		ASSERT_EQ(judge(back, { "leaf" }), "get http://192.0.2.80/root.crl");
		EXPECT_EQ(answer(back, {}), "crl-no-answer");
		EXPECT_EQ(judge(back, { "leaf" }), "ask http://192.0.2.80/root");
		EXPECT_EQ(answer(back, f.ocsp(says())), "");
		EXPECT_EQ(judge(back, { "leaf" }), "");
	}
}

TEST_F(PkiRevoke, each_certificate_below_the_anchor_is_asked_about)
{
	f.issue("sub", { .issuer = "root",
			       .subject = { { "CN", "sub" } },
			       .ca = true,
			       .more = { { "authorityInfoAccess", "OCSP;URI:http://192.0.2.80/for-sub" } } });
	f.issue("deep", leaf("sub"));
	struct pki_trust *t = by({ PKI_BY_OCSP });

	ASSERT_EQ(judge(t, { "deep", "sub" }), "ask http://192.0.2.80/sub");
	EXPECT_EQ(answer(t, f.ocsp({ .subject = "deep", .issuer = "sub", .signer = "sub", .request = &body })), "");
	ASSERT_EQ(judge(t, { "deep", "sub" }), "ask http://192.0.2.80/for-sub");
	EXPECT_EQ(answer(t, f.ocsp({ .subject = "sub", .issuer = "root", .signer = "root", .request = &body })), "");
	EXPECT_EQ(judge(t, { "deep", "sub" }), "");
}

TEST_F(PkiRevoke, where_it_is_asked)
{
	EXPECT_EQ(judge(by({ PKI_BY_OCSP }, "", "http://198.51.100.9/o"), { "leaf" }), "ask http://198.51.100.9/o");
	EXPECT_EQ(judge(by({ PKI_BY_OCSP }), { "hub" }), "no-ocsp") << "nobody says where";
	EXPECT_EQ(judge(by({ PKI_BY_OCSP }, "", "http://198.51.100.9/o"), { "hub" }), "ask http://198.51.100.9/o");
	EXPECT_EQ(judge(by({ PKI_BY_CRL }), { "hub" }), "no-crl");
	EXPECT_EQ(judge(by({ PKI_BY_NOTHING, PKI_BY_OCSP }), { "hub" }), "");
	EXPECT_EQ(judge(by({ PKI_BY_OCSP }), { "hub", "leaf" }), "no-ocsp");
	f.issue("tls", { .issuer = "root",
			       .subject = { { "CN", "tls" } },
			       .more = { { "authorityInfoAccess", "OCSP;URI:https://192.0.2.80/,OCSP;URI:ldap://192.0.2.80/" } } });
	EXPECT_EQ(judge(by({ PKI_BY_OCSP }), { "tls" }), "no-ocsp") << "http alone";
}

TEST_F(PkiRevoke, RFC6960_4_2_2_2_who_may_answer)
{
	const struct {
		const char *signer, *wrong;
	} cases[] = { { "root", "" }, { "responder", "" }, { "hub", "ocsp-signature" }, { "other", "ocsp-signature" },
		{ "sub", "ocsp-signature" }, { "stranger", "ocsp-signature" }, { "late", "ocsp-signature" } };

	f.issue("stranger", { .issuer = "other", .subject = { { "CN", "responder" } }, .more = { { "extendedKeyUsage", "OCSPSigning" } } });
	f.issue("late", { .issuer = "root",
				.subject = { { "CN", "late" } },
				.until_s = forge::now_s - 1,
				.more = { { "extendedKeyUsage", "OCSPSigning" } } });
	for (const auto &k : cases) {
		struct pki_trust *t = by({ PKI_BY_OCSP });
		forge::Forge::Ocsp o = says();

		ASSERT_EQ(judge(t, { "leaf" }).substr(0, 3), "ask");
		o.signer = k.signer;
		EXPECT_EQ(answer(t, f.ocsp(o)), k.wrong) << k.signer;
		EXPECT_EQ(judge(t, { "leaf" }), *k.wrong == '\0' ? "" : "no-ocsp") << k.signer;
	}
}

TEST_F(PkiRevoke, RFC6960_4_2_2_1_answers_that_do_not_count)
{
	const struct {
		int64_t from_s, until_s;
		const char *wrong;
	} times[] = { { forge::now_s + 301, forge::now_s + 900, "ocsp-not-yet-valid" }, { forge::now_s + 299, forge::now_s + 900, "" },
		{ forge::now_s - 900, forge::now_s - 301, "ocsp-expired" }, { forge::now_s - 900, 0, "" } };
	struct pki_trust *t = by({ PKI_BY_OCSP });
	std::vector<uint8_t> other(body), response;
	forge::Forge::Ocsp o;

	for (const auto &k : times) {
		ASSERT_EQ(judge(t = by({ PKI_BY_OCSP }), { "leaf" }).substr(0, 3), "ask");
		o = says();
		o.from_s = k.from_s;
		o.until_s = k.until_s;
		EXPECT_EQ(answer(t, f.ocsp(o)), k.wrong);
	}
	ASSERT_EQ(judge(t = by({ PKI_BY_OCSP }), { "leaf" }).substr(0, 3), "ask");
	other = body;
	ASSERT_EQ(judge(t, { "leaf" }).substr(0, 3), "ask");
	ASSERT_NE(other, body) << "each question has a nonce of its own";
	o = says();
	o.request = &other;
	EXPECT_EQ(answer(t, f.ocsp(o)), "ocsp-nonce");
	o.request = nullptr;
	EXPECT_EQ(answer(t, f.ocsp(o)), "") << "many responders repeat none";
	o = says();
	o.subject = "hub";
	EXPECT_EQ(answer(t, f.ocsp(o)), "ocsp-other-certificate");
	f.issue("rsa", { .issuer = "", .subject = { { "CN", "rsa" } }, .key = "RSA", .ca = true });
	response = f.ocsp(says());
	for (size_t len : { size_t{ 0 }, size_t{ 1 }, size_t{ 10 }, response.size() - 1 })
		EXPECT_NE(answer(t, std::vector<uint8_t>(response.begin(), response.begin() + static_cast<long>(len))), "");
	response.push_back(0);
	EXPECT_EQ(answer(t, response), "ocsp-malformed");
	EXPECT_EQ(answer(t, { 0x30, 0x03, 0x0a, 0x01, 0x03 }), "ocsp-refused") << "tryLater";
	o = says();
	o.digest = EVP_sha1();
	EXPECT_EQ(answer(t, f.ocsp(o)), "ocsp-weak");
	EXPECT_EQ(answer(t, f.ocsp(says(V_OCSP_CERTSTATUS_UNKNOWN))), "");
	EXPECT_EQ(judge(t, { "leaf" }), "ocsp-unknown");
}

TEST_F(PkiRevoke, RFC5280_4_2_1_13_CRLs_of_distribution_points)
{
	struct pki_trust *t = by({ PKI_BY_CRL });
	std::vector<uint8_t> pem;

	ASSERT_EQ(judge(t, { "leaf" }), "get http://192.0.2.80/root.crl");
	EXPECT_EQ(answer(t, f.crl_der("other", {})), "crl-signature");
	EXPECT_EQ(judge(t, { "leaf" }), "no-crl") << "not at once again";
	ASSERT_EQ(judge(t, { "leaf" }, forge::now_s + 61), "get http://192.0.2.80/root.crl");
	EXPECT_EQ(answer(t, { 1, 2, 3 }), "crl-malformed");
	EXPECT_EQ(answer(t, f.crl_der("root", {})), "");
	EXPECT_EQ(judge(t, { "leaf" }), "");
	EXPECT_EQ(judge(t, { "hub" }), "") << "one CRL for all of that CA";
	/* A day later it has expired; the next one revokes. */
	ASSERT_EQ(judge(t, { "leaf" }, forge::now_s + 2 * forge::day_s), "get http://192.0.2.80/root.crl");
	EXPECT_EQ(answer(t, f.crl_der("root", { "leaf" }, forge::now_s + forge::day_s, forge::now_s + 3 * forge::day_s),
			  forge::now_s + 2 * forge::day_s),
		"");
	EXPECT_EQ(judge(t, { "leaf" }, forge::now_s + 2 * forge::day_s), "revoked");
	pki_trust_refresh(t, forge::now_s + 2 * forge::day_s);
	EXPECT_EQ(judge(t, { "leaf" }, forge::now_s + 2 * forge::day_s), "revoked") << "files that are read again leave it";
}

TEST_F(PkiRevoke, questions_are_the_same_or_not)
{
	struct pki_trust *t = by({ PKI_BY_CRL });
	struct pki_query *first;

	f.issue("leaf2", leaf("root"));
	ASSERT_EQ(judge(t, { "leaf" }).substr(0, 3), "get");
	first = query;
	query = nullptr;
	ASSERT_EQ(judge(t, { "leaf2" }).substr(0, 3), "get");
	EXPECT_TRUE(pki_query_same(first, query)) << "one list for both";
	pki_query_free(first);
	t = by({ PKI_BY_OCSP });
	ASSERT_EQ(judge(t, { "leaf" }).substr(0, 3), "ask");
	first = query;
	query = nullptr;
	ASSERT_EQ(judge(t, { "leaf2" }).substr(0, 3), "ask");
	EXPECT_FALSE(pki_query_same(first, query) || pki_query_same(nullptr, query));
	pki_query_free(first);
}

TEST(PkiCache, is_bounded_and_forgets_the_soonest_to_end)
{
	static struct pki_cache c;
	uint8_t key[PKI_CACHE_KEY] = {};
	unsigned known = 0;

	for (unsigned i = 0; i < 20000; i++) {
		key[0] = static_cast<uint8_t>(i >> 8);
		key[1] = static_cast<uint8_t>(i);
		key[2] = static_cast<uint8_t>(i >> 16);
		pki_cache_put(&c, key, PKI_KNOWN_GOOD, 1000 + i);
		EXPECT_EQ(pki_cache_get(&c, key, 0), PKI_KNOWN_GOOD);
		EXPECT_EQ(pki_cache_get(&c, key, 1000 + i), PKI_KNOWN_NOT) << "its time is over";
	}
	for (unsigned i = 0; i < 20000; i++) {
		key[0] = static_cast<uint8_t>(i >> 8);
		key[1] = static_cast<uint8_t>(i);
		key[2] = static_cast<uint8_t>(i >> 16);
		known += pki_cache_get(&c, key, 0) == PKI_KNOWN_GOOD;
	}
	EXPECT_EQ(known, unsigned{ PKI_CACHE_ROWS });
	pki_cache_put(&c, key, PKI_KNOWN_REVOKED, 50000);
	EXPECT_EQ(pki_cache_get(&c, key, 0), PKI_KNOWN_REVOKED) << "the new in the place of the old";
}
