#ifndef LOADER_BPFFS_H
#define LOADER_BPFFS_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes 'dir' (its parent exists) and mounts a bpffs on it unless it lies on one already. */
MUST_USE enum err loader_bpffs_ensure(const char *dir);

/* Opens 'dir' and takes its exclusive lock, which ends with the descriptor.  ERR_BUSY: another holds it. */
MUST_USE enum err loader_bpffs_lock(const char *dir, int *fd);

/* Removes 'dir' and the pins in it; what they hold lives on while it is attached.  Absent is fine. */
void loader_bpffs_remove(const char *dir);

/* Removes every directory "v…" of 'dir' but 'keep' ("v1"). */
void loader_bpffs_keep(const char *dir, const char *keep);

#ifdef __cplusplus
}
#endif
#endif
