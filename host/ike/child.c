/* CHILD_SAs of an IKE SA: keys made, handed to the world, remembered as what was negotiated. */
#include "ike/child.h"

#include <stdlib.h>
#include <string.h>

#include "ike/core.h"

static struct ike_child *child_new(const struct ike_child_plan *plan)
{
	struct ike_child *child = (struct ike_child *)calloc(1, sizeof(*child));
	size_t count = (size_t)plan->local->count + plan->remote->count;

	if (child == NULL)
		return NULL;
	child->ts = (struct ike_ts *)calloc(count, sizeof(*child->ts));
	if (child->ts == NULL) {
		free(child);
		return NULL;
	}
	memcpy(child->ts, plan->local->item, plan->local->count * sizeof(*child->ts));
	memcpy(child->ts + plan->local->count, plan->remote->item, plan->remote->count * sizeof(*child->ts));
	child->local_count = plan->local->count;
	child->remote_count = plan->remote->count;
	child->spi_in = plan->spi_in;
	child->spi_out = plan->spi_out;
	child->encr = plan->esp.encr;
	child->integ = plan->esp.integ;
	child->esn = plan->esp.esn;
	return child;
}

static struct ike_child_sa describe(const struct ike_sa *sa, const struct ike_child *child, const struct ike_child_plan *plan)
{
	struct ike_child_sa out = { .spi_in = child->spi_in, .spi_out = child->spi_out, .encr = child->encr, .integ = child->integ };

	out.esn = plan->esp.esn;
	out.udp_encap = ike_sa_udp_encap(sa);
	out.role = plan->role;
	out.path = sa->path;
	out.local_count = child->local_count;
	out.remote_count = child->remote_count;
	out.local = child->ts;
	out.remote = child->ts + child->local_count;
	out.config = plan->config;
	out.replaces = plan->replaces;
	out.ref = sa->ref;
	out.peer_id = &sa->remote_id;
	return out;
}

/* Nonces have 16 octets at least (RFC7296-2.10): enough to tell which is the lower. */
static void keep_low_nonce(struct ike_sa *sa, const struct ike_keys_seed *seed)
{
	const struct bytes *low = memcmp(seed->ni.data, seed->nr.data, IKE_INFO_NONCE) < 0 ? &seed->ni : &seed->nr;

	memcpy(sa->low_nonce, low->data, IKE_INFO_NONCE);
}

enum err ike_child_install(struct ike_engine *e, struct ike_sa *sa, const struct ike_child_plan *plan)
{
	const struct ike_ports *ports = e->cfg.ports;
	struct ike_child *child = child_new(plan);
	struct ike_child_sa request;
	struct ike_child_keys *i2r, *r2i;
	enum err err;

	if (child == NULL) {
		ports->spi_free(ports->ctx, plan->spi_in);
		return ERR_NOMEM;
	}
	if (plan->replaces == 0)
		keep_low_nonce(sa, &plan->seed);
	request = describe(sa, child, plan);
	i2r = plan->role == IKE_INITIATOR ? &request.out : &request.in;
	r2i = plan->role == IKE_INITIATOR ? &request.in : &request.out;
	err = ike_keys_child(e->cfg.crypto, &sa->suite, &sa->keys, &plan->esp, &plan->seed, i2r, r2i);
	if (err == ERR_OK) {
		list_add(&sa->children, &child->link);
		sa->asked = IKE_ASKED_INSTALL;
		ports->install(ports->ctx, sa->handle, &request);
	} else {
		ports->spi_free(ports->ctx, plan->spi_in);
		free(child->ts);
		free(child);
	}
	secret_fini(&request.in.encr);
	secret_fini(&request.in.integ);
	secret_fini(&request.out.encr);
	secret_fini(&request.out.integ);
	return err;
}

void ike_child_remove(struct ike_sa *sa, struct ike_child *child)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	uint32_t spi_in = child->spi_in;

	list_del(&child->link);
	free(child->ts);
	free(child);
	ports->child_down(ports->ctx, sa->handle, spi_in);
	if (sa->state == IKE_S_UP && list_empty(&sa->children))
		ike_fsm_post(sa, IKE_E_NO_CHILD);
}

struct ike_child *ike_child_by_out(const struct ike_sa *sa, uint32_t spi_out)
{
	list_each (n, &sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->spi_out == spi_out)
			return child;
	}
	return NULL;
}
