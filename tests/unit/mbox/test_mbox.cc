// The driver's side against a device that lies: everything it writes is chosen by the test.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <vector>

#include "mbox/mbox.h"
#include "mbox/query.h"
#include "mbox/rxq.h"
#include "mbox/sa.h"
#include "mbox/txq.h"

namespace
{

// Registers and regions as the device sees them; 'work' is what the device does while the driver waits.
struct Liar {
	fwi_bus bus = {};
	fwi_bar bar = {};
	std::vector<std::pair<uint8_t *, uint64_t>> regions;
	std::function<void()> work = [this] { obey(); };
	uint64_t now = 1;
	bool alive = true;
	fwi_status welcome = FWI_ST_OK;
	unsigned waits = 0;
	unsigned taken = 0; // commands looked at
	uint32_t comps = 0;
	uint32_t events = 0;

	static Liar *self(fwi_bus *b)
	{
		return reinterpret_cast<Liar *>(b);
	}

	Liar()
	{
		static const fwi_bus_ops ops = {
			[](fwi_bus *b) { return self(b)->welcome; },
			[](fwi_bus *b, int fd, uint64_t size, uint16_t *region) {
				void *p = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
				EXPECT_NE(p, MAP_FAILED);
				EXPECT_EQ(fcntl(fd, F_GET_SEALS) & (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL),
					F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
				self(b)->regions.push_back({ static_cast<uint8_t *>(p), size });
				*region = uint16_t(self(b)->regions.size());
				return FWI_ST_OK;
			},
			[](fwi_bus *b, uint16_t region) {
				auto &r = self(b)->regions.at(region - 1u);
				munmap(r.first, r.second);
				r.first = nullptr;
				return FWI_ST_OK;
			},
			[](fwi_bus *) {},
			[](fwi_bus *b, uint32_t) {
				self(b)->now++;
				self(b)->waits++;
				self(b)->work();
			},
			[](fwi_bus *b) { return self(b)->alive; },
			[](fwi_bus *b) { return self(b)->now; },
			[](fwi_bus *) {},
		};

		bus.ops = &ops;
		bus.bar = &bar;
		bus.vectors = 1;
		bus.device_fd = -1;
	}

	~Liar()
	{
		for (auto &r : regions)
			if (r.first != nullptr)
				munmap(r.first, r.second);
	}

	// What any device does: follow control and beat.
	void obey()
	{
		bar.device.state = le32_of(le32_get(bar.driver.control) == FWI_CONTROL_ON ? FWI_STATE_READY : FWI_STATE_OFF);
		bar.device.epoch = le32_of(1);
		bar.device.heartbeat = le64_of(now);
	}

	uint8_t *at(const fwi_ring_reg &r)
	{
		return regions.at(le16_get(r.region) - 1u).first + le64_get(r.offset);
	}

	uint8_t *at(const fwi_addr &a)
	{
		return regions.at(le16_get(a.region) - 1u).first + le64_get(a.offset);
	}

	bool next_command(fwi_cmd *out)
	{
		if (taken == le32_get(bar.driver.asq_prod))
			return false;
		memcpy(out, reinterpret_cast<fwi_cmd *>(at(bar.driver.asq)) + taken % 8, sizeof(*out));
		taken++;
		return true;
	}

	fwi_comp *complete(uint16_t tag, uint16_t status, int32_t position_off = 0)
	{
		fwi_comp *c = reinterpret_cast<fwi_comp *>(at(bar.driver.acq)) + comps % 8;

		memset(c->result, 0xee, sizeof(c->result));
		c->tag = le16_of(tag);
		c->status = le16_of(status);
		comps++;
		c->position = le32_of(comps + uint32_t(position_off));
		return c;
	}

	void event(uint16_t type)
	{
		fwi_event *e = reinterpret_cast<fwi_event *>(at(bar.driver.evq)) + events % 8;

		e->type = le16_of(type);
		events++;
		e->position = le32_of(events);
	}
};

// Brings it up, waiting for the device.
fwi_status attached(mbox *box)
{
	fwi_status st;

	while ((st = mbox_attach(box)) == FWI_ST_H_PENDING)
		mbox_bus(box)->ops->wait(mbox_bus(box), 1);
	return st;
}

struct Box {
	Liar dev;
	mbox *box = nullptr;
	unsigned events = 0;

