/* The form of what outlives an IKE SA.  Whoever reads it has decrypted it before, but trusts nothing of it.  Engine's thread. */
#include "ike/resume/past.h"

#include <string.h>

enum { FLAG_PPK = 1 };

static void build_octets(struct wr *w, struct bytes b)
{
	wr_u16(w, (uint16_t)b.len);
	wr_bytes(w, b);
}

static void build_id(struct wr *w, const struct ike_id *id)
{
	wr_u16(w, (uint16_t)(1 + id->data.len));
	wr_u8(w, id->type);
	wr_bytes(w, id->data);
}

void ike_past_build(struct wr *w, const struct ike_past *p)
{
	wr_u8(w, IKE_PAST_VERSION);
	wr_u64(w, p->expires_ms);
	wr_u64(w, p->auth_until_ms);
	wr_u64(w, p->spi_i);
	wr_u64(w, p->spi_r);
	wr_u16(w, p->suite.encr->id);
	wr_u16(w, p->suite.encr->key_bits);
	wr_u16(w, p->suite.integ == NULL ? 0 : p->suite.integ->id);
	wr_u16(w, p->suite.prf->id);
	wr_u16(w, p->suite.group->id);
	wr_u8(w, p->auth_i);
	wr_u8(w, p->auth_r);
	wr_u8(w, p->eap);
	wr_u8(w, p->ppk ? FLAG_PPK : 0);
	build_octets(w, p->sk_d);
	build_id(w, &p->id_i);
	build_id(w, &p->id_r);
	build_octets(w, p->memo);
}

static struct bytes read_octets(struct rd *r)
{
	uint16_t len = rd_u16(r);

	return rd_bytes(r, len);
}

static void read_id(struct rd *r, struct ike_id *out)
{
	struct rd id = rd_of(read_octets(r));

	out->type = rd_u8(&id);
	out->data = rd_rest(&id);
	if (id.err != ERR_OK || ike_id_check(out) != ERR_OK)
		rd_fail(r, ERR_MALFORMED);
}

static void read_suite(struct rd *r, struct ike_suite *out)
{
	uint16_t encr = rd_u16(r), bits = rd_u16(r), integ = rd_u16(r), prf = rd_u16(r), group = rd_u16(r);

	memset(out, 0, sizeof(*out));
	out->encr = crypto_alg_find(CRYPTO_ENCR, encr, bits);
	out->integ = integ == 0 ? NULL : crypto_alg_find(CRYPTO_INTEG, integ, 0);
	out->prf = crypto_alg_find(CRYPTO_PRF, prf, 0);
	out->group = crypto_alg_find(CRYPTO_GROUP, group, 0);
	if (out->encr == NULL || out->prf == NULL || out->group == NULL || out->encr->aead != (out->integ == NULL))
		rd_fail(r, ERR_UNSUPPORTED);
}

enum err ike_past_parse(struct rd *r, struct ike_past *out)
{
	memset(out, 0, sizeof(*out));
	if (rd_u8(r) != IKE_PAST_VERSION)
		rd_fail(r, ERR_VERSION);
	out->expires_ms = rd_u64(r);
	out->auth_until_ms = rd_u64(r);
	out->spi_i = rd_u64(r);
	out->spi_r = rd_u64(r);
	read_suite(r, &out->suite);
	out->auth_i = rd_u8(r);
	out->auth_r = rd_u8(r);
	out->eap = rd_u8(r);
	out->ppk = (rd_u8(r) & FLAG_PPK) != 0;
	out->sk_d = read_octets(r);
	read_id(r, &out->id_i);
	read_id(r, &out->id_r);
	out->memo = read_octets(r);
	if (r->err == ERR_OK && out->sk_d.len != out->suite.prf->key_len)
		rd_fail(r, ERR_MALFORMED);
	if (r->err == ERR_OK && out->memo.len > IKE_PAST_MEMO)
		rd_fail(r, ERR_RANGE);
	return rd_done(r);
}
