// A device and its driver's side: mailbox, one queue pair, images, packet memory.  Over any bus: Inside runs the
// device in the test's own thread and time, tests of navenic use its socket.
#ifndef EMU_LAB_H
#define EMU_LAB_H

#include <gtest/gtest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>

#include "emu/emu.h"
#include "frames.h"
#include "mbox/mbox.h"
#include "mbox/query.h"
#include "mbox/rxq.h"
#include "mbox/sa.h"
#include "mbox/shm.h"
#include "mbox/txq.h"

// A wire made of two queues.
struct MemWire {
	emu_wire wire = {};
	std::deque<Bytes> in;
	std::vector<Bytes> held;
	std::vector<Bytes> out;
	Bytes frame = Bytes(EMU_WIRE_FRAME);

	static MemWire *self(emu_wire *w)
	{
		return reinterpret_cast<MemWire *>(w);
	}

	MemWire()
	{
		static const emu_wire_ops ops = {
			[](emu_wire *w, emu_wire_frame *frames, unsigned cap) {
				MemWire *m = self(w);
				m->held.clear();
				while (!m->in.empty() && m->held.size() < cap) {
					m->held.push_back(m->in.front());
					m->in.pop_front();
				}
				for (size_t i = 0; i < m->held.size(); i++)
					frames[i] = { m->held[i].data(), uint32_t(m->held[i].size()) };
				return unsigned(m->held.size());
			},
			[](emu_wire *w) { self(w)->in.clear(); },
			[](emu_wire *w) { return self(w)->frame.data(); },
			[](emu_wire *w, uint32_t len) { self(w)->out.push_back(slice(self(w)->frame, 0, len)); },
			[](emu_wire *) { return 0u; },
			[](emu_wire *) {},
		};

		wire.ops = &ops;
		wire.fd = -1;
	}
};

// The device in the test's own thread; waiting is what makes time pass.
struct Inside {
	fwi_bus bus = {};
	MemWire wire;
	emu *device = nullptr;
	uint64_t now = 1000;
	bool crashed = false;
	bool frozen = false; // the driver waits, but the device isn't run
	unsigned kicks = 0;

	static Inside *self(fwi_bus *b)
	{
		return reinterpret_cast<Inside *>(b);
	}

	static void random(void *ctx, void *out, size_t len)
	{
		static uint64_t x = 88172645463325252;

		(void)ctx;
		for (size_t i = 0; i < len; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			static_cast<uint8_t *>(out)[i] = uint8_t(x);
		}
	}

	explicit Inside(const char *profile = "full", bool faults = false, uint32_t keep_s = 60)
	{
		emu_config c = {};

		c.profile = emu_profile_find(profile);
		c.firmware = "test";
		memcpy(c.mac, our_mac.data(), 6);
		c.keep_s = keep_s;
		c.allow_faults = faults;
		c.wire = &wire.wire;
		c.random = random;
		c.crash = [](void *ctx) { static_cast<Inside *>(ctx)->crashed = true; };
		c.ctx = this;
		EXPECT_EQ(emu_new(&c, now, &device), ERR_OK);
	}

	~Inside()
	{
		detach();
		emu_free(device);
	}

	fwi_bus *attach()
	{
		static const fwi_bus_ops ops = {
			[](fwi_bus *) { return FWI_ST_OK; },
			[](fwi_bus *b, int fd, uint64_t size, uint16_t *region) {
				return emu_region_add(self(b)->device, fd, size, region) == FWI_ATTACH_OK ? FWI_ST_OK : FWI_ST_H_MEMORY;
			},
			[](fwi_bus *b, uint16_t region) {
				return emu_region_del(self(b)->device, region) == FWI_ATTACH_OK ? FWI_ST_OK : FWI_ST_H_MEMORY;
			},
			[](fwi_bus *b) { self(b)->kicks++; },
			[](fwi_bus *b, uint32_t) { self(b)->step(); },
			[](fwi_bus *b) { return !self(b)->crashed; },
			[](fwi_bus *b) { return self(b)->now; },
			[](fwi_bus *b) { self(b)->detach(); },
		};
		emu_link link;

		EXPECT_EQ(emu_attach(device, now, &link), ERR_OK);
		bus.ops = &ops;
		bus.vectors = link.vectors;
		for (unsigned i = 0; i < link.vectors; i++)
			bus.vector_fd[i] = link.vector_fd[i];
		bus.device_fd = -1;
		bus.bar = static_cast<fwi_bar *>(mmap(nullptr, sizeof(fwi_bar), PROT_READ | PROT_WRITE, MAP_SHARED, link.bar_fd, 0));
		return &bus;
	}

