/*
 * Addresses beside those in use, RFC4555-3.4 and -3.6: told in IKE_AUTH and whenever they change, by either end; only the initiator of the SA
 * makes use of the other's (paths.c).  Called by the actions of IKE_AUTH, by mobike.c and engine.c.
 */
#include "ike/exchange/addresses.h"

#include "ike/ability.h"
#include "ike/core.h"
#include "ike/exchange/mobike.h"

static void add(struct ike_build *b, uint16_t type, struct bytes data)
{
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), type, data);
}

void ike_addresses_build(const struct ike_sa *sa, struct ike_build *b, bool empty)
{
	struct addr own[IKE_ADDRESSES];
	unsigned count = ike_paths_own(sa, own);

	for (unsigned i = 0; i < count; i++) {
		if (addr_eq(&own[i], &sa->path.local.addr))
			continue;
		add(b, own[i].family == AF_INET ? IKE_N_ADDITIONAL_IP4_ADDRESS : IKE_N_ADDITIONAL_IP6_ADDRESS, addr_bytes(&own[i]));
		empty = false;
	}
	if (empty)
		add(b, IKE_N_NO_ADDITIONAL_ADDRESSES, bytes_of(NULL, 0));
}

/* One host of the world may have it: neither unspecified, nor of the loopback, the link or a group. */
static bool is_host(const struct addr *a)
{
	static const struct addr loopback6 = { .family = AF_INET6, .b = { [15] = 1 } };

	if (addr_is_any(a) || addr_eq(a, &loopback6))
		return false;
	if (a->family == AF_INET)
		return a->b[0] != 0 && a->b[0] != 127 && a->b[0] < 224;
	return a->b[0] != 0xff && !(a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
}

static bool is_address(uint16_t type)
{
	return type == IKE_N_ADDITIONAL_IP4_ADDRESS || type == IKE_N_ADDITIONAL_IP6_ADDRESS;
}

bool ike_addresses_take(struct ike_sa *sa, const struct ike_msg *msg, const struct addr *source)
{
	struct ike_paths fresh = { .count = 1, .theirs = { *source } };
	bool said = ike_msg_notify(msg, IKE_N_NO_ADDITIONAL_ADDRESSES, NULL);

	if (!ike_ability_agreed(sa, IKE_CAN_MOBIKE))
		return false;
	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_NOTIFY); p != NULL; p = ike_msg_next(msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_notify n;
		enum err err = ike_notify_parse(&r, &n);
		struct addr a;

		if (!is_address(n.type))
			continue;
		said = true;
		a = err == ERR_OK ? addr_of(n.data) : (struct addr){ .family = 0 };
		if (!is_host(&a) || !ike_paths_add(&fresh, &a))
			ike_core_count(sa->engine, IKE_STAT_ADDRESS_IGNORED);
	}
	if (said)
		ike_paths_set(sa, &fresh);
	return said;
}

/* The one in use, if it is still ours, else another that reaches where the peer is. */
static void keep_source(struct ike_sa *sa)
{
	struct addr own[IKE_ADDRESSES];
	unsigned count = ike_paths_own(sa, own);
	const struct addr *other = NULL;

	for (unsigned i = 0; i < count; i++) {
		if (addr_eq(&own[i], &sa->path.local.addr))
			return;
		if (other == NULL && own[i].family == sa->path.remote.addr.family)
			other = &own[i];
	}
	if (other == NULL)
		return;
	sa->path.local.addr = *other;
	sa->frag_mtu = 0;
	ike_window_again(sa);
}

void ike_addresses_changed(struct ike_sa *sa)
{
	if (!ike_mobike_usable(sa))
		return;
	if (!sa->original)
		keep_source(sa);
	sa->todo |= 1u << IKE_TX_ADDRESSES;
	ike_fsm_post(sa, IKE_E_SEND);
}
