#ifndef TESTS_OFFLOAD_FILTERS_H
#define TESTS_OFFLOAD_FILTERS_H

#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "dp/line.h"

/* Filters by hand: a line fits everything until it is told otherwise. */
inline dp_line_end filters_end(const std::string &address, const std::string &care)
{
	dp_line_end e = {};

	EXPECT_EQ(addr_parse(address.c_str(), &e.addr), ERR_OK);
	EXPECT_EQ(addr_parse(care.c_str(), &e.care), ERR_OK);
	e.port_last = 65535;
	return e;
}

inline dp_line filters_line(bool permit, uint8_t proto = 0, bool v6 = false)
{
	dp_line l = {};

	l.permit = permit;
	l.proto = proto;
	l.src = l.dst = v6 ? filters_end("::", "::") : filters_end("0.0.0.0", "0.0.0.0");
	return l;
}

/* What a put carries; the bytes are the object's. */
struct Filter {
	std::vector<uint8_t> room = std::vector<uint8_t>(DP_LINES_MAX);
	dp_filter conf = {};

	Filter(uint32_t id, const std::vector<dp_line> &lines, bool v6 = false)
	{
		struct wr w = wr_of(room.data(), room.size());

		for (const dp_line &l : lines)
			dp_line_write(&w, &l);
		EXPECT_EQ(wr_done(&w), ERR_OK);
		conf.id = id;
		conf.v6 = v6;
		conf.count = (uint16_t)lines.size();
		conf.lines = wr_view(&w);
		snprintf(conf.name, sizeof(conf.name), "F%u", id);
	}
};

#endif
