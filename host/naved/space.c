/*
 * VRFs and where the host has them.  A network namespace is entered to open sockets, which belong to it for life, and left at once; sockets of
 * a VRF device are bound to it.
 */
#include "naved/space.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_route.h"
#include "session/box/vrf.h"

struct naved_spaces {
	struct naved_spaces_config conf;
	bool listening;
	unsigned count;
	struct naved_space *space; /* the global VRF's comes first, then those of the platform in its order */
};

struct naved_space *naved_spaces_find(const struct naved_spaces *s, uint32_t vrf)
{
	for (unsigned i = 0; s != NULL && i < s->count; i++)
		if (s->space[i].vrf == vrf)
			return &s->space[i];
	return NULL;
}

/* ---- places ---- */

struct finding {
	struct cfg_platform *platform;
	enum err err;
};

static void see_link(const struct nl_link *link, void *ctx)
{
	struct finding *f = (struct finding *)ctx;

	if (f->err == ERR_OK && strcmp(link->kind, NL_LINK_VRF) == 0)
		f->err = cfg_platform_add_device(f->platform, link->name);
}

enum err naved_spaces_find_devices(struct cfg_platform *platform)
{
	struct finding f = { .platform = platform };
	struct nl *nl;
	enum err err = nl_open(-1, &nl);

	if (err != ERR_OK)
		return err;
	err = nl_link_each(nl, see_link, &f);
	nl_close(nl);
	return err == ERR_OK ? f.err : err;
}

static enum err open_netns(const struct naved_space *space, int *out)
{
	const char *netns = space->place != NULL ? space->place->netns : NULL;
	enum err err = ERR_OK;

	*out = -1;
	if (netns != NULL)
		err = netns_open(netns, out);
	if (err != ERR_OK)
		log_event(space->all->conf.host.log, LOG_L_ERROR, "vrf.netns", "netns=%s err=%s", netns, err_name(err));
	return err;
}

static void close_netns(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

static const char *device_of(const struct naved_space *space)
{
	return space->place != NULL ? space->place->device : NULL;
}

/* The table of the VRF device's routes; without one, the main one. */
static enum err find_table(const struct naved_space *space, uint32_t *out)
{
	const char *device = device_of(space);
	struct nl_link link;
	struct nl *nl;
	enum err err;

	*out = NL_TABLE_MAIN;
	if (device == NULL)
		return ERR_OK;
	err = nl_open(-1, &nl);
	if (err != ERR_OK)
		return err;
	err = nl_link_find(nl, device, &link);
	nl_close(nl);
	if (err == ERR_OK && link.table == 0)
		err = ERR_UNSUPPORTED; /* a device of another kind */
	if (err != ERR_OK)
		log_event(space->all->conf.host.log, LOG_L_ERROR, "vrf.device", "device=%s err=%s", device, err_name(err));
	*out = link.table;
	return err;
}

/* ---- the host's side ---- */

static enum err open_host(struct naved_space *space)
{
	struct naved_host_config config = space->all->conf.host;
	enum err err = find_table(space, &config.table);

	config.vrf = space->vrf;
	if (err == ERR_OK)
		err = open_netns(space, &config.netns_fd);
	if (err != ERR_OK)
		return err;
	err = naved_host_new(&space->host, &config);
	close_netns(config.netns_fd);
	return err;
}

static enum err open_all(struct naved_spaces *s)
{
	const struct cfg_vrf_place *place = NULL;
	enum err err = ERR_OK;

	for (unsigned i = 0; i < s->count && err == ERR_OK; i++) {
		s->space[i] = (struct naved_space){ .all = s, .place = place, .vrf = session_vrf_id(place != NULL ? place->vrf : NULL) };
		if (!s->conf.no_host)
			err = open_host(&s->space[i]);
		place = place == NULL ? s->conf.platform->vrfs : place->next;
	}
	return err;
}

enum err naved_spaces_new(struct naved_spaces **out, const struct naved_spaces_config *config)
{
	struct naved_spaces *s = (struct naved_spaces *)calloc(1, sizeof(*s));
	enum err err;

	if (s == NULL)
		return ERR_NOMEM;
	s->conf = *config;
	s->count = 1;
	for (const struct cfg_vrf_place *p = config->platform->vrfs; p != NULL; p = p->next)
		s->count++;
	s->space = (struct naved_space *)calloc(s->count, sizeof(*s->space));
	err = s->space == NULL ? ERR_NOMEM : open_all(s);
	if (err != ERR_OK) {
		naved_spaces_free(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

/* ---- sockets of IKE and of echoes ---- */

static void receive(void *ctx, const struct net_udp_path *path, struct bytes datagram)
{
	const struct naved_space *space = (const struct naved_space *)ctx;

	space->all->conf.receive(space->all->conf.ctx, space->vrf, path, datagram);
}

static void echoed(void *ctx, const struct addr *from, uint64_t token)
{
	const struct naved_space *space = (const struct naved_space *)ctx;

	space->all->conf.echoed(space->all->conf.ctx, space->vrf, from, token);
}

static void silence(struct naved_space *space)
{
	net_udp_free(space->udp);
	space->udp = NULL;
	net_echo_free(space->echo);
	space->echo = NULL;
}

static enum err listen_in(struct naved_space *space)
{
	struct net_udp_config udp = { .device = device_of(space), .receive = receive, .ctx = space };
	struct net_echo_config echo = { .device = device_of(space), .receive = echoed, .ctx = space };
	enum err err = open_netns(space, &udp.netns_fd);

	if (err == ERR_OK)
		err = net_udp_new(&space->udp, space->all->conf.host.loop, &udp);
	echo.netns_fd = udp.netns_fd;
	if (err == ERR_OK)
		err = net_echo_new(&space->echo, space->all->conf.host.loop, &echo);
	close_netns(udp.netns_fd);
	if (err != ERR_OK)
		silence(space);
	return err;
}

static bool listens(const struct naved_space *space)
{
	return device_of(space) == NULL || session_vrf_is_in(session_hub_model(*space->all->conf.host.hub), space->vrf);
}

static enum err follow(struct naved_spaces *s)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < s->count && err == ERR_OK; i++) {
		struct naved_space *space = &s->space[i];

		if (!listens(space))
			silence(space);
		else if (space->udp == NULL)
			err = listen_in(space);
	}
	return err;
}

enum err naved_spaces_listen(struct naved_spaces *s)
{
	s->listening = true;
	return follow(s);
}

void naved_spaces_silence(struct naved_spaces *s)
{
	for (unsigned i = 0; s != NULL && i < s->count; i++)
		silence(&s->space[i]);
}

/* ---- changes ---- */

void naved_spaces_configured(struct naved_spaces *s)
{
	enum err err = s->listening ? follow(s) : ERR_OK;

	if (err != ERR_OK)
		log_event(s->conf.host.log, LOG_L_ERROR, "vrf.listen", "err=%s", err_name(err));
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
	for (unsigned i = 0; s->space != NULL && i < s->count; i++)
		naved_host_free(s->space[i].host);
	free(s->space);
	free(s);
}
