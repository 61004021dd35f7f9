/*
 * The memory of proved chains.  A chain is moved out while it is worked with, so that it has one owner at any time and needs no
 * count or lock; a peer that comes twice at once is decoded twice.
 */
#include "pki/recall.h"

#include <stdlib.h>

#include "base/list.h"
#include "base/map.h"

struct row {
	struct map_node node;
	struct list link;
	struct pki_chain *chain;
};

struct pki_recall {
	struct map map;     /* by the leaf */
	struct list by_age; /* the oldest first */
};

enum err pki_recall_new(struct pki_recall **out)
{
	static const uint8_t key[16]; /* known: who is kept was let in by a CA, and can't choose collisions */
	struct pki_recall *r = (struct pki_recall *)calloc(1, sizeof(*r));

	if (r == NULL || map_init(&r->map, key) != ERR_OK) {
		free(r);
		return ERR_NOMEM;
	}
	*out = r;
	return ERR_OK;
}

/* Frees the row; its chain is the caller's. */
static struct pki_chain *take_row(struct pki_recall *r, struct row *row)
{
	struct pki_chain *c = row->chain;

	map_del(&r->map, &row->node);
	list_del(&row->link);
	free(row);
	return c;
}

void pki_recall_free(struct pki_recall *r)
{
	struct list *first;

	if (r == NULL)
		return;
	while ((first = list_first(&r->by_age)) != NULL)
		pki_chain_free(take_row(r, list_of(first, struct row, link)));
	map_fini(&r->map);
	free(r);
}

static struct row *find(const struct pki_recall *r, const struct bytes *der, unsigned count)
{
	struct map_node *node = map_find(&r->map, map_hash(&r->map, der[0]));

	for (; node != NULL; node = map_find_next(node))
		if (pki_chain_is(((struct row *)(void *)node)->chain, der, count))
			return (struct row *)(void *)node; /* its first member */
	return NULL;
}

enum err pki_recall_take(struct pki_recall *r, const struct bytes *der, unsigned count, struct pki_chain **out)
{
	struct row *row = count == 0 ? NULL : find(r, der, count);

	if (row == NULL)
		return pki_chain_parse(der, count, out);
	*out = take_row(r, row);
	return ERR_OK;
}

size_t pki_recall_count(const struct pki_recall *r)
{
	return r->map.count;
}

void pki_recall_keep(struct pki_recall *r, struct pki_chain *c)
{
	struct bytes der[PKI_CHAIN_MAX];
	unsigned count = pki_chain_der(c, der);
	struct row *row = find(r, der, count);

	if (row == NULL && r->map.count >= PKI_RECALL_CHAINS)
		row = list_of(list_first(&r->by_age), struct row, link);
	if (row != NULL)
		pki_chain_free(take_row(r, row));
	row = (struct row *)calloc(1, sizeof(*row));
	if (row == NULL) {
		pki_chain_free(c);
		return;
	}
	row->chain = c;
	map_add(&r->map, &row->node, map_hash(&r->map, der[0]));
	list_add(&r->by_age, &row->link);
}
