#ifndef CTL_BASE_H
#define CTL_BASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What counters were when the operator cleared them.  The datapath's never go back, so that whoever counts on them may; documents tell both
 * these and what came since.  A mark is kept under the name of what it is about, as long as that is there.
 */
struct ctl_base;

enum ctl_count {
	CTL_IN_PACKETS,
	CTL_IN_BYTES,
	CTL_IN_DROPS,
	CTL_OUT_PACKETS,
	CTL_OUT_BYTES,
	CTL_OUT_DROPS,
	CTL_ACL_IN,
	CTL_ACL_OUT,
	CTL_URPF,
	CTL_COUNTS
};

enum { CTL_BASE_COUNTS = 10 }; /* of a mark: room for those of a class, too (traffic.h) */

struct ctl_counts {
	uint64_t n[CTL_BASE_COUNTS];
};

enum ctl_base_kind { CTL_BASE_INTERFACE, CTL_BASE_LINE, CTL_BASE_CLASS };
enum { CTL_BASE_KEY = 640 }; /* bytes of a key, NUL included; what is longer is cut */

MUST_USE enum err ctl_base_new(struct ctl_base **out, const uint8_t key[16]);
void ctl_base_free(struct ctl_base *b); /* NULL is fine */

struct ctl_base_mark {
	struct ctl_counts counts;
	uint64_t at_ms;
	uint64_t instance; /* of the datapath whose counts they are */
};

/* 'key' counts from 'mark' on.  ERR_NOMEM. */
MUST_USE enum err ctl_base_set(struct ctl_base *b, enum ctl_base_kind kind, const char *key, const struct ctl_base_mark *mark);

/*
 * Takes from 'counts', those of 'key' in the datapath 'instance', what they were when they were cleared, and returns when that was; NULL: they
 * weren't, or another datapath counts.  'b' NULL: nothing ever was.
 */
const uint64_t *ctl_base_since(
	const struct ctl_base *b, enum ctl_base_kind kind, const char *key, uint64_t instance, struct ctl_counts *counts);

/* Forgets the marks of a kind whose keys aren't seen between these two. */
void ctl_base_begin(struct ctl_base *b, enum ctl_base_kind kind);
void ctl_base_see(struct ctl_base *b, enum ctl_base_kind kind, const char *key);
void ctl_base_end(struct ctl_base *b, enum ctl_base_kind kind);

#ifdef __cplusplus
}
#endif
#endif
