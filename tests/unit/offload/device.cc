#include "device.h"

#include <cstring>
#include <gtest/gtest.h>

#include <rte_flow.h>
#include <rte_mbuf_dyn.h>

#include "engine/caps.h"

namespace
{

Device *device;

/* ---- rte_security ---- */

int session_create(void *, rte_security_session_conf *, rte_security_session *)
{
	if (device->create_errno != 0) {
		rte_errno = device->create_errno;
		return -device->create_errno;
	}
	device->sessions++;
	return 0;
}

int session_destroy(void *, rte_security_session *)
{
	device->sessions--;
	return 0;
}

unsigned session_size(void *)
{
	return 64;
}

rte_cryptodev_capabilities crypto[2];
rte_security_capability caps[3];

const rte_security_capability *capabilities(void *)
{
	return caps;
}

void fill_capabilities()
{
	memset(crypto, 0, sizeof(crypto));
	memset(caps, 0, sizeof(caps));
	crypto[0].op = RTE_CRYPTO_OP_TYPE_SYMMETRIC;
	crypto[0].sym.xform_type = RTE_CRYPTO_SYM_XFORM_AEAD;
	crypto[0].sym.aead.algo = RTE_CRYPTO_AEAD_AES_GCM;
	crypto[0].sym.aead.key_size = { 16, 32, 16 };
	for (int i = 0; i < 2; i++) {
		caps[i].action = RTE_SECURITY_ACTION_TYPE_INLINE_PROTOCOL;
		caps[i].protocol = RTE_SECURITY_PROTOCOL_IPSEC;
		caps[i].ipsec.proto = RTE_SECURITY_IPSEC_SA_PROTO_ESP;
		caps[i].ipsec.mode = RTE_SECURITY_IPSEC_SA_MODE_TUNNEL;
		caps[i].ipsec.direction = i == 0 ? RTE_SECURITY_IPSEC_SA_DIR_INGRESS : RTE_SECURITY_IPSEC_SA_DIR_EGRESS;
		caps[i].ipsec.options.udp_encap = 1;
		caps[i].ipsec.replay_win_sz_max = 1024;
		caps[i].crypto_capabilities = crypto;
	}
}

rte_security_ops security_ops()
{
	rte_security_ops o = {};

	o.session_create = session_create;
	o.session_destroy = session_destroy;
	o.session_get_size = session_size;
	o.capabilities_get = capabilities;
	return o;
}

const rte_security_ops security = security_ops();

/* ---- rte_flow ---- */

Device::Rule read_rule(const rte_flow_item *items, const rte_flow_action *actions)
{
	Device::Rule r;

	for (; items->type != RTE_FLOW_ITEM_TYPE_END; items++) {
		if (items->type == RTE_FLOW_ITEM_TYPE_IPV4)
			r.local.assign((const char *)&((const rte_flow_item_ipv4 *)items->spec)->hdr.dst_addr, 4);
		if (items->type == RTE_FLOW_ITEM_TYPE_IPV6)
			r.local.assign((const char *)((const rte_flow_item_ipv6 *)items->spec)->hdr.dst_addr, 16);
		if (items->type == RTE_FLOW_ITEM_TYPE_UDP)
			r.udp_port = rte_be_to_cpu_16(((const rte_flow_item_udp *)items->spec)->hdr.dst_port);
		if (items->type == RTE_FLOW_ITEM_TYPE_ESP && items->spec != nullptr)
			r.spi = rte_be_to_cpu_32(((const rte_flow_item_esp *)items->spec)->hdr.spi);
		r.ip6 = r.ip6 || items->type == RTE_FLOW_ITEM_TYPE_IPV6;
		r.udp = r.udp || items->type == RTE_FLOW_ITEM_TYPE_UDP;
	}
	EXPECT_EQ(actions[0].type, RTE_FLOW_ACTION_TYPE_SECURITY);
	EXPECT_EQ(actions[1].type, RTE_FLOW_ACTION_TYPE_END);
	r.session = actions[0].conf;
	return r;
}

rte_flow *flow_create(
	rte_eth_dev *, const rte_flow_attr *attr, const rte_flow_item *items, const rte_flow_action *actions, rte_flow_error *error)
{
	EXPECT_EQ(attr->ingress, 1u);
	if (device->flow_errno != 0) {
		rte_flow_error_set(error, device->flow_errno, RTE_FLOW_ERROR_TYPE_UNSPECIFIED, nullptr, nullptr);
		return nullptr;
	}
	device->rules.push_back(read_rule(items, actions));
	return (rte_flow *)(void *)&device->rules.back();
}

int flow_destroy(rte_eth_dev *, rte_flow *flow, rte_flow_error *)
{
	device->rules.remove_if([&](const Device::Rule &r) { return (const void *)&r == (const void *)flow; });
	return 0;
}

rte_flow_ops flow_ops_of()
{
	rte_flow_ops o = {};

	o.create = flow_create;
	o.destroy = flow_destroy;
	return o;
}

const rte_flow_ops flows = flow_ops_of();

int flow_ops_get(rte_eth_dev *, const rte_flow_ops **ops)
{
	*ops = &flows;
	return 0;
}

eth_dev_ops dev_ops_of()
{
	eth_dev_ops o = {};

	o.flow_ops_get = flow_ops_get;
	return o;
}

const eth_dev_ops dev_ops = dev_ops_of();

/* ---- beyond DPDK's API ---- */

enum err fence(uint16_t, uint32_t *tag)
{
	*tag = 1;
	return ERR_OK;
}

bool fence_passed(uint16_t, uint32_t)
{
	return device->fence_passed;
}

enum err session_status(uint16_t port, const void *session)
{
	EXPECT_EQ(port, device->dpdk_port);
	EXPECT_NE(session, nullptr);
	return device->session_status;
}

enum err flow_status(uint16_t, const void *flow)
{
	bool found = false;

	for (auto &r : device->rules)
		found = found || (const void *)&r == flow;
	EXPECT_TRUE(found);
	return device->flow_status;
}

} // namespace

Device::Device()
{
	static const rte_mbuf_dynfield field = { "nave_esp_number", sizeof(uint64_t), alignof(uint64_t), 0 };

	device = this;
	fill_capabilities();
	EXPECT_GE(rte_mbuf_dynfield_register(&field), 0);
	EXPECT_GE(rte_security_dynfield_register(), 0);
	dev = rte_eth_dev_allocate("device");
	EXPECT_NE(dev, nullptr);
	dev->dev_ops = &dev_ops;
	dpdk_port = dev->data->port_id;
	ctx.device = dev;
	ctx.ops = &security;
	rte_eth_dev_probing_finish(dev);
	ext.fence = fence;
	ext.fence_passed = ::fence_passed;
	ext.session_status = ::session_status;
	ext.flow_status = ::flow_status;
}

Device::~Device()
{
	rte_eth_dev_release_port(dev);
	device = nullptr;
}

engine_device Device::describe(uint8_t index, uint32_t epoch, const char *driver)
{
	engine_device d = {};

	d.port = index;
	d.dpdk_port = dpdk_port;
	d.epoch = epoch;
	d.sa_limit = sa_limit;
	d.ctx = &ctx;
	d.row = engine_caps_row(driver);
	d.ext = &ext;
	return d;
}

void Device::attach(struct engine *e, uint8_t index, uint32_t epoch)
{
	engine_device d = describe(index, epoch);

	EXPECT_EQ(engine_inline_attach(e, &d), ERR_OK);
}
