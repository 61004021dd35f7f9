/*
 * AlgorithmIdentifiers, strict: one encoding each but for the NULL that RFC4055 lets be absent.  The parser's input is
 * the peer's, before anything is authenticated.
 */
#include "crypto/algid.h"

#include <string.h>

#include "crypto/digest.h"

enum {
	DER_INTEGER = 0x02,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_CONTEXT = 0xa0,
	DER_LONG_1 = 0x81,
	DER_SHORT_MAX = 0x7f
};

struct oid {
	uint8_t len;
	uint8_t octet[9];
};

/* Signature algorithms whose identifier says all; 'null': with NULL as parameters. */
static const struct row {
	struct oid oid;
	enum crypto_sign_kind kind;
	enum crypto_hash hash;
	bool null;
} rows[] = {
	{ { 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b } }, CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256, true },
	{ { 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c } }, CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_384, true },
	{ { 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d } }, CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_512, true },
	{ { 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 } }, CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, false },
	{ { 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03 } }, CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_384, false },
	{ { 8, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04 } }, CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_512, false },
	{ { 3, { 0x2b, 0x65, 0x70 } }, CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY, false },
};

static const struct oid pss = { 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a } };
static const struct oid mgf1 = { 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08 } };
static const struct {
	struct oid oid;
	enum crypto_hash hash;
} hashes[] = {
	{ { 9, { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01 } }, CRYPTO_HASH_SHA2_256 },
	{ { 9, { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02 } }, CRYPTO_HASH_SHA2_384 },
	{ { 9, { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03 } }, CRYPTO_HASH_SHA2_512 },
};

static bool is_oid(struct bytes b, const struct oid *oid)
{
	return bytes_eq(b, bytes_of(oid->octet, oid->len));
}

/* ---- reading ---- */

/* The content of the next element, which must be of 'tag'. */
static struct rd open_element(struct rd *r, uint8_t tag)
{
	uint8_t got = rd_u8(r);
	size_t len = rd_u8(r);

	if (len == DER_LONG_1) {
		len = rd_u8(r);
		if (len <= DER_SHORT_MAX)
			rd_fail(r, ERR_MALFORMED); /* there is a shorter form */
	} else if (len > DER_SHORT_MAX) {
		rd_fail(r, ERR_MALFORMED); /* indefinite, or longer than we are */
	}
	if (got != tag)
		rd_fail(r, ERR_MALFORMED);
	return rd_sub(r, len);
}

/* All of it was read. */
static void close_element(struct rd *r, const struct rd *inner)
{
	rd_fail(r, rd_done(inner));
}

static struct bytes read_oid(struct rd *r)
{
	struct rd oid = open_element(r, DER_OID);

	return rd_rest(&oid);
}

/* NULL, or nothing at all (RFC4055-2.1, -5). */
static void read_null(struct rd *r)
{
	struct rd null;

	if (rd_left(r) == 0)
		return;
	null = open_element(r, DER_NULL);
	close_element(r, &null);
}

static enum crypto_hash read_hash(struct rd *r)
{
	struct rd id = open_element(r, DER_SEQUENCE);
	struct bytes oid = read_oid(&id);
	enum crypto_hash hash = CRYPTO_HASH_SHA2_256;
	bool found = false;

	read_null(&id);
	close_element(r, &id);
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]) && !found; i++) {
		found = is_oid(oid, &hashes[i].oid);
		hash = found ? hashes[i].hash : hash;
	}
	if (!found)
		rd_fail(r, ERR_UNSUPPORTED);
	return hash;
}

static enum crypto_hash read_mask(struct rd *r)
{
	struct rd id = open_element(r, DER_SEQUENCE);
	struct bytes oid = read_oid(&id);
	enum crypto_hash hash;

	if (id.err == ERR_OK && !is_oid(oid, &mgf1))
		rd_fail(&id, ERR_UNSUPPORTED);
	hash = read_hash(&id);
	close_element(r, &id);
	return hash;
}

/* At most two octets: no key has room for more salt than that says. */
static uint16_t read_salt(struct rd *r)
{
	struct rd number = open_element(r, DER_INTEGER);
	size_t len = rd_left(&number);
	uint16_t value = len == 2 ? rd_u16(&number) : rd_u8(&number);

	if (len > 2 || value > INT16_MAX || (len == 1 && value > INT8_MAX) || (len == 2 && value <= INT8_MAX))
		rd_fail(&number, ERR_MALFORMED); /* negative, or there is a shorter form */
	close_element(r, &number);
	return value;
}

/*
 * RSASSA-PSS-params, RFC4055-3.1.  An absent field would mean SHA-1, or 20 bytes of salt, which nobody means beside SHA-2; the trailer
 * has but one value, its default.
 */
