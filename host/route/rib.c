/*
 * The routing table.  A node stands for a prefix of a VRF and holds its candidates in order of preference.  Calls
 * mark nodes; route_rib_commit settles them: a node's hop is that of its first candidate that resolves, where a
 * candidate with a gateway alone resolves through the longest resolved match of that gateway.  Gateways stand in a trie of
 * their own: what changes marks the routes by the gateways that it covers, and no others.  Results are remembered for the length of a
 * commit.
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
	bool retell; /* what leads there, by the next commit */
	char *name;  /* NULL: not said yet */
	struct list candidates;
};

struct rib_node {
	uint32_t vrf;
	struct addr_prefix prefix;
	struct list candidates; /* by distance, then age */
	struct list in_dirty;
	unsigned recursive; /* candidates by gateway alone */
	uint64_t round;     /* of the commit that 'best' and 'hop' are of */
	bool visiting;
	unsigned levels;            /* of recursion behind 'hop' */
	struct rib_candidate *best; /* NULL: none resolves */
	struct route_hop hop;
	bool told;
	struct route_hop told_hop;
};

/* A gateway that candidates without an interface name; it is in the trie while there are any. */
struct rib_gateway {
	struct addr_prefix host;
	struct list candidates;
};

struct rib_candidate {
	struct list in_node;
	struct list in_if; /* or in the gateway's */
	struct rib_node *node;
	struct rib_if *out;          /* NULL: by gateway alone */
	struct rib_gateway *gateway; /* then */
	struct route_candidate c;
};

struct rib_table {
	struct route_trie routes;   /* struct rib_node */
	struct route_trie gateways; /* struct rib_gateway */
	struct route_count count[ROUTE_SOURCE_COUNT];
};

struct rib_vrf {
	uint32_t id;
	struct rib_table family[RIB_FAMILIES];
};

struct route_rib {
	route_changed_fn *changed;
	void *ctx;
	struct rib_vrf **vrf;
	size_t vrf_count;
	struct map interfaces;
	struct list dirty;
	struct list listeners;
	bool moved;  /* an interface, since the last commit; during one, the table too */
	bool retell; /* some interface's */
	uint64_t round;
};

/* ---- finding ---- */

static struct rib_table *table_of(const struct route_rib *r, uint32_t vrf, uint8_t family)
{
	for (size_t i = 0; i < r->vrf_count; i++)
		if (r->vrf[i]->id == vrf)
			return &r->vrf[i]->family[family == AF_INET6];
	return NULL;
}

static struct rib_table *table_make(struct route_rib *r, uint32_t vrf, uint8_t family)
{
	struct rib_table *t = table_of(r, vrf, family);
	struct rib_vrf **wide;

	if (t != NULL)
		return t;
	wide = (struct rib_vrf **)realloc(r->vrf, (r->vrf_count + 1) * sizeof(struct rib_vrf *));
	if (wide == NULL)
		return NULL;
	r->vrf = wide;
	wide[r->vrf_count] = (struct rib_vrf *)calloc(1, sizeof(struct rib_vrf));
	if (wide[r->vrf_count] == NULL)
		return NULL;
	wide[r->vrf_count++]->id = vrf;
	return table_of(r, vrf, family);
}

/* That of a node: it is there. */
static struct rib_table *table_for(const struct route_rib *r, const struct rib_node *n)
{
	return table_of(r, n->vrf, n->prefix.addr.family);
}

static unsigned match(const struct rib_table *t, const struct addr *to, void *out[ROUTE_TRIE_DEPTH])
{
	return t == NULL ? 0 : route_trie_match(&t->routes, to, out);
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
	void *found[ROUTE_TRIE_DEPTH];
	unsigned count = depth >= RIB_DEPTH ? 0 : match(table_of(r, c->vrf, to->family), to, found);

	while (count-- > 0) {
		struct rib_node *n = (struct rib_node *)found[count];

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
			n->hop.source = k->c.source;
			break;
		}
	}
	n->visiting = false;
	/* Inside a recursion the answer may depend on who asked: only the outermost one is remembered. */
	if (depth == 0 || n->recursive == 0)
		n->round = r->round;
	return n->best != NULL;
}

