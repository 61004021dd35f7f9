/* Every scenario and lab file through the language. */
#include <filesystem>

#include "loaded.h"

#include "cfg/report.h"
#include "cfg/stmt.h"

using namespace cfgtest;
namespace fs = std::filesystem;

namespace
{

std::vector<std::string> files(const std::string &folder)
{
	std::vector<std::string> all;

	for (const fs::directory_entry &e : fs::recursive_directory_iterator(std::string(NAVE_SOURCE "/tests/") + folder))
		if (e.path().extension() == ".cfg")
			all.push_back(e.path().string());
	std::sort(all.begin(), all.end());
	return all;
}

std::string scenario(const char *name)
{
	return file(std::string(NAVE_SOURCE "/tests/scenarios/") + name);
}

std::string report(const std::string &path)
{
	char *text = nullptr;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	cfg_report_file(lang(), path.c_str(), f);
	fclose(f);
	std::string s(text, len);
	free(text);
	return s;
}

TEST(CfgScenarios, every_file_loads_without_an_unknown_line)
{
	ASSERT_GT(files("scenarios").size(), 70u);
	for (const std::string &path : files("scenarios")) {
		Loaded l(file(path));

		EXPECT_EQ(l.err, ERR_OK) << path << "\n" << l.errors();
	}
}

/* show running-config parses back to the same. */
TEST(CfgScenarios, what_is_printed_loads_to_the_same)
{
	for (const char *folder : { "scenarios", "labs" }) {
		for (const std::string &path : files(folder)) {
			Loaded l(file(path));
			ASSERT_EQ(l.err, ERR_OK) << path;
			Loaded again(l.saved());

			ASSERT_EQ(again.err, ERR_OK) << path << "\n" << again.errors();
			EXPECT_EQ(again.saved(), l.saved()) << path;
			EXPECT_EQ(again.said(CFG_NOT_YET).size(), l.said(CFG_NOT_YET).size()) << path;
		}
	}
}

/* The lines that say something, without indentation: a mode inside a mode may be deeper in print. */
std::string flat(const std::string &text)
{
	std::stringstream in(text);
	std::string line, out;

	while (std::getline(in, line)) {
		size_t at = line.find_first_not_of(' ');

		if (at != std::string::npos && line[at] != '!')
			out += line.substr(at) + "\n";
	}
	return out;
}

TEST(CfgScenarios, what_is_written_in_full_is_printed_as_it_was_written)
{
	for (const char *name : { "01-site-to-site-psk-v6-over-v4/r1.cfg", "02-hub-spoke-ikev2-routing/hub1.cfg", "06-multi-sa-svti/r1.cfg",
		     "03-shortcut-two-hubs/hub1.cfg", "09-aaa-route-protection/hub1.cfg", "15-zero-touch-pki/ca.cfg" })
		EXPECT_EQ(flat(Loaded(scenario(name)).saved()), flat(scenario(name))) << name;
}

TEST(CfgScenarios, labs_are_complete)
{
	ASSERT_EQ(files("labs").size(), 5u);
	for (const std::string &path : files("labs")) {
		Loaded l(file(path));

		ASSERT_EQ(l.err, ERR_OK) << path << "\n" << l.errors();
		EXPECT_EQ(l.warnings(), "") << path;
		EXPECT_TRUE(l.said(CFG_NOT_YET).empty()) << path;
		for (const cfg_object *o = l.model->objects; o != nullptr; o = o->next_object)
			EXPECT_TRUE(o->line == 0 || o->complete) << path << " " << o->title << "\n" << reasons(o);
	}
}

TEST(CfgScenarios, odd_spellings_load_to_the_expected_configuration)
{
	Loaded l(scenario("20-keyrings-and-derivation/alias-forms.cfg"));

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(without_bangs(l.saved()), scenario("20-keyrings-and-derivation/alias-forms.expected"));
}

/* r2-alias.cfg gives the same running configuration as r2.cfg for the lines that they share. */
TEST(CfgScenarios, the_spellings_of_the_slides_give_the_same_lines)
{
	std::string full = Loaded(scenario("01-site-to-site-psk-v6-over-v4/r2.cfg")).saved();
	std::stringstream alias(Loaded(scenario("01-site-to-site-psk-v6-over-v4/r2-alias.cfg")).saved());
	std::string line;

	while (std::getline(alias, line))
		EXPECT_NE(("\n" + full).find("\n" + line + "\n"), std::string::npos) << line;
}

TEST(CfgScenarios, site_to_site_lacks_nothing)
{
	const std::string dir = NAVE_SOURCE "/tests/scenarios/01-site-to-site-psk-v6-over-v4/";

	for (const char *file : { "r1.cfg", "r2.cfg" })
		EXPECT_EQ(report(dir + file), dir + file + ": loads, 0 errors, 0 warnings, 0 not implemented yet\n");
}

TEST(CfgScenarios, certificates_make_a_profile_incomplete_with_the_reasons)
{
	std::string r = report(NAVE_SOURCE "/tests/scenarios/02-hub-spoke-ikev2-routing/hub1.cfg");

	for (const char *text : { "           - needs 'crypto pki import TP'\n", "   25  crypto ikev2 profile default\n",
		     "           - 'crypto pki trustpoint TP' isn't complete\n" })
		EXPECT_NE(r.find(text), std::string::npos) << text << "\n" << r;
}

TEST(CfgReport, a_file_that_is_not_there)
{
	std::string r = report("/nowhere/hub.cfg");

	EXPECT_NE(r.find("does not load"), std::string::npos) << r;
	EXPECT_NE(r.find("/nowhere/hub.cfg: error: can't be read: no such object"), std::string::npos) << r;
}

TEST(CfgReport, exit_status_tells_of_errors)
{
	std::string bad = testing::TempDir() + "nave-bad.cfg", good = NAVE_SOURCE "/tests/labs/02-hub-spoke/hub1.cfg";
	const char *both[] = { good.c_str(), bad.c_str() };
	FILE *null = fopen("/dev/null", "w");

	std::ofstream(bad) << "rubbish\n";
	EXPECT_EQ(cfg_report_files(lang(), both, 1, null), 0);
	EXPECT_EQ(cfg_report_files(lang(), both, 2, null), 1);
	EXPECT_EQ(cfg_report_files(lang(), both + 1, 1, null), 1);
	fclose(null);
	std::remove(bad.c_str());
}

/* ---- size ---- */

std::string large(int blocks)
{
	std::string text = "hostname big\n";

	for (int i = 0; i < blocks; i++) {
		std::string n = std::to_string(i), a = std::to_string(i / 250 % 250), b = std::to_string(i % 250);

		text += "interface Tunnel" + n + "\n ip mtu 1400\n tunnel source 192.0.2.1\n tunnel destination 10." + a + "." + b + ".1\n";
		text += "crypto ikev2 profile P" + n + "\n match identity remote fqdn s" + n +
			".example.net\n authentication local pre-share key k\n";
		text += " authentication remote pre-share key k\nip route 10." + a + "." + b + ".0 255.255.255.0 Tunnel" + n + "\n";
		text += "crypto ikev2 authorization policy A" + n + "\n";
	}
	return text;
}

double cpu_seconds(const std::string &text)
{
	clock_t start = clock();
	Loaded l(text);

	EXPECT_EQ(l.err, ERR_OK);
	return static_cast<double>(clock() - start) / CLOCKS_PER_SEC;
}

TEST(CfgSize, ten_thousand_lines_load_in_linear_time)
{
	(void)cpu_seconds(large(100));
	double some = cpu_seconds(large(250)), many = cpu_seconds(large(1000));

	EXPECT_LT(many, 12 * some + 0.05) << "four times the lines; quadratic would be sixteen times the time";
	EXPECT_LT(many, 10.0);
}

TEST(CfgSize, one_object_with_ten_thousand_lines)
{
	std::string text = "crypto ikev2 authorization policy A\n";

	for (int i = 0; i < 10000; i++)
		text += " route set remote 10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0 255.255.255.0\n";
	EXPECT_LT(cpu_seconds(text), 10.0);
}

} // namespace
