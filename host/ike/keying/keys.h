#ifndef IKE_KEYS_H
#define IKE_KEYS_H

#include "base/secret.h"
#include "crypto/crypto.h"
#include "ike/ports.h"
#include "ike/keying/suite.h"
#include "ike/wire/id.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The seven keys of an IKE SA, RFC7296-2.14, in the order in which prf+ yields them. */
enum ike_key { IKE_SK_D, IKE_SK_AI, IKE_SK_AR, IKE_SK_EI, IKE_SK_ER, IKE_SK_PI, IKE_SK_PR, IKE_SK_COUNT };

/* What both sides contributed to the keys. */
struct ike_keys_seed {
	struct bytes shared; /* g^ir; empty for a child without a key exchange of its own */
	struct bytes ni, nr;
	uint64_t spi_i, spi_r;
	const struct bytes *more; /* what further key exchanges agreed on (RFC9370-2.2.4), at most IKE_PROPOSAL_EXTRAS */
	unsigned more_count;
};

/* SKEYSEED and from it all seven keys, as one secret.  The shared secret isn't needed afterwards. */
MUST_USE enum err ike_keys_derive(struct crypto *c, const struct ike_suite *suite, const struct ike_keys_seed *seed, struct secret *out);

/* The same for an SA that replaces another, whose suite and keys are 'old', RFC7296-2.18. */
struct ike_keys_old {
	const struct ike_suite *suite;
	const struct secret *keys;
};
MUST_USE enum err ike_keys_rekey(struct crypto *c, const struct ike_keys_old *old, const struct ike_suite *suite,
	const struct ike_keys_seed *seed, struct secret *out);

/* The same for an SA that resumes another by a ticket, which kept its SK_d, RFC5723-5.1. */
MUST_USE enum err ike_keys_resume(
	struct crypto *c, const struct ike_suite *suite, struct bytes sk_d, const struct ike_keys_seed *seed, struct secret *out);

/* One of them; empty for SK_a* of an AEAD and for SK_p* once trimmed. */
struct bytes ike_keys_view(const struct ike_suite *suite, const struct secret *keys, enum ike_key which);

/* Drops SK_pi and SK_pr, which only IKE_AUTH needs. */
MUST_USE enum err ike_keys_trim(const struct ike_suite *suite, struct secret *keys);

/* What one side signs, RFC7296-2.15. */
struct ike_keys_signed {
	bool initiator;          /* whose AUTH it is */
	struct bytes message;    /* that side's IKE_SA_INIT */
	struct bytes nonce;      /* the other side's */
	const struct ike_id *id; /* that side's */
	struct bytes inter;      /* IntAuth of both sides (RFC9242-3.3.2); empty: there was no IKE_INTERMEDIATE */
};

/* prf(SK_p, that side's identity), which ends what is signed: suite->prf->out_len bytes to 'out'. */
MUST_USE enum err ike_keys_maced_id(
	struct crypto *c, const struct ike_suite *suite, const struct secret *keys, const struct ike_keys_signed *what, uint8_t *out);

/* The AUTH value of a pre-shared key: suite->prf->out_len bytes to 'out'. */
MUST_USE enum err ike_keys_auth_psk(struct crypto *c, const struct ike_suite *suite, const struct secret *keys,
	const struct ike_keys_signed *what, struct bytes psk, uint8_t *out);

/* The same of a resumed SA, which is keyed by that side's SK_p, RFC5723-4.3.3. */
MUST_USE enum err ike_keys_auth_resumed(
	struct crypto *c, const struct ike_suite *suite, const struct secret *keys, const struct ike_keys_signed *what, uint8_t *out);

/* Keys of a CHILD_SA, RFC7296-2.17: those of the initiator's direction first. */
MUST_USE enum err ike_keys_child(struct crypto *c, const struct ike_suite *ike, const struct secret *keys, const struct ike_suite *esp,
	const struct ike_keys_seed *seed, struct ike_child_keys *i2r, struct ike_child_keys *r2i);

#ifdef __cplusplus
}
#endif
#endif
