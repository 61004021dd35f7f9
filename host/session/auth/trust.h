#ifndef SESSION_TRUST_H
#define SESSION_TRUST_H

#include "base/list.h"
#include "base/log.h"
#include "cfg/model.h"
#include "pki/mark.h"
#include "pki/recall.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The trust points of one configuration, with the files that they import read.  One that can't be read whole is logged
 * and isn't there: whom it would let in stays out.
 */
struct session_trust;

MUST_USE enum err session_trust_new(const struct cfg_model *m, const struct log *log, struct session_trust **out);
void session_trust_free(struct session_trust *t); /* NULL is fine */

/* NULL: it couldn't be read. */
struct pki_trust *session_trust_find(const struct session_trust *t, const struct cfg_trustpoint *point);

/* Where 'own', one of them, says that our certificate is to be had (`certificate url`); NULL: it says nothing. */
const char *session_trust_url(const struct session_trust *t, const struct pki_trust *own);

/* As pki_chain_parse, but a peer's that came before is there already.  Loop thread. */
MUST_USE enum err session_trust_chain(struct session_trust *t, const struct bytes *cert, unsigned count, struct pki_chain **out);

/* Keeps the chain (moved in) of a peer that has proved itself. */
void session_trust_keep(struct session_trust *t, struct pki_chain *c);

/* Reads CRL files again that changed; before certificates are judged, which any thread may do. */
void session_trust_refresh(const struct session_trust *t, int64_t now_s);

/*
 * Peers that are up stand on 't': it is in the list 'watched' as long as there are such.  Looking at the list reads files again that changed, and
 * calls 'fn' with each certificate that CRLs list which came since; false: the list is empty.
 */
void session_trust_watch(struct session_trust *t, struct list *watched);
void session_trust_unwatch(struct session_trust *t);
bool session_trust_look(const struct list *watched, int64_t now_s, pki_mark_fn *fn, void *ctx);

/* CERTREQ of a responder: the CAs of all profiles that take certificates.  Empty: there are none. */
struct bytes session_trust_authorities(const struct session_trust *t);

/* The same of one profile, to 'w'. */
void session_trust_request(const struct session_trust *t, const struct cfg_profile *p, struct wr *w);

#ifdef __cplusplus
}
#endif
#endif
