#include "forge.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace forge
{

static void must(bool ok)
{
	if (!ok)
		abort();
}

static EVP_PKEY *make_key(const std::string &kind)
{
	EVP_PKEY *k = kind == "RSA"        ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{ 2048 })
		      : kind == "RSA-1024" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{ 1024 })
		      : kind == "ED25519"  ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
					   : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str());

	must(k != nullptr);
	return k;
}

static const EVP_MD *digest_for(const EVP_PKEY *key, const EVP_MD *wish)
{
	return EVP_PKEY_is_a(key, "ED25519") == 1 ? nullptr : wish != nullptr ? wish : EVP_sha256();
}

static void extend(X509 *x, X509 *issuer, int nid, const std::string &value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, x, nullptr, nullptr, 0);
	e = X509V3_EXT_conf_nid(nullptr, &ctx, nid, value.c_str());
	must(e != nullptr && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static void replace(X509 *x, X509 *issuer, const std::string &name, const std::string &value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	X509V3_set_ctx(&ctx, issuer, x, nullptr, nullptr, 0);
	e = X509V3_EXT_nconf(nullptr, &ctx, name.c_str(), value.c_str());
	must(e != nullptr);
	int at = X509_get_ext_by_OBJ(x, X509_EXTENSION_get_object(e), -1);
	if (at >= 0)
		X509_EXTENSION_free(X509_delete_ext(x, at));
	must(X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static EVP_PKEY *share(EVP_PKEY *key)
{
	must(EVP_PKEY_up_ref(key) == 1);
	return key;
}

void Forge::drop(const Made &m)
{
	X509_free(m.cert);
	EVP_PKEY_free(m.key);
}

Forge::~Forge()
{
	for (auto &m : made)
		drop(m.second);
}

void Forge::issue(const std::string &name, const Wish &w)
{
	X509 *x = X509_new();
	EVP_PKEY *key = w.key_of.empty() ? make_key(w.key) : share(made.at(w.key_of).key);
	const Made issuer = w.issuer.empty() ? Made{ x, key } : made.at(w.issuer);
	time_t from = w.from_s, until = w.until_s;

	must(X509_set_version(x, 2) == 1);
	must(ASN1_INTEGER_set(X509_get_serialNumber(x), serial++) == 1);
	must(X509_time_adj(X509_getm_notBefore(x), 0, &from) != nullptr);
	must(X509_time_adj(X509_getm_notAfter(x), 0, &until) != nullptr);
	for (const auto &rdn : w.subject)
		must(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), rdn.first.c_str(), MBSTRING_UTF8,
			     reinterpret_cast<const unsigned char *>(rdn.second.data()), static_cast<int>(rdn.second.size()), -1, 0) == 1);
	must(X509_set_issuer_name(x, X509_get_subject_name(issuer.cert)) == 1);
	must(X509_set_pubkey(x, key) == 1);
	extend(x, issuer.cert, NID_basic_constraints, w.ca ? "critical,CA:TRUE" : "CA:FALSE");
	if (w.usage != "-")
		extend(x, issuer.cert, NID_key_usage,
			!w.usage.empty() ? w.usage
			: w.ca           ? "critical,keyCertSign,cRLSign"
					 : "digitalSignature");
	if (!w.alt.empty())
		extend(x, issuer.cert, NID_subject_alt_name, w.alt);
	for (const auto &e : w.more)
		replace(x, issuer.cert, e.first, e.second);
	must(X509_sign(x, issuer.key, digest_for(issuer.key, w.digest)) > 0);
	auto former = made.find(name);
	if (former != made.end())
		drop(former->second);
	made[name] = { x, key };
}

template <typename T, typename F> static std::vector<uint8_t> octets(F *encode, T *from)
{
	unsigned char *buf = nullptr;
	int len = encode(from, &buf);

	must(len > 0);
	std::vector<uint8_t> out(buf, buf + len);
	OPENSSL_free(buf);
	return out;
}

static std::string drain(BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	std::string out(data, static_cast<size_t>(len));

	BIO_free(bio);
	return out;
}

std::vector<uint8_t> Forge::der(const std::string &name) const
{
	return octets(i2d_X509, made.at(name).cert);
}

std::vector<uint8_t> Forge::subject(const std::string &name) const
{
	return octets(i2d_X509_NAME, X509_get_subject_name(made.at(name).cert));
}

std::string Forge::pem(const std::string &name) const
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(PEM_write_bio_X509(bio, made.at(name).cert) == 1);
	return drain(bio);
}

