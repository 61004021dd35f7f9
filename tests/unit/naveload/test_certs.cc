/* Certificates of a swarm: which files they are read from, whose signature is whose, and which hub is believed. */
#include "../pki/forge.h"

#include "ike/keying/signature.h"
#include "ike/ports.h"
#include "ike/wire/iana.h"
#include "ike/wire/id.h"
#include "naveload/certs.h"
#include "pki/cert.h"

#include <gtest/gtest.h>

namespace
{

const uint8_t text[] = "octets that are signed";

class NaveloadCerts : public testing::Test
{
      protected:
	forge::Forge f;
	forge::Folder folder;
	struct crypto *crypto = nullptr;
	struct naveload_certs *certs = nullptr;
	struct naveload_plan plan = {};
	char why[NAVELOAD_CERTS_WHY] = "";
	std::string ca, cert, key;
	uint8_t buf[IKE_SIGNATURE_MAX];
	struct ike_signature made = {};

	void SetUp() override
	{
		ASSERT_EQ(crypto_new(&crypto), ERR_OK);
		for (const char *name : { "root", "other" })
			f.issue(name, { .issuer = "", .subject = { { "CN", name } }, .ca = true });
		f.issue("spoke1", { .issuer = "root", .subject = { { "CN", "spoke1" } } });
		f.issue("spoke2", { .issuer = "root", .subject = { { "CN", "spoke2" } }, .key_of = "spoke1" });
		f.issue("hub", { .issuer = "root", .subject = { { "CN", "hub" } }, .alt = "DNS:hub.example.net" });
		f.issue("alien", { .issuer = "other", .subject = { { "CN", "hub" } }, .alt = "DNS:hub.example.net" });
		ca = folder.write("root.pem", f.pem("root"));
		for (const char *name : { "spoke1", "spoke2" })
			folder.write(std::string(name) + ".pem", f.pem(name));
		cert = folder.path + "/spoke%.pem";
		key = folder.write("spoke.key", f.key_pem("spoke1"));
		plan.peers = 2;
		plan.first = 1;
		plan.ca = ca.c_str();
		plan.cert = cert.c_str();
		plan.key = key.c_str();
	}
	void TearDown() override
	{
		naveload_certs_free(certs);
		crypto_free(crypto);
	}
	/* "" or what a user is told. */
	std::string read()
	{
		naveload_certs_free(certs);
		certs = nullptr;
		return naveload_certs_new(&certs, &plan, why) == ERR_OK ? "" : why;
	}
	void sign(uint32_t index)
	{
		struct ike_text t = {};

		t.hashes = 1u << CRYPTO_HASH_SHA2_256;
		t.octets = bytes_of(text, sizeof(text));
		naveload_certs_sign(certs, crypto, index, &t, buf, &made);
		ASSERT_EQ(made.err, ERR_OK);
	}
	/* What the hub 'name' gets to hear that says it is 'id' and has signed by the key of 'signer'. */
	std::string judge(const std::string &name, const std::string &id, const std::string &signer)
	{
		struct crypto_key *pair = f.key(signer);
		std::vector<uint8_t> der = f.der(name);
		struct bytes view = bytes_of(der.data(), der.size());
		struct ike_id peer = { IKE_ID_FQDN, bytes_str(id.c_str()) };
		struct wr w = wr_of(buf, sizeof(buf));
		struct ike_who who = {};
		const char *said;

		who.peer_id = &peer;
		who.cert = &view;
		who.cert_count = 1;
		who.octets = bytes_of(text, sizeof(text));
		EXPECT_EQ(ike_signature_make(crypto, pair, 1u << CRYPTO_HASH_SHA2_256, who.octets, &who.method, &w), ERR_OK);
		who.auth = wr_view(&w);
		said = naveload_certs_judge(certs, crypto, &who, forge::now_s);
		crypto_key_free(pair);
		return said == nullptr ? "" : said;
	}
};

} // namespace

TEST_F(NaveloadCerts, each_peer_has_its_own_or_all_share_one)
{
	ASSERT_EQ(read(), "");
	EXPECT_TRUE(naveload_certs_sign_all(certs));
	for (uint32_t i = 0; i < 2; i++) {
		std::vector<uint8_t> der = f.der(i == 0 ? "spoke1" : "spoke2");

		sign(i);
		ASSERT_EQ(made.cert_count, 1);
		EXPECT_TRUE(bytes_eq(made.cert[0], bytes_of(der.data(), der.size()))) << i;
		EXPECT_EQ(made.method, IKE_AUTH_SIGNATURE);
	}
	cert = folder.path + "/spoke2.pem";
	plan.cert = cert.c_str();
	ASSERT_EQ(read(), "");
	sign(0);
	std::vector<uint8_t> der = f.der("spoke2");
	EXPECT_TRUE(bytes_eq(made.cert[0], bytes_of(der.data(), der.size())));
}

TEST_F(NaveloadCerts, without_a_certificate_they_only_judge)
{
	plan.cert = plan.key = nullptr;
	ASSERT_EQ(read(), "");
	EXPECT_FALSE(naveload_certs_sign_all(certs));
	uint8_t octets[64];
	struct wr w = wr_of(octets, sizeof(octets));
	naveload_certs_request(certs, &w);
	EXPECT_EQ(wr_view(&w).len, size_t{ PKI_AUTHORITY_LEN });
}

TEST_F(NaveloadCerts, which_hub_is_believed)
{
	ASSERT_EQ(read(), "");
	EXPECT_EQ(judge("hub", "hub.example.net", "hub"), "");
	EXPECT_EQ(judge("hub", "hub2.example.net", "hub"), "identity-not-in-certificate");
	EXPECT_EQ(judge("alien", "hub.example.net", "alien"), "unknown-ca");
	EXPECT_EQ(judge("hub", "hub.example.net", "alien"), "bad-signature");
	struct ike_id id = { IKE_ID_FQDN, bytes_str("hub.example.net") };
	struct bytes junk = bytes_of(text, sizeof(text));
	EXPECT_STREQ(naveload_certs_believe(certs, &junk, 1, &id, forge::now_s), "bad-certificate");
	EXPECT_STREQ(naveload_certs_believe(certs, &junk, 0, &id, forge::now_s), "bad-certificate");
}

TEST_F(NaveloadCerts, files_that_dont_do_are_named)
{
	plan.peers = 3;
	EXPECT_NE(read().find("spoke3.pem"), std::string::npos);
	plan.peers = 2;
	std::string wrong = folder.write("wrong.key", f.key_pem("hub"));
	plan.key = wrong.c_str();
	EXPECT_NE(read().find("fits none"), std::string::npos) << why;
}