	Box()
	{
		mbox_config c = {};

		c.admin_log2 = 3;
		c.event_log2 = 3;
		c.event = [](void *ctx, const fwi_event *) { static_cast<Box *>(ctx)->events++; };
		c.ctx = this;
		EXPECT_EQ(mbox_new(&dev.bus, &c, &box), FWI_ST_OK);
		EXPECT_EQ(attached(box), FWI_ST_OK);
	}

	~Box()
	{
		mbox_free(box);
	}

	// From now on every command is answered by 'answer'.
	void answer(std::function<void(const fwi_cmd &)> answer)
	{
		dev.work = [this, answer = std::move(answer)] {
			fwi_cmd c;

			dev.obey();
			while (dev.next_command(&c))
				answer(c);
		};
	}
};

struct Got {
	fwi_status status = FWI_ST_H_PENDING;
	uint8_t first = 0;
	unsigned calls = 0;

	static void done(void *ctx, fwi_status status, const void *result)
	{
		Got *g = static_cast<Got *>(ctx);

		g->status = status;
		g->first = *static_cast<const uint8_t *>(result);
		g->calls++;
	}
};

fwi_cmd nop()
{
	fwi_cmd c;

	mbox_build_nop(&c);
	return c;
}

} // namespace

// Each ends as it must, and is freed without waiting any more.
TEST(Mbox, device_that_never_gets_ready)
{
	const struct {
		std::function<void(Liar &)> work;
		fwi_status ends;
	} devices[] = {
		{ [](Liar &) {}, FWI_ST_H_TIMEOUT },
		{ [](Liar &d) { d.bar.device.state = le32_of(77); }, FWI_ST_H_COMPLETION },
		{ [](Liar &d) { d.alive = false; }, FWI_ST_H_CLOSED },
		{ [](Liar &d) { d.welcome = FWI_ST_H_BUSY; }, FWI_ST_H_BUSY },
	};
	mbox_config c = {};
	mbox *box = nullptr;

	c.admin_log2 = 3;
	c.event_log2 = 3;
	for (const auto &device : devices) {
		Liar dev;
		fwi_cmd cmd = nop();

		dev.welcome = device.ends == FWI_ST_H_BUSY ? FWI_ST_H_PENDING : FWI_ST_OK;
		dev.work = [&] { device.work(dev); };
		ASSERT_EQ(mbox_new(&dev.bus, &c, &box), FWI_ST_OK);
		EXPECT_EQ(attached(box), device.ends);
		EXPECT_EQ(mbox_health(box), device.ends);
		EXPECT_EQ(mbox_post(box, &cmd, nullptr, nullptr), device.ends);
		EXPECT_TRUE(dev.bus.gone);
		dev.waits = 0;
		mbox_free(box);
		EXPECT_EQ(dev.waits, 0u);
	}
	Liar dev;
	c.admin_log2 = 2;
	EXPECT_EQ(mbox_new(&dev.bus, &c, &box), FWI_ST_FIELD);
}

// A device takes its time; who attaches to it does something else meanwhile.
TEST(Mbox, attaches_in_steps_without_waiting)
{
	Liar dev;
	mbox_config c = {};
	mbox *box = nullptr;

	c.admin_log2 = 3;
	c.event_log2 = 3;
	dev.welcome = FWI_ST_H_PENDING;
	ASSERT_EQ(mbox_new(&dev.bus, &c, &box), FWI_ST_OK);
	EXPECT_EQ(mbox_attach(box), FWI_ST_H_PENDING);
	EXPECT_EQ(mbox_health(box), FWI_ST_H_PENDING);
	EXPECT_TRUE(dev.regions.empty());
	dev.welcome = FWI_ST_OK;
	dev.bar.device.state = le32_of(FWI_STATE_READY); // not OFF yet
	EXPECT_EQ(mbox_attach(box), FWI_ST_H_PENDING);
	EXPECT_EQ(dev.regions.size(), 1u);
	EXPECT_EQ(le32_get(dev.bar.driver.control), unsigned(FWI_CONTROL_OFF));
	dev.obey();
	EXPECT_EQ(mbox_attach(box), FWI_ST_H_PENDING);
	EXPECT_EQ(le32_get(dev.bar.driver.control), unsigned(FWI_CONTROL_ON));
	dev.now += 1999;
	EXPECT_EQ(mbox_attach(box), FWI_ST_H_PENDING);
	dev.obey();
	EXPECT_EQ(mbox_attach(box), FWI_ST_OK);
	EXPECT_EQ(mbox_epoch(box), 1u);
	EXPECT_EQ(dev.waits, 0u);
	mbox_free(box);
	EXPECT_FALSE(dev.bus.gone) << "it said OFF";
	EXPECT_EQ(dev.regions[0].first, nullptr);
}

// Given up half-way: the device loses the rings with the attachment.
TEST(Mbox, freed_before_it_is_up)
{
	Liar dev;
	mbox_config c = {};
	mbox *box = nullptr;

	c.admin_log2 = 3;
	c.event_log2 = 3;
	ASSERT_EQ(mbox_new(&dev.bus, &c, &box), FWI_ST_OK);
	EXPECT_EQ(mbox_attach(box), FWI_ST_H_PENDING);
	mbox_free(box);
	EXPECT_EQ(dev.waits, 0u);
	EXPECT_TRUE(dev.bus.gone);
	EXPECT_EQ(le32_get(dev.bar.driver.control), unsigned(FWI_CONTROL_OFF));
}

TEST(Mbox, completions_in_any_order)
{
	Box b;
	Got got[4];
	fwi_cmd c;
	std::vector<uint16_t> tags;

	for (Got &g : got)
		ASSERT_EQ(mbox_post(b.box, &(c = nop()), Got::done, &g), FWI_ST_OK);
	while (b.dev.next_command(&c))
		tags.push_back(le16_get(c.tag));
	for (int i : { 2, 0, 3, 1 })
		b.dev.complete(tags[size_t(i)], i == 3 ? FWI_ST_ABSENT : FWI_ST_OK);
	EXPECT_EQ(mbox_poll(b.box), FWI_ST_OK);
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(got[i].status, i == 3 ? FWI_ST_ABSENT : FWI_ST_OK);
		EXPECT_EQ(got[i].first, i == 3 ? 0 : 0xee) << "a failure has no result";
		EXPECT_EQ(got[i].calls, 1u);
	}
}