	void detach()
	{
		if (bus.bar == nullptr)
			return;
		munmap(bus.bar, sizeof(fwi_bar));
		bus.bar = nullptr;
		emu_detach(device, now);
	}

	void step(unsigned ms = 1)
	{
		now += ms;
		if (!frozen)
			for (unsigned i = 0; i < 100 && emu_poll(device, now); i++)
				;
	}
};

// How an SA of the tests looks; fields are what a test changes.
struct SaSpec {
	uint32_t index = 0;
	uint16_t generation = 1;
	fwi_direction direction = FWI_DIR_OUT;
	uint32_t spi = 0x1000;
	EspKeys keys = EspKeys::of(FWI_SUITE_AES_128_GCM_16, 1);
	uint8_t mode = FWI_MODE_TUNNEL_V4;
	uint32_t flags = 0;
	Bytes src = addr4("192.0.2.1");
	Bytes dst = addr4("198.51.100.1");
	uint16_t udp_src = 0;
	uint16_t udp_dst = 0;
	uint32_t window = 64;
	uint64_t number = 0;
	uint64_t cookie = 0;
	uint8_t ttl = 64;
	uint8_t dscp = 0;
	Bytes seen = Bytes(128);

	static SaSpec in(uint32_t index = 0, uint32_t spi = 0x2000)
	{
		SaSpec s;

		s.direction = FWI_DIR_IN;
		s.index = index;
		s.spi = spi;
		s.src = addr4("198.51.100.1");
		s.dst = addr4("192.0.2.1");
		return s;
	}

	mbox_build_sa name() const
	{
		return { index, generation, direction };
	}

	fwi_sa_image image() const
	{
		fwi_sa_image i = {};

		i.spi = le32_of(spi);
		i.direction = uint8_t(direction);
		i.mode = mode;
		i.suite = uint8_t(keys.suite);
		i.ttl = ttl;
		i.flags = le32_of(flags | (keys.esn ? FWI_SA_ESN : 0));
		i.udp_src = le16_of(udp_src);
		i.udp_dst = le16_of(udp_dst);
		std::copy(src.begin(), src.end(), i.src);
		std::copy(dst.begin(), dst.end(), i.dst);
		i.dscp = dscp;
		i.window = le32_of(direction == FWI_DIR_IN ? window : 0);
		i.cookie = le64_of(cookie);
		i.number = le64_of(number);
		memcpy(i.seen, seen.data(), seen.size());
		std::copy(keys.salt.begin(), keys.salt.end(), i.salt);
		std::copy(keys.key.begin(), keys.key.end(), i.key);
		std::copy(keys.auth.begin(), keys.auth.end(), i.auth_key);
		return i;
	}

	fwi_cmd_flow rule(uint32_t flow) const
	{
		fwi_cmd_flow c = {};

		c.index = le32_of(flow);
		c.action = FWI_FLOW_TO_SA;
		c.family = dst.size() == 4 ? 4 : 6;
		c.udp_encap = (flags & FWI_SA_UDP_ENCAP) != 0;
		c.udp_port = le16_of(udp_dst);
		c.spi = le32_of(spi);
		c.queue = le16_of(FWI_QUEUE_ANY);
		c.sa_index = le32_of(index);
		c.sa_generation = le16_of(generation);
		memcpy(c.local, dst.data(), dst.size());
		return c;
	}
};

struct Answer {
	fwi_status status = FWI_ST_H_PENDING;
	Bytes result;

	static void done(void *ctx, fwi_status status, const void *result)
	{
		Answer *a = static_cast<Answer *>(ctx);

		EXPECT_EQ(a->status, FWI_ST_H_PENDING) << "answered twice";
		a->status = status;
		a->result.assign(static_cast<const uint8_t *>(result), static_cast<const uint8_t *>(result) + 48);
	}
};

struct Received {
	fwi_rx_comp comp;
	Bytes frame;
};

// Brings it up, waiting for the device.
inline fwi_status attached(mbox *box)
{
	fwi_status st;

	while ((st = mbox_attach(box)) == FWI_ST_H_PENDING)
		mbox_bus(box)->ops->wait(mbox_bus(box), 1);
	return st;
}

