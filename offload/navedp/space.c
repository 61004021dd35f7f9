#include "navedp/space.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/netns.h"
#include "loader/rule.h"
#include "loader/steer.h"

static struct navedp_space *find(struct navedp_box *b, const char *netns)
{
	for (unsigned i = 0; i < DB_VRF_MAX; i++)
		if (b->space[i].users != 0 && strcmp(b->space[i].netns, netns) == 0)
			return &b->space[i];
	return NULL;
}

static void shut(struct navedp_box *b, struct navedp_space *s)
{
	if (s->steer != NULL)
		loader_steer_close(s->steer);
	navedp_icmp_ignore(b->conf.icmp, s->icmp);
	navedp_neigh_ignore(b->conf.neigh, s->neigh);
	if (s->fd >= 0)
		(void)close(s->fd);
	memset(s, 0, sizeof(*s));
}

/* There is room: each is of a VRF, of which db has no more. */
static enum err open_space(struct navedp_box *b, const char *netns, struct navedp_space **out)
{
	struct navedp_space *s = b->space;
	enum err err = ERR_OK;

	while (s->users != 0)
		s++;
	*s = (struct navedp_space){ .users = 1, .fd = -1, .neigh = NAVEDP_NEIGH_NONE, .icmp = NAVEDP_ICMP_NONE };
	(void)snprintf(s->netns, sizeof(s->netns), "%s", netns);
	if (netns[0] != '\0')
		err = netns_open(netns, &s->fd);
	if (err == ERR_OK)
		err = navedp_neigh_listen(b->conf.neigh, s->fd, &s->neigh);
	if (err == ERR_OK)
		err = navedp_icmp_listen(b->conf.icmp, s->fd, &s->icmp);
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
	s = find(b, conf.netns);
	if (s != NULL) {
		s->users++;
		*out = s;
		return ERR_OK;
	}
	err = open_space(b, conf.netns, out);
	if (err != ERR_OK)
		log_event(b->conf.log, LOG_L_ERROR, "vrf.netns", "vrf=%s netns=%s err=%s", conf.name, conf.netns, err_name(err));
	return err;
}

void navedp_space_put(struct navedp_box *b, struct navedp_space *s)
{
	if (s != NULL && --s->users == 0)
		shut(b, s);
}

/* Beside IKE, ESP and neighbour discovery the hub's own ICMP may leave. */
static enum err open_steer(struct navedp_space *s, const char *dir)
{
	static const struct loader_allow allow[] = { { .kind = STEER_ALLOW_PROTO, .proto = IPPROTO_ICMP },
		{ .kind = STEER_ALLOW_PROTO, .proto = IPPROTO_ICMPV6 } };
	enum err err = loader_steer_open(&s->steer, dir);

	if (err != ERR_OK)
		return err;
	err = loader_rule_set_allow(s->steer, allow, sizeof(allow) / sizeof(allow[0]));
	if (err != ERR_OK) { /* not half of it: the next netdev tries again */
		loader_steer_close(s->steer);
		s->steer = NULL;
	}
	return err;
}

enum err navedp_space_steer(struct navedp_box *b, struct navedp_space *s)
{
	char dir[256];
	enum err err;
	int back;

	if (s->steer != NULL)
		return ERR_OK;
	(void)snprintf(dir, sizeof(dir), "%s/bpf%s%s", b->conf.state_dir, s->netns[0] != '\0' ? "-" : "", s->netns);
	err = netns_enter(s->fd, &back);
	if (err != ERR_OK)
		return err;
	err = open_steer(s, dir);
	netns_leave(back);
	return err;
}

void navedp_space_end_all(struct navedp_box *b)
{
	for (unsigned i = 0; i < DB_VRF_MAX; i++) {
		struct navedp_space *s = &b->space[i];

		if (s->users == 0)
			continue;
		if (s->steer != NULL)
			loader_steer_close(s->steer);
		if (s->fd >= 0)
			(void)close(s->fd);
	}
}