TEST(Mbox, full_ring_says_so_and_recovers)
{
	Box b;
	fwi_cmd c;

	for (int i = 0; i < 8; i++)
		ASSERT_EQ(mbox_post(b.box, &(c = nop()), nullptr, nullptr), FWI_ST_OK);
	EXPECT_EQ(mbox_post(b.box, &c, nullptr, nullptr), FWI_ST_H_FULL);
	b.answer([&](const fwi_cmd &cmd) { b.dev.complete(le16_get(cmd.tag), FWI_ST_OK); });
	EXPECT_EQ(mbox_call(b.box, &c, nullptr), FWI_ST_OK) << "waits for room";
	EXPECT_EQ(mbox_in_flight(b.box), 0u);
	for (int i = 0; i < 100; i++)
		ASSERT_EQ(mbox_call(b.box, &c, nullptr), FWI_ST_OK);
}

TEST(Mbox, what_breaks_the_protocol_ends_it_once)
{
	auto ends = [](auto lie) {
		Box b;
		Got got;
		fwi_cmd c = nop();

		EXPECT_EQ(mbox_post(b.box, &c, Got::done, &got), FWI_ST_OK);
		EXPECT_TRUE(b.dev.next_command(&c));
		lie(b.dev, le16_get(c.tag));
		fwi_status st = mbox_poll(b.box);
		if (st != FWI_ST_OK) {
			EXPECT_EQ(got.status, st);
			EXPECT_EQ(got.calls, 1u);
			EXPECT_EQ(mbox_post(b.box, &c, nullptr, nullptr), st);
		}
		return st;
	};

	EXPECT_EQ(ends([](Liar &d, uint16_t tag) { d.complete(uint16_t(tag + 1), FWI_ST_OK); }), FWI_ST_H_COMPLETION)
		<< "tag not in flight";
	EXPECT_EQ(ends([](Liar &d, uint16_t) { d.complete(0xffff, FWI_ST_OK); }), FWI_ST_H_COMPLETION);
	EXPECT_EQ(ends([](Liar &d, uint16_t tag) { d.complete(tag, 0x7f); }), FWI_ST_H_COMPLETION) << "unknown status";
	EXPECT_EQ(ends([](Liar &d, uint16_t tag) { d.complete(tag, FWI_ST_H_CLOSED); }), FWI_ST_H_COMPLETION) << "the host's own";
	EXPECT_EQ(ends([](Liar &d, uint16_t tag) { d.complete(tag, FWI_ST_OK, 5); }), FWI_ST_OK) << "another position is no completion";
	EXPECT_EQ(ends([](Liar &d, uint16_t) {
		d.bar.device.state = le32_of(FWI_STATE_FAILED);
		d.now += 20;
	}),
		FWI_ST_H_COMPLETION);
	EXPECT_EQ(ends([](Liar &d, uint16_t) {
		d.bar.device.epoch = le32_of(9);
		d.now += 20;
	}),
		FWI_ST_H_COMPLETION);
}

