/* What comes in by a port's inlet has been steered already: it is the kernel's, in either mode of XDP. */
#include "lab.h"

#include <unistd.h>

#include "base/nl/nl_link.h"
#include "base/nl/nl_tc.h"
#include "base/nl/nl_tun.h"

namespace
{
class Inlet : public Lab, public ::testing::WithParamInterface<loader_mode>
{
};

TEST_P(Inlet, is_behind_the_steering)
{
	Bytes frame = frame4({}, udp(500, ike({})));
	struct nl_link link;
	struct nl *nl;
	int tap, in;

	open();
	locals();
	loader_port p = port();
	p.mode = GetParam();
	p.judge4 = true;
	attach(p);
	bind_socket();
	ASSERT_EQ(ERR_OK, nl_open(-1, &nl));
	ASSERT_EQ(ERR_OK, nl_tun_open(-1, "inlet", NL_TUN_ETHERNET, false, &tap));
	ASSERT_EQ(ERR_OK, nl_link_find(nl, "inlet", &link));
	ASSERT_EQ(ERR_OK, nl_link_set_mac(nl, link.index, HUB_MAC.data()));
	ASSERT_EQ(ERR_OK, nl_tc_redirect(nl, link.index, ifindex));
	ASSERT_EQ(ERR_OK, nl_link_set_up(nl, link.index, true));
	in = packet_socket("hub");
	ASSERT_EQ(static_cast<ssize_t>(frame.size()), write(tap, frame.data(), frame.size()));
	EXPECT_EQ(hex(frame), hex(receive(in, 1000)));
	EXPECT_TRUE(counts().empty());
	(void)close(in);
	(void)close(tap);
	nl_close(nl);
}

INSTANTIATE_TEST_SUITE_P(Modes, Inlet, ::testing::Values(LOADER_NATIVE, LOADER_GENERIC),
	[](const auto &mode) { return std::string(mode.param == LOADER_NATIVE ? "native" : "generic"); });
} // namespace