// The driver's side.
struct Driver {
	enum { SLOTS_LOG2 = 6, SLOTS = 1 << SLOTS_LOG2, BUFFER = 2048, QUEUES = 2 };

	fwi_bus *bus;
	std::function<void()> step; // lets the device work
	mbox *box = nullptr;
	mbox_sa_pool *pool = nullptr;
	mbox_region rings = {};
	mbox_region packets = {};
	mbox_txq tx[QUEUES] = {};
	mbox_rxq rx[QUEUES] = {};
	unsigned queues = 0;
	std::vector<fwi_event> events;

	Driver(fwi_bus *b, std::function<void()> s, uint8_t admin_log2 = 5) : bus(b), step(std::move(s))
	{
		mbox_config c = {};

		c.admin_log2 = admin_log2;
		c.event_log2 = 5;
		c.event = [](void *ctx, const fwi_event *e) { static_cast<Driver *>(ctx)->events.push_back(*e); };
		c.ctx = this;
		EXPECT_EQ(mbox_new(bus, &c, &box), FWI_ST_OK);
		EXPECT_EQ(attached(box), FWI_ST_OK);
		EXPECT_EQ(mbox_sa_pool_new(box, 8, &pool), FWI_ST_OK);
	}

	~Driver()
	{
		close();
	}

	void close()
	{
		if (bus == nullptr)
			return;
		mbox_free(box);
		mbox_sa_pool_free(pool);
		mbox_region_fini(&rings, bus);
		mbox_region_fini(&packets, bus);
		mbox_bus_close(bus);
		bus = nullptr;
	}

	fwi_status call(const fwi_cmd &c, void *result = nullptr)
	{
		return mbox_call(box, &c, result);
	}

	void let_work(unsigned rounds = 5)
	{
		for (unsigned i = 0; i < rounds; i++) {
			step();
			mbox_poll(box);
		}
	}

	// Ring memory of queue 'q': tx ring, head, rx ring, completions.
	uint8_t *ring_at(unsigned q)
	{
		return rings.base + size_t(q) * 16384;
	}

	fwi_status setup_queue(unsigned q)
	{
		uint8_t *at = ring_at(q);
		auto *txd = reinterpret_cast<fwi_tx_desc *>(at);
		auto *head = reinterpret_cast<fwi_tx_head *>(at + 4096);
		auto *rxd = reinterpret_cast<fwi_rx_desc *>(at + 8192);
		auto *comp = reinterpret_cast<fwi_rx_comp *>(at + 12288);
		mbox_build_queue t = { uint16_t(q), FWI_QUEUE_TX, SLOTS_LOG2, mbox_region_addr(&rings, txd, 4096),
			mbox_region_addr(&rings, head, 64) };
		mbox_build_queue r = { uint16_t(q), FWI_QUEUE_RX, SLOTS_LOG2, mbox_region_addr(&rings, rxd, 4096),
			mbox_region_addr(&rings, comp, 4096) };
		fwi_cmd c;

		mbox_txq_init(&tx[q], bus, uint16_t(q), txd, head);
		mbox_rxq_init(&rx[q], bus, uint16_t(q), rxd, comp);
		mbox_txq_start(&tx[q], SLOTS_LOG2, mbox_epoch(box));
		mbox_rxq_start(&rx[q], SLOTS_LOG2, BUFFER);
		for (const mbox_build_queue &b : { t, r }) {
			mbox_build_queue_setup(&c, &b);
			if (fwi_status st = call(c); st != FWI_ST_OK)
				return st;
			mbox_build_queue_start(&c, uint16_t(q), b.kind);
			if (fwi_status st = call(c); st != FWI_ST_OK)
				return st;
		}
		while (mbox_rxq_space(&rx[q]) > 0)
			post(q);
		mbox_rxq_ring(&rx[q]);
		return FWI_ST_OK;
	}

	uint8_t *rx_buffer(unsigned q, uint32_t position)
	{
		return packets.base + (size_t(q) * SLOTS + position % SLOTS) * BUFFER;
	}

	uint8_t *tx_buffer(unsigned q, uint32_t position)
	{
		return packets.base + (size_t(QUEUES + q) * SLOTS + position % SLOTS) * BUFFER;
	}

	void post(unsigned q)
	{
		mbox_rxq_post(&rx[q], packets.id, uint64_t(rx_buffer(q, rx[q].prod) - packets.base));
	}