TEST(Mbox, tag_answered_twice_ends_it)
{
	Box b;
	Got got;
	fwi_cmd c = nop();

	ASSERT_EQ(mbox_post(b.box, &c, Got::done, &got), FWI_ST_OK);
	ASSERT_TRUE(b.dev.next_command(&c));
	b.dev.complete(le16_get(c.tag), FWI_ST_OK);
	b.dev.complete(le16_get(c.tag), FWI_ST_OK);
	EXPECT_EQ(mbox_poll(b.box), FWI_ST_H_COMPLETION);
	EXPECT_EQ(got.status, FWI_ST_OK);
	EXPECT_EQ(got.calls, 1u);
}

TEST(Mbox, events_are_copied_and_acknowledged)
{
	Box b;

	for (int i = 0; i < 8; i++)
		b.dev.event(uint16_t(i * 1000)); // unknown types are the callee's to ignore
	EXPECT_EQ(mbox_poll(b.box), FWI_ST_OK);
	EXPECT_EQ(b.events, 8u);
	EXPECT_EQ(le32_get(b.dev.bar.driver.evq_cons), 8u);
	EXPECT_EQ(mbox_poll(b.box), FWI_ST_OK);
	EXPECT_EQ(b.events, 8u);
}

TEST(Mbox, post_from_a_completion)
{
	Box b;
	struct Chain {
		mbox *box;
		unsigned left;
	} chain = { b.box, 20 };
	auto again = [](void *ctx, fwi_status, const void *) {
		Chain *ch = static_cast<Chain *>(ctx);
		fwi_cmd c = nop();
		auto self = [](void *x, fwi_status, const void *) { static_cast<Chain *>(x)->left--; };
		if (ch->left > 0) {
			EXPECT_EQ(mbox_post(ch->box, &c, self, ch), FWI_ST_OK);
		}
	};
	fwi_cmd c = nop();

	b.answer([&](const fwi_cmd &cmd) { b.dev.complete(le16_get(cmd.tag), FWI_ST_OK); });
	ASSERT_EQ(mbox_post(b.box, &c, again, &chain), FWI_ST_OK);
	for (int i = 0; i < 4; i++) {
		b.dev.work();
		mbox_poll(b.box);
	}
	EXPECT_EQ(chain.left, 19u);
}

TEST(Mbox, capabilities_that_can_not_be)
{
	Box b;
	fwi_caps caps = {};
	fwi_caps out;

	b.answer([&](const fwi_cmd &cmd) {
		fwi_cmd_out c;

		memcpy(&c, &cmd, sizeof(c));
		memcpy(b.dev.at(c.out), &caps, sizeof(caps));
		b.dev.complete(le16_get(cmd.tag), FWI_ST_OK);
	});
	EXPECT_EQ(mbox_query_caps(b.box, &out), FWI_ST_H_COMPLETION);
	caps.queue_pairs = le16_of(2);
	caps.vectors = le16_of(3);
	caps.mtu_max = le32_of(9000);
	caps.ring_log2_max = 10;
	EXPECT_EQ(mbox_query_caps(b.box, &out), FWI_ST_OK);
	caps.sa_in_max = le32_of(0xffffffff);
	EXPECT_EQ(mbox_query_caps(b.box, &out), FWI_ST_H_COMPLETION);
	caps.sa_in_max = le32_of(16);
	caps.queue_pairs = le16_of(9);
	EXPECT_EQ(mbox_query_caps(b.box, &out), FWI_ST_H_COMPLETION);
}

