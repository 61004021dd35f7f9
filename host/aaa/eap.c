/* The door to those who check a peer's EAP.  Called by session/auth on the loop thread. */
#include "aaa/eap.h"

#include <stdlib.h>

static const struct aaa_eap_backend *backend_of(const struct cfg_aaa_list *list)
{
	static const struct aaa_eap_backend *const backends[] = {
		[CFG_AAA_LOCAL] = &aaa_eap_local, [CFG_AAA_GROUP] = NULL, [CFG_AAA_NONE] = NULL
	};

	return list == NULL || list->method_count == 0 ? NULL : backends[list->method[0]];
}

enum err aaa_eap_new(const struct aaa_eap_request *request, struct aaa_eap **out)
{
	const struct aaa_eap_backend *backend = backend_of(request->list);
	struct aaa_eap *c;
	enum err err;

	if (backend == NULL)
		return ERR_UNSUPPORTED;
	c = (struct aaa_eap *)calloc(1, sizeof(*c));
	if (c == NULL)
		return ERR_NOMEM;
	c->request = *request;
	c->backend = backend;
	err = backend->open(c);
	if (err != ERR_OK) {
		aaa_eap_free(c);
		return err;
	}
	*out = c;
	return ERR_OK;
}

void aaa_eap_free(struct aaa_eap *c)
{
	if (c == NULL)
		return;
	c->backend->close(c);
	free(c);
}

void aaa_eap_step(struct aaa_eap *c, struct bytes packet)
{
	c->backend->step(c, packet);
}

bool aaa_eap_is_long(const struct aaa_eap *c, struct bytes packet)
{
	return c->backend->run != NULL && eap_packet_is_long(packet);
}

void aaa_eap_run(struct aaa_eap *c, struct bytes packet)
{
	c->backend->run(c, packet);
}

void aaa_eap_tell(struct aaa_eap *c)
{
	c->backend->tell(c);
}

struct bytes aaa_eap_identity(const struct aaa_eap *c)
{
	return c->backend->identity(c);
}
