#ifndef PATH_MSS_H
#define PATH_MSS_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lowers the largest segment that a TCP SYN or SYN/ACK asks for to 'mss' (RFC9293-3.7.1); its checksum follows. */
void path_mss_clamp(const struct path_pkt *p, uint16_t mss);

#ifdef __cplusplus
}
#endif
#endif
