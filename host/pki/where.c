/* URLs that peers give: where they may lead us.  Pure. */
#include "pki/where.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"

#define SCHEME "http://"

static bool is_printable(struct bytes url)
{
	for (size_t i = 0; i < url.len; i++)
		if (url.data[i] <= ' ' || url.data[i] > '~')
			return false;
	return true;
}

/* The host of 'url' as an operator would write it: lower case, an IPv6 address without brackets.  False: there is none, or more than one. */
static bool host_of(const char *url, char out[PKI_URL_MAX])
{
	const char *at = url + strlen(SCHEME);
	bool bracket = *at == '[';
	size_t len;

	at += bracket;
	len = strcspn(at, bracket ? "]/?#@\\" : ":/?#@\\[]");
	if (len == 0 || (bracket && at[len] != ']') || memchr(at, '@', strcspn(at, "/?#")) != NULL || at[len] == '\\')
		return false;
	for (size_t i = 0; i < len; i++)
		out[i] = (char)tolower((unsigned char)at[i]);
	if (out[len - 1] == '.') /* the root */
		len--;
	out[len] = '\0';
	return len != 0;
}

static bool is_near(const struct addr *a)
{
	static const char *const near[] = { "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/127", "::ffff:0:0/96",
		"fe80::/10", "ff00::/8" };
	struct addr_prefix p;

	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		if (addr_parse_prefix(near[i], &p) == ERR_OK && addr_in(&p, a))
			return true;
	return false;
}

static bool is_name_of_ours(const char *host)
{
	static const char own[] = "localhost";
	size_t len = strlen(host), n = sizeof(own) - 1;

	return len >= n && strcmp(host + len - n, own) == 0 && (len == n || host[len - n - 1] == '.');
}

/* A name whose last label begins with a digit is an address in some notation: only the plain one is read. */
static bool is_elsewhere(const char *host)
{
	const char *dot = strrchr(host, '.');
	const char *last = dot == NULL ? host : dot + 1;
	struct addr a;

	if (addr_parse(host, &a) == ERR_OK)
		return !is_near(&a);
	return !isdigit((unsigned char)*last) && strchr(host, ':') == NULL && !is_name_of_ours(host);
}

static bool is_allowed(const char *url, const char *const *from, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (strncmp(url, from[i], strlen(from[i])) == 0)
			return true;
	return count == 0;
}

bool pki_where_admits(struct bytes url, const char *const *from, unsigned count, char out[PKI_URL_MAX])
{
	char host[PKI_URL_MAX];

	if (url.len >= PKI_URL_MAX || !is_printable(url))
		return false;
	memcpy(out, url.data, url.len);
	out[url.len] = '\0';
	return strncasecmp(out, SCHEME, strlen(SCHEME)) == 0 && host_of(out, host) && is_elsewhere(host) && is_allowed(out, from, count);
}
