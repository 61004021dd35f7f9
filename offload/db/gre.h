#ifndef DB_GRE_H
#define DB_GRE_H

#include <stdbool.h>
#include <stdint.h>

#include "db/ts.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* GRE of an SA or a carrier: what stands in front of each passenger (RFC2784, RFC2890), and what must stand there. */
enum {
	DB_GRE_PROTO = 47,
	DB_GRE_BASE = 4,        /* bytes of flags, version and type */
	DB_GRE_HEADER_MAX = 48, /* IPv6, GRE, key */
	DB_GRE_CHECKSUM = 0x8000,
	DB_GRE_KEY = 0x2000,
	DB_GRE_SEQUENCE = 0x1000
};

struct db_gre {
	uint8_t header[DB_GRE_HEADER_MAX]; /* delivery header and GRE but for lengths, DSCP, DF, checksum and type */
	uint8_t len;
	uint8_t delivery_len; /* 0: transport mode, the outer header delivers */
	bool has_key;
	uint32_t key;
};

/* 'tunnel' is of mode GRE_IPSEC, or of GRE and 'transport' is false. */
void db_gre_build(struct db_gre *g, const struct dp_tunnel *tunnel, bool transport);

/* Whether selectors let the tunnel's GRE pass. */
bool db_gre_selected(const struct dp_tunnel *tunnel, const struct db_ts *ts, uint32_t count);

#ifdef __cplusplus
}
#endif
#endif
