/*
 * AUTH, ours and the peer's: each signs its IKE_SA_INIT, the other's nonce and its own identity.  With a pre-shared key that
 * is done here, signatures are the world's work.  Engine's thread.
 */
#include "ike/keying/proof.h"

#include <stdlib.h>

#include "ike/core.h"
#include "ike/keying/certs.h"
#include "ike/keying/inter.h"
#include "ike/keying/ppk.h"
#include "ike/resume/resume.h"
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

static struct ike_keys_signed signed_by_us(const struct ike_sa *sa)
{
	return (struct ike_keys_signed){ .initiator = sa->role == IKE_INITIATOR,
		.id = &sa->local_id,
		.message = ike_blob_view(&sa->setup->init_tx),
		.nonce = ike_proof_nonce(&sa->setup->init_rx),
		.inter = ike_inter_proof(sa) };
}

static struct ike_keys_signed signed_by_peer(const struct ike_sa *sa)
{
	return (struct ike_keys_signed){ .initiator = sa->role != IKE_INITIATOR,
		.id = &sa->remote_id,
		.message = ike_blob_view(&sa->setup->init_rx),
		.nonce = ike_proof_nonce(&sa->setup->init_tx),
		.inter = ike_inter_proof(sa) };
}

/* All that is signed, one after the other: a world that works elsewhere can take it along. */
static enum err join_octets(struct ike_engine *e, struct ike_sa *sa, const struct ike_keys_signed *what, struct ike_blob *out)
{
	size_t len = what->message.len + what->nonce.len + sa->suite.prf->out_len + what->inter.len;
	uint8_t maced_id[CRYPTO_DIGEST_MAX];
	struct wr w;
	enum err err = ike_keys_maced_id(e->cfg.crypto, &sa->suite, &sa->keys, what, maced_id);

	ike_blob_drop(out);
	if (err == ERR_OK)
		out->data = (uint8_t *)malloc(len);
	if (out->data == NULL)
		return err == ERR_OK ? ERR_NOMEM : err;
	out->len = len;
	w = wr_of(out->data, len);
	wr_bytes(&w, what->message);
	wr_bytes(&w, what->nonce);
	wr_bytes(&w, bytes_of(maced_id, sa->suite.prf->out_len));
	wr_bytes(&w, what->inter);
	return wr_done(&w);
}

/* The pre-shared key of the initiator's direction or of the other; after EAP its MSK, or SK_p, with a post-quantum key in it if there is one. */
static struct bytes key_of(const struct ike_sa *sa, bool initiator)
{
	if (sa->setup->talk.keyless || ike_resume_of(sa) != NULL)
		return ike_keys_view(&sa->suite, &sa->keys, initiator ? IKE_SK_PI : IKE_SK_PR);
	return secret_view(initiator == (sa->role == IKE_INITIATOR) ? &sa->setup->sign : &sa->setup->verify);
}

/* AUTH by that key, or as a ticket has it. */
static enum err sum_auth(struct ike_engine *e, const struct ike_sa *sa, const struct ike_keys_signed *what, uint8_t *out)
{
	if (ike_resume_of(sa) != NULL)
		return ike_keys_auth_resumed(e->cfg.crypto, &sa->suite, &sa->keys, what, out);
	return ike_keys_auth_psk(e->cfg.crypto, &sa->suite, &sa->keys, what, key_of(sa, what->initiator), out);
}

/* ---- ours ---- */

enum err ike_proof_sign(struct ike_engine *e, struct ike_sa *sa)
{
	struct ike_keys_signed what = signed_by_us(sa);
	uint8_t value[CRYPTO_DIGEST_MAX];
	enum err err = sum_auth(e, sa, &what, value);

	if (err == ERR_OK)
		err = ike_blob_set(&sa->setup->auth, bytes_of(value, sa->suite.prf->out_len));
	if (err != ERR_OK)
		return err;
	sa->setup->auth_method = IKE_AUTH_PSK;
	if (sa->eap == 0 && !sa->resumed)
		sa->auth_local = IKE_AUTH_PSK;
	return ERR_OK;
}

static uint16_t peer_hashes(const struct ike_sa *sa)
{
	struct ike_msg init;

	return ike_msg_parse(ike_blob_view(&sa->setup->init_rx), &init) == ERR_OK ? ike_certs_hashes(&init) : 0;
}

static enum err ask_world(struct ike_engine *e, struct ike_sa *sa, const struct ike_msg *certreq)
{
	const struct ike_ports *ports = e->cfg.ports;
	struct ike_keys_signed what = signed_by_us(sa);
	struct ike_text text = { .role = (enum ike_role)sa->role, .path = sa->path, .ref = sa->ref, .local_id = &sa->local_id };
	uint8_t authorities[IKE_CERTS_AUTHORITIES_LEN];
	struct ike_blob octets = { 0 };
	enum err err = join_octets(e, sa, &what, &octets);

