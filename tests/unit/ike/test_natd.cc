#include <gtest/gtest.h>

#include "crypto/crypto.h"
#include "ike/natd.h"

namespace
{

struct ike_natd detect(const struct ike_path &sender, const struct ike_path &receiver, bool pretend = false, bool build = true)
{
	struct crypto *c = nullptr;
	struct ike_hdr hdr = {};
	uint8_t buf[512];
	struct ike_build b;
	struct ike_natd out = {};
	struct bytes d;
	struct ike_msg m;

	hdr.spi_i = 7;
	hdr.version = IKE_VERSION;
	hdr.exchange = IKE_X_IKE_SA_INIT;
	hdr.flags = IKE_F_INITIATOR;
	EXPECT_EQ(crypto_new(&c), ERR_OK);
	ike_build_begin(&b, buf, sizeof(buf), &hdr);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_REDIRECT_SUPPORTED, bytes_of(nullptr, 0));
	if (build) {
		EXPECT_EQ(ike_natd_build(c, &b, &hdr, &sender, pretend), ERR_OK);
	}
	EXPECT_EQ(ike_build_finish(&b, &d), ERR_OK);
	EXPECT_EQ(ike_msg_parse(d, &m), ERR_OK);
	EXPECT_EQ(ike_natd_check(c, &m, &receiver, &out), ERR_OK);
	crypto_free(c);
	return out;
}

struct ike_path path(uint32_t local, uint16_t local_port, uint32_t remote, uint16_t remote_port)
{
	struct ike_path p = {};

	p.local = { addr_of_u32(local), local_port };
	p.remote = { addr_of_u32(remote), remote_port };
	return p;
}

} // namespace

TEST(IkeNatd, R_IKE_26_who_is_behind_a_nat)
{
	struct ike_path a = path(1, 500, 2, 500);

	struct ike_natd direct = detect(a, path(2, 500, 1, 500));
	EXPECT_TRUE(direct.supported && !direct.local && !direct.remote);
	struct ike_natd sender = detect(a, path(2, 500, 9, 500));
	EXPECT_TRUE(sender.remote && !sender.local);
	struct ike_natd port = detect(a, path(2, 500, 1, 1024));
	EXPECT_TRUE(port.remote && !port.local);
	struct ike_natd receiver = detect(a, path(8, 500, 1, 500));
	EXPECT_TRUE(receiver.local && !receiver.remote);
	struct ike_natd pretended = detect(a, path(2, 500, 1, 500), true);
	EXPECT_TRUE(pretended.remote && !pretended.local);
	struct ike_natd none = detect(a, path(8, 500, 9, 500), false, false);
	EXPECT_TRUE(!none.supported && !none.local && !none.remote);
}
