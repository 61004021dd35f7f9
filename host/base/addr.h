#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An IP address.  'family' is AF_INET, AF_INET6 or 0 (none); an IPv4 address fills b[0..3], the rest is zero. */
struct addr {
	uint8_t b[16];
	uint8_t family;
};

struct addr_prefix {
	struct addr addr;
	uint8_t len; /* bits */
};

/* A UDP end point; 'port' in host order. */
struct addr_port {
	struct addr addr;
	uint16_t port;
};

enum { ADDR_TEXT = 46, ADDR_PREFIX_TEXT = 50, ADDR_PORT_TEXT = 56 }; /* text buffers, with NUL */

/* From 4 or 16 bytes in network order; other lengths give family 0. */
struct addr addr_of(struct bytes b);
struct addr addr_of_u32(uint32_t host_order);
uint32_t addr_u32(const struct addr *a);       /* IPv4 only, host order */
struct bytes addr_bytes(const struct addr *a); /* 4, 16 or 0 bytes; borrows from 'a' */
unsigned addr_bits(const struct addr *a);      /* 32, 128 or 0 */

bool addr_is_any(const struct addr *a); /* family 0, 0.0.0.0 or :: */
bool addr_eq(const struct addr *a, const struct addr *b);
int addr_cmp(const struct addr *a, const struct addr *b); /* family first, then value */
bool addr_port_eq(const struct addr_port *a, const struct addr_port *b);

MUST_USE enum err addr_parse(const char *text, struct addr *out);
MUST_USE enum err addr_parse_prefix(const char *text, struct addr_prefix *out); /* "10.0.0.0/8" */

/* Print to a buffer of ADDR_TEXT (…_PREFIX_TEXT, …_PORT_TEXT) bytes and return it. */
const char *addr_str(const struct addr *a, char *out);
const char *addr_prefix_str(const struct addr_prefix *p, char *out);
const char *addr_port_str(const struct addr_port *p, char *out); /* "192.0.2.1:500", "[2001:db8::1]:500" */

/* Length of a contiguous IPv4 netmask; ERR_MALFORMED when it has holes. */
MUST_USE enum err addr_mask_len(const struct addr *mask, uint8_t *out);
struct addr addr_of_mask(uint8_t family, uint8_t len);

bool addr_in(const struct addr_prefix *p, const struct addr *a);
bool addr_prefix_eq(const struct addr_prefix *a, const struct addr_prefix *b);
struct addr_prefix addr_prefix_host(const struct addr *a); /* /32 or /128 */
struct addr addr_network(const struct addr_prefix *p);     /* host bits cleared */
struct addr addr_last(const struct addr_prefix *p);        /* host bits set */

MUST_USE enum err addr_of_sockaddr(const struct sockaddr *sa, struct addr_port *out);
socklen_t addr_to_sockaddr(const struct addr_port *p, struct sockaddr_storage *out);

#ifdef __cplusplus
}
#endif
#endif
