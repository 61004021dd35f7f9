/* AUTH with a pre-shared key, ours and the peer's: each signs its IKE_SA_INIT, the other's nonce and its own identity. */
#include "ike/keying/proof.h"

#include "ike/core.h"
#include "ike/wire/nonce.h"

struct bytes ike_proof_nonce(const struct ike_blob *init)
{
	struct bytes nonce = bytes_of(NULL, 0);
	const struct ike_payload *p;
	struct ike_msg msg;

	if (ike_msg_parse(ike_blob_view(init), &msg) != ERR_OK)
		return nonce;
	p = ike_msg_find(&msg, IKE_P_NONCE);
	return p == NULL ? nonce : p->body;
}

struct ike_keys_seed ike_proof_seed(const struct ike_sa *sa)
{
	struct bytes own = ike_proof_nonce(&sa->setup->init_tx);
	struct bytes peer = ike_proof_nonce(&sa->setup->init_rx);

	if (sa->role == IKE_INITIATOR)
		return (struct ike_keys_seed){ .shared = bytes_of(NULL, 0), .ni = own, .nr = peer, .spi_i = sa->spi_i, .spi_r = sa->spi_r };
	return (struct ike_keys_seed){ .shared = bytes_of(NULL, 0), .ni = peer, .nr = own, .spi_i = sa->spi_i, .spi_r = sa->spi_r };
}

enum err ike_proof_build(struct ike_engine *e, struct ike_sa *sa, struct wr *w)
{
	uint8_t value[CRYPTO_DIGEST_MAX];
	struct ike_keys_signed what = { .initiator = sa->role == IKE_INITIATOR, .id = &sa->local_id };
	struct ike_authdata auth = { .method = IKE_AUTH_PSK };
	enum err err;

	what.message = ike_blob_view(&sa->setup->init_tx);
	what.nonce = ike_proof_nonce(&sa->setup->init_rx);
	err = ike_keys_auth_psk(e->cfg.crypto, &sa->suite, &sa->keys, &what, secret_view(&sa->setup->sign), value);
	if (err != ERR_OK)
		return err;
	auth.data = bytes_of(value, sa->suite.prf->out_len);
	ike_authdata_build(w, &auth);
	sa->auth_local = IKE_AUTH_PSK;
	return ERR_OK;
}

enum err ike_proof_check(struct ike_engine *e, struct ike_sa *sa, const struct ike_authdata *auth)
{
	uint8_t value[CRYPTO_DIGEST_MAX];
	struct ike_keys_signed what = { .initiator = sa->role != IKE_INITIATOR, .id = &sa->remote_id };
	enum err err;

	if (auth->method != IKE_AUTH_PSK)
		return ERR_UNSUPPORTED;
	if (sa->setup->verify.len == 0)
		return ERR_AUTH;
	what.message = ike_blob_view(&sa->setup->init_rx);
	what.nonce = ike_proof_nonce(&sa->setup->init_tx);
	err = ike_keys_auth_psk(e->cfg.crypto, &sa->suite, &sa->keys, &what, secret_view(&sa->setup->verify), value);
	if (err != ERR_OK)
		return err;
	if (!secret_eq(bytes_of(value, sa->suite.prf->out_len), auth->data))
		return ERR_AUTH;
	sa->auth_remote = auth->method;
	return ERR_OK;
}
