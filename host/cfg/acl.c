/*
 * Entries of access lists, from the words of a line to what they say (cli.md 4, ACE).  The grammar has judged the words, so they are
 * taken in the order in which it has them.  Used by the schema's lines; when a configuration is loaded.
 */
#include "cfg/acl.h"

#include <stdlib.h>
#include <string.h>

enum { SEQ_STEP = 10, PORT_MAX = 65535 };

struct number {
	const char *name;
	uint16_t value;
};

static const struct number protocols[] = {
	{ "ip", 0 },
	{ "ipv6", 0 },
	{ "icmp", 1 },
	{ "igmp", 2 },
	{ "tcp", 6 },
	{ "udp", 17 },
	{ "gre", 47 },
	{ "esp", 50 },
	{ "ahp", 51 },
	{ "icmpv6", 58 },
	{ "eigrp", 88 },
	{ "ospf", 89 },
	{ "pim", 103 },
	{ NULL, 0 },
};

static const struct number ports[] = {
	{ "ftp", 21 },
	{ "ssh", 22 },
	{ "telnet", 23 },
	{ "smtp", 25 },
	{ "domain", 53 },
	{ "bootps", 67 },
	{ "bootpc", 68 },
	{ "tftp", 69 },
	{ "www", 80 },
	{ "ntp", 123 },
	{ "snmp", 161 },
	{ "bgp", 179 },
	{ "pim-auto-rp", 496 },
	{ "isakmp", 500 },
	{ "syslog", 514 },
	{ "non500-isakmp", 4500 },
	{ NULL, 0 },
};

/* The words that are left of a line. */
struct words {
	const struct cfg_word *at, *end;
};

static bool is(const struct words *w, const char *keyword)
{
	return w->at != w->end && w->at->param == NULL && strcmp(w->at->text, keyword) == 0;
}

static bool take(struct words *w, const char *keyword)
{
	if (!is(w, keyword))
		return false;
	w->at++;
	return true;
}

static uint16_t take_number(struct words *w, const struct number *names)
{
	const struct cfg_word *word = w->at++;

	for (const struct number *n = names; word->param == NULL && n->name != NULL; n++)
		if (strcmp(n->name, word->text) == 0)
			return n->value;
	return (uint16_t)strtoul(word->text, NULL, 10);
}

static struct addr inverse_of(struct addr a)
{
	for (unsigned i = 0; i < addr_bits(&a) / 8; i++)
		a.b[i] = (uint8_t)~a.b[i];
	return a;
}

static void take_prefix(struct words *w, struct cfg_ace_side *out)
{
	struct addr_prefix p;

	if (addr_parse_prefix(w->at++->text, &p) != ERR_OK)
		return;
	out->addr = addr_network(&p);
	out->wildcard = inverse_of(addr_of_mask(p.addr.family, p.len));
}

/* A lone address is a host. */
static void take_addresses(struct words *w, uint8_t family, struct cfg_ace_side *out)
{
	bool host;

	out->addr.family = out->wildcard.family = family;
	if (take(w, "any")) {
		out->wildcard = inverse_of(out->wildcard);
		return;
	}
	host = take(w, "host");
	if (strchr(w->at->text, '/') != NULL) {
		take_prefix(w, out);
		return;
	}
	if (addr_parse(w->at++->text, &out->addr) != ERR_OK || host || w->at == w->end || w->at->param == NULL)
		return;
	if (addr_parse(w->at++->text, &out->wildcard) != ERR_OK)
		out->wildcard.family = family;
}

static void take_ports(struct words *w, struct cfg_ace_side *out)
{
	out->port_first = 0;
	out->port_last = PORT_MAX;
	out->port_except = is(w, "neq");
	if (take(w, "eq") || take(w, "neq")) {
		out->port_first = out->port_last = take_number(w, ports);
	} else if (take(w, "lt")) {
		uint16_t limit = take_number(w, ports);

		out->port_first = limit == 0 ? 1 : 0; /* none is below: a range that ends before it begins */
		out->port_last = limit == 0 ? 0 : (uint16_t)(limit - 1);
	} else if (take(w, "gt")) {
		uint16_t limit = take_number(w, ports);

		out->port_first = limit == PORT_MAX ? PORT_MAX : (uint16_t)(limit + 1);
		out->port_last = limit == PORT_MAX ? 0 : PORT_MAX;
	} else if (take(w, "range")) {
		out->port_first = take_number(w, ports);
		out->port_last = take_number(w, ports);
	}
}

