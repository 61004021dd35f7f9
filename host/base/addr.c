#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct addr addr_of(struct bytes b)
{
	struct addr a = { .family = 0 };

	if (b.len != 4 && b.len != 16)
		return a;
	memcpy(a.b, b.data, b.len);
	a.family = b.len == 4 ? AF_INET : AF_INET6;
	return a;
}

struct addr addr_of_u32(uint32_t host_order)
{
	uint32_t net = htonl(host_order);

	return addr_of(bytes_of(&net, sizeof(net)));
}

uint32_t addr_u32(const struct addr *a)
{
	return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

unsigned addr_bits(const struct addr *a)
{
	return a->family == AF_INET ? 32 : a->family == AF_INET6 ? 128 : 0;
}

struct bytes addr_bytes(const struct addr *a)
{
	return bytes_of(a->b, addr_bits(a) / 8);
}

bool addr_is_any(const struct addr *a)
{
	static const uint8_t zero[sizeof(a->b)];

	return memcmp(a->b, zero, sizeof(zero)) == 0;
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
	return addr_cmp(a, b) == 0;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool addr_port_eq(const struct addr_port *a, const struct addr_port *b)
{
	return a->port == b->port && addr_eq(&a->addr, &b->addr);
}

enum err addr_parse(const char *text, struct addr *out)
{
	struct addr a = { .family = 0 };

	if (inet_pton(AF_INET, text, a.b) == 1)
		a.family = AF_INET;
	else if (inet_pton(AF_INET6, text, a.b) == 1)
		a.family = AF_INET6;
	else
		return ERR_MALFORMED;
	*out = a;
	return ERR_OK;
}

enum err addr_parse_prefix(const char *text, struct addr_prefix *out)
{
	char host[ADDR_TEXT];
	const char *slash = strchr(text, '/');
	struct addr_prefix p;
	char *end;
	unsigned long len;

	if (slash == NULL || (size_t)(slash - text) >= sizeof(host) || slash[1] < '0' || slash[1] > '9')
		return ERR_MALFORMED;
	memcpy(host, text, (size_t)(slash - text));
	host[slash - text] = '\0';
	if (addr_parse(host, &p.addr) != ERR_OK)
		return ERR_MALFORMED;
	len = strtoul(slash + 1, &end, 10);
	if (*end != '\0')
		return ERR_MALFORMED;
	if (len > addr_bits(&p.addr))
		return ERR_RANGE;
	p.len = (uint8_t)len;
	*out = p;
	return ERR_OK;
}

const char *addr_str(const struct addr *a, char *out)
{
	if (a->family == 0 || inet_ntop(a->family, a->b, out, ADDR_TEXT) == NULL)
		memcpy(out, "-", 2);
	return out;
}

const char *addr_prefix_str(const struct addr_prefix *p, char *out)
{
	char text[ADDR_TEXT];

	(void)snprintf(out, ADDR_PREFIX_TEXT, "%s/%u", addr_str(&p->addr, text), p->len);
	return out;
}

const char *addr_port_str(const struct addr_port *p, char *out)
{
	char text[ADDR_TEXT];

	if (p->addr.family == AF_INET6)
		(void)snprintf(out, ADDR_PORT_TEXT, "[%s]:%u", addr_str(&p->addr, text), p->port);
	else
		(void)snprintf(out, ADDR_PORT_TEXT, "%s:%u", addr_str(&p->addr, text), p->port);
	return out;
}

enum err addr_mask_len(const struct addr *mask, uint8_t *out)
{
	uint32_t inverse = ~addr_u32(mask);

	if (mask->family != AF_INET || (inverse & (inverse + 1)) != 0)
		return ERR_MALFORMED;
	*out = (uint8_t)(32 - __builtin_popcount(inverse));
	return ERR_OK;
}

static uint8_t mask_byte(uint8_t len, unsigned index)
{
	unsigned from = index * 8;

	if (len >= from + 8)
		return 0xff;
	return len <= from ? 0 : (uint8_t)(0xff << (8 - (len - from)));
}

struct addr addr_of_mask(uint8_t family, uint8_t len)
{
	struct addr a = { .family = family };

	for (unsigned i = 0; i < addr_bits(&a) / 8; i++)
		a.b[i] = mask_byte(len, i);
	return a;
}

bool addr_in(const struct addr_prefix *p, const struct addr *a)
{
	if (p->addr.family != a->family)
		return false;
	for (unsigned i = 0; i < addr_bits(a) / 8; i++)
		if (((p->addr.b[i] ^ a->b[i]) & mask_byte(p->len, i)) != 0)
			return false;
	return true;
}

bool addr_prefix_eq(const struct addr_prefix *a, const struct addr_prefix *b)
{
	return a->len == b->len && addr_eq(&a->addr, &b->addr);
}

struct addr_prefix addr_prefix_host(const struct addr *a)
{
	return (struct addr_prefix){ .addr = *a, .len = (uint8_t)addr_bits(a) };
}

struct addr addr_network(const struct addr_prefix *p)
{
	struct addr a = p->addr;

	for (unsigned i = 0; i < addr_bits(&a) / 8; i++)
		a.b[i] = (uint8_t)(a.b[i] & mask_byte(p->len, i));
	return a;
}

struct addr addr_last(const struct addr_prefix *p)
{
	struct addr a = p->addr;

	for (unsigned i = 0; i < addr_bits(&a) / 8; i++)
		a.b[i] = (uint8_t)(a.b[i] | (uint8_t)~mask_byte(p->len, i));
	return a;
}

enum err addr_of_sockaddr(const struct sockaddr *sa, struct addr_port *out)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)sa;

		out->addr = addr_of(bytes_of(&in->sin_addr, 4));
		out->port = ntohs(in->sin_port);
		return ERR_OK;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)sa;

		out->addr = addr_of(bytes_of(&in6->sin6_addr, 16));
		out->port = ntohs(in6->sin6_port);
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

socklen_t addr_to_sockaddr(const struct addr_port *p, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (p->addr.family == AF_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)out;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(p->port);
		memcpy(&in6->sin6_addr, p->addr.b, 16);
		return sizeof(*in6);
	}
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)out;

	in->sin_family = AF_INET;
	in->sin_port = htons(p->port);
	memcpy(&in->sin_addr, p->addr.b, 4);
	return sizeof(*in);
}
