/*
 * Authorization of an authenticated peer: the local data base, which is the configuration's IKEv2 authorization
 * policies.  The answer comes through a callback, because other methods than the local one have to wait for theirs.
 */
#include "aaa/authorize.h"

#include <string.h>

/* One line's policy.  Methods are tried in order; the local one always answers. */
static enum err look_up(const struct cfg_authz *line, const struct cfg_authz_policy **out)
{
	if (line->cached || line->list == NULL || line->list->method_count == 0 || line->list->method[0] == CFG_AAA_GROUP)
		return ERR_UNSUPPORTED;
	if (line->list->method[0] == CFG_AAA_NONE) {
		*out = NULL;
		return ERR_OK;
	}
	if (line->policy == NULL || !line->policy->object.complete)
		return ERR_AUTH;
	*out = line->policy;
	return ERR_OK;
}

void aaa_authorize(const struct aaa_request *request, aaa_answer_fn *answer, void *ctx)
{
	const struct cfg_authz_policy *user = NULL, *group = NULL;
	struct aaa_grant grant;
	bool group_overrides = false, active = false;

	for (const struct cfg_authz *line = request->profile->authz; line != NULL; line = line->next) {
		enum err err;

		if (line->method != request->method)
			continue;
		err = look_up(line, line->group ? &group : &user);
		if (err != ERR_OK) {
			answer(ctx, err, NULL);
			return;
		}
		active = true;
		group_overrides = group_overrides || (line->group && line->override);
	}
	if (active)
		aaa_grant_merge(&grant, user, group, group_overrides);
	else
		memset(&grant, 0, sizeof(grant));
	answer(ctx, ERR_OK, &grant);
}
