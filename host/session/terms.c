#include "session/terms.h"

#include <string.h>

#include "crypto/alg.h"
#include "session/convert.h"

static bool fill_pfs(const struct cfg_ipsec_profile *profile, struct ike_groups *out)
{
	const struct crypto_alg *group = crypto_alg_find(CRYPTO_GROUP, profile->pfs_group, 0);

	if (profile->pfs_group == 0)
		return true;
	out->alg[out->count++] = group;
	return group != NULL;
}

enum err session_terms_fill(const struct cfg_profile *profile, const struct cfg_interface *i, struct session_terms *out)
{
	struct ike_terms *t = &out->terms;
	unsigned count;

	memset(out, 0, sizeof(*out));
	if (i->tunnel.mode == CFG_TUNNEL_GRE_IP || i->tunnel.mode == CFG_TUNNEL_GRE_IPV6)
		return ERR_UNSUPPORTED;
	if (i->tunnel.protection == NULL)
		return ERR_INCOMPLETE;
	session_convert_esp_offers(i->tunnel.protection, &t->child.esp);
	if (t->child.esp.count == 0)
		return ERR_INCOMPLETE;
	t->child.lifetime_s = i->tunnel.protection->lifetime_s;
	if (!fill_pfs(i->tunnel.protection, &t->child.pfs))
		return ERR_UNSUPPORTED;
	count = session_convert_selectors(i->tunnel.mode, out->any);
	t->child.local = out->any;
	t->child.remote = out->any;
	t->child.local_count = (uint8_t)count;
	t->child.remote_count = (uint8_t)count;
	t->child.narrow_to_address = true;
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
