/*
 * The types of parameters: what counts as one, what is wrong with what doesn't, how it is printed.
 */
#include "cfg/grammar/value.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cfg/grammar/lex.h"
#include "cfg/secrets.h"

/* A short copy with NUL for parsers that want one; empty when it doesn't fit. */
static const char *short_copy(struct bytes text, char *out, size_t cap)
{
	size_t len = text.len < cap ? text.len : 0;

	memcpy(out, text.data, len);
	out[len] = '\0';
	return out;
}

/* ---- numbers ---- */

static bool read_number(struct bytes text, uint64_t *out)
{
	uint64_t n = 0;

	if (text.len == 0 || text.len > 19)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(text.data[i] - '0');
	}
	*out = n;
	return true;
}

static bool check_number(const struct cfg_param *p, struct bytes text, char *why)
{
	uint64_t n;

	if (!read_number(text, &n))
		return false;
	if (n >= p->low && n <= p->high)
		return true;
	(void)snprintf(why, CFG_WHY_TEXT, "is outside %llu-%llu", (unsigned long long)p->low, (unsigned long long)p->high);
	return false;
}

/* ---- interfaces ---- */

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* The type that 'text' is short for; ERR_EXISTS: several. */
static enum err type_of(struct bytes text, enum cfg_if_type *out)
{
	unsigned found = 0;

	for (unsigned t = 0; t < CFG_IF_COUNT; t++) {
		const char *name = cfg_model_if_type_name((enum cfg_if_type)t);

		if (text.len == 0 || text.len > strlen(name) || strncasecmp(name, (const char *)text.data, text.len) != 0)
			continue;
		*out = (enum cfg_if_type)t;
		if (text.len == strlen(name))
			return ERR_OK;
		found++;
	}
	return found == 1 ? ERR_OK : found == 0 ? ERR_MALFORMED : ERR_EXISTS;
}

/* n{/n}[.n]; a tunnel, loopback or template has one number. */
static bool read_unit(struct bytes text, bool one_number, char *out, size_t cap, uint32_t *first)
{
	size_t at = 0, len = 0;
	bool point = false;

	for (unsigned i = 0;; i++) {
		size_t from = at;
		uint64_t n;
		int wrote;

		while (at < text.len && text.data[at] >= '0' && text.data[at] <= '9')
			at++;
		if (!read_number(bytes_of(text.data + from, at - from), &n) || n > INT32_MAX)
			return false;
		if (i == 0)
			*first = (uint32_t)n;
		wrote = snprintf(out + len, cap - len, "%llu", (unsigned long long)n);
		if (wrote < 0 || (size_t)wrote >= cap - len)
			return false;
		len += (size_t)wrote;
		if (at == text.len)
			return true;
		if (one_number || point || (text.data[at] != '/' && text.data[at] != '.') || cap - len < 2)
			return false;
		point = text.data[at] == '.';
		out[len++] = (char)text.data[at++];
	}
}

static bool has_one_number(enum cfg_if_type type)
{
	return type == CFG_IF_LOOPBACK || type == CFG_IF_TUNNEL || type == CFG_IF_VIRTUAL_TEMPLATE || type == CFG_IF_VIRTUAL_ACCESS ||
	       type == CFG_IF_DIALER || type == CFG_IF_NULL || type == CFG_IF_VLAN;
}

enum err cfg_value_interface(struct bytes text, struct cfg_if_name *out)
{
	struct bytes word = text;
	enum err err;
	size_t len;

	for (word.len = 0; word.len < text.len && is_letter(text.data[word.len]);)
		word.len++;
	err = type_of(word, &out->type);
	if (err != ERR_OK)
		return err;
	len = (size_t)snprintf(out->text, sizeof(out->text), "%s", cfg_model_if_type_name(out->type));
	if (!read_unit(bytes_of(text.data + word.len, text.len - word.len), has_one_number(out->type), out->text + len,
		    sizeof(out->text) - len, &out->unit))
		return ERR_MALFORMED;
	return ERR_OK;
}

static bool type_fits(enum cfg_type wanted, enum cfg_if_type type)
{
	if (wanted == CFG_TYPE_VT)
		return type == CFG_IF_VIRTUAL_TEMPLATE;
	if (wanted == CFG_TYPE_NOT_VT)
		return type != CFG_IF_VIRTUAL_TEMPLATE && type != CFG_IF_VIRTUAL_ACCESS;
	return true;
}

static bool looks_like_type(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_letter(text.data[i]))
			return false;
	return text.len != 0;
}