static void read_pss(struct rd *r, struct crypto_scheme *out)
{
	struct rd params = open_element(r, DER_SEQUENCE);
	struct rd field = open_element(&params, DER_CONTEXT);

	out->kind = CRYPTO_SIGN_RSA_PSS;
	out->hash = read_hash(&field);
	close_element(&params, &field);
	field = open_element(&params, DER_CONTEXT + 1);
	if (read_mask(&field) != out->hash)
		rd_fail(&field, ERR_UNSUPPORTED);
	close_element(&params, &field);
	field = open_element(&params, DER_CONTEXT + 2);
	out->salt_len = read_salt(&field);
	close_element(&params, &field);
	close_element(r, &params);
}

static void read_plain(struct rd *r, struct bytes oid, struct crypto_scheme *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!is_oid(oid, &rows[i].oid))
			continue;
		out->kind = rows[i].kind;
		out->hash = rows[i].hash;
		if (rows[i].null)
			read_null(r);
		return;
	}
	rd_fail(r, ERR_UNSUPPORTED);
}

enum err crypto_algid_parse(struct bytes der, struct crypto_scheme *out)
{
	struct rd r = rd_of(der);
	struct rd id = open_element(&r, DER_SEQUENCE);
	struct bytes oid = read_oid(&id);

	memset(out, 0, sizeof(*out));
	if (is_oid(oid, &pss))
		read_pss(&id, out);
	else
		read_plain(&id, oid, out);
	close_element(&r, &id);
	return rd_done(&r);
}

enum err crypto_algid_split(struct bytes auth, struct crypto_scheme *out, struct bytes *signature)
{
	struct rd r = rd_of(auth);
	struct bytes der = rd_bytes(&r, rd_u8(&r));

	*signature = rd_rest(&r);
	if (signature->len == 0)
		rd_fail(&r, ERR_MALFORMED);
	return rd_done(&r) == ERR_OK ? crypto_algid_parse(der, out) : rd_done(&r);
}

/* ---- writing: all is shorter than 128 bytes ---- */

static size_t begin_element(struct wr *w, uint8_t tag)
{
	wr_u8(w, tag);
	wr_u8(w, 0);
	return w->len;
}

static void end_element(struct wr *w, size_t content)
{
	wr_patch_u8(w, content - 1, (uint8_t)(w->len - content));
}

static void write_oid(struct wr *w, const struct oid *oid)
{
	wr_u8(w, DER_OID);
	wr_u8(w, oid->len);
	wr_bytes(w, bytes_of(oid->octet, oid->len));
}

static void write_null(struct wr *w)
{
	wr_u8(w, DER_NULL);
	wr_u8(w, 0);
}

static void write_hash(struct wr *w, enum crypto_hash hash)
{
	size_t id = begin_element(w, DER_SEQUENCE);

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (hashes[i].hash == hash)
			write_oid(w, &hashes[i].oid);
	write_null(w);
	end_element(w, id);
}

static void write_pss(struct wr *w, const struct crypto_scheme *scheme)
{
	size_t params, field, mask;

	write_oid(w, &pss);
	params = begin_element(w, DER_SEQUENCE);
	field = begin_element(w, DER_CONTEXT);
	write_hash(w, scheme->hash);
	end_element(w, field);
	field = begin_element(w, DER_CONTEXT + 1);
	mask = begin_element(w, DER_SEQUENCE);
	write_oid(w, &mgf1);
	write_hash(w, scheme->hash);
	end_element(w, mask);
	end_element(w, field);
	field = begin_element(w, DER_CONTEXT + 2);
	wr_u8(w, DER_INTEGER);
	wr_u8(w, scheme->salt_len > INT8_MAX ? 2 : 1);
	if (scheme->salt_len > INT8_MAX)
		wr_u16(w, scheme->salt_len);
	else
		wr_u8(w, (uint8_t)scheme->salt_len);
	end_element(w, field);
	end_element(w, params);
}

static void write_plain(struct wr *w, const struct crypto_scheme *scheme)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].kind != scheme->kind || rows[i].hash != scheme->hash)
			continue;
		write_oid(w, &rows[i].oid);
		if (rows[i].null)
			write_null(w);
		return;
	}
	wr_fail(w, ERR_UNSUPPORTED);
}

void crypto_algid_build(struct wr *w, const struct crypto_scheme *scheme)
{
	size_t id = begin_element(w, DER_SEQUENCE);

	if (scheme->raw || scheme->hash == CRYPTO_HASH_SHA1)
		wr_fail(w, ERR_UNSUPPORTED);
	else if (scheme->kind == CRYPTO_SIGN_RSA_PSS)
		write_pss(w, scheme);
	else
		write_plain(w, scheme);
	end_element(w, id);
}

void crypto_algid_join(struct wr *w, const struct crypto_scheme *scheme, struct bytes signature)
{
	size_t at = w->len;

	wr_u8(w, 0);
	crypto_algid_build(w, scheme);
	wr_patch_u8(w, at, (uint8_t)(w->len - at - 1));
	wr_bytes(w, signature);
}
