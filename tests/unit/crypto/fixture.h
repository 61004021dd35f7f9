#ifndef TESTS_CRYPTO_FIXTURE_H
#define TESTS_CRYPTO_FIXTURE_H

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/crypto.h"
#include "crypto/iana.h"

using Octets = std::vector<uint8_t>;

/* Octets of a hex string; blanks are skipped. */
inline Octets hex(const std::string &text)
{
	Octets out;
	std::string digits;

	for (char c : text)
		if (c != ' ')
			digits += c;
	for (size_t i = 0; i + 1 < digits.size(); i += 2)
		out.push_back(static_cast<uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
	return out;
}

inline struct bytes view(const Octets &o)
{
	return bytes_of(o.data(), o.size());
}

inline struct bytes view(const std::string &s)
{
	return bytes_of(s.data(), s.size());
}

class CryptoTest : public ::testing::Test
{
      protected:
	struct crypto *c = nullptr;

	void SetUp() override
	{
		ASSERT_EQ(crypto_new(&c), ERR_OK);
	}
	void TearDown() override
	{
		crypto_free(c);
	}
};

#endif
