#include "../cfg/loaded.h"
#include "aaa/mangle.h"

namespace
{

using cfgtest::Loaded;

enum err field(const void *ctx, enum cfg_dn_field which, char *out)
{
	if (which != CFG_DN_COMMON_NAME)
		return ERR_ABSENT;
	return static_cast<size_t>(snprintf(out, AAA_NAME_MAX, "%s", static_cast<const char *>(ctx))) < AAA_NAME_MAX ? ERR_OK : ERR_RANGE;
}

/* What the mangler of 'line' (empty: none) makes of an identity; "-": nothing. */
std::string mangled(const std::string &line, enum cfg_id_type type, const std::string &text)
{
	Loaded l("crypto ikev2 name-mangler M\n " + line + "\n");
	const struct cfg_mangler *m = line.empty() ? nullptr : cfg_find_mangler(l.model, "M");
	struct aaa_name who = { type, text.c_str(), field, text.c_str() };
	char out[AAA_NAME_MAX];

	EXPECT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(m == nullptr || m->object.complete, true);
	return aaa_mangle(m, &who, out) == ERR_OK ? out : "-";
}

TEST(AaaMangle, R_AAA_18_every_line)
{
	const struct {
		const char *line;
		enum cfg_id_type type;
		const char *text, *name;
	} rows[] = {
		{ "fqdn hostname", CFG_ID_FQDN, "spoke1.vpn.example.net", "spoke1" },
		{ "fqdn domain", CFG_ID_FQDN, "spoke1.vpn.example.net", "vpn.example.net" },
		{ "fqdn all", CFG_ID_FQDN, "spoke1.vpn.example.net", "spoke1.vpn.example.net" },
		{ "fqdn hostname", CFG_ID_FQDN, "spoke1", "-" },
		{ "fqdn domain", CFG_ID_FQDN, "spoke1.", "-" },
		{ "email username", CFG_ID_EMAIL, "ann@example.net", "ann" },
		{ "email domain", CFG_ID_EMAIL, "ann@example.net", "example.net" },
		{ "email all", CFG_ID_EMAIL, "ann@example.net", "ann@example.net" },
		{ "email username", CFG_ID_EMAIL, "@example.net", "-" },
		{ "email username", CFG_ID_FQDN, "ann.example.net", "-" },
		{ "dn common-name", CFG_ID_DN, "Spoke1", "Spoke1" },
		{ "dn common-name", CFG_ID_DN, "", "-" },
		{ "dn organization", CFG_ID_DN, "Spoke1", "-" },
		{ "dn common-name", CFG_ID_FQDN, "spoke1.example.net", "-" },
		{ "eap all", CFG_ID_NONE, "LAB\\ann@example.net", "LAB\\ann@example.net" },
		{ "eap prefix delimiter @", CFG_ID_NONE, "ann@example.net", "ann" },
		{ "eap suffix delimiter @", CFG_ID_NONE, "ann@example.net", "example.net" },
		{ "eap prefix delimiter .", CFG_ID_NONE, "ann.bee.cee", "ann" },
		{ "eap suffix delimiter .", CFG_ID_NONE, "ann.bee.cee", "bee.cee" },
		{ "eap suffix delimiter \\", CFG_ID_NONE, "LAB\\ann", "ann" },
		{ "eap prefix delimiter \\", CFG_ID_NONE, "ann", "-" },
		{ "eap username", CFG_ID_NONE, "ann@example.net", "ann" },
		{ "eap username", CFG_ID_NONE, "ann", "ann" },
		{ "eap all", CFG_ID_FQDN, "ann", "-" },
		/* cli.md 1.6: addresses can't be mangled. */
		{ "fqdn all", CFG_ID_ADDRESS, "203.0.113.1", "-" },
		{ "fqdn all", CFG_ID_KEY_ID, "clients", "-" },
		/* Without mangler it is the identity; a DN needs one (1.4). */
		{ "", CFG_ID_FQDN, "spoke1.example.net", "spoke1.example.net" },
		{ "", CFG_ID_NONE, "ann", "ann" },
		{ "", CFG_ID_ADDRESS, "203.0.113.1", "203.0.113.1" },
		{ "", CFG_ID_DN, "Spoke1", "-" },
	};

	for (const auto &r : rows)
		EXPECT_EQ(mangled(r.line, r.type, r.text), r.name) << r.line << " of " << r.text;
	EXPECT_EQ(mangled("eap all", CFG_ID_NONE, std::string(AAA_NAME_MAX - 1, 'a')).size(), AAA_NAME_MAX - 1u);
	EXPECT_EQ(mangled("eap all", CFG_ID_NONE, std::string(AAA_NAME_MAX, 'a')), "-");
}

TEST(AaaMangle, a_mangler_has_a_line)
{
	Loaded l("crypto ikev2 name-mangler M\n");

	EXPECT_FALSE(cfg_find_mangler(l.model, "M")->object.complete);
	EXPECT_EQ(Loaded("crypto ikev2 name-mangler M\n eap dn common-name\n").err, ERR_OK) << "kept, and not used";
}

} // namespace
