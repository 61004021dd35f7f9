/*
 * The table of the operator's commands, and what their functions share.  Each noun's documents are made in a file of its
 * own; rows without 'next' are the help of a word on the way.
 */
#include "ctl/show.h"

#include <sys/socket.h>

#include "ctl/device.h"
#include "ctl/iface.h"
#include "ctl/show_acl.h"
#include "ctl/show_derived.h"
#include "ctl/show_iface.h"
#include "ctl/show_ike.h"
#include "ctl/show_ip.h"
#include "ctl/show_platform.h"
#include "ctl/show_policy.h"
#include "ctl/show_redirect.h"
#include "ctl/show_route.h"
#include "ctl/show_session.h"
#include "ctl/show_sla.h"
#include "ctl/show_system.h"
#include "ctl/show_vrf.h"

enum err ctl_show_add(json_t *doc, const char *name, json_t *row)
{
	json_t *array = json_object_get(doc, name);

	if (array == NULL) {
		if (json_object_set_new(doc, name, json_array()) != 0) {
			json_decref(row);
			return ERR_NOMEM;
		}
		array = json_object_get(doc, name);
	}
	return json_array_append_new(array, row) == 0 ? ERR_OK : ERR_NOMEM;
}

void ctl_show_ready(struct ctl_samples *s, enum err err)
{
	(void)err; /* what came is shown */
	ctl_server_ready((struct ctl_call *)s->ctx, ERR_OK);
}

enum err ctl_show_ask(
	struct ctl_call *call, struct ctl_samples *s, enum dp_stats_which which, void (*done)(struct ctl_samples *s, enum err err))
{
	s->done = done;
	s->ctx = call;
	return ctl_samples_begin(s, ctl_show_world(call)->datapath, which) == ERR_OK ? ERR_AGAIN : ERR_OK;
}

enum err ctl_show_with_sas(struct ctl_call *call)
{
	struct ctl_show_state *state = (struct ctl_show_state *)call->state;

	return ctl_show_ask(call, &state->samples, DP_STATS_SA, ctl_show_ready);
}

void ctl_show_end(struct ctl_call *call)
{
	struct ctl_show_state *state = (struct ctl_show_state *)call->state;

	ctl_samples_fini(&state->samples);
	ctl_samples_fini(&state->ports);
	ctl_samples_fini(&state->traffic);
}

#define WALKS .end = ctl_show_end, .state_size = sizeof(struct ctl_show_state)
#define WALKS_SAS .begin = ctl_show_with_sas, WALKS
#define CONFIG .begin = ctl_show_system_begin_config, .next = ctl_show_system_config, .end = ctl_show_system_end_config

#define ROUTES(what) .next = ctl_show_route, .end = ctl_show_route_end, .state_size = sizeof(struct ctl_route_state), .variant = (what)
#define CEF(family)                                                                                                             \
	.begin = ctl_show_cef_begin, .next = ctl_show_cef, .end = ctl_show_cef_end, .state_size = sizeof(struct ctl_cef_state), \
	.variant = (family)

#define FAULT(kind)                                                                                                         \
	.begin = ctl_device_begin_fault, .next = ctl_device_fault, .end = ctl_device_end_fault, .variant = DP_FAULT_##kind, \
	.state_size = sizeof(struct ctl_device_state), .acts = true

#define LISTS .begin = ctl_show_acl_begin, .next = ctl_show_acl, WALKS
#define FEATURES .begin = ctl_iface_begin, .next = ctl_show_acl_interfaces, WALKS
#define INTERFACES .begin = ctl_iface_begin, .next = ctl_show_iface, WALKS
#define DERIVED .begin = ctl_show_derived_begin, .next = ctl_show_derived, WALKS
#define CLEAR_LISTS .begin = ctl_show_acl_begin_clear, .next = ctl_show_acl_clear, WALKS, .acts = true
#define CLEAR_COUNTERS .begin = ctl_iface_begin_clear, .next = ctl_iface_clear, WALKS, .acts = true
#define POLICIES .begin = ctl_iface_begin_classes, .next = ctl_show_policy, WALKS

#define IPSEC_OF .begin = ctl_show_session_begin_interface, .next = ctl_show_session_ipsec, WALKS
#define REKEY(which) .next = ctl_show_session_rekey, .variant = (which), .acts = true