static bool same_hop(const struct route_hop *a, const struct route_hop *b)
{
	return same_if(a->out, b->out) && addr_eq(&a->next_hop, &b->next_hop) && a->source == b->source;
}

static void drop_node(struct route_rib *r, struct rib_node *n)
{
	(void)route_trie_remove(&table_for(r, n)->routes, &n->prefix);
	list_del(&n->in_dirty);
	free(n);
}

static void tell(struct route_rib *r, struct rib_node *n, bool found)
{
	struct route_count *count = table_for(r, n)->count;

	if (n->told)
		count[n->told_hop.source].best--;
	if (found)
		count[n->hop.source].best++;
	n->told = found;
	n->told_hop = n->hop;
	r->moved = true;
	r->changed(r->ctx, n->vrf, &n->prefix, found ? &n->hop : NULL);
}

static bool is_retold(const struct route_rib *r, const struct rib_node *n)
{
	return r->retell && find_if(r, n->hop.out)->retell;
}

static void settle(struct route_rib *r, struct rib_node *n)
{
	bool found = resolve_node(r, n, 0);

	if (found ? !n->told || !same_hop(&n->hop, &n->told_hop) || is_retold(r, n) : n->told)
		tell(r, n, found);
}

static void end_retelling(struct route_rib *r)
{
	for (struct map_node *n = r->retell ? map_walk(&r->interfaces, NULL) : NULL; n != NULL; n = map_walk(&r->interfaces, n))
		list_of(n, struct rib_if, in_map)->retell = false;
	r->retell = false;
}

static void mark_users(void *ctx, void *value)
{
	const struct rib_gateway *g = (const struct rib_gateway *)value;

	list_each (it, &g->candidates)
		mark_dirty((struct route_rib *)ctx, list_of(it, struct rib_candidate, in_if)->node);
}

/* What resolves through a changed prefix may change with it, and so on: the list grows while it is walked. */
static void spread(struct route_rib *r)
{
	for (struct list *it = list_first(&r->dirty); it != NULL; it = list_next(&r->dirty, it)) {
		const struct rib_node *n = list_of(it, struct rib_node, in_dirty);

		route_trie_walk_within(&table_for(r, n)->gateways, &n->prefix, mark_users, r);
	}
}

void route_rib_commit(struct route_rib *r)
{
	struct list *next;

	r->round++;
	spread(r);
	for (struct list *it = list_first(&r->dirty); it != NULL; it = list_next(&r->dirty, it))
		settle(r, list_of(it, struct rib_node, in_dirty));
	for (struct list *it = list_first(&r->dirty); it != NULL; it = next) {
		struct rib_node *n = list_of(it, struct rib_node, in_dirty);

		next = list_next(&r->dirty, it);
		list_del(it);
		if (list_empty(&n->candidates))
			drop_node(r, n);
	}
	end_retelling(r);
	if (!r->moved)
		return;
	r->moved = false;
	for (struct list *it = list_first(&r->listeners); it != NULL; it = next) {
		next = list_next(&r->listeners, it);
		list_of(it, struct route_listener, link)->settled(list_of(it, struct route_listener, link));
	}
}

void route_rib_listen(struct route_rib *r, struct route_listener *l)
{
	list_add(&r->listeners, &l->link);
}

void route_rib_unlisten(struct route_listener *l)
{
	list_del(&l->link);
}

/* ---- changing ---- */

static struct rib_node *make_node(struct route_rib *r, uint32_t vrf, const struct addr_prefix *prefix)
{
	struct rib_table *t = table_make(r, vrf, prefix->addr.family);
	struct rib_node *n;

