#ifndef TESTS_ESP_ORACLE_H
#define TESTS_ESP_ORACLE_H

#include <cstdint>
#include <vector>

#include "dp/api.h"

/*
 * ESP by OpenSSL's EVP alone, for comparison with the engines: 'packet' is ESP header, IV, payload, ICV.  Shares no
 * code with them.
 */
struct EspSuite {
	const char *name;
	dp_cipher cipher;
	dp_integ integ;
	unsigned key_len; /* with salt */
	unsigned integ_len;
	unsigned iv_len;
	unsigned icv_len;
	unsigned align;
};

extern const std::vector<EspSuite> esp_suites;

/* Encrypts the payload with the IV that stands in the packet and writes the ICV. */
void esp_oracle_seal(const EspSuite &s, const std::vector<uint8_t> &key, const std::vector<uint8_t> &integ, bool esn, uint64_t seq,
	std::vector<uint8_t> &packet);

/* Decrypts in place; false: the ICV is wrong. */
bool esp_oracle_open(const EspSuite &s, const std::vector<uint8_t> &key, const std::vector<uint8_t> &integ, bool esn, uint64_t seq,
	std::vector<uint8_t> &packet);

#endif