TEST(Mbox, identity_without_an_end)
{
	Box b;
	fwi_identity out;

	b.answer([&](const fwi_cmd &cmd) {
		fwi_cmd_out c;

		memcpy(&c, &cmd, sizeof(c));
		memset(b.dev.at(c.out), 'A', sizeof(fwi_identity));
		b.dev.complete(le16_get(cmd.tag), FWI_ST_OK);
	});
	ASSERT_EQ(mbox_query_identity(b.box, &out), FWI_ST_OK);
	EXPECT_EQ(strlen(out.name), 31u);
	EXPECT_EQ(strlen(out.firmware), 31u);
}

TEST(Mbox, dumps_that_lie_end)
{
	struct Lie {
		uint32_t count, next, index0, index1;
		fwi_status want;
	} lies[] = {
		{ 2, FWI_DUMP_END, 3, 4, FWI_ST_OK },
		{ 0xffffffff, FWI_DUMP_END, 0, 1, FWI_ST_H_COMPLETION },
		{ 2, FWI_DUMP_END, 4, 4, FWI_ST_H_COMPLETION },
		{ 2, FWI_DUMP_END, 4, 0x7fffffff, FWI_ST_H_COMPLETION },
		{ 0, 0, 0, 0, FWI_ST_H_COMPLETION },
		{ 2, 1, 3, 4, FWI_ST_H_COMPLETION },
		{ 0, 0x80000000, 0, 0, FWI_ST_H_COMPLETION },
	};

	for (const Lie &lie : lies) {
		Box b;
		unsigned seen = 0;

		b.answer([&](const fwi_cmd &cmd) {
			fwi_cmd_dump c;
			fwi_res_dump res = {};

			memcpy(&c, &cmd, sizeof(c));
			auto *e = reinterpret_cast<fwi_sa_entry *>(b.dev.at(c.out));
			e[0].index = le32_of(lie.index0);
			e[1].index = le32_of(lie.index1);
			res.count = le32_of(lie.count);
			res.next = le32_of(lie.next);
			memcpy(b.dev.complete(le16_get(cmd.tag), FWI_ST_OK)->result, &res, sizeof(res));
		});
		auto each = [](void *ctx, const fwi_sa_entry *) { return ++*static_cast<unsigned *>(ctx) < 100; };
		EXPECT_EQ(mbox_query_sas(b.box, FWI_DIR_IN, each, &seen), lie.want) << lie.count << " " << lie.next;
	}
}

TEST(Mbox, image_left_in_memory_is_wiped_and_counted)
{
	Box b;
	mbox_sa_pool *pool = nullptr;
	fwi_sa_image image;
	mbox_build_sa name = { 1, 1, FWI_DIR_OUT };
	Got got;

	memset(&image, 0x77, sizeof(image));
	ASSERT_EQ(mbox_sa_pool_new(b.box, 1, &pool), FWI_ST_OK);
	b.answer([&](const fwi_cmd &cmd) { b.dev.complete(le16_get(cmd.tag), FWI_ST_OK); });
	ASSERT_EQ(mbox_sa_add(pool, &name, &image, Got::done, &got), FWI_ST_OK);
	EXPECT_EQ(mbox_sa_add(pool, &name, &image, Got::done, &got), FWI_ST_H_FULL) << "one image";
	const uint8_t *shared = b.dev.regions.back().first;
	EXPECT_EQ(shared[0], 0x77);
	b.dev.work();
	mbox_poll(b.box);
	EXPECT_EQ(got.status, FWI_ST_OK);
	EXPECT_EQ(mbox_sa_unwiped(pool), 1u);
	for (size_t i = 0; i < sizeof(image); i++)
		ASSERT_EQ(shared[i], 0) << i;
	EXPECT_EQ(mbox_sa_add(pool, &name, &image, Got::done, &got), FWI_ST_OK) << "and is free again";
	mbox_free(b.box);
	b.box = nullptr;
	EXPECT_EQ(got.status, FWI_ST_H_CLOSED);
	for (size_t i = 0; i < sizeof(image); i++)
		ASSERT_EQ(shared[i], 0) << i;
	mbox_sa_pool_free(pool);
}

