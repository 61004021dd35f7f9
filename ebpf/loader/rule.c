/*
 * What the programs look up: local addresses, allowed control protocols, the IKE_SA_INIT limit.  Called on the thread
 * that owns the steering, at every change of addresses or configuration.  A table is replaced by mark and
 * sweep: entries of the new list carry a mark that no old entry has, then all others go.
 */
#include "loader/rule.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "loader/inside.h"

enum { RULE_KEY_MAX = 20, RULE_NS_PER_S = 1000000000 };

/* A table whose values are {flags, mark}: steer_local and steer_allowed have the same form. */
struct table {
	int fd;
	__u32 mark;
};

struct value {
	__u32 flags;
	__u32 mark;
};

_Static_assert(sizeof(struct value) == sizeof(struct steer_local), "contract 2: value of steer_local*");
_Static_assert(sizeof(struct value) == sizeof(struct steer_allowed), "contract 2: value of steer_allow");
_Static_assert(sizeof(struct steer_key4) == 8, "contract 2: key of steer_local4");
_Static_assert(sizeof(struct steer_key6) == RULE_KEY_MAX, "contract 2: key of steer_local6");
_Static_assert(sizeof(struct steer_allow) == 4, "contract 2: key of steer_allow");
_Static_assert(sizeof(struct steer_limit) == 16, "contract 2: value of steer_limit");

/* A mark above all that are in the table. */
static struct table begin(int fd)
{
	struct table t = { .fd = fd, .mark = 1 };
	uint8_t key[RULE_KEY_MAX];
	struct value value;

	for (int rc = bpf_map_get_next_key(fd, NULL, key); rc == 0; rc = bpf_map_get_next_key(fd, key, key))
		if (bpf_map_lookup_elem(fd, key, &value) == 0 && value.mark >= t.mark)
			t.mark = value.mark + 1;
	return t;
}

static enum err put(const struct table *t, const void *key, __u32 flags)
{
	struct value value = { .flags = flags, .mark = t->mark };

	if (bpf_map_update_elem(t->fd, key, &value, BPF_ANY) == 0)
		return ERR_OK;
	return errno == E2BIG ? ERR_FULL : err_of_errno(errno);
}

static void sweep(const struct table *t)
{
	uint8_t key[RULE_KEY_MAX], next[RULE_KEY_MAX];
	struct value value;
	int rc = bpf_map_get_next_key(t->fd, NULL, key);

	while (rc == 0) {
		rc = bpf_map_get_next_key(t->fd, key, next);
		if (bpf_map_lookup_elem(t->fd, key, &value) == 0 && value.mark != t->mark)
			(void)bpf_map_delete_elem(t->fd, key);
		memcpy(key, next, sizeof(key));
	}
}

static enum err put_local(const struct table *v4, const struct table *v6, const struct loader_local *local)
{
	__u32 flags = local->underlay ? STEER_L_UNDERLAY : 0;
	struct steer_key4 key4 = { .vrf = local->vrf };
	struct steer_key6 key6 = { .vrf = local->vrf };

	switch (local->addr.family) {
	case AF_INET:
		memcpy(&key4.addr, local->addr.b, sizeof(key4.addr));
		return put(v4, &key4, flags);
	case AF_INET6:
		memcpy(key6.addr, local->addr.b, sizeof(key6.addr));
		return put(v6, &key6, flags);
	default:
		return ERR_UNSUPPORTED;
	}
}

enum err loader_rule_set_local(struct loader_steer *s, const struct loader_local *list, size_t count)
{
	struct table v4 = begin(s->local4);
	struct table v6 = begin(s->local6);

	for (size_t i = 0; i < count; i++) {
		enum err err = put_local(&v4, &v6, &list[i]);

		if (err != ERR_OK)
			return err;
	}
	sweep(&v4);
	sweep(&v6);
	return ERR_OK;
}

enum err loader_rule_set_allow(struct loader_steer *s, const struct loader_allow *list, size_t count)
{
	struct table t = begin(s->allow);

	for (size_t i = 0; i < count; i++) {
		struct steer_allow key = { .kind = (__u8)list[i].kind, .proto = list[i].proto, .value = list[i].value };
		enum err err = put(&t, &key, list[i].any_source);

		if (err != ERR_OK)
			return err;
	}
	sweep(&t);
	return ERR_OK;
}

enum err loader_rule_set_limit(struct loader_steer *s, uint32_t rate_per_s, uint32_t burst)
{
	struct steer_limit limit = { .interval_ns = 0 };
	__u32 zero = 0;

	if (rate_per_s != 0) {
		limit.interval_ns = RULE_NS_PER_S / rate_per_s;
		limit.tolerance_ns = limit.interval_ns * (burst > 0 ? burst - 1 : 0);
	}
	return bpf_map_update_elem(s->limit, &zero, &limit, BPF_ANY) == 0 ? ERR_OK : err_of_errno(errno);
}
