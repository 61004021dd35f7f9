#ifndef NAVELOAD_PLAN_H
#define NAVELOAD_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/secret.h"
#include "ike/ports.h"
#include "ike/wire/ts.h"
#include "naveload/wave.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whose keys are renewed. */
enum naveload_rekey { NAVELOAD_REKEY_NONE, NAVELOAD_REKEY_IKE, NAVELOAD_REKEY_CHILD };

/* What a run is to do, as the command line says it.  Its strings are the command line's. */
struct naveload_plan {
	struct addr hub;
	/* who they are */
	uint32_t peers, first;
	const char *id;     /* '%' stands for the peer's number */
	const char *hub_id; /* NULL: any */
	struct secret psk;
	const char *cert, *key; /* PEM files, '%' as in 'id'; NULL: we prove ourselves by 'psk'; key NULL: 'cert' holds it too */
	const char *ca;         /* PEM file of the CAs that the hub's certificate must come from; NULL: the hub proves itself by 'psk' */
	uint8_t eap;            /* enum eap_type of the method that the peers prove themselves by; 0: none */
	const char *eap_id;     /* their name there, '%' as in 'id'; NULL: 'id' */
	struct secret eap_password;
	struct addr source; /* family 0: the kernel chooses */
	uint32_t source_count;
	uint16_t port, port_count; /* 0: all share 500 and 4500 */
	bool nat;
	/* what they ask for */
	const char *ike_words, *esp_words;
	struct ike_offers ike, esp;
	struct addr_prefix local, remote; /* family 0: everything of the hub's family */
	bool address;
	struct addr_prefix behind; /* of the first peer: what it tells the hub to lie behind it; family 0: nothing */
	/* when */
	struct naveload_pace pace;
	enum naveload_rekey rekey; /* once all have come … */
	uint32_t rekeys;           /* … so often */
	uint32_t hold_s;
	uint32_t churn; /* acts a second while they are held; 0: none */
	uint32_t rounds;
	bool forget, leave;
	uint32_t retransmit_ms, tries, dpd_s;
	/* what is told */
	uint32_t watch; /* pid; 0: none */
	bool json, quiet, verbose;
};

enum { NAVELOAD_ID_MAX = 255, NAVELOAD_PEERS_MAX = 1000000, NAVELOAD_PORTS_MAX = 1000, NAVELOAD_SOURCES_MAX = 65536 };

/* 'pattern' for peer 'index', counted from 0, in 'out' of NAVELOAD_ID_MAX + 1 bytes; returns it. */
const char *naveload_plan_name(const struct naveload_plan *p, const char *pattern, uint32_t index, char *out);

/* The address that is 'n' above 'first'. */
struct addr naveload_plan_addr(const struct addr *first, uint32_t n);

/* The network that is 'n' after 'first', of the same size. */
struct addr_prefix naveload_plan_network(const struct addr_prefix *first, uint32_t n);

/* The path that peer 'index' begins on: addresses and ports are taken in turn. */
struct ike_path naveload_plan_path(const struct naveload_plan *p, uint32_t index);

#ifdef __cplusplus
}
#endif
#endif
