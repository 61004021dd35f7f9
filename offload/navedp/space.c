#include "navedp/space.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "base/nl/nl.h"
#include "base/nl/nl_link.h"
#include "loader/rule.h"
#include "loader/steer.h"

static struct navedp_space *find(struct navedp_box *b, const struct dp_vrf *conf)
{
	for (unsigned i = 0; i < DB_VRF_MAX; i++) {
		struct navedp_space *s = &b->space[i];

		if (s->users != 0 && strcmp(s->netns, conf->netns) == 0 && strcmp(s->device, conf->device) == 0)
			return s;
	}
	return NULL;
}

/* The VRF device of 's' that there is; none: index 0. */
static enum err find_device(const struct navedp_space *s, struct nl *nl, struct nl_link *out)
{
	enum err err;

	memset(out, 0, sizeof(*out));
	if (s->device[0] == '\0')
		return ERR_OK;
	err = nl_link_find(nl, s->device, out);
	return err == ERR_OK && strcmp(out->kind, NL_LINK_VRF) != 0 ? ERR_UNSUPPORTED : err;
}

static enum err check_device(const struct navedp_space *s)
{
	struct nl_link link;
	struct nl *nl;
	enum err err = nl_open(s->fd, &nl);

	if (err != ERR_OK)
		return err;
	err = find_device(s, nl, &link);
	nl_close(nl);
	return err;
}

enum err navedp_space_adopt(const struct navedp_space *s, struct nl *nl, const struct nl_link *link)
{
	struct nl_link want, has = { .index = 0 };
	enum err err = find_device(s, nl, &want);

	if (err == ERR_OK && link->master != 0)
		err = nl_link_get(nl, link->master, &has);
	if (err != ERR_OK || want.index == has.index)
		return err;
	if (has.index != 0 && strcmp(has.kind, NL_LINK_VRF) != 0)
		return want.index == 0 ? ERR_OK : ERR_BUSY;
	return nl_link_set_master(nl, link->index, want.index);
}

struct loader_steer *navedp_space_next_steer(const struct navedp_box *b, unsigned *cursor)
{
	while (*cursor < DB_VRF_MAX) {
		const struct navedp_space *s = &b->space[(*cursor)++];

		if (s->steers)
			return s->steer;
	}
	return NULL;
}

/* Another place of the namespace, in which steering has begun. */
static struct navedp_space *find_sibling(struct navedp_box *b, const struct navedp_space *s)
{
	for (unsigned i = 0; i < DB_VRF_MAX; i++) {
		struct navedp_space *other = &b->space[i];

		if (other != s && other->steer != NULL && strcmp(other->netns, s->netns) == 0)
			return other;
	}
	return NULL;
}

static void shut(struct navedp_box *b, struct navedp_space *s)
{
	struct navedp_space *heir = s->steers ? find_sibling(b, s) : NULL;

	if (heir != NULL)
		heir->steers = true;
	else if (s->steers)
		loader_steer_close(s->steer);
	navedp_icmp_ignore(b->conf.icmp, s->icmp);
	navedp_neigh_ignore(b->conf.neigh, s->neigh);
	if (s->fd >= 0)
		(void)close(s->fd);
	memset(s, 0, sizeof(*s));
}

/* There is room: each is of a VRF, of which db has no more. */
static enum err open_space(struct navedp_box *b, const struct dp_vrf *conf, struct navedp_space **out)
{
	struct navedp_icmp_place place = { .vrf = db_vrf_find(b->conf.db, conf->id) };
	struct navedp_space *s = b->space;
	enum err err = ERR_OK;

	while (s->users != 0)
		s++;
	*s = (struct navedp_space){ .users = 1, .fd = -1, .neigh = NAVEDP_NEIGH_NONE, .icmp = NAVEDP_ICMP_NONE };
	(void)snprintf(s->netns, sizeof(s->netns), "%s", conf->netns);
	(void)snprintf(s->device, sizeof(s->device), "%s", conf->device);
	if (s->netns[0] != '\0')
		err = netns_open(s->netns, &s->fd);
	if (err == ERR_OK)
		err = check_device(s);
	if (err == ERR_OK)
		err = navedp_neigh_listen(b->conf.neigh, s->fd, &s->neigh);
	place.netns_fd = s->fd;
	place.device = s->device;
	if (err == ERR_OK)
		err = navedp_icmp_listen(b->conf.icmp, &place, &s->icmp);
	if (err != ERR_OK)
		shut(b, s);
	else
		*out = s;
	return err;
}

enum err navedp_space_get(struct navedp_box *b, uint32_t vrf, struct navedp_space **out)
{
	struct navedp_space *s;
	struct dp_vrf conf;
	enum err err;

	if (!db_vrf_get(b->conf.db, vrf, &conf))
		return ERR_ABSENT;
	s = find(b, &conf);
	if (s != NULL) {
		s->users++;
		*out = s;
		return ERR_OK;
	}
	err = open_space(b, &conf, out);
	if (err != ERR_OK)
		log_event(b->conf.log, LOG_L_ERROR, "vrf.place", "vrf=%s netns=%s device=%s err=%s", conf.name, conf.netns, conf.device,
			err_name(err));
	return err;
}

void navedp_space_put(struct navedp_box *b, struct navedp_space *s)
{
	if (s != NULL && --s->users == 0)
		shut(b, s);
}

/* Beside IKE, ESP and neighbour discovery the hub's own ICMP may leave. */
static enum err open_steer(struct loader_steer **out, const char *dir)
{
	static const struct loader_allow allow[] = { { .kind = STEER_ALLOW_PROTO, .proto = IPPROTO_ICMP },
		{ .kind = STEER_ALLOW_PROTO, .proto = IPPROTO_ICMPV6 } };
	struct loader_steer *steer;
	enum err err = loader_steer_open(&steer, dir);

	if (err != ERR_OK)
		return err;
	err = loader_rule_set_allow(steer, allow, sizeof(allow) / sizeof(allow[0]));
	if (err == ERR_OK)
		*out = steer;
	else
		loader_steer_close(steer); /* not half of it: the next netdev tries again */
	return err;
}

enum err navedp_space_steer(struct navedp_box *b, struct navedp_space *s)
{
	const struct navedp_space *sibling = find_sibling(b, s);
	char dir[256];
	enum err err;
	int back;

	if (s->steer == NULL && sibling != NULL)
		s->steer = sibling->steer;
	if (s->steer != NULL)
		return ERR_OK;
	(void)snprintf(dir, sizeof(dir), "%s/bpf%s%s", b->conf.state_dir, s->netns[0] != '\0' ? "-" : "", s->netns);
	err = netns_enter(s->fd, &back);
	if (err != ERR_OK)
		return err;
	err = open_steer(&s->steer, dir);
	netns_leave(back);
	s->steers = err == ERR_OK;
	return err;
}

void navedp_space_end_all(struct navedp_box *b)
{
	for (unsigned i = 0; i < DB_VRF_MAX; i++) {
		struct navedp_space *s = &b->space[i];

		if (s->users == 0)
			continue;
		if (s->steers)
			loader_steer_close(s->steer);
		if (s->fd >= 0)
			(void)close(s->fd);
	}
}
