/*
 * VRFs and their network namespaces.  A namespace is entered to open sockets, which belong to it for life, and left at once.
 */
#include "naved/space.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/netns.h"
#include "session/box/vrf.h"

struct naved_spaces {
	struct naved_spaces_config conf;
	unsigned count;
	struct naved_space *space; /* the global VRF's comes first, then those of the platform file in its order */
};

struct naved_space *naved_spaces_find(const struct naved_spaces *s, uint32_t vrf)
{
	for (unsigned i = 0; s != NULL && i < s->count; i++)
		if (s->space[i].vrf == vrf)
			return &s->space[i];
	return NULL;
}

static enum err open_netns(const struct naved_spaces *s, const char *netns, int *out)
{
	enum err err = ERR_OK;

	*out = -1;
	if (netns != NULL)
		err = netns_open(netns, out);
	if (err != ERR_OK)
		log_event(s->conf.host.log, LOG_L_ERROR, "vrf.netns", "netns=%s err=%s", netns, err_name(err));
	return err;
}

static void close_netns(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

static enum err open_host(struct naved_space *space, const char *netns)
{
	struct naved_host_config config = space->all->conf.host;
	enum err err = open_netns(space->all, netns, &config.netns_fd);

	config.vrf = space->vrf;
	if (err == ERR_OK)
		err = naved_host_new(&space->host, &config);
	close_netns(config.netns_fd);
	return err;
}

enum err naved_spaces_new(struct naved_spaces **out, const struct naved_spaces_config *config)
{
	struct naved_spaces *s = (struct naved_spaces *)calloc(1, sizeof(*s));
	const struct cfg_vrf_place *place = config->platform->vrfs;
	enum err err = ERR_OK;

	if (s == NULL)
		return ERR_NOMEM;
	s->conf = *config;
	s->count = 1;
	for (const struct cfg_vrf_place *p = place; p != NULL; p = p->next)
		s->count++;
	s->space = (struct naved_space *)calloc(s->count, sizeof(*s->space));
	if (s->space == NULL) {
		free(s);
		return ERR_NOMEM;
	}
	for (unsigned i = 0; i < s->count && err == ERR_OK; i++) {
		const char *name = i == 0 ? NULL : place->vrf, *netns = i == 0 ? NULL : place->netns;

		s->space[i].all = s;
		s->space[i].vrf = session_vrf_id(name);
		if (!config->no_host)
			err = open_host(&s->space[i], netns);
		if (i != 0)
			place = place->next;
	}
	if (err != ERR_OK) {
		naved_spaces_free(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

static void receive(void *ctx, const struct net_udp_path *path, struct bytes datagram)
{
	const struct naved_space *space = (const struct naved_space *)ctx;

	space->all->conf.receive(space->all->conf.ctx, space->vrf, path, datagram);
}

static enum err listen_in(struct naved_space *space, const char *netns)
{
	struct net_udp_config udp = { .receive = receive, .ctx = space };
	enum err err = open_netns(space->all, netns, &udp.netns_fd);

	if (err == ERR_OK)
		err = net_udp_new(&space->udp, space->all->conf.host.loop, &udp);
	close_netns(udp.netns_fd);
	return err;
}

enum err naved_spaces_listen(struct naved_spaces *s)
{
	const struct cfg_vrf_place *place = s->conf.platform->vrfs;
	enum err err = listen_in(&s->space[0], NULL);

	for (unsigned i = 1; i < s->count && err == ERR_OK; i++, place = place->next)
		err = listen_in(&s->space[i], place->netns);
	return err;
}

void naved_spaces_silence(struct naved_spaces *s)
{
	for (unsigned i = 0; s != NULL && i < s->count; i++) {
		net_udp_free(s->space[i].udp);
		s->space[i].udp = NULL;
	}
}

void naved_spaces_configured(struct naved_spaces *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->space[i].host != NULL)
			naved_host_configured(s->space[i].host);
}

void naved_spaces_flush(struct naved_spaces *s)
{
	for (unsigned i = 0; i < s->count; i++)
		if (s->space[i].host != NULL)
			naved_host_flush(s->space[i].host);
}

void naved_spaces_free(struct naved_spaces *s)
{
	if (s == NULL)
		return;
	naved_spaces_silence(s);
	for (unsigned i = 0; i < s->count; i++)
		naved_host_free(s->space[i].host);
	free(s->space);
	free(s);
}
