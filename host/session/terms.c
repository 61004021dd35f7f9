#include "session/terms.h"

#include <string.h>

#include "crypto/alg.h"
#include "session/convert.h"

/* Selectors, and the mode that depends on them: a transform set's `mode transport` is for GRE, the other tunnels make it tunnel mode. */
static enum err fill_selectors(
	const struct cfg_interface *i, enum cfg_tunnel_mode mode, const struct ike_path *path, struct session_terms *out)
{
	struct ike_child_policy *child = &out->terms.child;
	unsigned count = 1;

	if (cfg_model_mode_is_gre(mode)) {
		if (path->remote.addr.family != (mode == CFG_TUNNEL_GRE_IPV6 ? AF_INET6 : AF_INET))
			return ERR_UNSUPPORTED;
		out->local[0] = session_convert_gre(&path->local.addr);
		out->remote[0] = session_convert_gre(&path->remote.addr);
		child->transport = i->tunnel.protection->transform_set[0]->transport;
		child->endpoints = true;
	} else {
		count = session_convert_selectors(mode, out->local);
		memcpy(out->remote, out->local, sizeof(out->remote));
		child->narrow_to_address = true;
	}
	child->local = out->local;
	child->remote = out->remote;
	child->local_count = (uint8_t)count;
	child->remote_count = (uint8_t)count;
	return ERR_OK;
}

enum err session_terms_fill(const struct cfg_profile *profile, const struct cfg_interface *i, enum cfg_tunnel_mode mode,
	const struct ike_path *path, struct session_terms *out)
{
	struct ike_terms *t = &out->terms;

	memset(out, 0, sizeof(*out));
	if (i->tunnel.protection == NULL)
		return ERR_INCOMPLETE;
	session_convert_esp_offers(i->tunnel.protection, &t->child.esp);
	if (t->child.esp.count == 0)
		return ERR_INCOMPLETE;
	t->child.lifetime_s = i->tunnel.protection->lifetime_s;
	if (!session_convert_groups(i->tunnel.protection, &t->child.pfs) || fill_selectors(i, mode, path, out) != ERR_OK)
		return ERR_UNSUPPORTED;
	t->child.limit = i->tunnel.protection->sa_limit;
	if (profile->dpd.mode != CFG_DPD_OFF) {
		t->dpd.interval_s = (uint16_t)profile->dpd.interval_s;
		t->dpd.retry_s = (uint16_t)profile->dpd.retry_s;
		t->dpd.periodic = profile->dpd.mode == CFG_DPD_PERIODIC;
	}
	t->childless = profile->childless;
	t->mobike = profile->mobike;
	t->lifetime_s = profile->lifetime_s;
	t->nat_keepalive_s = (uint16_t)profile->nat_keepalive_s;
	return ERR_OK;
}