static void take_extended(struct words *w, uint8_t family, struct cfg_ace *out)
{
	out->protocol = (uint8_t)take_number(w, protocols);
	take_addresses(w, family, &out->source);
	take_ports(w, &out->source);
	take_addresses(w, family, &out->destination);
	take_ports(w, &out->destination);
	if (w->at != w->end && !is(w, "log"))
		out->only = w->at++->text;
}

static void take_standard(struct words *w, struct cfg_ace *out)
{
	struct words any = { .at = w->end, .end = w->end };

	take_addresses(w, AF_INET, &out->source);
	take_ports(&any, &out->source);
	out->destination = out->source;
	memset(&out->destination.addr.b, 0, sizeof(out->destination.addr.b));
	out->destination.wildcard = inverse_of(out->destination.addr);
}

/* By rising number; one without goes to the end. */
static void insert(struct cfg_acl *acl, struct cfg_ace *e)
{
	const struct cfg_ace **link = &acl->entries;

	while (*link != NULL && (e->seq == 0 || (*link)->seq < e->seq)) {
		const struct cfg_ace *before = *link;

		if (e->seq == 0 && before->next == NULL)
			e->seq = before->seq + SEQ_STEP;
		link = &((struct cfg_ace *)(uintptr_t)before)->next; /* the model is still being built */
	}
	if (e->seq == 0)
		e->seq = SEQ_STEP;
	e->next = *link;
	*link = e;
}

static bool has_ports(const struct cfg_ace_side *side)
{
	return side->port_first != 0 || side->port_last != PORT_MAX || side->port_except;
}

void cfg_acl_read(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_acl *acl = (struct cfg_acl *)(void *)object;
	struct words w = { .at = s->word, .end = s->word + s->word_count };
	struct cfg_ace *e = (struct cfg_ace *)cfg_build_alloc(b, sizeof(*e));

	if (e == NULL)
		return;
	while (!is(&w, "permit") && !is(&w, "deny"))
		w.at++;
	e->stmt = s;
	e->seq = (uint32_t)cfg_stmt_number(s, "seq", 0);
	e->permit = take(&w, "permit");
	if (!e->permit)
		w.at++;
	if (acl->extended)
		take_extended(&w, acl->family, e);
	else
		take_standard(&w, e);
	e->log = take(&w, "log");
	insert(acl, e);
}

const char *cfg_acl_fault(const struct cfg_ace *e)
{
	enum { ICMP = 1, TCP = 6, UDP = 17 };
	bool established = e->only != NULL && strcmp(e->only, "established") == 0;

	if ((has_ports(&e->source) || has_ports(&e->destination)) && e->protocol != TCP && e->protocol != UDP)
		return "has ports, which its protocol hasn't";
	if (e->source.port_first > e->source.port_last || e->destination.port_first > e->destination.port_last)
		return "has ports that don't exist";
	if (established && e->protocol != TCP)
		return "has 'established', which is for tcp";
	return e->only != NULL && !established && e->protocol != ICMP ? "has a type, which is for icmp" : NULL;
}

const char *cfg_acl_text(const struct cfg_ace *e, char *out, size_t cap)
{
	struct cfg_stmt rest = *e->stmt;

	while (strcmp(rest.word->text, "permit") != 0 && strcmp(rest.word->text, "deny") != 0) {
		rest.word++;
		rest.word_count--;
	}
	return cfg_stmt_str(&rest, out, cap);
}

enum err cfg_acl_prefix(const struct cfg_ace_side *side, struct addr_prefix *out)
{
	unsigned bits = addr_bits(&side->wildcard), len = 0;

	while (len < bits && (side->wildcard.b[len / 8] >> (7 - len % 8) & 1) == 0)
		len++;
	for (unsigned i = len; i < bits; i++)
		if ((side->wildcard.b[i / 8] >> (7 - i % 8) & 1) == 0)
			return ERR_RANGE;
	out->addr = side->addr;
	out->len = (uint8_t)len;
	out->addr = addr_network(out);
	return ERR_OK;
}
