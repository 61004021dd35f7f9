#ifndef PMD_SA_H
#define PMD_SA_H

#include <rte_security.h>

#include "fwi/caps.h"
#include "fwi/sa.h"
#include "fwi/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Builds the image of the SA that 'conf' describes, or says what of it a device with 'caps' can't do (the same statuses that the
 * device would answer).  'host_window': the application has a window of its own, so numbers below the first may be accepted once
 * more.  The image holds keys: the caller wipes it, also after a failure.
 */
enum fwi_status pmd_sa_build(
	const struct fwi_caps *caps, const struct rte_security_session_conf *conf, bool host_window, struct fwi_sa_image *out);

#ifdef __cplusplus
}
#endif
#endif
