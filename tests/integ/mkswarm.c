/*
 * mkswarm: certificates of a swarm of peers that have one key: what `openssl x509 -req` makes in 60 ms a piece.  For tests/integ/pki.sh.
 */
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SWARM_DAYS = 30, SWARM_NAME = 256, SWARM_PATH = 4096 };

struct swarm {
	X509 *ca;
	EVP_PKEY *ca_key, *key;
	const char *base;   /* of the files: BASE-1.pem, BASE-2.pem … */
	const char *domain; /* of the names: spoke1.DOMAIN … */
};

static EVP_PKEY *read_key(const char *path)
{
	FILE *f = fopen(path, "r");
	EVP_PKEY *key = f == NULL ? NULL : PEM_read_PrivateKey(f, NULL, NULL, NULL);

	if (f != NULL)
		(void)fclose(f);
	return key;
}

static X509 *read_cert(const char *path)
{
	FILE *f = fopen(path, "r");
	X509 *cert = f == NULL ? NULL : PEM_read_X509(f, NULL, NULL, NULL);

	if (f != NULL)
		(void)fclose(f);
	return cert;
}

static bool add_name(const struct swarm *s, X509 *cert, unsigned n)
{
	char name[SWARM_NAME];
	X509_EXTENSION *san;
	int added;

	(void)snprintf(name, sizeof(name), "DNS:spoke%u.%s", n, s->domain);
	san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, name);
	added = san == NULL ? 0 : X509_add_ext(cert, san, -1);
	X509_EXTENSION_free(san);
	return added == 1;
}

static bool fill(const struct swarm *s, X509 *cert, unsigned n)
{
	X509_NAME *subject = X509_get_subject_name(cert);

	return X509_set_version(cert, X509_VERSION_3) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(cert), n) == 1 &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), 0) != NULL &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), SWARM_DAYS, 0, NULL) != NULL &&
	       X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, (const unsigned char *)"Example", -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)"peer", -1, -1, 0) == 1 &&
	       X509_set_issuer_name(cert, X509_get_subject_name(s->ca)) == 1 && X509_set_pubkey(cert, s->key) == 1 &&
	       add_name(s, cert, n) && X509_sign(cert, s->ca_key, EVP_sha256()) != 0;
}

static bool make(const struct swarm *s, unsigned n)
{
	char path[SWARM_PATH];
	X509 *cert = X509_new();
	FILE *f = NULL;
	bool made = false;

	(void)snprintf(path, sizeof(path), "%s-%u.pem", s->base, n);
	if (cert != NULL && fill(s, cert, n) && (f = fopen(path, "w")) != NULL)
		made = PEM_write_X509(f, cert) == 1;
	if (f != NULL && fclose(f) != 0)
		made = false;
	X509_free(cert);
	return made;
}

int main(int argc, char **argv)
{
	struct swarm s = { 0 };
	unsigned count;

	if (argc != 7) {
		(void)fprintf(stderr, "usage: mkswarm CA.pem CA.key PEERS.key BASE DOMAIN COUNT\n");
		return EXIT_FAILURE;
	}
	s.ca = read_cert(argv[1]);
	s.ca_key = read_key(argv[2]);
	s.key = read_key(argv[3]);
	s.base = argv[4];
	s.domain = argv[5];
	count = (unsigned)strtoul(argv[6], NULL, 10);
	if (s.ca == NULL || s.ca_key == NULL || s.key == NULL) {
		(void)fprintf(stderr, "mkswarm: no certificate or key\n");
		return EXIT_FAILURE;
	}
	for (unsigned n = 1; n <= count; n++)
		if (!make(&s, n)) {
			(void)fprintf(stderr, "mkswarm: %s-%u.pem isn't made\n", s.base, n);
			return EXIT_FAILURE;
		}
	X509_free(s.ca);
	EVP_PKEY_free(s.ca_key);
	EVP_PKEY_free(s.key);
	return EXIT_SUCCESS;
}
