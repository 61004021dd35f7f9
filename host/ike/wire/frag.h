#ifndef IKE_FRAG_H
#define IKE_FRAG_H

#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_FRAGS_MAX = 128 }; /* fragments of one message: more are never made nor taken */
enum { IKE_FRAG_LEN = 4 };    /* bytes between the generic header of SKF and its IV */

/* The fields that SKF has beyond SK, RFC7383-2.5. */
struct ike_frag {
	uint16_t number; /* 1 for the first */
	uint16_t total;
};

/* Reads the fields; the rest of the body stays in 'r'.  ERR_MALFORMED for a number of 0 or above the total. */
MUST_USE enum err ike_frag_parse(struct rd *r, struct ike_frag *out);
void ike_frag_build(struct wr *w, const struct ike_frag *f);

#ifdef __cplusplus
}
#endif
#endif
