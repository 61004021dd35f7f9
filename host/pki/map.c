/* Lines of certificate maps, held against a certificate that was verified.  Pure. */
#include "pki/map.h"

#include <stdio.h>
#include <string.h>

#include "pki/name.h"

struct wish {
	char text[PKI_TEXT_MAX]; /* folded */
	bool whole;
};

static bool is_negative(enum pki_map_how how)
{
	return how == PKI_MAP_NC || how == PKI_MAP_NE;
}

static bool meets(void *ctx, const char *have)
{
	const struct wish *w = (const struct wish *)ctx;

	return w->whole ? strcmp(have, w->text) == 0 : pki_name_contains(have, w->text);
}

static bool holds_field(const struct pki_cert *c, enum pki_field field, struct wish *w, bool negative)
{
	char text[PKI_TEXT_MAX];

	if (pki_cert_text(c, field, text, sizeof(text)) != ERR_OK)
		return false;
	return meets(w, text) != negative;
}

static bool holds_date(int64_t date_s, const struct pki_map_line *line)
{
	switch (line->how) {
	case PKI_MAP_EQ:
		return date_s == line->date_s;
	case PKI_MAP_NE:
		return date_s != line->date_s;
	case PKI_MAP_LT:
		return date_s < line->date_s;
	case PKI_MAP_GE:
		return date_s >= line->date_s;
	case PKI_MAP_GT:
		return date_s > line->date_s;
	case PKI_MAP_CO:
	case PKI_MAP_NC:
		break;
	}
	return false;
}

bool pki_map_line_holds(const struct pki_cert *c, const struct pki_map_line *line)
{
	bool negative = is_negative(line->how);
	struct wish w = { .whole = line->how == PKI_MAP_EQ || line->how == PKI_MAP_NE };

	if (line->field == PKI_MAP_VALID_START || line->field == PKI_MAP_EXPIRES_ON)
		return holds_date(pki_cert_date(c, line->field == PKI_MAP_EXPIRES_ON), line);
	if ((size_t)snprintf(w.text, sizeof(w.text), "%s", line->text) >= sizeof(w.text))
		return false;
	pki_name_fold(w.text);
	switch (line->field) {
	case PKI_MAP_SUBJECT:
		return holds_field(c, PKI_FIELD_SUBJECT, &w, negative);
	case PKI_MAP_ISSUER:
		return holds_field(c, PKI_FIELD_ISSUER, &w, negative);
	case PKI_MAP_SERIAL:
		return holds_field(c, PKI_FIELD_SERIAL, &w, negative);
	case PKI_MAP_ALT_SUBJECT:
		return pki_cert_alt(c, meets, &w) != negative;
	case PKI_MAP_NAME:
		return (holds_field(c, PKI_FIELD_SUBJECT, &w, false) || pki_cert_alt(c, meets, &w)) != negative;
	case PKI_MAP_UNSTRUCTURED:
		return holds_field(c, PKI_FIELD_UNSTRUCTURED, &w, negative);
	case PKI_MAP_VALID_START:
	case PKI_MAP_EXPIRES_ON:
		break;
	}
	return false;
}
