#include "base/list.h"

#include <vector>

#include <gtest/gtest.h>

namespace
{
struct Item {
	int id;
	struct list link;
};

std::vector<int> ids(const struct list *head)
{
	std::vector<int> out;

	list_each (it, head)
		out.push_back(list_of(it, Item, link)->id);
	return out;
}
} // namespace

TEST(List, zeroed_head_is_an_empty_list)
{
	struct list head = {};

	EXPECT_TRUE(list_empty(&head));
	EXPECT_EQ(list_first(&head), nullptr);
	EXPECT_TRUE(ids(&head).empty());
	list_init(&head);
	EXPECT_TRUE(list_empty(&head));
}

TEST(List, keeps_the_order_of_adding)
{
	struct list head = {};
	Item a = { 1, {} }, b = { 2, {} }, c = { 3, {} };

	for (Item *i : { &a, &b, &c })
		list_add(&head, &i->link);
	EXPECT_EQ(ids(&head), (std::vector<int>{ 1, 2, 3 }));
	EXPECT_TRUE(list_linked(&b.link));
	list_del(&b.link);
	EXPECT_FALSE(list_linked(&b.link));
	EXPECT_EQ(ids(&head), (std::vector<int>{ 1, 3 }));
	list_add(&head, &b.link);
	EXPECT_EQ(ids(&head), (std::vector<int>{ 1, 3, 2 }));
}

TEST(List, removing_what_is_not_linked_is_nothing)
{
	Item a = { 1, {} };

	list_del(&a.link);
	list_init(&a.link);
	list_del(&a.link);
	EXPECT_FALSE(list_linked(&a.link));
}

TEST(List, a_walk_may_remove_behind_itself)
{
	struct list head = {};
	Item item[5] = {};

	for (int i = 0; i < 5; i++) {
		item[i].id = i;
		list_add(&head, &item[i].link);
	}
	for (struct list *it = list_first(&head), *next; it != nullptr; it = next) {
		next = list_next(&head, it);
		if (list_of(it, Item, link)->id % 2 == 0)
			list_del(it);
	}
	EXPECT_EQ(ids(&head), (std::vector<int>{ 1, 3 }));
	list_del(&item[1].link);
	list_del(&item[3].link);
	EXPECT_TRUE(list_empty(&head));
}
