/* What a world knows of its sessions, and of who asks for one. */
#include <stdlib.h>
#include <string.h>

#include "world.h"

struct world_session *world_find(struct world *w, struct slab_handle handle)
{
	list_each (n, &w->sessions) {
		struct world_session *s = list_of(n, struct world_session, link);

		if (s->handle.index == handle.index && s->handle.generation == handle.generation)
			return s;
	}
	return NULL;
}

struct world_child *world_child_new(struct ike_child_sa *child)
{
	struct world_child *c = (struct world_child *)calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->spi_in = child->spi_in;
	c->spi_out = child->spi_out;
	c->encr = child->encr;
	c->integ = child->integ;
	c->udp_encap = child->udp_encap;
	c->path = child->path;
	c->replaces = child->replaces;
	c->line = child->line;
	c->esn = child->esn;
	c->group = child->group;
	memcpy(c->extra, child->extra, sizeof(c->extra));
	c->transport = child->transport;
	secret_take(&c->in_encr, &child->in.encr);
	secret_take(&c->in_integ, &child->in.integ);
	secret_take(&c->out_encr, &child->out.encr);
	secret_take(&c->out_integ, &child->out.integ);
	c->local_count = child->local_count;
	c->remote_count = child->remote_count;
	memcpy(c->local, child->local, child->local_count * sizeof(c->local[0]));
	memcpy(c->remote, child->remote, child->remote_count * sizeof(c->remote[0]));
	if (child->config != NULL) {
		c->config = *child->config;
		c->config_given = true;
	}
	return c;
}

struct world_child *world_pair(struct world_session *s, uint32_t spi_in)
{
	list_each (n, &s->children) {
		struct world_child *c = list_of(n, struct world_child, link);

		if (c->spi_in == spi_in)
			return c;
	}
	return NULL;
}

struct world_child *world_sender(struct world_session *s, uint32_t line)
{
	list_each (n, &s->children) {
		struct world_child *c = list_of(n, struct world_child, link);

		if (c->line == line && c->sends)
			return c;
	}
	return NULL;
}

struct world_session *world_last_up(struct world *w)
{
	struct world_session *last = NULL;

	list_each (n, &w->sessions) {
		struct world_session *s = list_of(n, struct world_session, link);

		if (s->up)
			last = s;
	}
	return last;
}

unsigned world_up_count(const struct world *w)
{
	unsigned count = 0;

	list_each (n, &w->sessions)
		count += list_of(n, struct world_session, link)->up;
	return count;
}

bool world_check_signature(struct world *w, const struct ike_who *who)
{
	struct crypto_scheme scheme = w->set.peer_scheme;
	struct bytes signature = who->auth;

	if (who->cert_count == 0 || !bytes_eq(who->cert[0], bytes_str(w->set.peer_cert)))
		return false;
	if (who->method == IKE_AUTH_SIGNATURE && crypto_algid_split(who->auth, &scheme, &signature) != ERR_OK)
		return false;
	return crypto_sign_check(w->crypto, w->set.peer_key, &scheme, who->octets, signature) == ERR_OK;
}
