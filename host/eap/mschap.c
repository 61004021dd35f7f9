#include "eap/mschap.h"

#include <string.h>

#include "base/rd.h"
#include "base/wr.h"
#include "crypto/digest.h"
#include "crypto/legacy.h"
#include "eap/end.h"

/* RFC2759-8.7, RFC3079-3.4; all without their NUL. */
static const char sign_1[] = "Magic server to client signing constant";
static const char sign_2[] = "Pad to make it do more than one iteration";
static const char key_master[] = "This is the MPPE Master Key";
static const char key_to_server[] = "On the client side, this is the send key; on the server side, it is the receive key.";
static const char key_to_client[] = "On the client side, this is the receive key; on the server side, it is the send key.";

enum { SHS_PAD = 40, KEY_LEN = 16 };

/* ---- the password's hash: MD4 of its UTF-16LE, RFC2759-8.3 ---- */

/* One character of UTF-8 (RFC3629); 0 and the cursor's error if it is none, or NUL. */
static uint32_t next_character(struct rd *r)
{
	static const uint32_t least[] = { 1, 0x80, 0x800, 0x10000 };
	uint8_t first = rd_u8(r);
	unsigned more = first < 0x80 ? 0 : first >= 0xc0 && first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	uint32_t v = more == 0 ? first : first & (0x3fu >> more);

	if ((first >= 0x80 && first < 0xc0) || first >= 0xf8)
		rd_fail(r, ERR_MALFORMED);
	for (unsigned i = 0; i < more; i++) {
		uint8_t b = rd_u8(r);

		if ((b & 0xc0) != 0x80)
			rd_fail(r, ERR_MALFORMED);
		v = v << 6 | (b & 0x3fu);
	}
	if (v < least[more] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
		rd_fail(r, ERR_MALFORMED);
	return r->err == ERR_OK ? v : 0;
}

static void write_unit(struct wr *w, uint32_t unit)
{
	wr_u8(w, (uint8_t)unit);
	wr_u8(w, (uint8_t)(unit >> 8));
}

static void write_character(struct wr *w, uint32_t v)
{
	if (v < 0x10000) {
		write_unit(w, v);
		return;
	}
	write_unit(w, 0xd800 + ((v - 0x10000) >> 10));
	write_unit(w, 0xdc00 + ((v - 0x10000) & 0x3ff));
}

enum err eap_mschap_hash(struct bytes password, struct secret *out)
{
	uint8_t wide[2 * EAP_MSCHAP_PASSWORD_MAX];
	struct wr w = wr_of(wide, sizeof(wide));
	struct rd r = rd_of(password);
	enum err err;

	while (rd_left(&r) != 0)
		write_character(&w, next_character(&r));
	err = r.err == ERR_OK ? ERR_OK : ERR_MALFORMED;
	if (err == ERR_OK && wr_done(&w) != ERR_OK)
		err = ERR_RANGE;
	if (err == ERR_OK)
		err = secret_new(out, EAP_MSCHAP_HASH);
	if (err == ERR_OK)
		crypto_legacy_md4(wr_view(&w), out->data);
	bytes_wipe(wide, sizeof(wide));
	return err;
}

/* ---- RFC2759-8 ---- */

static enum err challenge_hash(struct crypto *c, const struct eap_mschap_exchange *x, uint8_t out[CRYPTO_SHA1_LEN])
{
	struct bytes parts[] = { x->peer, x->authenticator, x->user };

	return crypto_digest_sha1(c, crypto_parts_of(parts, 3), out);
}

enum err eap_mschap_response(
	struct crypto *c, const struct eap_mschap_exchange *x, const struct secret *hash, uint8_t out[EAP_MSCHAP_RESPONSE])
{
	uint8_t challenge[CRYPTO_SHA1_LEN], keys[3 * CRYPTO_DES_KEY_LEN] = { 0 };
	enum err err = challenge_hash(c, x, challenge);

	memcpy(keys, hash->data, EAP_MSCHAP_HASH);
	for (unsigned i = 0; err == ERR_OK && i < 3; i++)
		err = crypto_legacy_des(keys + (size_t)i * CRYPTO_DES_KEY_LEN, challenge, out + (size_t)i * CRYPTO_DES_LEN);
	bytes_wipe(keys, sizeof(keys));
	return err;
}

enum err eap_mschap_proof(struct crypto *c, const struct eap_mschap_exchange *x, const struct secret *hash,
	const uint8_t response[EAP_MSCHAP_RESPONSE], uint8_t out[EAP_MSCHAP_PROOF])
{
	uint8_t twice[CRYPTO_MD4_LEN], digest[CRYPTO_SHA1_LEN], challenge[CRYPTO_SHA1_LEN];
	struct bytes first[] = { bytes_of(twice, sizeof(twice)), bytes_of(response, EAP_MSCHAP_RESPONSE), bytes_str(sign_1) };
	struct bytes second[] = { bytes_of(digest, sizeof(digest)), bytes_of(challenge, CRYPTO_DES_LEN), bytes_str(sign_2) };
	enum err err;

	crypto_legacy_md4(secret_view(hash), twice);
	err = crypto_digest_sha1(c, crypto_parts_of(first, 3), digest);
	if (err == ERR_OK)
		err = challenge_hash(c, x, challenge);
	if (err == ERR_OK)
		err = crypto_digest_sha1(c, crypto_parts_of(second, 3), out);
	bytes_wipe(twice, sizeof(twice));
	bytes_wipe(digest, sizeof(digest));
	return err;
}

/* ---- RFC3079-3 ---- */

static enum err direction_key(struct crypto *c, const uint8_t master[CRYPTO_SHA1_LEN], const char *magic, uint8_t out[KEY_LEN])
{
	uint8_t pad_1[SHS_PAD] = { 0 }, pad_2[SHS_PAD], sum[CRYPTO_SHA1_LEN];
	struct bytes parts[] = { bytes_of(master, KEY_LEN), bytes_of(pad_1, SHS_PAD), bytes_str(magic), bytes_of(pad_2, SHS_PAD) };
	enum err err;

	memset(pad_2, 0xf2, sizeof(pad_2));
	err = crypto_digest_sha1(c, crypto_parts_of(parts, 4), sum);
	if (err == ERR_OK)
		memcpy(out, sum, KEY_LEN);
	bytes_wipe(sum, sizeof(sum));
	return err;
}

enum err eap_mschap_msk(struct crypto *c, const struct secret *hash, const uint8_t response[EAP_MSCHAP_RESPONSE], struct secret *out)
{
	uint8_t twice[CRYPTO_MD4_LEN], master[CRYPTO_SHA1_LEN];
	struct bytes parts[] = { bytes_of(twice, sizeof(twice)), bytes_of(response, EAP_MSCHAP_RESPONSE), bytes_str(key_master) };
	enum err err = secret_new(out, EAP_MSK_LEN);

	crypto_legacy_md4(secret_view(hash), twice);
	if (err == ERR_OK)
		err = crypto_digest_sha1(c, crypto_parts_of(parts, 3), master);
	if (err == ERR_OK)
		err = direction_key(c, master, key_to_server, out->data);
	if (err == ERR_OK)
		err = direction_key(c, master, key_to_client, out->data + KEY_LEN);
	bytes_wipe(twice, sizeof(twice));
	bytes_wipe(master, sizeof(master));
	return err;
}
