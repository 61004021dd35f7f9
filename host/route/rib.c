/*
 * The routing table.  A node stands for a prefix of a VRF and holds its candidates in order of preference.  Calls
 * mark nodes; route_rib_commit settles them: a node's hop is that of its first candidate that resolves, where a
 * candidate with a gateway alone resolves through the longest resolved match of that gateway.  Results are
 * remembered for the length of a commit, so that a thousand routes by one gateway resolve it once.
 */
#include "route/rib.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/map.h"
#include "route/trie.h"

enum { RIB_DEPTH = 10, RIB_FAMILIES = 2 };

struct rib_if {
	struct map_node in_map;
	struct route_if key;
	bool up;
	char *name; /* NULL: not said yet */
	struct list candidates;
};

struct rib_node {
	uint32_t vrf;
	struct addr_prefix prefix;
	struct list candidates; /* by distance, then age */
	struct list in_dirty;
	struct list in_recursive; /* linked while a candidate is by gateway alone */
	uint64_t round;           /* of the commit that 'best' and 'hop' are of */
	bool visiting;
	unsigned levels;            /* of recursion behind 'hop' */
	struct rib_candidate *best; /* NULL: none resolves */
	struct route_hop hop;
	bool told;
	struct route_hop told_hop;
};

struct rib_candidate {
	struct list in_node;
	struct list in_if;
	struct rib_node *node;
	struct rib_if *out; /* NULL: by gateway alone */
	struct route_candidate c;
};

struct rib_vrf {
	uint32_t id;
	struct route_trie trie[RIB_FAMILIES];
};

struct route_rib {
	route_changed_fn *changed;
	void *ctx;
	struct rib_vrf *vrf;
	size_t vrf_count;
	struct map interfaces;
	struct list dirty;
	struct list recursive;
	uint64_t round;
};

/* ---- finding ---- */

static struct route_trie *trie_of(const struct route_rib *r, uint32_t vrf, uint8_t family)
{
	for (size_t i = 0; i < r->vrf_count; i++)
		if (r->vrf[i].id == vrf)
			return &r->vrf[i].trie[family == AF_INET6];
	return NULL;
}

static struct route_trie *trie_make(struct route_rib *r, uint32_t vrf, uint8_t family)
{
	struct route_trie *t = trie_of(r, vrf, family);
	struct rib_vrf *wide;

	if (t != NULL)
		return t;
	wide = (struct rib_vrf *)realloc(r->vrf, (r->vrf_count + 1) * sizeof(*wide));
	if (wide == NULL)
		return NULL;
	r->vrf = wide;
	memset(&wide[r->vrf_count], 0, sizeof(*wide));
	wide[r->vrf_count++].id = vrf;
	return trie_of(r, vrf, family);
}

static uint64_t hash_if(const struct route_rib *r, struct route_if out)
{
	uint32_t key[2] = { out.kind, out.id };

	return map_hash(&r->interfaces, bytes_of(key, sizeof(key)));
}

static bool same_if(struct route_if a, struct route_if b)
{
	return a.kind == b.kind && a.id == b.id;
}

static struct rib_if *find_if(const struct route_rib *r, struct route_if out)
{
	for (struct map_node *n = map_find(&r->interfaces, hash_if(r, out)); n != NULL; n = map_find_next(n)) {
		struct rib_if *i = list_of(n, struct rib_if, in_map);

		if (same_if(i->key, out))
			return i;
	}
	return NULL;
}

static void free_if(struct route_rib *r, struct rib_if *i)
{
	map_del(&r->interfaces, &i->in_map);
	free(i->name);
	free(i);
}

static const char *name_of(const struct rib_if *i)
{
	if (i->name != NULL)
		return i->name;
	return i->key.kind == ROUTE_IF_NULL ? "Null0" : "";
}

static struct rib_if *make_if(struct route_rib *r, struct route_if out)
{
	struct rib_if *i = find_if(r, out);

	if (i != NULL)
		return i;
	i = (struct rib_if *)calloc(1, sizeof(*i));
	if (i == NULL)
		return NULL;
	i->key = out;
	i->up = out.kind == ROUTE_IF_NULL; /* Null0 is always up */
	list_init(&i->candidates);
	map_add(&r->interfaces, &i->in_map, hash_if(r, out));
	return i;
}

static void mark_dirty(struct route_rib *r, struct rib_node *n)
{
	if (!list_linked(&n->in_dirty))
		list_add(&r->dirty, &n->in_dirty);
}

/* ---- resolution ---- */

static bool resolve_node(struct route_rib *r, struct rib_node *n, unsigned depth);