std::string Forge::key_pem(const std::string &name) const
{
	BIO *bio = BIO_new(BIO_s_mem());

	must(PEM_write_bio_PrivateKey(bio, made.at(name).key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
	return drain(bio);
}

std::vector<uint8_t> Forge::pkcs12(const std::string &name, const std::vector<std::string> &cas, const std::string &password) const
{
	STACK_OF(X509) *others = sk_X509_new_null();

	for (const std::string &ca : cas)
		must(sk_X509_push(others, made.at(ca).cert) > 0);
	PKCS12 *p = PKCS12_create(password.c_str(), name.c_str(), made.at(name).key, made.at(name).cert, others, 0, 0, 0, 0, 0);
	must(p != nullptr);
	std::vector<uint8_t> out = octets(i2d_PKCS12, p);
	PKCS12_free(p);
	sk_X509_free(others);
	return out;
}

static X509_CRL *forge_crl(X509 *ca, EVP_PKEY *key, const std::vector<X509 *> &revoked, int64_t from_s, int64_t until_s)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = ASN1_TIME_set(nullptr, from_s), *until = ASN1_TIME_set(nullptr, until_s);

	must(X509_CRL_set_version(crl, 1) == 1 && X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) == 1);
	must(X509_CRL_set1_lastUpdate(crl, from) == 1 && X509_CRL_set1_nextUpdate(crl, until) == 1);
	for (X509 *x : revoked) {
		X509_REVOKED *r = X509_REVOKED_new();

		must(X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(x)) == 1);
		must(X509_REVOKED_set_revocationDate(r, from) == 1 && X509_CRL_add0_revoked(crl, r) == 1);
	}
	must(X509_CRL_sign(crl, key, digest_for(key, nullptr)) > 0);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return crl;
}

std::vector<uint8_t> Forge::crl_der(const std::string &ca, const std::vector<std::string> &revoked, int64_t from_s, int64_t until_s) const
{
	std::vector<X509 *> certs;

	for (const std::string &name : revoked)
		certs.push_back(made.at(name).cert);
	X509_CRL *crl = forge_crl(made.at(ca).cert, made.at(ca).key, certs, from_s, until_s);
	std::vector<uint8_t> out = octets(i2d_X509_CRL, crl);
	X509_CRL_free(crl);
	return out;
}

std::string Forge::crl_pem(const std::string &ca, const std::vector<std::string> &revoked, int64_t from_s, int64_t until_s) const
{
	std::vector<uint8_t> der = crl_der(ca, revoked, from_s, until_s);
	const unsigned char *at = der.data();
	X509_CRL *crl = d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size()));
	BIO *bio = BIO_new(BIO_s_mem());

	must(crl != nullptr && PEM_write_bio_X509_CRL(bio, crl) == 1);
	X509_CRL_free(crl);
	return drain(bio);
}

std::vector<uint8_t> Forge::ocsp(const Ocsp &says) const
{
	const Made &signer = made.at(says.signer);
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), made.at(says.subject).cert, made.at(says.issuer).cert);
	ASN1_TIME *from = ASN1_TIME_set(nullptr, says.from_s), *until = says.until_s == 0 ? nullptr : ASN1_TIME_set(nullptr, says.until_s);
	const bool revoked = says.status == V_OCSP_CERTSTATUS_REVOKED;

	must(OCSP_basic_add1_status(basic, id, says.status, 0, revoked ? from : nullptr, from, until) != nullptr);
	if (says.request != nullptr) {
		const unsigned char *at = says.request->data();
		OCSP_REQUEST *r = d2i_OCSP_REQUEST(nullptr, &at, static_cast<long>(says.request->size()));

		must(r != nullptr && OCSP_copy_nonce(basic, r) > 0);
		OCSP_REQUEST_free(r);
	}
	must(OCSP_basic_sign(basic, signer.cert, signer.key, digest_for(signer.key, says.digest), nullptr, OCSP_NOTIME) == 1);
	OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	std::vector<uint8_t> out = octets(i2d_OCSP_RESPONSE, response);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	return out;
}

struct crypto_key *Forge::key(const std::string &name) const
{
	struct crypto_key *k = nullptr;

	must(crypto_key_of_evp(made.at(name).key, &k) == ERR_OK);
	return k;
}

Folder::Folder() : path((std::filesystem::temp_directory_path() / "nave-XXXXXX").string())
{
	must(mkdtemp(path.data()) != nullptr);
}

Folder::~Folder()
{
	std::error_code ignored;

	std::filesystem::remove_all(path, ignored);
}

std::string Folder::write(const std::string &name, const std::string &text) const
{
	std::string file = path + "/" + name;

	std::ofstream(file, std::ios::binary) << text;
	return file;
}

std::string Folder::write(const std::string &name, const std::vector<uint8_t> &octets) const
{
	return write(name, std::string(octets.begin(), octets.end()));
}

} // namespace forge