static const struct ctl_command table[] = {
	{ .words = "clear", .help = "end what runs, or count from zero" },
	{ .words = "clear access-list", .help = "of access lists" },
	{ .words = "clear access-list counters", .help = "count matches from zero", CLEAR_LISTS },
	{ .words = "clear access-list counters <name>", .help = "those of one list", CLEAR_LISTS },
	{ .words = "clear counters", .help = "count packets of all interfaces from zero", CLEAR_COUNTERS },
	{ .words = "clear counters <interface>", .help = "of one of them", CLEAR_COUNTERS },
	{ .words = "clear counters <interface> <number>", .help = "Virtual-Access 1", CLEAR_COUNTERS },
	{ .words = "clear crypto", .help = "IKE and IPsec" },
	{ .words = "clear crypto sa", .help = "ESP SAs" },
	{ .words = "clear crypto sa spi", .help = "one pair" },
	{ .words = "clear crypto sa spi <spi>",
		.help = "its inbound SPI, as in show crypto ipsec sa",
		.next = ctl_show_session_clear_esp,
		.acts = true },
	{ .words = "clear crypto session", .help = "delete all sessions", .next = ctl_show_session_clear, .acts = true },
	{ .words = "clear crypto session ivrf", .help = "those of one inner VRF" },
	{ .words = "clear crypto session ivrf <vrf>",
		.help = "its name",
		.next = ctl_show_session_clear,
		.variant = CTL_OF_IVRF,
		.acts = true },
	{ .words = "clear crypto session remote", .help = "those of one peer" },
	{ .words = "clear crypto session remote <address>",
		.help = "the peer's outer address",
		.next = ctl_show_session_clear,
		.variant = CTL_OF_REMOTE,
		.acts = true },
	{ .words = "device", .help = "what stands behind ports" },
	{ .words = "device fault", .help = "make a device fail, for tests" },
	{ .words = "device fault <interface>", .help = "the port, as in show platform offload" },
	{ .words = "device fault <interface> clear", .help = "end faults that can be ended", FAULT(CLEAR) },
	{ .words = "device fault <interface> corrupt", .help = "one answer to a command that nobody gave", FAULT(CORRUPT) },
	{ .words = "device fault <interface> corrupt <count>", .help = "so many", FAULT(CORRUPT) },
	{ .words = "device fault <interface> die", .help = "end as if killed", FAULT(DIE) },
	{ .words = "device fault <interface> fail", .help = "report a fatal error and stop", FAULT(FAIL) },
	{ .words = "device fault <interface> hang", .help = "do nothing, for ever", FAULT(HANG) },
	{ .words = "device fault <interface> hang <milliseconds>", .help = "for so long", FAULT(HANG) },
	{ .words = "device fault <interface> heartbeat", .help = "stop the life sign alone", FAULT(HEARTBEAT) },
	{ .words = "device fault <interface> refuse", .help = "refuse the next command", FAULT(REFUSE) },
	{ .words = "device fault <interface> refuse <count>", .help = "so many", FAULT(REFUSE) },
	{ .words = "device fault <interface> slow", .help = "answer late" },
	{ .words = "device fault <interface> slow <milliseconds>", .help = "the next command so late", FAULT(SLOW) },
	{ .words = "device fault <interface> slow <milliseconds> <count>", .help = "so many of them", FAULT(SLOW) },
	{ .words = "rekey", .help = "give fresh keys" },
	{ .words = "rekey crypto", .help = "to SAs of IKE and IPsec" },
	{ .words = "rekey crypto ikev2", .help = "IKEv2" },
	{ .words = "rekey crypto ikev2 sa", .help = "all IKE SAs", REKEY(0) },
	{ .words = "rekey crypto ikev2 sa remote", .help = "those of one peer" },
	{ .words = "rekey crypto ikev2 sa remote <address>", .help = "the peer's outer address", REKEY(CTL_OF_REMOTE) },
	{ .words = "rekey crypto ipsec", .help = "IPsec" },
	{ .words = "rekey crypto ipsec sa", .help = "all ESP SAs", REKEY(CTL_REKEY_ESP) },
	{ .words = "rekey crypto ipsec sa remote", .help = "those of one peer" },
	{ .words = "rekey crypto ipsec sa remote <address>", .help = "the peer's outer address", REKEY(CTL_OF_REMOTE | CTL_REKEY_ESP) },
	{ .words = "show", .help = "look at what runs" },
	{ .words = "show access-lists", .help = "access lists, and how often each line decided", LISTS },
	{ .words = "show access-lists <name>", .help = "one of them", LISTS },
	{ .words = "show crypto", .help = "IKE and IPsec" },
	{ .words = "show crypto ikev2", .help = "IKEv2" },
	{ .words = "show crypto ikev2 redirect", .help = "who is sent elsewhere", .next = ctl_show_redirect, WALKS },
	{ .words = "show crypto ikev2 sa", .help = "IKE SAs", .next = ctl_show_ike_sas, WALKS },
	{ .words = "show crypto ikev2 sa detailed", .help = "with identities, SPIs and counters", .next = ctl_show_ike_sas, WALKS },
	{ .words = "show crypto ikev2 sa local", .help = "those of one address of ours" },
	{ .words = "show crypto ikev2 sa local <address>",
		.help = "outer address",
		.next = ctl_show_ike_sas,
		.variant = CTL_OF_LOCAL,
		WALKS },
	{ .words = "show crypto ikev2 sa remote", .help = "those of one peer" },
	{ .words = "show crypto ikev2 sa remote <address>", .help = "the peer's outer address", .next = ctl_show_ike_sas, WALKS },
	{ .words = "show crypto ikev2 stats", .help = "counters by reason", .next = ctl_show_ike_stats },
	{ .words = "show crypto ipsec", .help = "IPsec" },
	{ .words = "show crypto ipsec sa", .help = "ESP SAs and their counters", .next = ctl_show_session_ipsec, WALKS_SAS },
	{ .words = "show crypto ipsec sa interface", .help = "those of one interface" },
	{ .words = "show crypto ipsec sa interface <interface>", .help = "as in show ip interface brief", IPSEC_OF },
	{ .words = "show crypto ipsec sa interface <interface> <number>", .help = "Virtual-Access 1", IPSEC_OF },
	{ .words = "show crypto ipsec sa peer", .help = "those of one peer" },
	{ .words = "show crypto ipsec sa peer <address>",
		.help = "the peer's outer address",
		.next = ctl_show_session_ipsec,
		.variant = CTL_OF_REMOTE,
		WALKS_SAS },
	{ .words = "show crypto session",
		.help = "peers, and where their packets are encrypted",
		.next = ctl_show_session_list,
		WALKS_SAS },
	{ .words = "show crypto session brief", .help = "a line each", .next = ctl_show_session_list, WALKS_SAS },
	{ .words = "show crypto session detail",
		.help = "with SPIs and selectors",
		.next = ctl_show_session_list,
		.variant = CTL_SESSION_FLOWS,
		WALKS_SAS },
	{ .words = "show crypto session fvrf", .help = "those of one front VRF" },
	{ .words = "show crypto session fvrf <vrf>", .help = "its name", .next = ctl_show_session_list, .variant = CTL_OF_FVRF, WALKS_SAS },
	{ .words = "show crypto session ivrf", .help = "those of one inner VRF" },
	{ .words = "show crypto session ivrf <vrf>", .help = "its name", .next = ctl_show_session_list, .variant = CTL_OF_IVRF, WALKS_SAS },
	{ .words = "show crypto session remote", .help = "those of one peer" },
	{ .words = "show crypto session remote <address>",
		.help = "the peer's outer address",
		.next = ctl_show_session_list,
		.variant = CTL_OF_REMOTE,
		WALKS_SAS },
	{ .words = "show derived-config", .help = "configurations that sessions have" },
	{ .words = "show derived-config interface", .help = "of a virtual access" },
	{ .words = "show derived-config interface <interface>", .help = "line by line, with where each comes from", DERIVED },
	{ .words = "show derived-config interface <interface> <number>", .help = "Virtual-Access 1", DERIVED },
	{ .words = "show interfaces", .help = "interfaces, their ends and what they count", INTERFACES },
	{ .words = "show interfaces <interface>", .help = "one of them", INTERFACES },
	{ .words = "show interfaces <interface> <number>", .help = "Virtual-Access 1", INTERFACES },
	{ .words = "show ip", .help = "addresses and routes" },
	{ .words = "show ip cef", .help = "the datapath's forwarding table", CEF(AF_INET) },
	{ .words = "show ip cef vrf", .help = "that of a VRF" },
	{ .words = "show ip cef vrf <vrf>", .help = "its name", CEF(AF_INET | CTL_ROUTE_VRF) },
	{ .words = "show ip interface", .help = "interfaces, and what they do to packets", FEATURES },
	{ .words = "show ip interface <interface>", .help = "one of them", FEATURES },
	{ .words = "show ip interface brief", .help = "a line each", .next = ctl_show_ip_interfaces, WALKS },
	{ .words = "show ip local", .help = "what this box hands out" },
	{ .words = "show ip local pool", .help = "address pools and their use", .next = ctl_show_ip_pools },
	{ .words = "show ip route", .help = "the routing table", ROUTES(AF_INET) },
	{ .words = "show ip route <prefix>",
		.help = "the entry of a prefix, or the one that covers it or an address",
		ROUTES(AF_INET | CTL_ROUTE_PREFIX) },
	{ .words = "show ip route connected", .help = "networks of the interfaces", ROUTES(AF_INET | CTL_ROUTE_CONNECTED) },
	{ .words = "show ip route kernel", .help = "what others put into the host", ROUTES(AF_INET | CTL_ROUTE_KERNEL) },
	{ .words = "show ip route static", .help = "of the configuration, and by IKEv2", ROUTES(AF_INET | CTL_ROUTE_STATIC) },
	{ .words = "show ip route summary", .help = "how many there are", .next = ctl_show_route_summary, .variant = AF_INET },
	{ .words = "show ip route vrf", .help = "that of a VRF" },
	{ .words = "show ip route vrf <vrf>", .help = "its name", ROUTES(AF_INET | CTL_ROUTE_VRF) },
	{ .words = "show ip route vrf <vrf> <prefix>",
		.help = "the entry of a prefix, or the one that covers an address",
		ROUTES(AF_INET | CTL_ROUTE_VRF | CTL_ROUTE_PREFIX) },
	{ .words = "show ip sla", .help = "probes of the configuration" },
	{ .words = "show ip sla statistics", .help = "what came of each probe", .next = ctl_show_sla },
	{ .words = "show ipv6", .help = "addresses and routes of IPv6" },
	{ .words = "show ipv6 cef", .help = "the datapath's forwarding table", CEF(AF_INET6) },
	{ .words = "show ipv6 cef vrf", .help = "that of a VRF" },
	{ .words = "show ipv6 cef vrf <vrf>", .help = "its name", CEF(AF_INET6 | CTL_ROUTE_VRF) },
	{ .words = "show ipv6 route", .help = "the routing table of IPv6", ROUTES(AF_INET6) },
	{ .words = "show ipv6 route <prefix>",
		.help = "the entry of a prefix, or the one that covers it or an address",
		ROUTES(AF_INET6 | CTL_ROUTE_PREFIX) },
	{ .words = "show ipv6 route connected", .help = "networks of the interfaces", ROUTES(AF_INET6 | CTL_ROUTE_CONNECTED) },
	{ .words = "show ipv6 route kernel", .help = "what others put into the host", ROUTES(AF_INET6 | CTL_ROUTE_KERNEL) },
	{ .words = "show ipv6 route static", .help = "of the configuration, and by IKEv2", ROUTES(AF_INET6 | CTL_ROUTE_STATIC) },
	{ .words = "show ipv6 route summary", .help = "how many there are", .next = ctl_show_route_summary, .variant = AF_INET6 },
	{ .words = "show ipv6 route vrf", .help = "that of a VRF" },
	{ .words = "show ipv6 route vrf <vrf>", .help = "its name", ROUTES(AF_INET6 | CTL_ROUTE_VRF) },
	{ .words = "show ipv6 route vrf <vrf> <prefix>",
		.help = "the entry of a prefix, or the one that covers an address",
		ROUTES(AF_INET6 | CTL_ROUTE_VRF | CTL_ROUTE_PREFIX) },
	{ .words = "show platform", .help = "datapath and devices" },
	{ .words = "show platform counters",
		.help = "all counters of the datapath",
		.begin = ctl_show_platform_begin_counters,
		.next = ctl_show_platform_counters,
		WALKS },
	{ .words = "show platform drops",
		.help = "packets dropped, by reason",
		.begin = ctl_show_platform_begin_counters,
		.next = ctl_show_platform_counters,
		.variant = CTL_COUNTERS_DROPS,
		WALKS },
	{ .words = "show platform offload",
		.help = "what devices carry, and what they can't",
		.begin = ctl_show_platform_begin_offload,
		.next = ctl_show_platform_offload,
		WALKS },
	{ .words = "show policy-map", .help = "what policies do" },
	{ .words = "show policy-map interface", .help = "at every interface that has one", POLICIES },
	{ .words = "show policy-map interface <interface>", .help = "at one of them", POLICIES },
	{ .words = "show policy-map interface <interface> <number>", .help = "Virtual-Access 1", POLICIES },
	{ .words = "show running-config", .help = "the configuration in force", CONFIG, .state_size = sizeof(struct ctl_show_config) },
	{ .words = "show track", .help = "what is tracked, and what hangs on it", .next = ctl_show_track },
	{ .words = "show track brief", .help = "a line each", .next = ctl_show_track },
	{ .words = "show version", .help = "this program, and whether its datapath is there", .next = ctl_show_system_version },
	{ .words = "show vrf", .help = "routing tables of their own, and what is in them", .next = ctl_show_vrf },
	{ .words = NULL },
};

const struct ctl_command *ctl_show_table(void)
{
	return table;
}
