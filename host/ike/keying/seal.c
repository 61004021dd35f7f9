/*
 * The SK payload with the keys of an SA: RFC7296-3.14 for CBC with HMAC, RFC5282 for AEADs.  An AEAD's explicit IV is
 * a counter of the SA's own, so it never repeats under a key; CBC's is random.
 */
#include "ike/keying/seal.h"

#include "crypto/cipher.h"
#include "crypto/integ.h"
#include "ike/core.h"
#include "ike/frag/cut.h"

/* Keys of one direction. */
struct sealing {
	struct bytes encr, integ;
};

static struct sealing keys_of(const struct ike_sa *sa, bool from_initiator)
{
	return (struct sealing){ .encr = ike_keys_view(&sa->suite, &sa->keys, from_initiator ? IKE_SK_EI : IKE_SK_ER),
		.integ = ike_keys_view(&sa->suite, &sa->keys, from_initiator ? IKE_SK_AI : IKE_SK_AR) };
}

static struct ike_hdr header_of(const struct ike_sa *sa, uint8_t exchange, bool response)
{
	struct ike_hdr h = { .spi_i = sa->spi_i, .spi_r = sa->spi_r, .version = IKE_VERSION, .exchange = exchange };

	h.flags = (uint8_t)((sa->role == IKE_INITIATOR ? IKE_F_INITIATOR : 0) | (response ? IKE_F_RESPONSE : 0));
	h.message_id = response ? sa->window.rx_id : sa->window.tx_id;
	return h;
}

void ike_seal_begin_clear(struct ike_engine *e, const struct ike_sa *sa, uint8_t exchange, bool response, struct ike_build *out)
{
	struct ike_hdr h = header_of(sa, exchange, response);

	ike_build_begin(out, e->tx, sizeof(e->tx), &h);
}

void ike_seal_begin(struct ike_engine *e, const struct ike_sa *sa, uint8_t exchange, bool response, struct ike_build *out)
{
	struct ike_hdr h = header_of(sa, exchange, response);
	struct ike_sk_shape shape = ike_suite_shape(&sa->suite);

	ike_build_begin(out, e->tx, sizeof(e->tx), &h);
	ike_build_sk_begin(out, &shape);
}

static enum err fill_iv(struct ike_engine *e, struct ike_sa *sa, uint8_t *iv)
{
	uint64_t n;

	if (!sa->suite.encr->aead)
		return crypto_rand_fill(e->cfg.rand, iv, sa->suite.encr->iv_len);
	n = ++sa->iv;
	for (int i = 7; i >= 0; i--, n >>= 8)
		iv[i] = (uint8_t)n;
	return ERR_OK;
}

enum err ike_seal_room(struct ike_engine *e, struct ike_sa *sa, const struct ike_sk_room *room)
{
	const struct ike_suite *suite = &sa->suite;
	struct sealing keys = keys_of(sa, sa->role == IKE_INITIATOR);
	struct crypto_text t = { 0 };
	enum err err = fill_iv(e, sa, room->iv);

	if (err != ERR_OK)
		return err;
	t.iv = bytes_of(room->iv, suite->encr->iv_len);
	t.aad = room->aad;
	t.text = room->text;
	t.len = room->text_len;
	t.icv = room->icv;
	err = crypto_cipher_seal(e->cfg.crypto, suite->encr, keys.encr, &t);
	if (err == ERR_OK && suite->integ != NULL)
		err = crypto_integ_sum(e->cfg.crypto, suite->integ, keys.integ, room->covered, room->icv);
	return err;
}

static bool is_response(struct bytes datagram)
{
	return (datagram.data[IKE_HDR_FLAGS_AT] & IKE_F_RESPONSE) != 0;
}

enum err ike_seal_end(struct ike_engine *e, struct ike_sa *sa, struct ike_build *b, struct bytes *out)
{
	struct ike_sk_room room;
	enum err err = ike_build_sk_end(b, &room);
	const struct ike_path *path;

	if (err == ERR_OK)
		err = ike_build_finish(b, out);
	if (err != ERR_OK)
		return err;
	path = is_response(*out) ? &sa->reply_path : &sa->path;
	if (ike_cut_due(sa, path, out->len))
		return ike_cut_message(e, sa, path, *out, out);
	return ike_seal_room(e, sa, &room);
}

/* The writable place of a view into 'buf'. */
static uint8_t *place_in(uint8_t *buf, const struct ike_msg *msg, struct bytes view)
{
	return buf + (view.data - msg->datagram.data);
}

enum err ike_seal_open(struct ike_engine *e, const struct ike_sa *sa, const struct ike_msg *msg, uint8_t *buf, struct bytes *plain)
{
	const struct ike_suite *suite = &sa->suite;
	struct sealing keys = keys_of(sa, ike_hdr_from_initiator(&msg->hdr));
	struct ike_sk_shape shape = ike_suite_shape(suite);
	struct crypto_text t = { 0 };
	struct ike_sk sk;

	if (ike_sk_parse(msg, &shape, &sk) != ERR_OK)
		return ERR_AUTH;
	if (suite->integ != NULL && crypto_integ_check(e->cfg.crypto, suite->integ, keys.integ, sk.covered, sk.icv) != ERR_OK)
		return ERR_AUTH;
	t.iv = sk.iv;
	t.aad = sk.aad;
	t.text = place_in(buf, msg, sk.text);
	t.len = sk.text.len;
	t.icv = place_in(buf, msg, sk.icv);
	if (crypto_cipher_open(e->cfg.crypto, suite->encr, keys.encr, &t) != ERR_OK)
		return ERR_AUTH;
	return ike_sk_unpad(sk.text, plain) == ERR_OK ? ERR_OK : ERR_AUTH;
}

enum err ike_seal_plain(const struct ike_sa *sa, struct bytes opened, struct ike_msg *out, struct bytes *plain)
{
	struct ike_sk_shape shape = ike_suite_shape(&sa->suite);
	struct ike_sk sk;
	enum err err = ike_msg_parse(opened, out);

	if (err == ERR_OK)
		err = ike_sk_parse(out, &shape, &sk);
	return err == ERR_OK ? ike_sk_unpad(sk.text, plain) : err;
}

enum err ike_seal_reopen(const struct ike_sa *sa, struct bytes opened, struct ike_msg *out)
{
	struct bytes plain;
	enum err err = ike_seal_plain(sa, opened, out, &plain);

	return err == ERR_OK ? ike_msg_parse_inner(out, out->inner_first, plain) : err;
}
