#ifndef PATH_MSS_H
#define PATH_MSS_H

#include <netinet/in.h>

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PATH_TCP = 20, PATH_TCP_FLAGS = 13, PATH_TCP_SYN = 2 }; /* bytes of the header; where its flags are */

/* 'path_mss_clamp' for a TCP header that is all there, in a SYN. */
void path_mss_clamp_syn(const struct path_pkt *p, uint16_t mss);

/* Lowers the largest segment that a TCP SYN or SYN/ACK asks for to 'mss' (RFC9293-3.7.1); its checksum follows. */
static inline void path_mss_clamp(const struct path_pkt *p, uint16_t mss)
{
	if (p->proto == IPPROTO_TCP && (p->flags & PATH_F_FRAGMENT) == 0 && p->l4 + (uint32_t)PATH_TCP <= p->len &&
		(p->ip[p->l4 + PATH_TCP_FLAGS] & PATH_TCP_SYN) != 0)
		path_mss_clamp_syn(p, mss);
}

#ifdef __cplusplus
}
#endif
#endif