TEST(MboxRing, rx_completions_are_bounded)
{
	Liar dev;
	alignas(64) fwi_rx_desc ring[8];
	alignas(64) fwi_rx_comp comps[8];
	mbox_rxq q;
	fwi_rx_comp c;

	mbox_rxq_init(&q, &dev.bus, 0, ring, comps);
	mbox_rxq_start(&q, 3, 1000);
	comps[0].position = le32_of(1);
	EXPECT_FALSE(mbox_rxq_take(&q, &c)) << "no buffer was posted";
	for (int i = 0; i < 8; i++)
		mbox_rxq_post(&q, 1, 0);
	EXPECT_EQ(mbox_rxq_space(&q), 0u);
	comps[0].length = le16_of(1001);
	comps[1].position = le32_of(2);
	comps[1].flags = FWI_RX_SEC_OK | FWI_RX_SEC_FAILED;
	comps[2].position = le32_of(3);
	comps[2].flags = FWI_RX_SEC_OK;
	comps[2].reason = FWI_RX_R_AUTH;
	comps[3].position = le32_of(4);
	comps[3].flags = FWI_RX_SEC_FAILED;
	comps[4].position = le32_of(5);
	comps[4].length = le16_of(1000);
	comps[4].flags = FWI_RX_SEC_OK;
	for (int i = 0; i < 4; i++) {
		ASSERT_TRUE(mbox_rxq_take(&q, &c));
		EXPECT_EQ(le16_get(c.length), 0);
		EXPECT_EQ(c.flags, 0);
	}
	EXPECT_EQ(q.bad_comps, 4u);
	ASSERT_TRUE(mbox_rxq_take(&q, &c));
	EXPECT_EQ(le16_get(c.length), 1000);
	comps[5].position = le32_of(99);
	EXPECT_FALSE(mbox_rxq_take(&q, &c));
	EXPECT_TRUE(mbox_rxq_arm(&q));
}

TEST(MboxRing, tx_head_is_bounded)
{
	Liar dev;
	alignas(64) fwi_tx_desc ring[8];
	alignas(64) fwi_tx_head head;
	fwi_tx_desc d = {};
	mbox_txq q;

	d.opcode = FWI_TX_PLAIN;
	mbox_txq_init(&q, &dev.bus, 0, ring, &head);
	mbox_txq_start(&q, 3, 1);
	for (int i = 0; i < 3; i++)
		mbox_txq_put(&q, &d);
	mbox_txq_ring(&q);
	EXPECT_EQ(mbox_txq_space(&q), 5u);
	head.position = le32_of(4);
	EXPECT_EQ(mbox_txq_reap(&q), 0u) << "ahead of the producer";
	head.position = le32_of(2);
	EXPECT_EQ(mbox_txq_reap(&q), 2u);
	head.position = le32_of(1);
	EXPECT_EQ(mbox_txq_reap(&q), 2u) << "backwards";
	EXPECT_EQ(q.bad_heads, 2u);
	EXPECT_EQ(mbox_txq_space(&q), 7u);
}

TEST(Mbox, every_status_has_an_errno)
{
#define CHECK(name, number, text) EXPECT_EQ(mbox_errno(FWI_ST_##name) == 0, FWI_ST_##name == FWI_ST_OK) << #name;
	FWI_STATUS_LIST(CHECK)
#undef CHECK
	EXPECT_EQ(mbox_errno(FWI_ST_SA_FULL), ENOSPC);
	EXPECT_EQ(mbox_errno(FWI_ST_NO_UDP_ENCAP), ENOTSUP);
}
