#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ctl/show.h"
#include "ctl/show_route.h"

namespace
{

/* What a row of the table has must fit together: each command ends what it begins, and every word on the way has help. */
TEST(CtlShow, table_is_sound)
{
	std::set<std::string> known;

	for (const ctl_command *c = ctl_show_table(); c->words != nullptr; c++)
		EXPECT_TRUE(known.insert(c->words).second) << c->words;
	for (const ctl_command *c = ctl_show_table(); c->words != nullptr; c++) {
		std::string words = c->words;
		EXPECT_NE(nullptr, c->help) << words;
		EXPECT_EQ(c->state_size != 0, c->end != nullptr) << words;
		EXPECT_TRUE(c->next != nullptr || (c->begin == nullptr && c->end == nullptr)) << words;
		for (size_t at = words.find(' '); at != std::string::npos; at = words.find(' ', at + 1))
			EXPECT_TRUE(known.count(words.substr(0, at))) << words.substr(0, at);
	}
}

TEST(CtlShow, adds_rows)
{
	json_t *doc = json_object();

	EXPECT_EQ(ERR_OK, ctl_show_add(doc, "rows", json_integer(1)));
	EXPECT_EQ(ERR_OK, ctl_show_add(doc, "rows", json_integer(2)));
	EXPECT_EQ(ERR_NOMEM, ctl_show_add(doc, "rows", nullptr));
	EXPECT_EQ(2u, json_array_size(json_object_get(doc, "rows")));
	json_decref(doc);
}

void nothing(void *, uint32_t, const addr_prefix *, const route_hop *)
{
}

/* A table that can only be walked as a whole comes in parts, each row once. */
TEST(CtlShow, pages_the_routing_table)
{
	const uint8_t key[16] = {};
	constexpr unsigned total = 3 * CTL_PAGE_ROWS;
	route_rib *rib = nullptr;
	ctl_world world = {};
	ctl_route_state state = {};
	ctl_command command = {};
	ctl_call call = {};
	std::set<std::string> seen;
	unsigned parts = 0;
	bool more = true;

	ASSERT_EQ(ERR_OK, route_rib_new(&rib, key, nothing, nullptr));
	ASSERT_EQ(ERR_OK, route_rib_set_if(rib, { ROUTE_IF_PORT, 1 }, true, "Ethernet0/0"));
	for (unsigned i = 0; i < total; i++) {
		route_candidate c = {};
		c.prefix.addr = addr_of_u32(0x0a000000 + (i << 8));
		c.prefix.len = 24;
		c.source = ROUTE_IKEV2;
		c.distance = 1;
		c.out = { ROUTE_IF_PORT, 1 };
		ASSERT_EQ(ERR_OK, route_rib_add(rib, &c));
	}
	route_rib_commit(rib);
	world.rib = rib;
	command.variant = AF_INET;
	call.command = &command;
	call.ctx = &world;
	call.state = &state;
	for (; more && parts < 10; parts++) {
		json_t *doc = json_object(), *row;
		size_t i;
		more = false;
		ASSERT_EQ(ERR_OK, ctl_show_route(&call, doc, &more));
		EXPECT_EQ(more ? static_cast<size_t>(CTL_PAGE_ROWS) : 0, json_array_size(json_object_get(doc, "routes")));
		json_array_foreach(json_object_get(doc, "routes"), i, row)
		{
			EXPECT_TRUE(seen.insert(json_string_value(json_object_get(row, "prefix"))).second);
			EXPECT_STREQ("Ethernet0/0", json_string_value(json_object_get(row, "interface")));
			EXPECT_TRUE(json_is_true(json_object_get(row, "ikev2")));
			EXPECT_STREQ("S", json_string_value(json_object_get(row, "code")));
		}
		json_decref(doc);
	}
	EXPECT_EQ(4u, parts); /* the last one says that there is no more */
	EXPECT_EQ(total, seen.size());
	route_rib_free(rib);
}

} // namespace
