/* Name manglers.  Pure. */
#include "aaa/mangle.h"

#include <string.h>

static enum err take(const char *text, size_t len, char out[AAA_NAME_MAX])
{
	if (len == 0)
		return ERR_ABSENT;
	if (len >= AAA_NAME_MAX)
		return ERR_RANGE;
	memcpy(out, text, len);
	out[len] = '\0';
	return ERR_OK;
}

static enum err cut(const struct cfg_mangle_line *line, const char *text, char out[AAA_NAME_MAX])
{
	const char *at = line->how == CFG_MANGLE_ALL ? NULL : strchr(text, line->delimiter);

	if (line->how == CFG_MANGLE_ALL || (at == NULL && line->optional))
		return take(text, strlen(text), out);
	if (at == NULL)
		return ERR_ABSENT;
	return line->how == CFG_MANGLE_BEFORE ? take(text, (size_t)(at - text), out) : take(at + 1, strlen(at + 1), out);
}

static const struct cfg_mangle_line *line_of(const struct cfg_mangler *m, enum cfg_id_type type)
{
	switch (type) {
	case CFG_ID_NONE:
		return &m->eap;
	case CFG_ID_FQDN:
		return &m->fqdn;
	case CFG_ID_EMAIL:
		return &m->email;
	case CFG_ID_DN:
		return &m->dn;
	case CFG_ID_ADDRESS:
	case CFG_ID_KEY_ID:
		break;
	}
	return NULL;
}

enum err aaa_mangle(const struct cfg_mangler *m, const struct aaa_name *who, char out[AAA_NAME_MAX])
{
	const struct cfg_mangle_line *line = m == NULL ? NULL : line_of(m, who->type);

	if (m == NULL)
		return who->type == CFG_ID_DN ? ERR_ABSENT : take(who->text, strlen(who->text), out);
	if (line == NULL || line->how == CFG_MANGLE_NONE)
		return ERR_ABSENT;
	if (line->how != CFG_MANGLE_DN)
		return cut(line, who->text, out);
	return who->field(who->ctx, line->field, out) == ERR_OK && out[0] != '\0' ? ERR_OK : ERR_ABSENT;
}
