/*
 * The back end `local`: the methods of host/eap, with the users of the configuration.  Passwords first, where there are users; a peer
 * with a certificate asks for TLS by Nak.
 */
#include "aaa/eap.h"

#include <stdlib.h>
#include <string.h>

#include "cfg/find.h"
#include "eap/method.h"
#include "eap/server.h"

struct local {
	struct eap_server *server;
	struct eap_reply reply; /* to be told */
};

static enum err password(void *ctx, struct bytes user, struct secret *out)
{
	const struct cfg_model *m = (const struct cfg_model *)ctx;
	char name[EAP_IDENTITY_MAX + 1];
	const struct cfg_user *found;

	if (user.len == 0 || user.len >= sizeof(name) || memchr(user.data, '\0', user.len) != NULL)
		return ERR_ABSENT;
	memcpy(name, user.data, user.len);
	name[user.len] = '\0';
	found = cfg_find_user(m, name);
	return found == NULL || found->password == NULL ? ERR_ABSENT : secret_set(out, secret_view(found->password));
}

static bool may_use(const struct aaa_eap_request *r, uint8_t type)
{
	if (r->safe && !eap_method_find(type)->safe)
		return false;
	return type == EAP_TYPE_TLS ? r->tls != NULL : r->model->users != NULL;
}

static enum err local_open(struct aaa_eap *c)
{
	static const uint8_t order[EAP_METHODS] = { EAP_TYPE_MSCHAPV2, EAP_TYPE_TLS, EAP_TYPE_GTC, EAP_TYPE_MD5 };
	const struct aaa_eap_request *r = &c->request;
	struct local *l = (struct local *)calloc(1, sizeof(*l));
	struct eap_means means;

	c->state = l;
	if (l == NULL)
		return ERR_NOMEM;
	memset(&means, 0, sizeof(means));
	means.crypto = r->crypto;
	means.rand = r->rand;
	means.tls = r->tls;
	means.password = password;
	means.ctx = (void *)(uintptr_t)r->model; /* read alone */
	for (unsigned i = 0; i < EAP_METHODS; i++)
		if (may_use(r, order[i]))
			means.method[means.method_count++] = order[i];
	if (means.method_count == 0)
		return ERR_ABSENT;
	return eap_server_new(&l->server, &means, r->identity, r->query);
}

static void local_run(struct aaa_eap *c, struct bytes packet)
{
	struct local *l = (struct local *)c->state;

	if (packet.len == 0)
		eap_server_begin(l->server, &l->reply);
	else
		eap_server_take(l->server, packet, &l->reply);
}

static void local_tell(struct aaa_eap *c)
{
	const struct local *l = (const struct local *)c->state;
	struct aaa_eap_result result;

	memset(&result, 0, sizeof(result));
	result.verdict = l->reply.verdict;
	result.packet = l->reply.packet;
	result.why = l->reply.why;
	if (l->reply.verdict == EAP_ACCEPTED) {
		result.method = eap_server_method(l->server);
		result.identity = eap_server_identity(l->server);
		eap_server_msk(l->server, &result.msk);
	}
	c->request.answer(c->request.ctx, &result);
	secret_fini(&result.msk);
}

static void local_step(struct aaa_eap *c, struct bytes packet)
{
	local_run(c, packet);
	local_tell(c);
}

static struct bytes local_identity(const struct aaa_eap *c)
{
	return eap_server_identity(((const struct local *)c->state)->server);
}

static void local_close(struct aaa_eap *c)
{
	struct local *l = (struct local *)c->state;

	if (l != NULL)
		eap_server_free(l->server);
	free(l);
}

const struct aaa_eap_backend aaa_eap_local = {
	.open = local_open,
	.step = local_step,
	.run = local_run,
	.tell = local_tell,
	.identity = local_identity,
	.close = local_close,
};
