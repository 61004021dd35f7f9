#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Doubly linked intrusive list.  A head and an unlinked node point to themselves or are all-zero. */
struct list {
	struct list *next;
	struct list *prev;
};

/* The structure of 'type' whose member 'member' is at 'node'. */
#define list_of(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Walks 'head'; the body must not remove 'it'.  Take 'next' first (list_next) where it does. */
#define list_each(it, head) for (struct list *it = list_first(head); it != NULL; it = list_next(head, it))

static inline void list_init(struct list *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == NULL || head->next == head;
}

static inline struct list *list_first(const struct list *head)
{
	return list_empty(head) ? NULL : head->next;
}

static inline struct list *list_next(const struct list *head, const struct list *node)
{
	return node->next == head ? NULL : node->next;
}

/* Appends 'node'.  An all-zero head is made a list first. */
static inline void list_add(struct list *head, struct list *node)
{
	if (head->next == NULL)
		list_init(head);
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline bool list_linked(const struct list *node)
{
	return node->next != NULL && node->next != node;
}

/* Unlinks 'node'; nothing when it isn't linked. */
static inline void list_del(struct list *node)
{
	if (!list_linked(node))
		return;
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->next = NULL;
	node->prev = NULL;
}

#ifdef __cplusplus
}
#endif
#endif
