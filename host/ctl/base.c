/* Marks of cleared counters: a hash table by kind and key.  Loop thread. */
#include "ctl/base.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/map.h"

enum { BASE_KINDS = CTL_BASE_CLASS + 1 };

struct mark {
	struct map_node by_key;
	char *key;
	struct ctl_base_mark what;
	bool seen;
};

struct ctl_base {
	struct map marks[BASE_KINDS];
};

enum err ctl_base_new(struct ctl_base **out, const uint8_t key[16])
{
	struct ctl_base *b = (struct ctl_base *)calloc(1, sizeof(*b));
	enum err err = b == NULL ? ERR_NOMEM : ERR_OK;

	for (unsigned k = 0; err == ERR_OK && k < BASE_KINDS; k++)
		err = map_init(&b->marks[k], key);
	if (err == ERR_OK)
		*out = b;
	else
		ctl_base_free(b);
	return err;
}

static void drop(struct map *marks, struct mark *m)
{
	map_del(marks, &m->by_key);
	free(m->key);
	free(m);
}

/* Those that aren't seen, or all. */
static void sweep(struct map *marks, bool all)
{
	struct map_node *next;

	for (struct map_node *n = map_walk(marks, NULL); n != NULL; n = next) {
		struct mark *m = list_of(n, struct mark, by_key);

		next = map_walk(marks, n);
		if (all || !m->seen)
			drop(marks, m);
	}
}

void ctl_base_free(struct ctl_base *b)
{
	if (b == NULL)
		return;
	for (unsigned k = 0; k < BASE_KINDS; k++) {
		sweep(&b->marks[k], true);
		map_fini(&b->marks[k]);
	}
	free(b);
}

static struct mark *find(const struct map *marks, const char *key)
{
	for (struct map_node *n = map_find(marks, map_hash(marks, bytes_str(key))); n != NULL; n = map_find_next(n)) {
		struct mark *m = list_of(n, struct mark, by_key);

		if (strcmp(m->key, key) == 0)
			return m;
	}
	return NULL;
}

enum err ctl_base_set(struct ctl_base *b, enum ctl_base_kind kind, const char *key, const struct ctl_base_mark *mark)
{
	struct map *marks = &b->marks[kind];
	struct mark *m = find(marks, key);

	if (m == NULL) {
		m = (struct mark *)calloc(1, sizeof(*m));
		if (m == NULL)
			return ERR_NOMEM;
		m->key = strdup(key);
		if (m->key == NULL) {
			free(m);
			return ERR_NOMEM;
		}
		map_add(marks, &m->by_key, map_hash(marks, bytes_str(key)));
	}
	m->what = *mark;
	m->seen = true;
	return ERR_OK;
}

const uint64_t *ctl_base_since(
	const struct ctl_base *b, enum ctl_base_kind kind, const char *key, uint64_t instance, struct ctl_counts *counts)
{
	const struct mark *m = b == NULL ? NULL : find(&b->marks[kind], key);

	if (m == NULL || m->what.instance != instance)
		return NULL;
	for (unsigned i = 0; i < CTL_BASE_COUNTS; i++)
		counts->n[i] -= m->what.counts.n[i] <= counts->n[i] ? m->what.counts.n[i] : 0;
	return &m->what.at_ms;
}

void ctl_base_begin(struct ctl_base *b, enum ctl_base_kind kind)
{
	for (struct map_node *n = map_walk(&b->marks[kind], NULL); n != NULL; n = map_walk(&b->marks[kind], n))
		list_of(n, struct mark, by_key)->seen = false;
}

void ctl_base_see(struct ctl_base *b, enum ctl_base_kind kind, const char *key)
{
	struct mark *m = find(&b->marks[kind], key);

	if (m != NULL)
		m->seen = true;
}

void ctl_base_end(struct ctl_base *b, enum ctl_base_kind kind)
{
	sweep(&b->marks[kind], false);
}