static bool check_interface(const struct cfg_param *p, struct bytes text, char *why)
{
	struct cfg_if_name name = { .type = CFG_IF_COUNT };
	char unit[CFG_IF_TEXT];
	uint32_t first;
	enum err err;

	if (p->part == CFG_PART_UNIT)
		return read_unit(text, false, unit, sizeof(unit), &first);
	if (p->part == CFG_PART_TYPE)
		err = looks_like_type(text) ? type_of(text, &name.type) : ERR_MALFORMED;
	else
		err = cfg_value_interface(text, &name);
	if (err == ERR_EXISTS)
		(void)snprintf(why, CFG_WHY_TEXT, "is short for several interface types");
	else if (err != ERR_OK && p->part == CFG_PART_ALL && name.type != CFG_IF_COUNT && !looks_like_type(text))
		(void)snprintf(why, CFG_WHY_TEXT, "is no unit of %s", cfg_model_if_type_name(name.type));
	return err == ERR_OK && type_fits(p->type, name.type);
}

/* ---- addresses ---- */

static bool looks_like_address(struct bytes text)
{
	return text.len != 0 && ((text.data[0] >= '0' && text.data[0] <= '9') || memchr(text.data, ':', text.len) != NULL);
}

static bool check_address(enum cfg_type type, struct bytes text, char *why)
{
	char copy[ADDR_TEXT];
	struct addr a;
	uint8_t len;

	if (addr_parse(short_copy(text, copy, sizeof(copy)), &a) != ERR_OK) {
		if (looks_like_address(text))
			(void)snprintf(why, CFG_WHY_TEXT, "is no address");
		return false;
	}
	if (type == CFG_TYPE_IP)
		return true;
	if (type == CFG_TYPE_IP6)
		return a.family == AF_INET6;
	if (a.family != AF_INET)
		return false;
	if (type == CFG_TYPE_MASK && addr_mask_len(&a, &len) != ERR_OK) {
		(void)snprintf(why, CFG_WHY_TEXT, "is no netmask: its ones must come before its zeroes");
		return false;
	}
	return true;
}

static bool check_prefix(enum cfg_type type, struct bytes text, char *why)
{
	char copy[ADDR_PREFIX_TEXT];
	struct addr_prefix prefix;

	if (memchr(text.data, '/', text.len) == NULL || addr_parse_prefix(short_copy(text, copy, sizeof(copy)), &prefix) != ERR_OK) {
		if (looks_like_address(text))
			(void)snprintf(why, CFG_WHY_TEXT, "is no prefix (address/length)");
		return false;
	}
	return prefix.addr.family == (type == CFG_TYPE_P4 ? AF_INET : AF_INET6);
}

/* ASN:N or A.B.C.D:N */
static bool check_rd(struct bytes text)
{
	const uint8_t *colon = (const uint8_t *)memchr(text.data, ':', text.len);
	char copy[ADDR_TEXT];
	struct addr a;
	uint64_t n;
	size_t len;

	if (colon == NULL)
		return false;
	len = (size_t)(colon - text.data);
	if (!read_number(bytes_of(colon + 1, text.len - len - 1), &n) || n > UINT32_MAX)
		return false;
	if (read_number(bytes_of(text.data, len), &n))
		return n <= UINT32_MAX;
	return addr_parse(short_copy(bytes_of(text.data, len), copy, sizeof(copy)), &a) == ERR_OK && a.family == AF_INET;
}

/* ---- words and secrets ---- */

static bool check_word(struct bytes text, char *why)
{
	if (text.len <= CFG_NAME_MAX)
		return true;
	(void)snprintf(why, CFG_WHY_TEXT, "is longer than %d bytes", CFG_NAME_MAX);
	return false;
}

static bool check_secret(enum cfg_type type, struct bytes text, char *why)
{
	static const char removed[] = "<removed>";
	uint8_t clear[CFG_LINE_MAX / 2], seed;
	size_t len;

	if (memmem(text.data, text.len, removed, sizeof(removed) - 1) != NULL) {
		(void)snprintf(why, CFG_WHY_TEXT, "stands for a secret that `show` has hidden: write the secret itself");
		return false;
	}
	if (type == CFG_TYPE_SECRET6) {
		(void)snprintf(
			why, CFG_WHY_TEXT, "needs the master key of the router that wrote it: write the secret in clear or as type 7");
		return false;
	}
	if (type == CFG_TYPE_SECRET7 && (text.len / 2 > sizeof(clear) || cfg_secrets_reveal(text, clear, &len, &seed) != ERR_OK)) {
		(void)snprintf(why, CFG_WHY_TEXT, "is no type 7 text (two decimal digits up to 52, then hexadecimal pairs)");
		return false;
	}
	bytes_wipe(clear, sizeof(clear));
	return true;
}

