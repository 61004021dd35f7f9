#ifndef CFG_CHECK_PKI_H
#define CFG_CHECK_PKI_H

#include "cfg/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* cli.md 5, and 1.4 as far as it speaks of certificates.  Trust points and maps go before the profiles that need them. */

void cfg_check_trustpoint(struct cfg_build *b, struct cfg_trustpoint *t);
void cfg_check_cert_map(struct cfg_build *b, struct cfg_cert_map *m);
void cfg_check_certificates(struct cfg_build *b, struct cfg_profile *p);

#ifdef __cplusplus
}
#endif
#endif