	if (t == NULL)
		return NULL;
	n = (struct rib_node *)route_trie_find(&t->routes, prefix);
	if (n != NULL)
		return n;
	n = (struct rib_node *)calloc(1, sizeof(*n));
	if (n == NULL)
		return NULL;
	n->vrf = vrf;
	n->prefix = *prefix;
	list_init(&n->candidates);
	if (route_trie_set(&t->routes, prefix, n) != ERR_OK) {
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

static bool is_preferred(const struct route_candidate *a, const struct route_candidate *b)
{
	return a->distance != b->distance ? a->distance < b->distance : a->source != ROUTE_KERNEL && b->source == ROUTE_KERNEL;
}

/* Behind those that are as good. */
static void insert_sorted(struct rib_node *n, struct rib_candidate *k)
{
	struct list *before = NULL;

	list_each (it, &n->candidates) {
		if (is_preferred(&k->c, &list_of(it, struct rib_candidate, in_node)->c)) {
			before = it;
			break;
		}
	}
	/* Appending to "the list that ends at 'before'" is inserting in front of it. */
	list_add(before != NULL ? before : &n->candidates, &k->in_node);
}

static struct rib_gateway *gateway_get(struct rib_table *t, const struct addr *a)
{
	struct addr_prefix host = addr_prefix_host(a);
	struct rib_gateway *g = (struct rib_gateway *)route_trie_find(&t->gateways, &host);

	if (g != NULL)
		return g;
	g = (struct rib_gateway *)calloc(1, sizeof(*g));
	if (g == NULL)
		return NULL;
	g->host = host;
	list_init(&g->candidates);
	if (route_trie_set(&t->gateways, &host, g) == ERR_OK)
		return g;
	free(g);
	return NULL;
}

static void gateway_put(struct rib_table *t, struct rib_gateway *g)
{
	if (!list_empty(&g->candidates))
		return;
	(void)route_trie_remove(&t->gateways, &g->host);
	free(g);
}

static void free_candidate(struct route_rib *r, struct rib_candidate *k)
{
	struct rib_node *n = k->node;
	struct rib_table *t = table_for(r, n);

	list_del(&k->in_node);
	list_del(&k->in_if);
	if (k->gateway != NULL) {
		n->recursive--;
		gateway_put(t, k->gateway);
	}
	t->count[k->c.source].candidates--;
	if (n->best == k)
		n->best = NULL;
	free(k);
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
	struct rib_table *t = table_for(r, n);
	struct rib_candidate *k = (struct rib_candidate *)calloc(1, sizeof(*k));

	if (k == NULL)
		return ERR_NOMEM;
	if (c->out.kind == ROUTE_IF_NONE)
		k->gateway = gateway_get(t, &c->gateway);
	else
		k->out = make_if(r, c->out);
	if (k->gateway == NULL && k->out == NULL) {
		free(k);
		return ERR_NOMEM;
	}
	k->c = *c;
	k->c.prefix = n->prefix;
	k->node = n;
	n->recursive += k->gateway != NULL;
	list_add(k->gateway != NULL ? &k->gateway->candidates : &k->out->candidates, &k->in_if);
	t->count[c->source].candidates++;
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
	} else if (k->c.distance != c->distance || k->c.tag != c->tag || k->c.track != c->track) {
		k->c.distance = c->distance;
		k->c.tag = c->tag;
		k->c.track = c->track;
		list_del(&k->in_node);
		insert_sorted(n, k);
	}
	mark_dirty(r, n); /* also drops a node that stayed empty */
	return err;
}

enum err route_rib_del(struct route_rib *r, const struct route_candidate *c)
{
	const struct rib_table *t = table_of(r, c->vrf, c->prefix.addr.family);
	struct addr_prefix prefix = c->prefix;
	struct rib_node *n;
	struct rib_candidate *k;

