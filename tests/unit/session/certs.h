#ifndef TESTS_SESSION_CERTS_H
#define TESTS_SESSION_CERTS_H

/* A hub and spokes that prove themselves by certificates of CAs that are made here. */
#include "../pki/forge.h"
#include "lab.h"

namespace lab
{

class SessionAuth : public Star
{
      protected:
	explicit SessionAuth(unsigned workers = 0) : Star(workers)
	{
	}

	forge::Forge f;
	forge::Folder folder;

	void SetUp() override
	{
		f.issue("root", { .issuer = "", .subject = { { "CN", "Example Root CA" } }, .ca = true });
		f.issue("sub", { .issuer = "root", .subject = { { "CN", "Sub" } }, .ca = true });
		f.issue("other", { .issuer = "", .subject = { { "CN", "Other" } }, .ca = true });
		f.issue("hub", { .issuer = "root", .subject = { { "OU", "hubs" }, { "CN", "hub" } }, .alt = "DNS:hub.example.net" });
		f.issue("spoke1", spoke_wish("spoke1", "root"));
		f.issue("spoke2", spoke_wish("spoke2", "root"));
	}
	static forge::Wish spoke_wish(const std::string &name, const std::string &issuer)
	{
		return { .issuer = issuer,
			.subject = { { "O", "Example" }, { "OU", "branches" }, { "CN", name } },
			.alt = "DNS:" + name + ".example.net" };
	}
	/* A trust point TP of the root and the certificate 'name', with 'more' in its file. */
	std::string point(const std::string &name, const std::string &more = "", const std::string &lines = " revocation-check none\n")
	{
		std::string file = folder.write(name + ".pem", f.pem("root") + f.pem(name) + f.key_pem(name) + more);

		return "crypto pki trustpoint TP\n" + lines + "crypto pki import TP pem " + file + "\n";
	}
	/* The configuration 'text' with certificates in both directions. */
	static std::string by_certificate(std::string text, const std::string &point, const std::string &method = "ecdsa-sig",
		const std::string &lines = " pki trustpoint TP\n")
	{
		text = with(text, "remote pre-share", "remote " + method);
		text = with(text, "local pre-share", "local " + method);
		text = with(text, " keyring local KR\n", lines);
		text = with(text, "group psk list", "group cert list");
		return text + point;
	}
	std::string hub_text(const std::string &trust)
	{
		return by_certificate(HubConfig().text(), trust);
	}
	Box &spoke_box(const std::string &text)
	{
		Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);

		s.must_load(text);
		return s;
	}
	/* The hub refuses the spoke for 'why'. */
	void expect_refused(const std::string &hub_config, const std::string &spoke_config, const std::string &why)
	{
		hub.must_load(hub_config);
		Box &s = spoke_box(spoke_config);
		wan.run(3000);
		EXPECT_EQ(s.up() + hub.up(), 0u);
		EXPECT_TRUE(hub.logged("why=" + why));
		EXPECT_TRUE(hub.logged("auth.refused"));
		EXPECT_GE(hub.stat(IKE_STAT_AUTH_REFUSED), 1u);
		EXPECT_GE(s.stat(IKE_STAT_AUTH_REJECTED), 1u);
		EXPECT_TRUE(s.logged("notify=AUTHENTICATION_FAILED"));
		hub.expect_empty();
	}
};

} // namespace lab

#endif
