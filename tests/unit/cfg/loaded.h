#ifndef TESTS_CFG_LOADED_H
#define TESTS_CFG_LOADED_H

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cfg/find.h"
#include "cfg/load.h"
#include "cfg/print.h"

namespace cfgtest
{

/* One language for all tests: it is constant. */
inline const cfg_lang *lang()
{
	static const std::unique_ptr<cfg_lang, void (*)(cfg_lang *)> one(cfg_lang_new(), cfg_lang_free);

	return one.get();
}

inline bytes view(const std::string &s)
{
	return bytes_of(s.data(), s.size());
}

/* A configuration that was loaded, with all that was said about it. */
struct Loaded {
	cfg_messages messages{};
	cfg_model *model = nullptr;
	enum err err;

	explicit Loaded(const std::string &text)
	{
		err = cfg_load(lang(), "test.cfg", view(text), &messages, &model);
	}
	~Loaded()
	{
		cfg_model_free(model);
		cfg_message_fini(&messages);
	}
	Loaded(const Loaded &) = delete;
	Loaded &operator=(const Loaded &) = delete;

	/* "line:column text" of the messages of one severity. */
	std::vector<std::string> said(cfg_severity severity) const
	{
		std::vector<std::string> all;

		for (const cfg_message *m = messages.first; m != nullptr; m = m->next)
			if (m->severity == severity)
				all.push_back(std::to_string(m->line) + ":" + std::to_string(m->column) + " " + m->text);
		return all;
	}
	std::string errors() const
	{
		std::string s;

		for (const std::string &e : said(CFG_ERROR))
			s += e + "\n";
		return s;
	}
	std::string warnings() const
	{
		std::string s;

		for (const std::string &w : said(CFG_WARNING))
			s += w + "\n";
		return s;
	}
	std::string saved(cfg_secrets secrets = CFG_SECRETS_SHOWN) const
	{
		char *text = nullptr;
		size_t len = 0;
		FILE *f = open_memstream(&text, &len);

		EXPECT_EQ(cfg_print(lang(), model, secrets, f), ERR_OK);
		fclose(f);
		std::string s(text, len);
		free(text);
		return s;
	}
};

/* The reasons of an object, one a line; empty when it is complete. */
inline std::string reasons(const cfg_object *o)
{
	std::string s;

	EXPECT_EQ(o->complete, o->reasons == nullptr);
	for (const cfg_reason *r = o->reasons; r != nullptr; r = r->next)
		s += std::string(r->text) + "\n";
	return s;
}

inline std::string file(const std::string &path)
{
	std::ifstream in(path, std::ios::binary);
	std::stringstream s;

	EXPECT_TRUE(in.good()) << path;
	s << in.rdbuf();
	return s.str();
}

inline std::string without_bangs(const std::string &text)
{
	std::stringstream in(text);
	std::string line, out;

	while (std::getline(in, line))
		if (line != "!")
			out += line + "\n";
	return out;
}

} // namespace cfgtest
#endif
