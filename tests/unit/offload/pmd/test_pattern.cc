#include "pmd/pattern.h"

#include <arpa/inet.h>
#include <cerrno>
#include <gtest/gtest.h>
#include <vector>

namespace
{

struct Rule {
	rte_flow_attr attr = {};
	std::vector<rte_flow_item> items;
	std::vector<rte_flow_action> actions;
	rte_flow_error error = {};
	pmd_pattern out;

	Rule()
	{
		attr.ingress = 1;
	}
	Rule &item(rte_flow_item_type type, const void *spec = nullptr, const void *mask = nullptr, const void *last = nullptr)
	{
		items.push_back({ type, spec, last, mask });
		return *this;
	}
	Rule &action(rte_flow_action_type type, const void *conf = nullptr)
	{
		actions.push_back({ type, conf });
		return *this;
	}
	int parse()
	{
		items.push_back({ RTE_FLOW_ITEM_TYPE_END, nullptr, nullptr, nullptr });
		actions.push_back({ RTE_FLOW_ACTION_TYPE_END, nullptr });
		return pmd_pattern_parse(&attr, items.data(), actions.data(), &out, &error);
	}
};

rte_flow_item_esp esp_spec(uint32_t spi)
{
	rte_flow_item_esp e = {};

	e.hdr.spi = htonl(spi);
	return e;
}

} // namespace

TEST(PmdPattern, whole_rule)
{
	rte_flow_item_ipv6 ip = {}, ip_mask = {};
	rte_flow_item_udp udp = {}, udp_mask = {};
	rte_flow_item_esp esp = esp_spec(0x12345678);
	rte_flow_action_queue queue = { 3 };
	int session;
	Rule r;

	ip.hdr.dst_addr[15] = 9;
	memset(ip_mask.hdr.dst_addr, 0xff, 16);
	udp.hdr.dst_port = htons(4500);
	udp_mask.hdr.dst_port = UINT16_MAX;
	r.item(RTE_FLOW_ITEM_TYPE_ETH).item(RTE_FLOW_ITEM_TYPE_VOID).item(RTE_FLOW_ITEM_TYPE_IPV6, &ip, &ip_mask);
	r.item(RTE_FLOW_ITEM_TYPE_UDP, &udp, &udp_mask).item(RTE_FLOW_ITEM_TYPE_ESP, &esp); // the default mask is the SPI
	r.action(RTE_FLOW_ACTION_TYPE_SECURITY, &session).action(RTE_FLOW_ACTION_TYPE_QUEUE, &queue);
	ASSERT_EQ(r.parse(), 0) << r.error.message;
	EXPECT_EQ(r.out.family, 6);
	EXPECT_EQ(r.out.local[15], 9);
	EXPECT_TRUE(r.out.udp_encap);
	EXPECT_EQ(r.out.udp_port, 4500);
	EXPECT_EQ(r.out.spi, 0x12345678u);
	EXPECT_EQ(r.out.session, &session);
	EXPECT_EQ(r.out.queue, 3);
}

// A SECURITY action without a session, as ipsec-secgw sends it.
TEST(PmdPattern, any_esp)
{
	Rule r;

	ASSERT_EQ(r.item(RTE_FLOW_ITEM_TYPE_IPV4).item(RTE_FLOW_ITEM_TYPE_ESP).action(RTE_FLOW_ACTION_TYPE_SECURITY).parse(), 0);
	EXPECT_TRUE(r.out.security);
	EXPECT_EQ(r.out.session, nullptr);
	EXPECT_FALSE(r.out.has_spi);
	EXPECT_EQ(r.out.family, 0);
}

TEST(PmdPattern, refused)
{
	rte_flow_item_ipv4 ip = {}, mask = {};
	rte_flow_item_esp esp = esp_spec(1), part = esp_spec(0xff), last = esp_spec(9);
	rte_flow_item_eth eth = {};
	auto with = [](rte_flow_item_type type, const void *spec = nullptr, const void *m = nullptr, const void *l = nullptr) {
		Rule r;

		r.item(type, spec, m, l);
		if (type != RTE_FLOW_ITEM_TYPE_ESP)
			r.item(RTE_FLOW_ITEM_TYPE_ESP);
		return r.action(RTE_FLOW_ACTION_TYPE_SECURITY).parse();
	};

	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_ESP, &esp), 0);
	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_ESP, &esp, &part), -ENOTSUP);
	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_ESP, &esp, nullptr, &last), -ENOTSUP);
	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_ETH, &eth), -ENOTSUP);
	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_IPV4, &ip), -ENOTSUP); // the default mask has the source too
	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_IPV4, &ip, &mask), 0);
	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_UDP), -ENOTSUP); // any port
	EXPECT_EQ(with(RTE_FLOW_ITEM_TYPE_TCP), -ENOTSUP);
	EXPECT_EQ(Rule().item(RTE_FLOW_ITEM_TYPE_IPV4).action(RTE_FLOW_ACTION_TYPE_SECURITY).parse(), -ENOTSUP);
	EXPECT_EQ(Rule().item(RTE_FLOW_ITEM_TYPE_ESP).parse(), -EINVAL);
	EXPECT_EQ(Rule().item(RTE_FLOW_ITEM_TYPE_ESP).action(RTE_FLOW_ACTION_TYPE_DROP).parse(), -ENOTSUP);
}