/*
 * The hop of 'to' through the longest resolved prefix.  A prefix whose own resolution led here ends the attempt: to
 * take a shorter one instead would resolve an overlay address by the WAN's default route.
 */
static bool resolve_gateway(struct route_rib *r, const struct route_candidate *c, unsigned depth, struct rib_node *out)
{
	const struct addr *to = &c->gateway;
	struct route_trie *t = trie_of(r, c->vrf, to->family);
	void *match[ROUTE_TRIE_DEPTH];
	unsigned count;

	if (t == NULL || depth >= RIB_DEPTH)
		return false;
	count = route_trie_match(t, to, match);
	while (count-- > 0) {
		struct rib_node *n = (struct rib_node *)match[count];

		if (n->visiting)
			return false;
		if (!resolve_node(r, n, depth + 1))
			continue;
		if (n->levels >= RIB_DEPTH)
			return false;
		out->levels = n->levels + 1;
		out->hop = n->hop;
		if (out->hop.next_hop.family == 0)
			out->hop.next_hop = *to;
		return true;
	}
	return false;
}

/* Fills hop and levels of 'out'. */
static bool resolve_candidate(struct route_rib *r, const struct rib_candidate *k, unsigned depth, struct rib_node *out)
{
	if (k->out == NULL)
		return resolve_gateway(r, &k->c, depth, out);
	if (!k->out->up)
		return false;
	out->hop.out = k->c.out;
	out->hop.next_hop = k->c.gateway;
	out->levels = 0;
	return true;
}

static bool resolve_node(struct route_rib *r, struct rib_node *n, unsigned depth)
{
	if (n->round == r->round)
		return n->best != NULL;
	n->best = NULL;
	n->visiting = true;
	list_each (it, &n->candidates) {
		struct rib_candidate *k = list_of(it, struct rib_candidate, in_node);

		if (resolve_candidate(r, k, depth, n)) {
			n->best = k;
			break;
		}
	}
	n->visiting = false;
	/* Inside a recursion the answer may depend on who asked: only the outermost one is remembered. */
	if (depth == 0 || !list_linked(&n->in_recursive))
		n->round = r->round;
	return n->best != NULL;
}

static bool same_hop(const struct route_hop *a, const struct route_hop *b)
{
	return same_if(a->out, b->out) && addr_eq(&a->next_hop, &b->next_hop);
}

static void drop_node(struct route_rib *r, struct rib_node *n)
{
	struct route_trie *t = trie_of(r, n->vrf, n->prefix.addr.family);

	(void)route_trie_remove(t, &n->prefix);
	list_del(&n->in_dirty);
	list_del(&n->in_recursive);
	free(n);
}

static void settle(struct route_rib *r, struct rib_node *n)
{
	bool found = resolve_node(r, n, 0);

	if (found && (!n->told || !same_hop(&n->hop, &n->told_hop))) {
		n->told = true;
		n->told_hop = n->hop;
		r->changed(r->ctx, n->vrf, &n->prefix, &n->hop);
	} else if (!found && n->told) {
		n->told = false;
		r->changed(r->ctx, n->vrf, &n->prefix, NULL);
	}
}

void route_rib_commit(struct route_rib *r)
{
	struct list *next;

	if (list_empty(&r->dirty))
		return;
	r->round++;
	/* What resolves through a changed prefix may change with it. */
	list_each (it, &r->recursive)
		mark_dirty(r, list_of(it, struct rib_node, in_recursive));
	for (struct list *it = list_first(&r->dirty); it != NULL; it = list_next(&r->dirty, it))
		settle(r, list_of(it, struct rib_node, in_dirty));
	for (struct list *it = list_first(&r->dirty); it != NULL; it = next) {
		struct rib_node *n = list_of(it, struct rib_node, in_dirty);

		next = list_next(&r->dirty, it);
		list_del(it);
		if (list_empty(&n->candidates))
			drop_node(r, n);
	}
}

/* ---- changing ---- */

static struct rib_node *make_node(struct route_rib *r, uint32_t vrf, const struct addr_prefix *prefix)
{
	struct route_trie *t = trie_make(r, vrf, prefix->addr.family);
	struct rib_node *n;

	if (t == NULL)
		return NULL;
	n = (struct rib_node *)route_trie_find(t, prefix);
	if (n != NULL)
		return n;
	n = (struct rib_node *)calloc(1, sizeof(*n));
	if (n == NULL)
		return NULL;
	n->vrf = vrf;
	n->prefix = *prefix;
	list_init(&n->candidates);
	if (route_trie_set(t, prefix, n) != ERR_OK) {
		free(n);
		return NULL;
	}
	return n;
}