	prefix.addr = addr_network(&prefix);
	n = t == NULL ? NULL : (struct rib_node *)route_trie_find(&t->routes, &prefix);
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
	r->moved = true;
	list_each (it, &i->candidates)
		mark_dirty(r, list_of(it, struct rib_candidate, in_if)->node);
	return ERR_OK;
}

void route_rib_retell(struct route_rib *r, struct route_if out)
{
	struct rib_if *i = find_if(r, out);

	if (i == NULL)
		return;
	i->retell = true;
	r->retell = true;
	list_each (it, &i->candidates)
		mark_dirty(r, list_of(it, struct rib_candidate, in_if)->node);
}

bool route_rib_if_up(const struct route_rib *r, struct route_if out)
{
	const struct rib_if *i = find_if(r, out);

	return i != NULL && i->up;
}

/* ---- asking ---- */

bool route_rib_has(const struct route_rib *r, uint32_t vrf, const struct addr_prefix *prefix)
{
	const struct rib_table *t = table_of(r, vrf, prefix->addr.family);
	const struct rib_node *n = t == NULL ? NULL : (const struct rib_node *)route_trie_find(&t->routes, prefix);

	return n != NULL && n->told;
}

bool route_rib_lookup(const struct route_rib *r, uint32_t vrf, const struct addr *to, struct route_hop *out)
{
	void *found[ROUTE_TRIE_DEPTH];
	unsigned count = match(table_of(r, vrf, to->family), to, found);

	while (count-- > 0) {
		const struct rib_node *n = (const struct rib_node *)found[count];

		if (!n->told)
			continue;
		*out = n->told_hop;
		return true;
	}
	return false;
}

bool route_rib_underlay(struct route_rib *r, uint32_t vrf, const struct addr *to, uint32_t self, struct route_hop *out)
{
	void *found[ROUTE_TRIE_DEPTH];
	unsigned count = match(table_of(r, vrf, to->family), to, found);

	while (count-- > 0) {
		struct rib_node *n = (struct rib_node *)found[count];

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
			route_trie_walk(&r->vrf[i]->family[family].routes, walk_node, &w);
}

bool route_rib_next(const struct route_rib *r, uint32_t vrf, uint8_t family, struct addr_prefix *after, route_rib_fn *fn, void *ctx)
{
	struct walk w = { .rib = r, .fn = fn, .ctx = ctx };
	const struct rib_table *t = table_of(r, vrf, family);
	struct rib_node *n = t == NULL ? NULL : (struct rib_node *)route_trie_next(&t->routes, after);

	if (n == NULL)
		return false;
	*after = n->prefix;
	walk_node(&w, n);
	return true;
}

bool route_rib_entry(const struct route_rib *r, uint32_t vrf, const struct addr_prefix *prefix, route_rib_fn *fn, void *ctx)
{
	struct walk w = { .rib = r, .fn = fn, .ctx = ctx };
	void *found[ROUTE_TRIE_DEPTH];
	unsigned count = match(table_of(r, vrf, prefix->addr.family), &prefix->addr, found);

	while (count-- > 0) {
		const struct rib_node *n = (const struct rib_node *)found[count];

		if (n->prefix.len > prefix->len || !n->told)
			continue;
		walk_node(&w, found[count]);
		return true;
	}
	return false;
}

void route_rib_count(const struct route_rib *r, uint32_t vrf, uint8_t family, struct route_count out[ROUTE_SOURCE_COUNT])
{
	const struct rib_table *t = table_of(r, vrf, family);

	for (int i = 0; i < ROUTE_SOURCE_COUNT; i++)
		out[i] = t != NULL ? t->count[i] : (struct route_count){ 0, 0 };
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
	list_init(&r->listeners);
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

static void free_gateway(void *ctx, void *value)
{
	(void)ctx;
	free(value);
}

static void free_table(struct rib_table *t)
{
	route_trie_walk(&t->routes, free_node, NULL);
	route_trie_fini(&t->routes);
	route_trie_walk(&t->gateways, free_gateway, NULL);
	route_trie_fini(&t->gateways);
}

void route_rib_free(struct route_rib *r)
{
	struct map_node *next;

	if (r == NULL)
		return;
	for (size_t v = 0; v < r->vrf_count; v++) {
		for (int family = 0; family < RIB_FAMILIES; family++)
			free_table(&r->vrf[v]->family[family]);
		free(r->vrf[v]);
	}
	for (struct map_node *i = map_walk(&r->interfaces, NULL); i != NULL; i = next) {
		next = map_walk(&r->interfaces, i);
		free_if(r, list_of(i, struct rib_if, in_map));
	}
	map_fini(&r->interfaces);
	free(r->vrf);
	free(r);
}
