/* What both ends of IKE_FOLLOWUP_KE have in common.  Engine's thread. */
#include "ike/rekey/series.h"

#include <string.h>

#include "ike/wire/ke.h"
#include "ike/wire/notify.h"

bool ike_series_chosen(const struct ike_choice *choice)
{
	for (unsigned i = 0; i < IKE_PROPOSAL_EXTRAS; i++)
		if (choice->extra[i] != CRYPTO_GROUP_NONE)
			return true;
	return false;
}

enum err ike_series_of(const struct ike_choice *choice, struct ike_series *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < IKE_PROPOSAL_EXTRAS; i++) {
		if (choice->extra[i] == CRYPTO_GROUP_NONE)
			continue;
		out->group[out->count] = crypto_alg_find(CRYPTO_GROUP, choice->extra[i], 0);
		if (out->group[out->count++] == NULL)
			return ERR_UNSUPPORTED;
	}
	return ERR_OK;
}

void ike_series_fini(struct ike_series *s)
{
	secret_fini(&s->first);
	for (unsigned i = 0; i < IKE_PROPOSAL_EXTRAS; i++)
		secret_fini(&s->shared[i]);
}

const struct crypto_alg *ike_series_next(const struct ike_series *s)
{
	return s->done < s->count ? s->group[s->done] : NULL;
}

void ike_series_add(struct ike_series *s, struct secret *shared)
{
	secret_take(&s->shared[s->done++], shared);
}

void ike_series_seed(const struct ike_series *s, struct bytes part[IKE_PROPOSAL_EXTRAS], struct ike_keys_seed *seed)
{
	for (unsigned i = 0; i < s->done; i++)
		part[i] = secret_view(&s->shared[i]);
	seed->shared = secret_view(&s->first);
	seed->more = part;
	seed->more_count = s->done;
}

void ike_series_shown(const struct ike_series *s, uint8_t extra[IKE_PROPOSAL_EXTRAS])
{
	memset(extra, 0, IKE_PROPOSAL_EXTRAS);
	for (unsigned i = 0; s != NULL && i < s->done; i++)
		extra[i] = (uint8_t)(crypto_alg_index(s->group[i]) + 1);
}

void ike_series_build(struct ike_build *b, uint16_t group, struct bytes pub, struct bytes link)
{
	struct ike_ke ke = { .group = group, .data = pub };

	ike_ke_build(ike_build_payload(b, IKE_P_KE), &ke);
	if (link.len != 0)
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_ADDITIONAL_KEY_EXCHANGE, link);
}

struct bytes ike_series_link(const struct ike_msg *msg)
{
	struct ike_notify n;

	return ike_msg_notify(msg, IKE_N_ADDITIONAL_KEY_EXCHANGE, &n) ? n.data : bytes_of(NULL, 0);
}
