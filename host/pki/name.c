/* Printing and comparing of distinguished names.  Pure functions. */
#include "pki/name.h"

#include <string.h>

#include "base/wr.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* ---- printing ---- */

static void write_type(struct wr *w, const ASN1_OBJECT *type)
{
	char dotted[64];
	int nid = OBJ_obj2nid(type);
	const char *name = nid == NID_undef ? NULL : OBJ_nid2sn(nid);

	if (name == NULL) {
		(void)OBJ_obj2txt(dotted, sizeof(dotted), type, 1);
		name = dotted;
	}
	for (; *name != '\0'; name++)
		wr_u8(w, (uint8_t)lower(*name));
}

static void write_value(struct wr *w, const ASN1_STRING *value)
{
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, value);
	int from = 0;

	if (len < 0 || (len > 0 && memchr(text, '\0', (size_t)len) != NULL)) {
		OPENSSL_free(text);
		wr_fail(w, ERR_MALFORMED);
		return;
	}
	while (from < len && text[from] == ' ')
		from++;
	while (len > from && text[len - 1] == ' ')
		len--;
	for (int i = from; i < len; i++) {
		if (strchr(",+=\\", text[i]) != NULL)
			wr_u8(w, '\\');
		wr_u8(w, (uint8_t)lower((char)text[i]));
	}
	OPENSSL_free(text);
}

enum err pki_name_text(const X509_NAME *name, char *out, size_t cap)
{
	struct wr w = wr_of(out, cap);
	int set = -1;

	for (int i = X509_NAME_entry_count(name) - 1; i >= 0; i--) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

		if (set != -1)
			wr_u8(&w, X509_NAME_ENTRY_set(entry) == set ? '+' : ',');
		set = X509_NAME_ENTRY_set(entry);
		write_type(&w, X509_NAME_ENTRY_get_object(entry));
		wr_u8(&w, '=');
		write_value(&w, X509_NAME_ENTRY_get_data(entry));
	}
	wr_u8(&w, '\0');
	return w.err == ERR_FULL ? ERR_RANGE : wr_done(&w);
}

/* ---- comparing ---- */

/* Whether the character at 'at' stands for itself: an even number of '\' before it. */
static bool is_plain(const char *text, const char *at)
{
	size_t escapes = 0;

	while (at - escapes > text && at[-1 - (ptrdiff_t)escapes] == '\\')
		escapes++;
	return escapes % 2 == 0;
}

static bool is_joint(const char *text, const char *at)
{
	return (*at == ',' || *at == '=') && is_plain(text, at);
}

void pki_name_fold(char *text)
{
	char *to = text;

	for (char *at = text; *at != '\0'; at++) {
		if (is_joint(text, at))
			while (to > text && to[-1] == ' ')
				to--;
		if (*at == ' ' && (to == text || is_joint(text, to - 1)))
			continue;
		*to++ = lower(*at);
	}
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

bool pki_name_has_rdn(const char *text)
{
	for (const char *at = strchr(text, '='); at != NULL; at = strchr(at + 1, '='))
		if (is_plain(text, at))
			return true;
	return false;
}

/* The RDNs of 'name' end at 'at'. */
static bool is_border(const char *name, const char *at)
{
	return *at == '\0' || (*at == ',' && is_plain(name, at));
}

bool pki_name_contains(const char *name, const char *part)
{
	size_t len = strlen(part);

	if (!pki_name_has_rdn(part))
		return strstr(name, part) != NULL;
	for (const char *at = strstr(name, part); at != NULL; at = strstr(at + 1, part))
		if ((at == name || is_border(name, at - 1)) && is_border(name, at + len))
			return true;
	return false;
}
