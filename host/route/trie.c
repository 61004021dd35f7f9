/*
 * A node stands for a prefix: one that has a value, or the fork of two that have.  A child's prefix is longer than
 * its parent's and agrees with it; a node without a value has two children.  Loop thread only.
 */
#include "route/trie.h"

#include <stdlib.h>

struct route_trie_node {
	struct addr_prefix prefix;
	struct route_trie_node *parent;
	struct route_trie_node *child[2];
	void *value;
};

static unsigned bit_at(const struct addr *a, unsigned index)
{
	return a->b[index / 8] >> (7 - index % 8) & 1;
}

/* Leading bits that two addresses share, at most 'limit'. */
static uint8_t common_bits(const struct addr *a, const struct addr *b, uint8_t limit)
{
	unsigned bits = 0;

	for (unsigned i = 0; bits < limit; i++, bits += 8) {
		unsigned diff = a->b[i] ^ b->b[i];

		if (diff == 0)
			continue;
		bits += (unsigned)__builtin_clz(diff) - 24;
		break;
	}
	return bits < limit ? (uint8_t)bits : limit;
}

static uint8_t shorter(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

/* The link that leads, or would lead, to 'p': its node, a node below it, or NULL. */
static struct route_trie_node **descend(struct route_trie *t, const struct addr_prefix *p, struct route_trie_node **parent)
{
	struct route_trie_node **at = &t->root;

	*parent = NULL;
	while (*at != NULL && (*at)->prefix.len < p->len && addr_in(&(*at)->prefix, &p->addr)) {
		*parent = *at;
		at = &(*at)->child[bit_at(&p->addr, (*at)->prefix.len)];
	}
	return at;
}

void *route_trie_find(const struct route_trie *t, const struct addr_prefix *p)
{
	const struct route_trie_node *n = t->root;

	while (n != NULL && n->prefix.len < p->len && addr_in(&n->prefix, &p->addr))
		n = n->child[bit_at(&p->addr, n->prefix.len)];
	return n != NULL && addr_prefix_eq(&n->prefix, p) ? n->value : NULL;
}

static struct route_trie_node *new_node(const struct addr_prefix *p, struct route_trie_node *parent)
{
	struct route_trie_node *n = (struct route_trie_node *)calloc(1, sizeof(*n));

	if (n != NULL) {
		n->prefix = *p;
		n->parent = parent;
	}
	return n;
}

/* Hangs 'below' under 'n'. */
static void adopt(struct route_trie_node *n, struct route_trie_node *below)
{
	n->child[bit_at(&below->prefix.addr, n->prefix.len)] = below;
	below->parent = n;
}

/* Puts a node for 'p' where '*at' stands; what stood there goes below it or beside it under a fork. */
static struct route_trie_node *split(struct route_trie_node **at, const struct addr_prefix *p, struct route_trie_node *parent)
{
	struct route_trie_node *below = *at;
	struct route_trie_node *n = new_node(p, parent), *fork;
	struct addr_prefix shared = *p;

	if (n == NULL)
		return NULL;
	shared.len = common_bits(&p->addr, &below->prefix.addr, shorter(p->len, below->prefix.len));
	if (shared.len == p->len) {
		adopt(n, below);
		*at = n;
		return n;
	}
	shared.addr = addr_network(&shared);
	fork = new_node(&shared, parent);
	if (fork == NULL) {
		free(n);
		return NULL;
	}
	adopt(fork, below);
	adopt(fork, n);
	*at = fork;
	return n;
}

enum err route_trie_set(struct route_trie *t, const struct addr_prefix *p, void *value)
{
	struct route_trie_node *parent;
	struct route_trie_node **at = descend(t, p, &parent);
	struct route_trie_node *n = *at;

	if (n == NULL) {
		n = new_node(p, parent);
		*at = n;
	} else if (!addr_prefix_eq(&n->prefix, p)) {
		n = split(at, p, parent);
	}
	if (n == NULL)
		return ERR_NOMEM;
	if (n->value == NULL)
		t->count++;
	n->value = value;
	return ERR_OK;
}

static struct route_trie_node **link_of(struct route_trie *t, const struct route_trie_node *n)
{
	if (n->parent == NULL)
		return &t->root;
	return &n->parent->child[n->parent->child[1] == n];
}

/* Removes 'n' if it has neither value nor two children, then its parent likewise. */
static void prune(struct route_trie *t, struct route_trie_node *n)
{
	while (n != NULL && n->value == NULL && (n->child[0] == NULL || n->child[1] == NULL)) {
		struct route_trie_node *parent = n->parent;
		struct route_trie_node *below = n->child[0] != NULL ? n->child[0] : n->child[1];

		*link_of(t, n) = below;
		if (below != NULL)
			below->parent = parent;
		free(n);
		n = parent;
	}
}

void *route_trie_remove(struct route_trie *t, const struct addr_prefix *p)
{
	struct route_trie_node *parent;
	struct route_trie_node *n = *descend(t, p, &parent);
	void *value;

	if (n == NULL || n->value == NULL || !addr_prefix_eq(&n->prefix, p))
		return NULL;
	value = n->value;
	n->value = NULL;
	t->count--;
	prune(t, n);
	return value;
}

unsigned route_trie_match(const struct route_trie *t, const struct addr *a, void *out[ROUTE_TRIE_DEPTH])
{
	const struct route_trie_node *n = t->root;
	unsigned count = 0;

	while (n != NULL && addr_in(&n->prefix, a)) {
		if (n->value != NULL)
			out[count++] = n->value;
		if (n->prefix.len == addr_bits(a))
			break;
		n = n->child[bit_at(a, n->prefix.len)];
	}
	return count;
}

/* The node after 'n' and all below it, inside 'top' (NULL: the trie). */
static struct route_trie_node *skip_node(const struct route_trie_node *top, struct route_trie_node *n)
{
	for (; n != top && n->parent != NULL; n = n->parent)
		if (n == n->parent->child[0] && n->parent->child[1] != NULL)
			return n->parent->child[1];
	return NULL;
}

/* The node after 'n' in order, inside 'top'. */
static struct route_trie_node *next_node(const struct route_trie_node *top, struct route_trie_node *n)
{
	if (n->child[0] != NULL)
		return n->child[0];
	return n->child[1] != NULL ? n->child[1] : skip_node(top, n);
}

static void walk(struct route_trie_node *top, void (*fn)(void *ctx, void *value), void *ctx)
{
	for (struct route_trie_node *n = top; n != NULL; n = next_node(top, n))
		if (n->value != NULL)
			fn(ctx, n->value);
}

void route_trie_walk(const struct route_trie *t, void (*fn)(void *ctx, void *value), void *ctx)
{
	walk(t->root, fn, ctx);
}

/* The first node whose prefix isn't shorter than 'p' on the way to it: its own, one below it, or one that has nothing to do with it. */
static struct route_trie_node *arrive(const struct route_trie *t, const struct addr_prefix *p)
{
	struct route_trie_node *n = t->root;

	while (n != NULL && n->prefix.len < p->len && addr_in(&n->prefix, &p->addr))
		n = n->child[bit_at(&p->addr, n->prefix.len)];
	return n;
}

void route_trie_walk_within(const struct route_trie *t, const struct addr_prefix *within, void (*fn)(void *ctx, void *value), void *ctx)
{
	struct route_trie_node *n = arrive(t, within);

	if (n != NULL && n->prefix.len >= within->len && addr_in(within, &n->prefix.addr))
		walk(n, fn, ctx);
}

/* Whether 'p' comes before 'n' and all below it. */
static bool is_before(const struct addr_prefix *p, const struct route_trie_node *n)
{
	int order = addr_cmp(&p->addr, &n->prefix.addr);

	return order != 0 ? order < 0 : p->len < n->prefix.len;
}

/* The first node in order that 'after' is before. */
static struct route_trie_node *node_after(const struct route_trie *t, const struct addr_prefix *after)
{
	struct route_trie_node *n = t->root, *right = NULL; /* what follows when nothing below 'n' does */

	while (n != NULL && !is_before(after, n)) {
		unsigned side;

		if (!addr_in(&n->prefix, &after->addr))
			return right; /* all of it is before */
		side = n->prefix.len < addr_bits(&after->addr) ? bit_at(&after->addr, n->prefix.len) : 0;
		if (side == 0 && n->child[1] != NULL)
			right = n->child[1];
		n = n->child[side];
	}
	return n != NULL ? n : right;
}

void *route_trie_next(const struct route_trie *t, const struct addr_prefix *after)
{
	struct route_trie_node *n = after->addr.family == 0 ? t->root : node_after(t, after);

	while (n != NULL && n->value == NULL)
		n = next_node(NULL, n);
	return n == NULL ? NULL : n->value;
}

void route_trie_fini(struct route_trie *t)
{
	struct route_trie_node *n = t->root;

	while (n != NULL) {
		struct route_trie_node *parent = n->parent;
		unsigned side = n->child[0] != NULL ? 0 : 1;

		if (n->child[side] != NULL) {
			struct route_trie_node *below = n->child[side];

			n->child[side] = NULL;
			n = below;
			continue;
		}
		free(n);
		n = parent;
	}
	t->root = NULL;
	t->count = 0;
}
