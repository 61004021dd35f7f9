#ifndef TESTS_PKI_FORGE_H
#define TESTS_PKI_FORGE_H

/* CAs, certificates and CRLs as tests need them, good and bad ones, made at a time of their own. */

#include <map>
#include <string>
#include <vector>

#include "crypto/evp.h"

namespace forge
{

constexpr int64_t now_s = 1800000000; /* certificates live from a day before to a year after */
constexpr int64_t day_s = 86400;

struct Wish {
	std::string issuer;                                            /* "" itself */
	std::vector<std::pair<std::string, std::string>> subject = {}; /* {{"O", "Example"}, {"CN", "spoke1"}} */
	std::string alt = {};                                          /* "DNS:spoke1.example.net,IP:192.0.2.1" */
	std::string key = "P-256";                                     /* or "RSA", "P-384", "P-521", "ED25519", "RSA-1024" */
	bool ca = false;
	std::string usage = {}; /* keyUsage; "" by kind, "-" none at all */
	int64_t from_s = now_s - day_s;
	int64_t until_s = now_s + 365 * day_s;
	const EVP_MD *digest = nullptr; /* SHA-256 */
	/* Extensions as openssl.cnf has them, in the place of those above: {{"basicConstraints", "critical,CA:TRUE,pathlen:0"}} */
	std::vector<std::pair<std::string, std::string>> more = {};
	std::string key_of = {}; /* the pair of another one made before */
};

class Forge
{
      public:
	Forge() = default;
	~Forge();
	Forge(const Forge &) = delete;
	Forge &operator=(const Forge &) = delete;

	/* A certificate called 'name' here, in the place of an earlier one. */
	void issue(const std::string &name, const Wish &wish);

	std::vector<uint8_t> der(const std::string &name) const;
	std::string pem(const std::string &name) const;
	std::string key_pem(const std::string &name) const;
	std::vector<uint8_t> subject(const std::string &name) const;
	std::vector<uint8_t> pkcs12(const std::string &name, const std::vector<std::string> &cas, const std::string &password) const;
	std::string crl_pem(const std::string &ca, const std::vector<std::string> &revoked, int64_t from_s = now_s - day_s,
		int64_t until_s = now_s + day_s) const;
	std::vector<uint8_t> crl_der(const std::string &ca, const std::vector<std::string> &revoked, int64_t from_s = now_s - day_s,
		int64_t until_s = now_s + day_s) const;
	struct crypto_key *key(const std::string &name) const; /* the caller's */

	/* What an OCSP responder says of 'subject'. */
	struct Ocsp {
		std::string subject, issuer, signer;
		int status = V_OCSP_CERTSTATUS_GOOD;
		int64_t from_s = now_s - 60, until_s = now_s + 3600; /* 0: no nextUpdate */
		const std::vector<uint8_t> *request = nullptr;       /* whose nonce is repeated */
		const EVP_MD *digest = nullptr;                      /* SHA-256 */
	};
	std::vector<uint8_t> ocsp(const Ocsp &says) const;

      private:
	struct Made {
		X509 *cert;
		EVP_PKEY *key;
	};
	static void drop(const Made &m);

	std::map<std::string, Made> made;
	long serial = 1000;
};

/* A folder that goes with its owner. */
class Folder
{
      public:
	Folder();
	~Folder();
	Folder(const Folder &) = delete;
	Folder &operator=(const Folder &) = delete;
	std::string write(const std::string &name, const std::string &text) const;
	std::string write(const std::string &name, const std::vector<uint8_t> &octets) const;

	std::string path;
};

} // namespace forge

#endif
