#ifndef TESTS_OFFLOAD_POLICIES_H
#define TESTS_OFFLOAD_POLICIES_H

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "dp/policy.h"

/* Policies by hand: a class has all packets, and does nothing to them, until it is told otherwise. */
struct Class {
	dp_traffic t = {};

	explicit Class(const std::string &name, unsigned depth = 0)
	{
		snprintf(t.name, sizeof(t.name), "%s", name.c_str());
		t.depth = (uint8_t)depth;
	}
	Class &match(dp_match m)
	{
		t.match[t.match_count++] = m;
		return *this;
	}
	Class &dscp(std::vector<unsigned> values, bool inverted = false, unsigned families = 3)
	{
		uint64_t bits = 0;

		for (unsigned v : values)
			bits |= UINT64_C(1) << v;
		return match({ DP_MATCH_DSCP, inverted, (uint8_t)families, bits, 0 });
	}
	Class &filter(uint32_t id)
	{
		return match({ DP_MATCH_FILTER, false, 3, 0, id });
	}
	Class &any()
	{
		t.any = true;
		return *this;
	}
	Class &set(unsigned value)
	{
		t.has_dscp = true;
		t.dscp = (uint8_t)value;
		return *this;
	}
	Class &shape(uint64_t bps)
	{
		t.shape_bps = bps;
		return *this;
	}
	Class &police(uint64_t cir, uint32_t bc, uint64_t pir = 0, uint32_t be = 0)
	{
		t.police = { cir, pir, bc, be, { DP_POLICE_TRANSMIT, DP_POLICE_DROP, DP_POLICE_DROP }, {} };
		return *this;
	}
	Class &action(dp_color color, dp_police_action what, unsigned value = 0)
	{
		t.police.action[color] = (uint8_t)what;
		t.police.dscp[color] = (uint8_t)value;
		return *this;
	}
};

/* What a put carries; the bytes are the object's. */
struct Policy {
	std::vector<uint8_t> room = std::vector<uint8_t>(DP_LINES_MAX);
	dp_policy conf = {};

	Policy(uint32_t id, const std::vector<Class> &classes)
	{
		struct wr w = wr_of(room.data(), room.size());

		for (const Class &c : classes)
			dp_policy_write(&w, &c.t);
		EXPECT_EQ(wr_done(&w), ERR_OK);
		conf.id = id;
		conf.count = (uint16_t)classes.size();
		conf.classes = wr_view(&w);
		snprintf(conf.name, sizeof(conf.name), "P%u", id);
	}
};

#endif
