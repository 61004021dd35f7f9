/*
 * Authorization of an authenticated peer: the local data base, which is the configuration's IKEv2 authorization
 * policies.  The answer comes through a callback, because other methods than the local one have to wait for theirs.
 */
#include "aaa/authorize.h"

#include <string.h>

#include "cfg/find.h"

/* The policy that the line names, or the one of the peer's name. */
static const struct cfg_authz_policy *policy_of(const struct aaa_request *request, const struct cfg_authz *line)
{
	char name[AAA_NAME_MAX];

	if (line->name != NULL)
		return line->policy;
	if (request->name == NULL || aaa_mangle(line->mangler, request->name, name) != ERR_OK)
		return NULL;
	return cfg_find_authz_policy(request->model, name);
}

/* One line's policy.  Methods are tried in order; the local one always answers. */
static enum err look_up(const struct aaa_request *request, const struct cfg_authz *line, const struct cfg_authz_policy **out)
{
	const struct cfg_authz_policy *policy;

	if (line->cached || line->list == NULL || line->list->method_count == 0 || line->list->method[0] == CFG_AAA_GROUP)
		return ERR_UNSUPPORTED;
	if (line->list->method[0] == CFG_AAA_NONE) {
		*out = NULL;
		return ERR_OK;
	}
	policy = policy_of(request, line);
	if (policy == NULL || !policy->object.complete)
		return ERR_AUTH;
	*out = policy;
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
		err = look_up(request, line, line->group ? &group : &user);
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
