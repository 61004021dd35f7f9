/* A peer's certificate, before anybody has verified it: parsed, printed, asked what it proves. */
#include <stdlib.h>
#include <string.h>

#include "pki/cert.h"
#include "pki/map.h"
#include "pki/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct pki_cert *c)
{
	static const uint8_t address[4] = { 192, 0, 2, 1 };
	struct pki_id ids[] = { { PKI_ID_ADDRESS, bytes_of(address, sizeof(address)) }, { PKI_ID_FQDN, bytes_str("spoke1.example.net") },
		{ PKI_ID_EMAIL, bytes_str("one@example.net") }, { PKI_ID_DN, pki_cert_subject(c) } };
	struct pki_map_line line = { .text = "ou = branches" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		(void)pki_cert_proves(c, &ids[i]);
	for (int field = PKI_MAP_SUBJECT; field <= PKI_MAP_SERIAL; field++)
		for (int how = PKI_MAP_CO; how <= PKI_MAP_NE; how++) {
			line.field = (enum pki_map_field)field;
			line.how = (enum pki_map_how)how;
			(void)pki_map_line_holds(c, &line);
		}
	(void)pki_cert_is_root(c);
	(void)pki_cert_may_sign(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[PKI_TEXT_MAX];
	struct pki_cert *c;

	if (size < sizeof(text)) {
		memcpy(text, data, size);
		text[size] = '\0';
		pki_name_fold(text);
		if (!pki_name_contains(text, text))
			abort();
	}
	if (pki_cert_parse(bytes_of(data, size), &c) != ERR_OK)
		return 0;
	if (pki_cert_der(c).len != size)
		abort();
	ask(c);
	pki_cert_free(c);
	return 0;
}
