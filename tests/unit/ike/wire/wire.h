#ifndef TESTS_IKE_WIRE_WIRE_H
#define TESTS_IKE_WIRE_WIRE_H

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/rd.h"
#include "base/wr.h"

using Octets = std::vector<uint8_t>;

/* From hex digits; white space is skipped. */
inline Octets unhex(const char *text)
{
	Octets out;
	std::string digits;

	for (; *text != '\0'; text++)
		if (!isspace((unsigned char)*text))
			digits += *text;
	for (size_t i = 0; i + 1 < digits.size(); i += 2)
		out.push_back((uint8_t)std::stoul(digits.substr(i, 2), nullptr, 16));
	return out;
}

inline struct bytes view(const Octets &v)
{
	return bytes_of(v.data(), v.size());
}

inline Octets octets(struct bytes b)
{
	return b.len == 0 ? Octets() : Octets(b.data, b.data + b.len);
}

inline std::string str(struct bytes b)
{
	return std::string((const char *)b.data, b.len);
}

/* Parses 'in' from an allocation of exactly its size, so that asan sees a read past its end. */
template <typename Out> enum err parse(enum err (*parser)(struct rd *, Out *), const Octets &in, Out *out)
{
	struct rd r = rd_of(view(in));

	return parser(&r, out);
}

/* What a builder writes. */
inline Octets built(const std::function<void(struct wr *)> &builder, size_t cap = 65536)
{
	Octets buf(cap);
	struct wr w = wr_of(buf.data(), buf.size());

	builder(&w);
	EXPECT_EQ(ERR_OK, wr_done(&w));
	buf.resize(w.len);
	return buf;
}

/* Checks that 'builder' reports every buffer that is too small for what it writes. */
inline void expect_bounded(const std::function<void(struct wr *)> &builder)
{
	size_t need = built(builder).size();

	for (size_t cap = 0; cap < need; cap++) {
		Octets buf(cap);
		struct wr w = wr_of(buf.data(), cap);

		builder(&w);
		EXPECT_EQ(ERR_FULL, wr_done(&w)) << cap;
	}
}

/* How a body reacts to being cut: the shortest length that parses. */
template <typename Out> size_t shortest(enum err (*parser)(struct rd *, Out *), const Octets &in)
{
	size_t least = in.size() + 1;

	for (size_t len = in.size() + 1; len-- > 0;) {
		Octets cut(in.begin(), in.begin() + (long)len);
		auto out = std::make_unique<Out>();

		if (parse(parser, cut, out.get()) == ERR_OK)
			least = len;
	}
	return least;
}

/* Parses thousands of seeded variations of 'in'; what matters is that asan and ubsan stay silent. */
template <typename Out> void mutate(enum err (*parser)(struct rd *, Out *), const Octets &in)
{
	std::mt19937 random(1);
	auto out = std::make_unique<Out>();

	for (unsigned round = 0; round < 2000; round++) {
		Octets broken(in);

		for (unsigned hit = 0; hit <= round % 3 && !broken.empty(); hit++)
			broken[random() % broken.size()] = (uint8_t)random();
		if (round % 4 == 0)
			broken.resize(random() % (in.size() + 8));
		(void)!parse(parser, broken, out.get());
	}
}

#endif