bool cfg_value_check(const struct cfg_param *p, struct bytes text, char *why)
{
	why[0] = '\0';
	switch (p->type) {
	case CFG_TYPE_NUMBER:
		return check_number(p, text, why);
	case CFG_TYPE_IP4:
	case CFG_TYPE_IP6:
	case CFG_TYPE_IP:
	case CFG_TYPE_MASK:
	case CFG_TYPE_WILDCARD:
		return check_address(p->type, text, why);
	case CFG_TYPE_P4:
	case CFG_TYPE_P6:
		return check_prefix(p->type, text, why);
	case CFG_TYPE_RD:
		return check_rd(text);
	case CFG_TYPE_IF:
	case CFG_TYPE_VT:
	case CFG_TYPE_NOT_VT:
		return check_interface(p, text, why);
	case CFG_TYPE_SECRET:
	case CFG_TYPE_SECRET7:
	case CFG_TYPE_SECRET6:
	case CFG_TYPE_HIDDEN:
		return check_secret(p->type, text, why);
	case CFG_TYPE_WORD:
		return check_word(text, why);
	case CFG_TYPE_TEXT:
	case CFG_TYPE_REST:
		break;
	}
	return true;
}

/* ---- printing ---- */

static const char *address_text(struct bytes text, struct arena *arena)
{
	char copy[ADDR_TEXT], out[ADDR_TEXT];
	struct addr a;

	if (addr_parse(short_copy(text, copy, sizeof(copy)), &a) != ERR_OK)
		return NULL;
	return arena_str(arena, addr_str(&a, out));
}

static const char *prefix_text(struct bytes text, struct arena *arena)
{
	char copy[ADDR_PREFIX_TEXT], out[ADDR_PREFIX_TEXT];
	struct addr_prefix prefix;

	if (addr_parse_prefix(short_copy(text, copy, sizeof(copy)), &prefix) != ERR_OK)
		return NULL;
	return arena_str(arena, addr_prefix_str(&prefix, out));
}

static const char *number_text(struct bytes text, struct arena *arena)
{
	uint64_t n;
	char out[24];

	if (!read_number(text, &n))
		return NULL;
	(void)snprintf(out, sizeof(out), "%llu", (unsigned long long)n);
	return arena_str(arena, out);
}

static const char *interface_text(struct bytes text, struct arena *arena)
{
	struct cfg_if_name name;

	return cfg_value_interface(text, &name) == ERR_OK ? arena_str(arena, name.text) : NULL;
}

const char *cfg_value_text(const struct cfg_param *p, struct bytes text, struct arena *arena)
{
	switch (p->type) {
	case CFG_TYPE_NUMBER:
		return number_text(text, arena);
	case CFG_TYPE_IP4:
	case CFG_TYPE_IP6:
	case CFG_TYPE_IP:
	case CFG_TYPE_MASK:
	case CFG_TYPE_WILDCARD:
		return address_text(text, arena);
	case CFG_TYPE_P4:
	case CFG_TYPE_P6:
		return prefix_text(text, arena);
	case CFG_TYPE_IF:
	case CFG_TYPE_VT:
	case CFG_TYPE_NOT_VT:
		return interface_text(text, arena);
	default:
		return arena_str_of(arena, text);
	}
}

const char *cfg_value_expected(const struct cfg_param *p, char *out, size_t cap)
{
	static const char *const what[] = {
		[CFG_TYPE_WORD] = "NAME",
		[CFG_TYPE_TEXT] = "TEXT",
		[CFG_TYPE_REST] = "text to the end of the line",
		[CFG_TYPE_IP4] = "A.B.C.D",
		[CFG_TYPE_IP6] = "an IPv6 address",
		[CFG_TYPE_IP] = "an address",
		[CFG_TYPE_MASK] = "a netmask",
		[CFG_TYPE_WILDCARD] = "a wildcard mask",
		[CFG_TYPE_P4] = "A.B.C.D/LENGTH",
		[CFG_TYPE_P6] = "X:X::X/LENGTH",
		[CFG_TYPE_RD] = "ASN:N",
		[CFG_TYPE_IF] = "an interface",
		[CFG_TYPE_VT] = "a Virtual-Template",
		[CFG_TYPE_NOT_VT] = "an interface",
		[CFG_TYPE_SECRET] = "a secret",
		[CFG_TYPE_SECRET7] = "a type 7 secret",
		[CFG_TYPE_SECRET6] = "a type 6 secret",
		[CFG_TYPE_HIDDEN] = "text to the end of the line",
	};

	if (p->part == CFG_PART_UNIT)
		(void)snprintf(out, cap, "a unit number");
	else if (p->type == CFG_TYPE_NUMBER)
		(void)snprintf(out, cap, "<%llu-%llu>", (unsigned long long)p->low, (unsigned long long)p->high);
	else
		(void)snprintf(out, cap, "%s", what[p->type]);
	return out;
}