	if (err == ERR_OK) {
		text.authorities = ike_certs_authorities(certreq, authorities);
		text.lookup = ike_certs_peer_looks_up(sa);
		text.hashes = peer_hashes(sa);
		text.octets = ike_blob_view(&octets);
		sa->asked = IKE_ASKED_SIGNATURE;
		ports->sign(ports->ctx, sa->handle, &text);
	}
	ike_blob_drop(&octets);
	return err;
}

enum err ike_proof_begin(struct ike_engine *e, struct ike_sa *sa, const struct ike_msg *certreq)
{
	enum err err;

	if (key_of(sa, sa->role == IKE_INITIATOR).len == 0)
		return ask_world(e, sa, certreq);
	err = ike_proof_sign(e, sa);
	if (err == ERR_OK)
		ike_fsm_post(sa, ike_ppk_signed(sa));
	return err;
}

enum err ike_proof_take(struct ike_sa *sa, const struct ike_signature *signature)
{
	enum err err = signature->err;

	if (err == ERR_OK && (signature->data.len == 0 || signature->cert_count > IKE_CERTS))
		err = ERR_INCOMPLETE;
	if (err == ERR_OK)
		err = ike_blob_set(&sa->setup->auth, signature->data);
	if (err == ERR_OK)
		err = ike_certs_keep(sa, signature);
	sa->setup->auth_method = signature->method;
	sa->auth_local = signature->method;
	return err;
}

void ike_proof_build(const struct ike_sa *sa, struct wr *w)
{
	struct ike_authdata auth = { .method = sa->setup->auth_method, .data = ike_blob_view(&sa->setup->auth) };

	ike_authdata_build(w, &auth);
}

/* ---- the peer's ---- */

static enum err check_psk(struct ike_engine *e, struct ike_sa *sa, struct bytes data)
{
	struct ike_keys_signed what = signed_by_peer(sa);
	uint8_t value[CRYPTO_DIGEST_MAX];
	enum err err;

	if (key_of(sa, what.initiator).len == 0)
		return ERR_AUTH;
	err = sum_auth(e, sa, &what, value);
	if (err != ERR_OK)
		return err;
	return secret_eq(bytes_of(value, sa->suite.prf->out_len), data) ? ERR_OK : ERR_AUTH;
}

enum err ike_proof_ask(
	struct ike_engine *e, struct ike_sa *sa, const struct ike_msg *msg, const struct ike_authdata *auth, struct ike_who *who)
{
	const struct ike_ports *ports = e->cfg.ports;
	struct ike_keys_signed what = signed_by_peer(sa);
	uint8_t authorities[IKE_CERTS_AUTHORITIES_LEN];
	struct bytes cert[IKE_CERTS];
	uint8_t encoding[IKE_CERTS];
	struct ike_blob octets = { 0 };
	struct ike_authdata counts = *auth;
	enum err err = ERR_OK;

	who->peer_id = &sa->remote_id;
	who->resumed = ike_resume_of(sa) != NULL;
	if (who->resumed)
		who->memo = ike_resume_of(sa)->past.memo;
	who->method = auth->method;
	who->cert = cert;
	who->encoding = encoding;
	who->cert_count = ike_certs_read(sa, msg, cert, encoding);
	who->authorities = ike_certs_authorities(msg, authorities);
	if (sa->role == IKE_RESPONDER && auth->method != 0)
		err = ike_ppk_receive(sa, msg, who);
	if (err == ERR_OK && auth->method != IKE_AUTH_PSK && auth->method != 0) {
		ike_ppk_choose(sa, msg, &counts);
		who->auth = counts.data;
		err = join_octets(e, sa, &what, &octets);
	}
	if (err == ERR_OK) {
		who->octets = ike_blob_view(&octets);
		sa->known = true;
		sa->asked = IKE_ASKED_PROOF;
		ports->authenticate(ports->ctx, sa->handle, who);
	}
	ike_blob_drop(&octets);
	return err;
}

enum err ike_proof_check(struct ike_engine *e, struct ike_sa *sa, const struct ike_authdata *auth)
{
	enum err err = ERR_AUTH;

	if (auth->method == IKE_AUTH_PSK)
		err = check_psk(e, sa, auth->data);
	else if (sa->setup->proved && ike_resume_of(sa) == NULL)
		err = ERR_OK;
	if (err == ERR_OK && sa->eap == 0 && !sa->resumed)
		sa->auth_remote = auth->method;
	return err;
}
