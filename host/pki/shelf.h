#ifndef PKI_SHELF_H
#define PKI_SHELF_H

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What was fetched by URL, under the SHA-1 that came with it: the content of a hash never changes.  Bounded in rows and bytes: what was put there
 * longest ago gives way.  One thread at a time.
 */
struct pki_shelf;

enum { PKI_SHELF_ROWS = 512, PKI_SHELF_BYTES = 4 << 20, PKI_SHELF_HASH = 20 };

MUST_USE enum err pki_shelf_new(struct pki_shelf **out);
void pki_shelf_free(struct pki_shelf *s); /* NULL is fine */

/* A view that lives until the next put; empty: it isn't there.  'hash' has PKI_SHELF_HASH bytes. */
struct bytes pki_shelf_get(const struct pki_shelf *s, struct bytes hash);

/* Copies 'content', whose hash was compared. */
MUST_USE enum err pki_shelf_put(struct pki_shelf *s, struct bytes hash, struct bytes content);

#ifdef __cplusplus
}
#endif
#endif