	void bring_up(unsigned count = 1, uint32_t flags = 0)
	{
		fwi_cmd c;

		queues = count;
		ASSERT_EQ(mbox_region_init(&rings, bus, "test-rings", QUEUES * 16384), FWI_ST_OK);
		ASSERT_EQ(mbox_region_init(&packets, bus, "test-packets", size_t(2) * QUEUES * SLOTS * BUFFER), FWI_ST_OK);
		for (unsigned q = 0; q < count; q++)
			ASSERT_EQ(setup_queue(q), FWI_ST_OK);
		mbox_build_port_start(&c, flags);
		ASSERT_EQ(call(c), FWI_ST_OK);
	}

	fwi_status add_sa(const SaSpec &s)
	{
		fwi_sa_image image = s.image();
		mbox_build_sa name = s.name();
		Answer a;

		if (fwi_status st = mbox_sa_add(pool, &name, &image, Answer::done, &a); st != FWI_ST_OK)
			return st;
		while (a.status == FWI_ST_H_PENDING) {
			step();
			mbox_poll(box);
		}
		return a.status;
	}

	fwi_status del_sa(const SaSpec &s, fwi_res_sa_del *res = nullptr)
	{
		mbox_build_sa name = s.name();
		fwi_cmd c;

		mbox_build_sa_del(&c, &name);
		return call(c, res);
	}

	fwi_status add_rule(const fwi_cmd_flow &rule)
	{
		fwi_cmd c;

		mbox_build_flow_add(&c, &rule);
		return call(c);
	}

	fwi_status del_rule(uint32_t index, fwi_res_flow *res = nullptr)
	{
		fwi_cmd c;

		mbox_build_flow_del(&c, index);
		return call(c, res);
	}

	// The descriptor of 'frame', whose bytes go to the slot's buffer.
	fwi_tx_desc desc(const Bytes &frame, uint8_t opcode = FWI_TX_PLAIN, unsigned q = 0)
	{
		uint8_t *at = tx_buffer(q, tx[q].prod);
		fwi_tx_desc d = {};

		memcpy(at, frame.data(), frame.size());
		d.opcode = opcode;
		d.region = le16_of(packets.id);
		d.length = le16_of(uint16_t(frame.size()));
		d.offset = le64_of(uint64_t(at - packets.base));
		return d;
	}

	fwi_tx_desc secured(const SaSpec &s, const Bytes &frame, uint64_t number, unsigned q = 0)
	{
		fwi_tx_desc d = desc(frame, FWI_TX_SECURED, q);

		d.l2_len = 14;
		d.sa_index = le32_of(s.index);
		d.sa_generation = le16_of(s.generation);
		d.number = le64_of(number);
		return d;
	}

	void send(const fwi_tx_desc &d, unsigned q = 0)
	{
		mbox_txq_put(&tx[q], &d);
		mbox_txq_ring(&tx[q]);
	}

	void send_plain(const Bytes &frame, unsigned q = 0)
	{
		send(desc(frame, FWI_TX_PLAIN, q), q);
	}

	std::vector<Received> receive(unsigned q = 0)
	{
		std::vector<Received> got;
		fwi_rx_comp comp;

		while (mbox_rxq_take(&rx[q], &comp)) {
			const uint8_t *at = rx_buffer(q, rx[q].cons - 1);

			got.push_back({ comp, Bytes(at, at + le16_get(comp.length)) });
			post(q);
		}
		mbox_rxq_ring(&rx[q]);
		return got;
	}

	unsigned count_events(fwi_event_type type) const
	{
		unsigned n = 0;

		for (const fwi_event &e : events)
			n += le16_get(e.type) == type;
		return n;
	}

	const fwi_event *last_event(fwi_event_type type) const
	{
		for (auto e = events.rbegin(); e != events.rend(); ++e)
			if (le16_get(e->type) == type)
				return &*e;
		return nullptr;
	}
};

// Device and driver, brought up, in one thread.
struct Lab {
	Inside nic;
	Driver drv;

	explicit Lab(const char *profile = "full", bool faults = false, unsigned queues = 1)
	    : nic(profile, faults), drv(nic.attach(), [this] { nic.step(); })
	{
		drv.bring_up(queues);
	}

	std::vector<Bytes> sent()
	{
		drv.let_work();
		return std::exchange(nic.wire.out, {});
	}

	std::vector<Received> arrive(const Bytes &frame, unsigned q = 0)
	{
		nic.wire.in.push_back(frame);
		drv.let_work();
		return drv.receive(q);
	}
};

#endif
