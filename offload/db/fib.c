/*
 * The writer's side of the trie, on the main lcore.  A node decides four bits and owns the prefixes that end in
 * them; a chain of nodes without a choice isn't stored, the lower node's key says what was skipped.  New nodes are
 * complete before one entry leads to them; nodes that nothing leads to any more wait for a grace period.
 */
#include "db/fib.h"

#include <assert.h>
#include <string.h>

enum { FIB_LEVELS = 128 / DB_FIB_STEP + 1 };

static struct db_fib_node *child_of(const struct db_fib *f, uint64_t entry)
{
	uint64_t child = entry >> DB_FIB_CHILD_SHIFT;

	return child == 0 ? NULL : (struct db_fib_node *)db_pool_at(f->nodes, (uint32_t)child - 1);
}

static uint32_t depth_of(uint64_t entry)
{
	return (uint32_t)(entry >> DB_FIB_DEPTH_SHIFT) & 7;
}

static void store(uint64_t *entry, uint64_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/* Keeps the hop, changes where the entry leads. */
static void set_child(const struct db_fib *f, uint64_t *entry, const struct db_fib_node *child)
{
	uint64_t hop = *entry & ((UINT64_C(1) << DB_FIB_CHILD_SHIFT) - 1);
	uint64_t index = child == NULL ? 0 : (uint64_t)db_pool_index(f->nodes, child) + 1;

	store(entry, index << DB_FIB_CHILD_SHIFT | hop);
}

/* Keeps where the entry leads, changes the hop. */
static void set_hop(uint64_t *entry, uint32_t depth, uint32_t hop)
{
	uint64_t child = *entry >> DB_FIB_CHILD_SHIFT;

	store(entry, child << DB_FIB_CHILD_SHIFT | (uint64_t)depth << DB_FIB_DEPTH_SHIFT | hop);
}

/* How many first bits of the keys agree, 128 at most. */
static uint32_t common_bits(struct db_key a, struct db_key b)
{
	if (a.hi != b.hi)
		return (uint32_t)__builtin_clzll(a.hi ^ b.hi);
	return a.lo != b.lo ? 64 + (uint32_t)__builtin_clzll(a.lo ^ b.lo) : 128;
}

static struct db_fib_node *node_new(struct db_fib *f, struct db_key key, uint32_t bit)
{
	struct db_fib_node *n = (struct db_fib_node *)db_pool_take(f->nodes);

	if (n == NULL)
		return NULL;
	n->mask = db_key_mask(bit);
	n->key = db_key_and(key, n->mask);
	n->bit = bit;
	return n;
}

static enum err node_drop(void *ctx, void *object)
{
	db_pool_give((struct db_pool *)ctx, object);
	return ERR_OK;
}

static void node_retire(struct db_fib *f, struct db_fib_node *n)
{
	db_rcu_defer(f->rcu, node_drop, f->nodes, n);
}

static void node_adopt(struct db_fib *f, struct db_fib_node *n, const struct db_fib_node *child)
{
	set_child(f, &n->entry[db_fib_nibble(child->key, n->bit)], child);
	n->children++;
}

/* The place of a prefix of depth 1 to 3 in the heap of a node. */
static uint32_t inner_index(uint32_t nibble, uint32_t depth)
{
	return (1u << depth) - 2 + (nibble >> (DB_FIB_STEP - depth));
}

/* The deepest prefix above 'depth' that covers 'nibble'; 0 none. */
static uint32_t covering(const struct db_fib_node *n, uint32_t nibble, uint32_t depth, uint32_t *found)
{
	for (uint32_t d = depth - 1; d >= 1; d--) {
		uint32_t hop = n->inner[inner_index(nibble, d)];

		if (hop != 0) {
			*found = d;
			return hop;
		}
	}
	*found = 0;
	return 0;
}

/* Sets, or with hop 0 takes out, the prefix of 'depth' bits of 'nibble' in 'n'. */
static void node_set(struct db_fib_node *n, uint32_t nibble, uint32_t depth, uint32_t hop)
{
	uint32_t span = 1u << (DB_FIB_STEP - depth);
	uint32_t first = nibble & ~(span - 1);
	bool had = depth == DB_FIB_STEP ? depth_of(n->entry[first]) == depth : n->inner[inner_index(nibble, depth)] != 0;

	if (!had && hop == 0)
		return;
	if (depth < DB_FIB_STEP)
		n->inner[inner_index(nibble, depth)] = hop;
	n->prefixes = (uint16_t)(n->prefixes + (hop != 0) - had);
	for (uint32_t i = first; i < first + span; i++) {
		uint32_t shown = depth;
		uint32_t value = hop;

		if (depth_of(n->entry[i]) > depth)
			continue;
		if (hop == 0)
			value = covering(n, i, depth, &shown);
		set_hop(&n->entry[i], shown, value);
	}
}

/* The entry that leads, or would lead, to the node at 'bit' on the way to 'key'; the way is noted in 'way'. */
static uint32_t descend(struct db_fib *f, struct db_key key, uint32_t bit, uint64_t *way[FIB_LEVELS])
{
	uint32_t level = 0;
	struct db_fib_node *n;

	way[0] = &f->root;
	while ((n = child_of(f, *way[level])) != NULL && n->bit < bit && db_key_eq(db_key_and(key, n->mask), n->key))
		way[++level] = &n->entry[db_fib_nibble(key, n->bit)];
	return level;
}

/* Puts the new node at the end of the way, where 'below' is: above it, or both below a fork. */
static enum err insert(struct db_fib *f, uint64_t *link, struct db_fib_node *n, const struct db_fib_node *below)
{
	uint32_t common = common_bits(n->key, below->key);
	struct db_fib_node *top = n;

	if (common < n->bit) {
		top = node_new(f, n->key, common / DB_FIB_STEP * DB_FIB_STEP);
		if (top == NULL)
			return ERR_FULL;
		node_adopt(f, top, n);
	}
	node_adopt(f, top, below);
	set_child(f, link, top);
	return ERR_OK;
}

/* The node that has the entry way[level]; NULL for the root's. */
static struct db_fib_node *parent_of(const struct db_fib *f, uint64_t *const way[], uint32_t level)
{
	return level == 0 ? NULL : child_of(f, *way[level - 1]);
}

/* A node for a prefix that has none yet. */
static enum err add(struct db_fib *f, uint64_t *const way[], uint32_t level, struct db_fib_node *n)
{
	struct db_fib_node *below = child_of(f, *way[level]);
	struct db_fib_node *parent = parent_of(f, way, level);

	if (below != NULL)
		return insert(f, way[level], n, below);
	if (parent != NULL)
		parent->children++;
	set_child(f, way[level], n);
	return ERR_OK;
}

/* Takes the node behind 'link' out of the way if it decides nothing; true when it was its parent's child. */
static bool prune(struct db_fib *f, uint64_t *link)
{
	struct db_fib_node *n = child_of(f, *link);
	struct db_fib_node *only = NULL;

	if (n->prefixes != 0 || n->children > 1)
		return false;
	for (uint32_t i = 0; i < DB_FIB_WAYS && only == NULL; i++)
		only = child_of(f, n->entry[i]);
	set_child(f, link, only);
	node_retire(f, n);
	return only == NULL;
}

static void remove_empty(struct db_fib *f, uint64_t *const way[], uint32_t level)
{
	struct db_fib_node *parent = parent_of(f, way, level);

	if (!prune(f, way[level]) || parent == NULL)
		return;
	parent->children--;
	(void)prune(f, way[level - 1]);
}

enum err db_fib_set(struct db_fib *f, struct db_key key, uint32_t len, uint32_t hop)
{
	uint64_t *way[FIB_LEVELS];
	uint32_t bit, level;
	struct db_fib_node *n;
	enum err err = ERR_OK;

	assert(len <= 128 && db_key_eq(key, db_key_and(key, db_key_mask(len))));
	if (len == 0) {
		set_hop(&f->root, 0, hop);
		return ERR_OK;
	}
	bit = (len - 1) / DB_FIB_STEP * DB_FIB_STEP;
	level = descend(f, key, bit, way);
	n = child_of(f, *way[level]);
	if (n != NULL && n->bit == bit && db_key_eq(db_key_and(key, n->mask), n->key)) {
		node_set(n, db_fib_nibble(key, bit), len - bit, hop);
		remove_empty(f, way, level);
		return ERR_OK;
	}
	if (hop == 0)
		return ERR_OK;
	n = node_new(f, key, bit);
	if (n == NULL)
		return ERR_FULL;
	node_set(n, db_fib_nibble(key, bit), len - bit, hop);
	err = add(f, way, level, n);
	if (err != ERR_OK)
		db_pool_give(f->nodes, n);
	return err;
}

/* Bounded by FIB_LEVELS. */
static void retire_below(struct db_fib *f, struct db_fib_node *n)
{
	for (uint32_t i = 0; i < DB_FIB_WAYS; i++) {
		struct db_fib_node *child = child_of(f, n->entry[i]);

		if (child != NULL)
			retire_below(f, child);
	}
	node_retire(f, n);
}

void db_fib_fini(struct db_fib *f)
{
	struct db_fib_node *root = child_of(f, f->root);

	store(&f->root, 0);
	if (root != NULL)
		retire_below(f, root);
}
