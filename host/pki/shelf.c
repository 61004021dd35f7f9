/* The memory of what was fetched by URL.  A few hundred rows: a walk costs less than the table that would spare it. */
#include "pki/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"

struct row {
	struct list link;
	uint8_t hash[PKI_SHELF_HASH];
	uint8_t *content;
	size_t len;
};

struct pki_shelf {
	struct list by_age; /* the oldest first */
	unsigned rows;
	size_t bytes;
};

enum err pki_shelf_new(struct pki_shelf **out)
{
	struct pki_shelf *s = (struct pki_shelf *)calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	list_init(&s->by_age);
	*out = s;
	return ERR_OK;
}

static void drop_oldest(struct pki_shelf *s)
{
	struct row *row = list_of(list_first(&s->by_age), struct row, link);

	s->rows--;
	s->bytes -= row->len;
	list_del(&row->link);
	free(row->content);
	free(row);
}

void pki_shelf_free(struct pki_shelf *s)
{
	if (s == NULL)
		return;
	while (s->rows != 0)
		drop_oldest(s);
	free(s);
}

struct bytes pki_shelf_get(const struct pki_shelf *s, struct bytes hash)
{
	list_each (it, &s->by_age) {
		const struct row *row = list_of(it, struct row, link);

		if (bytes_eq(bytes_of(row->hash, sizeof(row->hash)), hash))
			return bytes_of(row->content, row->len);
	}
	return bytes_of(NULL, 0);
}

enum err pki_shelf_put(struct pki_shelf *s, struct bytes hash, struct bytes content)
{
	struct row *row;

	if (hash.len != PKI_SHELF_HASH || content.len == 0 || content.len > PKI_SHELF_BYTES)
		return ERR_RANGE;
	if (pki_shelf_get(s, hash).len != 0)
		return ERR_OK;
	row = (struct row *)calloc(1, sizeof(*row));
	if (row == NULL)
		return ERR_NOMEM;
	row->content = (uint8_t *)malloc(content.len);
	if (row->content == NULL) {
		free(row);
		return ERR_NOMEM;
	}
	memcpy(row->hash, hash.data, sizeof(row->hash));
	memcpy(row->content, content.data, content.len);
	row->len = content.len;
	while (s->rows >= PKI_SHELF_ROWS || s->bytes + content.len > PKI_SHELF_BYTES)
		drop_oldest(s);
	list_add(&s->by_age, &row->link);
	s->rows++;
	s->bytes += content.len;
	return ERR_OK;
}
