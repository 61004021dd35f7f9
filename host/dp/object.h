#ifndef DP_OBJECT_H
#define DP_OBJECT_H

#include "base/map.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What names an object: the kind of its put, and the fields that tell it from others of its class; so its form begins. */
struct dp_key {
	uint8_t len;
	uint8_t b[31];
};

enum { DP_REFS_MAX = 16 };

/* 'op' is a put or a del. */
void dp_object_key(const struct dp_op *op, struct dp_key *out);

/* The key of an object that an id names: all but locals and routes. */
void dp_object_id_key(enum dp_class class_of, uint32_t id, struct dp_key *out);

/* The objects that a put names and that must be there; their number.  A tunnel's 'sa_out' isn't one. */
unsigned dp_object_refs(const struct dp_op *put, struct dp_key out[DP_REFS_MAX]);

/* A put, kept as its form (dp/form.h): a fraction of struct dp_op.  Embedded in what hangs in a map; all-zero is empty. */
struct dp_object {
	struct map_node node;
	uint8_t *form; /* behind that of an SA stand its secrets */
	uint16_t len;
	uint8_t key_len; /* the form's first octets are the object's key */
};

/* Of one that isn't empty. */
enum dp_class dp_object_class(const struct dp_object *o);

/* Keeps 'put', whose secrets move in; what was kept is wiped.  The key must be the same when there was one. */
MUST_USE enum err dp_object_take(struct dp_object *o, struct dp_op *put);

/* A view: its secrets remain the object's. */
void dp_object_load(const struct dp_object *o, struct dp_op *out);

/* Wipes the secrets, keeps the rest. */
void dp_object_wipe(struct dp_object *o);

/* Wipes and frees; not the node. */
void dp_object_fini(struct dp_object *o);

/* Whether 'put' says what is kept, keys and run-time state apart. */
bool dp_object_same(const struct dp_object *o, const struct dp_op *put);

void dp_object_add(struct map *m, struct dp_object *o);
struct dp_object *dp_object_find(const struct map *m, const struct dp_key *key);

#ifdef __cplusplus
}
#endif
#endif
