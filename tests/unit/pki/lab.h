#ifndef TESTS_PKI_LAB_H
#define TESTS_PKI_LAB_H

#include <gtest/gtest.h>

#include "forge.h"
#include "pki/recall.h"

/* A root, an intermediate, and trust points made of them.  Chains are kept, good or bad: what one remembers must never let it in. */
class PkiLab : public ::testing::Test
{
      protected:
	forge::Forge f;
	forge::Folder folder;
	std::vector<struct pki_trust *> trusts;
	const char *why = nullptr;
	struct pki_recall *recall = nullptr;

	void SetUp() override
	{
		ASSERT_EQ(pki_recall_new(&recall), ERR_OK);
		f.issue("root", { .issuer = "", .subject = { { "CN", "root" } }, .ca = true });
		f.issue("sub", { .issuer = "root", .subject = { { "CN", "sub" } }, .ca = true });
		f.issue("other", { .issuer = "", .subject = { { "CN", "other" } }, .ca = true });
		f.issue("hub", { .issuer = "root", .subject = { { "CN", "hub" } }, .alt = "DNS:hub.example.net" });
		f.issue("spoke", { .issuer = "sub", .subject = { { "CN", "spoke" } }, .alt = "DNS:spoke.example.net" });
	}
	void TearDown() override
	{
		pki_recall_free(recall);
		for (auto *t : trusts)
			pki_trust_free(t);
	}
	struct pki_trust *fresh(struct pki_revocation revocation = {})
	{
		struct pki_trust *t = nullptr;

		EXPECT_EQ(pki_trust_new("TP", revocation, &t), ERR_OK);
		trusts.push_back(t);
		return t;
	}
	enum err import(struct pki_trust *t, const std::string &text)
	{
		static unsigned number;
		std::string path = folder.write("f" + std::to_string(number++), text);
		struct pki_import file = { path.c_str(), false, {} };

		return pki_trust_import(t, &file, &why);
	}
	struct pki_trust *trust(const std::string &text, struct pki_revocation revocation = {})
	{
		struct pki_trust *t = fresh(revocation);

		EXPECT_EQ(import(t, text), ERR_OK) << why;
		EXPECT_EQ(pki_trust_settle(t, &why), ERR_OK) << why;
		return t;
	}
	/* A chain of these, remembered or new; to be given back by pki_recall_keep. */
	struct pki_chain *take(const std::vector<std::string> &names)
	{
		std::vector<std::vector<uint8_t>> ders;
		std::vector<struct bytes> views;
		struct pki_chain *c = nullptr;

		for (const std::string &name : names)
			ders.push_back(f.der(name));
		for (const auto &der : ders)
			views.push_back(bytes_of(der.data(), der.size()));
		EXPECT_EQ(pki_recall_take(recall, views.data(), static_cast<unsigned>(views.size()), &c), ERR_OK);
		return c;
	}
	/* "" when the chain is good, else why not. */
	std::string verify(const struct pki_trust *t, const std::vector<std::string> &names, int64_t now_s = forge::now_s)
	{
		struct pki_chain *c = take(names);
		enum err err = pki_chain_verify(c, t, now_s, nullptr, &why);
		pki_recall_keep(recall, c);
		EXPECT_EQ(err == ERR_OK, why == nullptr);
		return err == ERR_OK ? "" : why;
	}
};

#endif
