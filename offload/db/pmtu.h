#ifndef DB_PMTU_H
#define DB_PMTU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What paths take, as routers on them say (RFC4301-8.2).  Anybody may claim to be such a router: a word counts only if it quotes the SPI
 * and both addresses of an outbound SA, or the key and both addresses of a tunnel of GRE that no SA protects, and comes by the VRF that it is
 * in; it never lowers a path below what every one must take, and is forgotten after ten minutes (RFC1191-6.3, RFC8201-5.3).  Words are gathered and held against all SAs and tunnels together, so that many cost no more than one.  Main lcore.
 */
struct db;
struct db_pmtu;

/* An ESP or GRE packet between these was too long: what lies behind takes 'mtu' bytes of IP. */
struct db_pmtu_word {
	struct addr local, remote;
	uint16_t vrf; /* index; it came by */
	uint32_t spi; /* 0: it was GRE */
	uint32_t key; /* of GRE; 0 without one */
	bool has_key;
	uint32_t mtu;
};

MUST_USE enum err db_pmtu_new(struct db_pmtu **out, struct db *db);
void db_pmtu_free(struct db_pmtu *p);

/* Notes a word; one more than are kept between two polls is lost, and comes again with the next packet that is too long. */
void db_pmtu_tell(struct db_pmtu *p, const struct db_pmtu_word *w);

/* Takes over what was told, and forgets what is old.  Returns how many tunnels have another path now. */
uint32_t db_pmtu_poll(struct db_pmtu *p, uint64_t now_ms);

#ifdef __cplusplus
}
#endif
#endif
