#ifndef DP_FORM_H
#define DP_FORM_H

#include "base/rd.h"
#include "base/wr.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The forms of single nouns inside contract 1's messages (docs/dataplane.md, "Forms").  Readers take untrusted bytes:
 * all numbers are checked against their range and the cursor keeps the first error; what they fill is then undefined
 * but safe to dp_op_fini.
 */

/*
 * An operation: its kind, then its object; a del's is its key alone.  Keys are left empty without 'with_keys'.  What an operation
 * that is read borrows (dp_op_body) are the bytes.
 */
void dp_form_write_op(struct wr *w, const struct dp_op *op, bool with_keys);
void dp_form_read_op(struct rd *r, struct dp_op *op);

/* The fields that name an object. */
void dp_form_write_key(struct wr *w, const struct dp_op *op);

void dp_form_write_result(struct wr *w, const struct dp_result *result);
void dp_form_read_result(struct rd *r, struct dp_result *result);

void dp_form_write_name(struct wr *w, const char *name);
void dp_form_read_name(struct rd *r, char *out, size_t cap);
void dp_form_write_addr(struct wr *w, const struct addr *a);
struct addr dp_form_read_addr(struct rd *r);
void dp_form_write_addr_port(struct wr *w, const struct addr_port *p);
struct addr_port dp_form_read_addr_port(struct rd *r);

/* A byte below 'count', a byte that is 0 or 1; else ERR_RANGE. */
uint8_t dp_form_read_enum(struct rd *r, unsigned count);
bool dp_form_read_bool(struct rd *r);

#ifdef __cplusplus
}
#endif
#endif