static struct rib_candidate *find_candidate(const struct rib_node *n, const struct route_candidate *c)
{
	list_each (it, &n->candidates) {
		struct rib_candidate *k = list_of(it, struct rib_candidate, in_node);

		if (k->c.source == c->source && same_if(k->c.out, c->out) && addr_eq(&k->c.gateway, &c->gateway))
			return k;
	}
	return NULL;
}

/* Behind those of lower or equal distance. */
static void insert_sorted(struct rib_node *n, struct rib_candidate *k)
{
	struct list *before = NULL;

	list_each (it, &n->candidates) {
		if (list_of(it, struct rib_candidate, in_node)->c.distance > k->c.distance) {
			before = it;
			break;
		}
	}
	/* Appending to "the list that ends at 'before'" is inserting in front of it. */
	list_add(before != NULL ? before : &n->candidates, &k->in_node);
}

static void track_recursive(struct route_rib *r, struct rib_node *n)
{
	bool recursive = false;

	list_each (it, &n->candidates)
		recursive = recursive || list_of(it, struct rib_candidate, in_node)->out == NULL;
	if (recursive && !list_linked(&n->in_recursive))
		list_add(&r->recursive, &n->in_recursive);
	else if (!recursive)
		list_del(&n->in_recursive);
}

static void free_candidate(struct route_rib *r, struct rib_candidate *k)
{
	struct rib_node *n = k->node;

	list_del(&k->in_node);
	list_del(&k->in_if);
	if (n->best == k)
		n->best = NULL;
	free(k);
	track_recursive(r, n);
	mark_dirty(r, n);
}

static enum err check(const struct route_candidate *c)
{
	if (c->source >= ROUTE_SOURCE_COUNT || addr_bits(&c->prefix.addr) == 0 || c->prefix.len > addr_bits(&c->prefix.addr))
		return ERR_RANGE;
	if (c->out.kind == ROUTE_IF_NONE && c->gateway.family != c->prefix.addr.family)
		return ERR_MALFORMED;
	return ERR_OK;
}

static enum err add_candidate(struct route_rib *r, struct rib_node *n, const struct route_candidate *c)
{
	struct rib_if *out = c->out.kind == ROUTE_IF_NONE ? NULL : make_if(r, c->out);
	struct rib_candidate *k;

	if (c->out.kind != ROUTE_IF_NONE && out == NULL)
		return ERR_NOMEM;
	k = (struct rib_candidate *)calloc(1, sizeof(*k));
	if (k == NULL)
		return ERR_NOMEM;
	k->c = *c;
	k->c.prefix = n->prefix;
	k->node = n;
	k->out = out;
	if (out != NULL)
		list_add(&out->candidates, &k->in_if);
	insert_sorted(n, k);
	return ERR_OK;
}

enum err route_rib_add(struct route_rib *r, const struct route_candidate *c)
{
	struct addr_prefix prefix = c->prefix;
	struct rib_candidate *k;
	struct rib_node *n;
	enum err err = check(c);

	if (err != ERR_OK)
		return err;
	prefix.addr = addr_network(&prefix);
	n = make_node(r, c->vrf, &prefix);
	if (n == NULL)
		return ERR_NOMEM;
	k = find_candidate(n, c);
	if (k == NULL) {
		err = add_candidate(r, n, c);
	} else if (k->c.distance != c->distance || k->c.tag != c->tag) {
		k->c.distance = c->distance;
		k->c.tag = c->tag;
		list_del(&k->in_node);
		insert_sorted(n, k);
	}
	track_recursive(r, n);
	mark_dirty(r, n); /* also drops a node that stayed empty */
	return err;
}

enum err route_rib_del(struct route_rib *r, const struct route_candidate *c)
{
	struct route_trie *t = trie_of(r, c->vrf, c->prefix.addr.family);
	struct addr_prefix prefix = c->prefix;
	struct rib_node *n;
	struct rib_candidate *k;

	prefix.addr = addr_network(&prefix);
	n = t == NULL ? NULL : (struct rib_node *)route_trie_find(t, &prefix);
	k = n == NULL ? NULL : find_candidate(n, c);
	if (k == NULL)
		return ERR_ABSENT;
	free_candidate(r, k);
	return ERR_OK;
}

void route_rib_del_if(struct route_rib *r, struct route_if out)
{
	struct rib_if *i = find_if(r, out);

	if (i == NULL)
		return;
	while (!list_empty(&i->candidates))
		free_candidate(r, list_of(list_first(&i->candidates), struct rib_candidate, in_if));
	free_if(r, i);
}

enum err route_rib_set_if(struct route_rib *r, struct route_if out, bool up, const char *name)
{
	struct rib_if *i = make_if(r, out);

