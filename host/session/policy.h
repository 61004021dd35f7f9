#ifndef SESSION_POLICY_H
#define SESSION_POLICY_H

#include "cfg/model.h"
#include "ike/ports.h"
#include "pki/cert.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Questions that the configuration answers about a peer.  Pure functions; what they return lives in the model. */

/* Where a packet came in: the front VRF (session/box/vrf.h) and our own address. */
struct session_policy_path {
	uint32_t vrf;
	struct addr local;
	struct addr remote;
};

/* Of an IKE SA's. */
struct session_policy_path session_policy_path_of(const struct ike_path *path);

/* Whether a profile is for peers on 'path': its fvrf and local address agree. */
bool session_policy_admits(const struct cfg_profile *p, const struct session_policy_path *path);

/*
 * The profile that a responder uses for 'peer', whose certificate is 'cert' (NULL: it has none): complete and not shut
 * down, its fvrf and local address agree, and one of its identity lines or certificate maps matches.  The most specific line wins
 * (exact > longest mask, domain or map > any), then the more specific path, then the order of writing.  NULL: no profile.
 */
const struct cfg_profile *session_policy_profile(
	const struct cfg_model *m, const struct session_policy_path *path, const struct cfg_identity *peer, const struct pki_cert *cert);

/* Whether 'profile' accepts 'peer' by one of its lines: for an initiator, who knows its profile. */
bool session_policy_accepts(const struct cfg_profile *profile, const struct cfg_identity *peer, const struct pki_cert *cert);

/* The IKEv2 policy of a path: fvrf and address > fvrf > any; never NULL in a loaded model unless all are incomplete. */
const struct cfg_policy *session_policy_ike(const struct cfg_model *m, const struct session_policy_path *path);

/* The two keys of a pre-shared authentication; NULL where there is none. */
struct session_policy_psk {
	const struct secret *local;  /* what we prove */
	const struct secret *remote; /* what the peer proves */
};

/*
 * The peer of the profile's keyring: a responder finds it by identity, then by longest address match; an initiator by
 * address.  NULL: none.
 */
const struct cfg_keyring_peer *session_policy_peer(
	const struct cfg_profile *profile, const struct cfg_identity *peer, const struct addr *remote, bool responder);

/* Keys for 'peer' at 'remote': those of the profile's authentication lines, else those of its keyring's peer. */
struct session_policy_psk session_policy_keys(
	const struct cfg_profile *profile, const struct cfg_identity *peer, const struct addr *remote, bool responder);

#ifdef __cplusplus
}
#endif
#endif
