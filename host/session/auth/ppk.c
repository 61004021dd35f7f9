/*
 * Post-quantum preshared keys (RFC8784): what the keyring of a profile has for a peer.  The responder's question comes before
 * anything is proved, so its answer is no more than a key under the name that the peer gave.  Loop thread.
 */
#include <string.h>

#include "ike/wire/iana.h"
#include "session/auth/lookup.h"
#include "session/convert.h"
#include "session/inner.h"
#include "session/policy.h"

static const struct cfg_keyring_peer *entry_of(const struct session *s, const struct cfg_identity *peer, const struct addr *remote)
{
	const struct cfg_keyring_peer *k = session_policy_peer(s->profile, peer, remote, s->role == IKE_RESPONDER);

	return k == NULL || k->ppk == NULL ? NULL : k;
}

enum err session_ppk_fill(const struct session *s, struct wr *id, struct ike_request *r)
{
	struct cfg_identity nobody = { .type = CFG_ID_NONE };
	const struct cfg_keyring_peer *k = entry_of(s, &nobody, &s->keyed_by);
	enum err err;

	if (k == NULL)
		return ERR_OK;
	wr_u8(id, IKE_PPK_ID_FIXED);
	wr_bytes(id, bytes_str(k->ppk_id));
	err = wr_done(id);
	r->ppk_id = wr_view(id);
	r->ppk_required = k->ppk_required;
	return err == ERR_OK ? secret_set(&r->ppk, secret_view(k->ppk)) : err;
}

bool session_ppk_required(const struct session *s, const struct cfg_identity *peer, const struct addr *remote)
{
	const struct cfg_keyring_peer *k = entry_of(s, peer, remote);

	return k != NULL && k->ppk_required;
}

bool session_ppk_known(void *ctx, const struct ike_path *path)
{
	const struct session_hub *h = (const struct session_hub *)ctx;

	(void)path; /* a peer that has one too may be known at another address */
	return h->model != NULL && h->model->cfg->has_ppk;
}

static bool is_named(const struct cfg_keyring_peer *k, struct bytes id)
{
	return k->ppk != NULL && id.len != 0 && id.data[0] == IKE_PPK_ID_FIXED &&
	       bytes_eq(bytes_of(id.data + 1, id.len - 1), bytes_str(k->ppk_id));
}

enum err session_ppk_find(void *ctx, const struct ike_who *who, struct bytes id, struct secret *out)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	struct session_policy_path where = session_policy_path_of(&who->path);
	const struct cfg_keyring_peer *k = NULL;
	const struct cfg_profile *profile;
	struct pki_chain *chain = NULL;
	struct cfg_identity peer;
	char text[SESSION_ID_TEXT];

	if (session_convert_id(who->peer_id, text, &peer) != ERR_OK)
		return ERR_ABSENT;
	/* A certificate that is still to be fetched can't choose: then the identity alone does. */
	if (who->method != IKE_AUTH_PSK && !session_lookup_needed(who) && pki_chain_parse(who->cert, who->cert_count, &chain) != ERR_OK)
		return ERR_ABSENT;
	profile = session_policy_profile(h->model->cfg, &where, &peer, chain == NULL ? NULL : pki_chain_leaf(chain));
	pki_chain_free(chain);
	if (profile != NULL)
		k = session_policy_peer(profile, &peer, &where.remote, true);
	return k != NULL && is_named(k, id) ? secret_set(out, secret_view(k->ppk)) : ERR_ABSENT;
}
