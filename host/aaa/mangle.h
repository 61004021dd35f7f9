#ifndef AAA_MANGLE_H
#define AAA_MANGLE_H

#include "base/err.h"
#include "cfg/model.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { AAA_NAME_MAX = 256 }; /* bytes of a name that is asked for, with NUL */

/* Who a peer is, once that is proved. */
struct aaa_name {
	enum cfg_id_type type; /* of its identity; NONE: an EAP identity */
	const char *text;      /* but of a DN */
	/* CFG_ID_DN: one field of it; not ERR_OK: it isn't there, or isn't text.  'out' holds AAA_NAME_MAX bytes. */
	enum err (*field)(const void *ctx, enum cfg_dn_field field, char *out);
	const void *ctx;
};

/*
 * The name under which 'who' is looked up (cli.md 1.6): what the mangler's line for its kind makes of it, or with 'm' NULL the identity
 * itself.  ERR_ABSENT: there is none - no such line, an address, a DN without mangler, nothing left of it; ERR_RANGE: too long.
 */
MUST_USE enum err aaa_mangle(const struct cfg_mangler *m, const struct aaa_name *who, char out[AAA_NAME_MAX]);

#ifdef __cplusplus
}
#endif
#endif
