// The firmware ABI: layout alike in C and C++, numbers unique, and every one of them in the document.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "fwi/abi.h"
#include "fwi/attach.h"
#include "fwi/caps.h"
#include "fwi/cmd.h"
#include "fwi/event.h"
#include "fwi/fault.h"
#include "fwi/flow.h"
#include "fwi/guard.h"
#include "fwi/regs.h"
#include "fwi/ring.h"
#include "fwi/sa.h"
#include "fwi/stats.h"
#include "fwi/status.h"

#include "fwi_sizes.h"

namespace
{

struct numbered {
	const char *name;
	unsigned number;
};

std::string doc()
{
	std::ifstream in(FWI_DOC);
	std::stringstream all;

	all << in.rdbuf();
	return all.str();
}

void expect_unique(const std::vector<numbered> &list)
{
	std::set<unsigned> numbers;
	std::set<std::string> names;

	for (const numbered &n : list) {
		EXPECT_TRUE(numbers.insert(n.number).second) << n.name;
		EXPECT_TRUE(names.insert(n.name).second) << n.name;
	}
}

// The document has a cell with the number (hex of that many digits, 0: decimal) followed by a cell with the name.
void expect_documented(const std::vector<numbered> &list, int hex_digits)
{
	std::string text = doc();

	ASSERT_FALSE(text.empty());
	for (const numbered &n : list) {
		char number[16];

		if (hex_digits > 0)
			snprintf(number, sizeof(number), "0x%0*x", hex_digits, n.number);
		else
			snprintf(number, sizeof(number), "%u", n.number);
		EXPECT_NE(text.find("| " + std::string(number) + " | " + n.name + " |"), std::string::npos) << n.name << " " << number;
	}
}

#define NUMBERED(name, number, ...) { #name, number },

const std::vector<numbered> ops = { FWI_OP_LIST(NUMBERED) };
const std::vector<numbered> statuses = { FWI_STATUS_LIST(NUMBERED) };
const std::vector<numbered> features = { FWI_FEATURE_LIST(NUMBERED) };
const std::vector<numbered> suites = { FWI_SUITE_LIST(NUMBERED) };
const std::vector<numbered> events = { FWI_EVENT_LIST(NUMBERED) };

} // namespace

TEST(AbiFwi, same_sizes_in_c_and_cxx)
{
	std::map<std::string, size_t> cxx;
	const char *name[64];
	size_t size[64];
	size_t count = fwi_sizes_c(name, size, 64);

#define SIZE(type, bytes)                              \
	EXPECT_EQ(sizeof(struct type), size_t(bytes)); \
	cxx[#type] = sizeof(struct type);
	FWI_SIZES_LIST(SIZE)
#undef SIZE
	ASSERT_EQ(count, cxx.size());
	for (size_t i = 0; i < count; i++)
		EXPECT_EQ(cxx[name[i]], size[i]) << name[i];
}

TEST(AbiFwi, numbers_are_unique_and_in_range)
{
	for (const auto *list : { &ops, &statuses, &features, &suites, &events })
		expect_unique(*list);
	for (const numbered &f : features)
		EXPECT_LT(f.number, 64u);
	for (const numbered &s : suites)
		EXPECT_LT(s.number, unsigned(FWI_SUITE_COUNT));
}

TEST(AbiFwi, document_lists_every_number)
{
	expect_documented(ops, 4);
	expect_documented(statuses, 2);
	expect_documented(features, 0);
	expect_documented(suites, 0);
	expect_documented(events, 0);
}

TEST(AbiFwi, documented_register_offsets)
{
	EXPECT_EQ(offsetof(fwi_regs_device, boot_id), 0x18u);
	EXPECT_EQ(offsetof(fwi_regs_device, fatal), 0x24u);
	EXPECT_EQ(offsetof(fwi_regs_device, queue_pairs), 0x28u);
	EXPECT_EQ(offsetof(fwi_bar, driver.acq), 0x1020u);
	EXPECT_EQ(offsetof(fwi_bar, driver.evq_arm), 0x104cu);
	EXPECT_EQ(offsetof(fwi_bar, driver.queue), 0x1100u);
	EXPECT_EQ(offsetof(fwi_doorbell, rx_arm), 8u);
}

TEST(AbiFwi, little_endian_in_memory)
{
	le32 magic = le32_of(FWI_MAGIC);
	le64 wide = le64_of(UINT64_C(0x0807060504030201));

	EXPECT_EQ(memcmp(&magic, "NAVE", 4), 0);
	EXPECT_EQ(memcmp(&wide, "\1\2\3\4\5\6\7\10", 8), 0);
	EXPECT_EQ(le64_get(wide), UINT64_C(0x0807060504030201));
	EXPECT_EQ(le16_get(le16_of(0x1234)), 0x1234);
}

// The check sees every bit of the descriptor, and the epoch.
TEST(AbiFwi, tx_check_covers_every_bit)
{
	fwi_tx_desc d = {};
	uint8_t *bytes = reinterpret_cast<uint8_t *>(&d);
	uint16_t good;

	d.opcode = FWI_TX_SECURED;
	d.l2_len = 14;
	d.length = le16_of(100);
	d.sa_index = le32_of(7);
	d.sa_generation = le16_of(3);
	d.number = le64_of(0x123456789abcdef0);
	good = fwi_tx_check(&d, 5);
	d.check = le16_of(good);
	EXPECT_EQ(fwi_tx_check(&d, 5), good) << "the field itself doesn't count";
	EXPECT_NE(fwi_tx_check(&d, 6), good);
	for (size_t bit = 0; bit < sizeof(d) * 8; bit++) {
		if (bit / 16 == offsetof(fwi_tx_desc, check) / 2)
			continue;
		bytes[bit / 8] ^= uint8_t(1 << bit % 8);
		EXPECT_NE(fwi_tx_check(&d, 5), good) << bit;
		bytes[bit / 8] ^= uint8_t(1 << bit % 8);
	}
	memset(&d, 0, sizeof(d));
	EXPECT_NE(fwi_tx_check(&d, 0), 0) << "zeroed memory is no secured descriptor";
}

TEST(AbiFwi, status_text_of_any_number)
{
	EXPECT_STREQ(fwi_status_str(FWI_ST_OK), "ok");
	EXPECT_STREQ(fwi_status_str(0xffff), "unknown status");
}