	if (i == NULL)
		return ERR_NOMEM;
	if (strcmp(name_of(i), name) != 0) {
		char *copy = strdup(name);

		if (copy == NULL)
			return ERR_NOMEM;
		free(i->name);
		i->name = copy;
	}
	if (i->up == up)
		return ERR_OK;
	i->up = up;
	list_each (it, &i->candidates)
		mark_dirty(r, list_of(it, struct rib_candidate, in_if)->node);
	return ERR_OK;
}

/* ---- asking ---- */

bool route_rib_lookup(const struct route_rib *r, uint32_t vrf, const struct addr *to, struct route_hop *out)
{
	const struct route_trie *t = trie_of(r, vrf, to->family);
	void *match[ROUTE_TRIE_DEPTH];
	unsigned count = t == NULL ? 0 : route_trie_match(t, to, match);

	while (count-- > 0) {
		const struct rib_node *n = (const struct rib_node *)match[count];

		if (!n->told)
			continue;
		*out = n->told_hop;
		return true;
	}
	return false;
}

bool route_rib_underlay(struct route_rib *r, uint32_t vrf, const struct addr *to, uint32_t self, struct route_hop *out)
{
	const struct route_trie *t = trie_of(r, vrf, to->family);
	void *match[ROUTE_TRIE_DEPTH];
	unsigned count = t == NULL ? 0 : route_trie_match(t, to, match);

	while (count-- > 0) {
		struct rib_node *n = (struct rib_node *)match[count];

		list_each (it, &n->candidates) {
			struct rib_node tried;

			if (!resolve_candidate(r, list_of(it, struct rib_candidate, in_node), 0, &tried))
				continue;
			if (tried.hop.out.kind == ROUTE_IF_TUNNEL && tried.hop.out.id == self)
				continue;
			*out = tried.hop;
			return true;
		}
	}
	return false;
}

struct walk {
	const struct route_rib *rib;
	route_rib_fn *fn;
	void *ctx;
};

static void walk_node(void *ctx, void *value)
{
	const struct walk *w = (const struct walk *)ctx;
	const struct rib_node *n = (const struct rib_node *)value;

	list_each (it, &n->candidates) {
		const struct rib_candidate *k = list_of(it, struct rib_candidate, in_node);
		struct route_info info = { .c = k->c, .out_name = "" };
		const struct rib_if *out = k->out;

		info.best = n->told && n->best == k;
		info.resolved = info.best || (out != NULL && out->up);
		if (info.best) {
			info.hop = n->told_hop;
			out = find_if(w->rib, n->told_hop.out);
		}
		if (out != NULL)
			info.out_name = name_of(out);
		w->fn(w->ctx, &info);
	}
}

void route_rib_walk(const struct route_rib *r, route_rib_fn *fn, void *ctx)
{
	struct walk w = { .rib = r, .fn = fn, .ctx = ctx };

	for (size_t i = 0; i < r->vrf_count; i++)
		for (int family = 0; family < RIB_FAMILIES; family++)
			route_trie_walk(&r->vrf[i].trie[family], walk_node, &w);
}

/* ---- life ---- */

enum err route_rib_new(struct route_rib **out, const uint8_t map_key[16], route_changed_fn *changed, void *ctx)
{
	struct route_rib *r = (struct route_rib *)calloc(1, sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	if (map_init(&r->interfaces, map_key) != ERR_OK) {
		free(r);
		return ERR_NOMEM;
	}
	list_init(&r->dirty);
	list_init(&r->recursive);
	r->changed = changed;
	r->ctx = ctx;
	*out = r;
	return ERR_OK;
}

static void free_node(void *ctx, void *value)
{
	struct rib_node *n = (struct rib_node *)value;

	(void)ctx;
	while (!list_empty(&n->candidates)) {
		struct rib_candidate *k = list_of(list_first(&n->candidates), struct rib_candidate, in_node);

		list_del(&k->in_node);
		list_del(&k->in_if);
		free(k);
	}
	free(n);
}

void route_rib_free(struct route_rib *r)
{
	struct map_node *next;

	if (r == NULL)
		return;
	for (size_t v = 0; v < r->vrf_count; v++)
		for (int family = 0; family < RIB_FAMILIES; family++) {
			route_trie_walk(&r->vrf[v].trie[family], free_node, NULL);
			route_trie_fini(&r->vrf[v].trie[family]);
		}
	for (struct map_node *i = map_walk(&r->interfaces, NULL); i != NULL; i = next) {
		next = map_walk(&r->interfaces, i);
		free_if(r, list_of(i, struct rib_if, in_map));
	}
	map_fini(&r->interfaces);
	free(r->vrf);
	free(r);
}
