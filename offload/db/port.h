#ifndef DB_PORT_H
#define DB_PORT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "db/key.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

enum { DB_PORT_MAX = 64, DB_PORT_NONE = 0xff, DB_GUARD_MAX = 8 };

enum db_port_kind {
	DB_PORT_WIRE, /* a port of the box: Ethernet */
	DB_PORT_TWIN, /* TAP that carries a wire's addresses; frames pass between the two, 'peer' each other.  Or the inlet of a shared one */
	DB_PORT_TUN, /* joins the host itself to a VRF: bare IP */
	DB_PORT_VIF  /* the host's netdevs of tunnels, all of them: bare IP; a packet's 'hash.usr' is the tunnel's index */
};

/* A control protocol that may leave a protected port: IP protocol and, for UDP and TCP, source or destination port. */
struct db_guard {
	uint8_t proto; /* 0: unused */
	uint16_t port; /* 0: any */
};

/*
 * What workers must know of a port, in place for life, each field one word.  Its ops are path_port's, under the same
 * index.
 */
struct db_port {
	uint32_t id;    /* control's; 0 for the others but WIRE */
	uint32_t epoch; /* grows before each reset of the device, which waits for a grace period: SAs of another don't leave */
	uint16_t vrf;   /* index */
	uint16_t mtu;   /* bytes of IP */
	uint8_t kind;   /* enum db_port_kind */
	uint8_t peer;   /* index of the twin or of the wire; DB_PORT_NONE */
	bool live;      /* false: nothing is sent (being removed, or its device is dead) */
	bool guarded;   /* WAN: the egress guard looks at what leaves */
	bool shared;    /* the kernel has its frames but for those that were steered to us */
	uint8_t mac[6];
	uint8_t spare;
	struct db_guard guard[DB_GUARD_MAX];
	uint32_t gate; /* index of its features; 0: none */
	uint8_t pad[4];
};
static_assert(sizeof(struct db_port) == 64, "port: one line");

struct db_port_cold {
	bool used; /* from add until the grace period after del */
};

/* A free index with 'facts' published, the epoch above all that the index had; ERR_FULL; ERR_EXISTS: the id is in use. */
MUST_USE enum err db_port_add(struct db *db, const struct db_port *facts, uint8_t *index);

/* Changes the facts of a port; a change of VRF or epoch concerns packets from now on. */
void db_port_set(struct db *db, uint8_t index, const struct db_port *facts);

/* Sends nothing from now on; the index is free after a grace period. */
void db_port_del(struct db *db, uint8_t index);

/* Index of control's port 'id', or DB_PORT_NONE. */
uint8_t db_port_find(const struct db *db, uint32_t id);

#ifdef __cplusplus
}
#endif
#endif
