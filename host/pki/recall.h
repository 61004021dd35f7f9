#ifndef PKI_RECALL_H
#define PKI_RECALL_H

#include "pki/chain.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Chains of peers that have proved themselves, so that one that comes back costs neither decoding nor its CAs' signatures: a chain
 * remembers its verification (pki_chain_verify).  Bounded: the one that was kept longest ago gives way.  One thread at a time.
 */
enum { PKI_RECALL_CHAINS = 512 }; /* some 4 MB */

struct pki_recall;

MUST_USE enum err pki_recall_new(struct pki_recall **out);
void pki_recall_free(struct pki_recall *r); /* NULL is fine */

/* Takes the chain of exactly these certificates out; as pki_chain_parse where it isn't there. */
MUST_USE enum err pki_recall_take(struct pki_recall *r, const struct bytes *der, unsigned count, struct pki_chain **out);

/* Keeps 'c' (moved in), in the place of an equal one. */
void pki_recall_keep(struct pki_recall *r, struct pki_chain *c);

size_t pki_recall_count(const struct pki_recall *r); /* chains that are kept */

#ifdef __cplusplus
}
#endif
#endif
