#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A key or password.  Its bytes live in pages that are left out of core dumps and locked where the limit allows;
 * they are wiped on drop.  There is no printer.  All-zero is empty and safe to fini.  Safe from any thread.
 */
struct secret {
	uint8_t *data;
	size_t len; /* bytes, at most SECRET_MAX */
};

enum { SECRET_MAX = 4096 };

/* 'len' zeroed bytes for the caller to fill.  What 's' held is wiped first. */
MUST_USE enum err secret_new(struct secret *s, size_t len);

/* A copy of 'b', which the caller wipes. */
MUST_USE enum err secret_set(struct secret *s, struct bytes b);

/* Moves the content of 'from', which becomes empty, into 'to', whose own is wiped. */
void secret_take(struct secret *to, struct secret *from);

void secret_fini(struct secret *s);

struct bytes secret_view(const struct secret *s);

/* Compares in time that depends on the lengths alone. */
bool secret_eq(struct bytes a, struct bytes b);

#ifdef __cplusplus
}
#endif
#endif
