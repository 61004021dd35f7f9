/* What remains of a private key in this process's memory once it was read and freed: nothing (R-PKI, style: secrets are wiped). */
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/evp.h"
#include "crypto/key.h"
#include "crypto/wipe.h"
#include "forge.h"
#include "pki/file.h"

namespace
{

const enum err wipes = crypto_wipe_frees(); /* before OpenSSL's first allocation */

using Needle = std::vector<uint8_t>; /* inverted, so that the needle itself isn't in memory */

constexpr unsigned long shadow = 1ul << 26; /* a mapping as large as this is a sanitizer's */

/* How often it stands in what this process may write to. */
unsigned found(const Needle &needle)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	std::vector<uint8_t> chunk(1 << 16); /* of what is read: found there, it doesn't count */
	auto own = reinterpret_cast<unsigned long>(chunk.data());
	unsigned long from, to;
	char rights[8], line[512];
	unsigned count = 0;

	while (fgets(line, sizeof(line), maps) != nullptr) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3 || strncmp(rights, "rw", 2) != 0 || to - from >= shadow)
			continue;
		for (unsigned long at = from; at < to; at += chunk.size() - needle.size()) {
			size_t want = std::min<unsigned long>(chunk.size(), to - at);
			ssize_t got = pread(mem, chunk.data(), want, (off_t)at);
			const uint8_t *end = chunk.data() + std::max<ssize_t>(got, 0);

			for (const uint8_t *p = chunk.data(); (size_t)(end - p) >= needle.size(); p++) {
				size_t k = 0;

				p = (const uint8_t *)memchr(p, (uint8_t)~needle[0], (size_t)(end - p) - needle.size() + 1);
				if (p == nullptr)
					break;
				while (k < needle.size() && (uint8_t)~p[k] == needle[k])
					k++;
				unsigned long where = at + (unsigned long)(p - chunk.data());
				count += k == needle.size() && (where + needle.size() <= own || where >= own + chunk.size());
			}
			std::fill(chunk.begin(), chunk.end(), 0);
		}
	}
	close(mem);
	fclose(maps);
	return count;
}

struct Secrets {
	std::vector<Needle> needle; /* of the text, and of the number in both byte orders */
	std::string path;
};

Needle inverted(const std::string &s)
{
	Needle n;

	for (char c : s)
		n.push_back((uint8_t)~c);
	return n;
}

/* A key that another process makes: this one never has it but from the file. */
Secrets make(const forge::Folder &folder, const std::string &kind, bool pkcs12)
{
	Secrets s;
	int to[2];

	s.path = folder.write("key", "");
	EXPECT_EQ(pipe(to), 0);
	pid_t child = fork();
	if (child == 0) {
		forge::Forge f;
		BIGNUM *number = nullptr;
		uint8_t bytes[512];

		f.issue("s", { .issuer = "", .subject = { { "CN", "s" } }, .key = kind, .ca = true });
		std::string pem = f.key_pem("s"), all = pem + f.pem("s");
		BIO *bio = BIO_new_mem_buf(pem.data(), (int)pem.size());
		EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
		EVP_PKEY_get_bn_param(key, kind == "RSA" ? OSSL_PKEY_PARAM_RSA_D : OSSL_PKEY_PARAM_PRIV_KEY, &number);
		int len = BN_bn2bin(number, bytes);
		std::string big((char *)bytes + len - 24, 16), little(big.rbegin(), big.rend());
		std::vector<uint8_t> box = f.pkcs12("s", {}, "secret");

		folder.write("key", pkcs12 ? std::string(box.begin(), box.end()) : all);
		size_t line = pem.find('\n') + 1;
		std::string text = pem.substr(line + 70, 24);
		for (const std::string &n : { text, big, little }) {
			Needle inv = inverted(n);
			uint8_t size = (uint8_t)inv.size();

			(void)!write(to[1], &size, 1);
			(void)!write(to[1], inv.data(), inv.size());
		}
		_exit(0);
	}
	close(to[1]);
	for (uint8_t size; read(to[0], &size, 1) == 1;) {
		Needle n(size);

		EXPECT_EQ(read(to[0], n.data(), size), (ssize_t)size);
		s.needle.push_back(n);
	}
	close(to[0]);
	waitpid(child, nullptr, 0);
	return s;
}

class PkiWipe : public ::testing::Test
{
      protected:
	forge::Folder folder;

	void none_is_left(const std::string &kind, bool pkcs12)
	{
		Secrets s = make(folder, kind, pkcs12);
		struct pki_file file = {};
		const char *why = nullptr;

		ASSERT_EQ(s.needle.size(), 3u);
		ASSERT_EQ(pki_file_read(s.path.c_str(), pkcs12, bytes_str(pkcs12 ? "secret" : ""), &file, &why), ERR_OK) << why;
		EXPECT_EQ(found(s.needle[0]), 0u) << "text, while the key is there";
		EXPECT_NE(found(s.needle[2]) + found(s.needle[1]), 0u) << "the key itself is found: the search works";
		pki_file_fini(&file);
		for (size_t i = 0; i < s.needle.size(); i++)
			EXPECT_EQ(found(s.needle[i]), 0u) << (i == 0 ? "text" : i == 1 ? "big-endian" : "little-endian");
	}
	void SetUp() override
	{
		ASSERT_EQ(wipes, ERR_OK);
		ASSERT_EQ(crypto_key_heap(), ERR_OK);
	}
};

} // namespace

TEST_F(PkiWipe, of_an_RSA_key)
{
	none_is_left("RSA", false);
}

TEST_F(PkiWipe, of_a_key_in_PKCS12)
{
	none_is_left("RSA", true);
}

TEST_F(PkiWipe, of_an_elliptic_key)
{
	none_is_left("P-256", false);
}
