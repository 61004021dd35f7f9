/*
 * A bucket for each source is one number, the time at which it will be empty (GCRA): the rule of ebpf/inbound.h, for ports that have no
 * XDP program.  Engine's thread.
 */
#include "ike/source.h"

#include <string.h>

enum { SOURCE_BITS4 = 24, SOURCE_BITS6 = 64 };

#define NS_PER_S UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)

struct ike_source {
	struct map_node node;
	struct list link; /* of idle */
	struct slab_handle handle;
	struct addr net;
	uint32_t half_open;
	uint64_t empty_at_ns;
};

enum err ike_source_init(struct ike_sources *t, uint32_t limit, const uint8_t key[16])
{
	slab_init(&t->slab, sizeof(struct ike_source), limit);
	list_init(&t->idle);
	return map_init(&t->map, key);
}

void ike_source_fini(struct ike_sources *t)
{
	map_fini(&t->map);
	slab_fini(&t->slab);
}

static struct addr net_of(const struct addr *from)
{
	struct addr_prefix p = { .addr = *from, .len = from->family == AF_INET ? SOURCE_BITS4 : SOURCE_BITS6 };

	return addr_network(&p);
}

static struct ike_source *find(const struct ike_sources *t, const struct addr *net, uint64_t hash)
{
	for (struct map_node *n = map_find(&t->map, hash); n != NULL; n = map_find_next(n)) {
		struct ike_source *s = list_of(n, struct ike_source, node);

		if (addr_eq(&s->net, net))
			return s;
	}
	return NULL;
}

static void forget_oldest(struct ike_sources *t)
{
	struct list *oldest = list_first(&t->idle);
	struct ike_source *s;

	if (oldest == NULL)
		return;
	s = list_of(oldest, struct ike_source, link);
	list_del(&s->link);
	map_del(&t->map, &s->node);
	slab_free(&t->slab, s->handle);
}

/* The source of 'from', which is heard of now; NULL: there is no room. */
static struct ike_source *hear(struct ike_sources *t, const struct addr *from)
{
	struct addr net = net_of(from);
	uint64_t hash = map_hash(&t->map, addr_bytes(&net));
	struct ike_source *s = find(t, &net, hash);
	struct slab_handle handle;

	if (s == NULL) {
		if (t->slab.used == t->slab.limit)
			forget_oldest(t);
		s = (struct ike_source *)slab_new(&t->slab, &handle);
		if (s == NULL)
			return NULL;
		s->handle = handle;
		s->net = net;
		map_add(&t->map, &s->node, hash);
	}
	list_del(&s->link);
	if (s->half_open == 0)
		list_add(&t->idle, &s->link);
	return s;
}

bool ike_source_admit(struct ike_sources *t, const struct ike_source_rule *rule, const struct addr *from, uint64_t now_ms)
{
	uint64_t now_ns = now_ms * NS_PER_MS, interval_ns, tolerance_ns, from_ns;
	struct ike_source *s;

	if (rule->rate == 0)
		return true;
	s = hear(t, from);
	if (s == NULL)
		return true;
	interval_ns = NS_PER_S / rule->rate;
	tolerance_ns = rule->burst > 1 ? interval_ns * (rule->burst - 1) : 0;
	from_ns = s->empty_at_ns > now_ns ? s->empty_at_ns : now_ns;
	if (from_ns - now_ns > tolerance_ns)
		return false;
	s->empty_at_ns = from_ns + interval_ns;
	return true;
}

uint32_t ike_source_half_open(const struct ike_sources *t, const struct addr *from)
{
	struct addr net = net_of(from);
	const struct ike_source *s = find(t, &net, map_hash(&t->map, addr_bytes(&net)));

	return s == NULL ? 0 : s->half_open;
}

struct ike_source *ike_source_enter(struct ike_sources *t, const struct addr *from)
{
	struct ike_source *s = hear(t, from);

	if (s == NULL)
		return NULL;
	s->half_open++;
	list_del(&s->link);
	return s;
}

void ike_source_leave(struct ike_sources *t, struct ike_source *s)
{
	if (s == NULL || --s->half_open != 0)
		return;
	list_add(&t->idle, &s->link);
}
