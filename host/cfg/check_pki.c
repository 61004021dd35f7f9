/* What cli.md asks of trust points, certificate maps, and profiles that prove or ask by certificate.  Part of cfg_check_model. */
#include "cfg/check_pki.h"

void cfg_check_trustpoint(struct cfg_build *b, struct cfg_trustpoint *t)
{
	if (t->imports == NULL)
		cfg_build_lack(b, &t->object, 0, "needs 'crypto pki import %s'", t->object.name);
}

void cfg_check_cert_map(struct cfg_build *b, struct cfg_cert_map *m)
{
	if (m->lines == NULL)
		cfg_build_lack(b, &m->object, 0, "needs a line such as 'subject-name co ou=branches'");
}

static bool has_trustpoint(const struct cfg_profile *p, bool sign)
{
	for (const struct cfg_pki_use *use = p->trustpoints; use != NULL; use = use->next)
		if (sign ? use->sign : use->verify)
			return true;
	return false;
}

void cfg_check_certificates(struct cfg_build *b, struct cfg_profile *p)
{
	bool tls = p->auth_local == CFG_AUTH_EAP && p->eap_local == CFG_EAP_TLS;
	bool proves = (p->auth_local & CFG_AUTH_CERTIFICATE) != 0 || tls;

	if (proves && !has_trustpoint(p, true))
		cfg_build_lack(b, &p->object, 0, "needs 'pki trustpoint' with our certificate");
	if (((p->auth_remote & CFG_AUTH_CERTIFICATE) != 0 || tls) && !has_trustpoint(p, false))
		cfg_build_lack(b, &p->object, 0, "needs 'pki trustpoint' with the CA of the peers' certificates");
	if (p->identity.type == CFG_ID_DN && !proves)
		cfg_build_lack(b, &p->object, 0, "'identity local dn' needs a certificate method in 'authentication local'");
	for (const struct cfg_pki_use *use = p->trustpoints; use != NULL; use = use->next)
		if (!use->trustpoint->object.complete)
			cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", use->trustpoint->object.title);
	for (const struct cfg_cert_match *m = p->cert_maps; m != NULL; m = m->next)
		if (!m->map->object.complete)
			cfg_build_lack(b, &p->object, 0, "'%s' isn't complete", m->map->object.title);
}
