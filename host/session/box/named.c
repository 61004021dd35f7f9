/* Names of the configuration that are objects of the datapath.  Few, so a list does.  Loop thread only. */
#include "session/box/named.h"

#include <stdlib.h>
#include <string.h>

struct session_named *session_named_find(const struct list *all, const char *name)
{
	list_each (it, all) {
		struct session_named *n = list_of(it, struct session_named, link);

		if (strcmp(n->name, name) == 0)
			return n;
	}
	return NULL;
}

struct session_named *session_named_make(struct list *all, struct dp_sync *sync, enum dp_class class_of, const char *name)
{
	struct session_named *n = session_named_find(all, name);

	if (n != NULL)
		return n;
	n = (struct session_named *)calloc(1, sizeof(*n));
	if (n == NULL)
		return NULL;
	n->name = strdup(name);
	if (n->name == NULL) {
		free(n);
		return NULL;
	}
	n->id = dp_sync_new_id(sync, class_of);
	list_add(all, &n->link);
	return n;
}

void session_named_unmark(struct list *all)
{
	list_each (it, all)
		list_of(it, struct session_named, link)->marked = false;
}

static void drop(struct session_named *n)
{
	list_del(&n->link);
	free(n->name);
	free(n);
}

static void del(struct dp_sync *sync, enum dp_class class_of, uint32_t id)
{
	struct dp_op op = { .kind = dp_op_del_of(class_of) };

	if (class_of == DP_CLASS_FILTER)
		op.u.filter.id = id;
	else
		op.u.policy.id = id;
	(void)dp_sync_del(sync, &op);
}

void session_named_sweep(struct list *all, struct dp_sync *sync, enum dp_class class_of, session_named_fn *used, const void *ctx)
{
	struct list *next;

	for (struct list *it = list_first(all); it != NULL; it = next) {
		struct session_named *n = list_of(it, struct session_named, link);

		next = list_next(all, it);
		if (n->marked || used(ctx, n->name))
			continue;
		del(sync, class_of, n->id);
		drop(n);
	}
}

void session_named_free_all(struct list *all)
{
	while (!list_empty(all))
		drop(list_of(list_first(all), struct session_named, link));
}
