#ifndef IKE_SEAL_H
#define IKE_SEAL_H

#include "ike/wire/build.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_engine;
struct ike_sa;

/* Begins a message in the engine's buffer: our next request, or the response to the peer's; in clear. */
void ike_seal_begin_clear(struct ike_engine *e, const struct ike_sa *sa, uint8_t exchange, bool response, struct ike_build *out);

/* The same inside SK. */
void ike_seal_begin(struct ike_engine *e, const struct ike_sa *sa, uint8_t exchange, bool response, struct ike_build *out);

/*
 * Encrypts and authenticates; 'out' is the message as window.h takes it, in fragments if it is too long for one packet (RFC7383), and
 * borrows the engine's buffers.  A response that isn't sent may be followed by another.
 */
MUST_USE enum err ike_seal_end(struct ike_engine *e, struct ike_sa *sa, struct ike_build *b, struct bytes *out);

/* Encrypts and authenticates one SK or SKF of ours where it stands. */
MUST_USE enum err ike_seal_room(struct ike_engine *e, struct ike_sa *sa, const struct ike_sk_room *room);

/*
 * Checks and decrypts SK or SKF of 'msg', the peer's or our own, whose datagram stands in 'buf' (its length: msg->datagram.len), in place there.  ERR_AUTH when it isn't
 * authentic or can't be: nothing of it may be believed.  'plain' is what ike_msg_parse_inner takes.
 */
MUST_USE enum err ike_seal_open(
	struct ike_engine *e, const struct ike_sa *sa, const struct ike_msg *msg, uint8_t *buf, struct bytes *plain);

/* Takes apart a message that isn't encrypted, or no more: 'out' has its outer payloads, 'plain' is as above. */
MUST_USE enum err ike_seal_plain(const struct ike_sa *sa, struct bytes opened, struct ike_msg *out, struct bytes *plain);

/* Walks a datagram again that was opened before and kept. */
MUST_USE enum err ike_seal_reopen(const struct ike_sa *sa, struct bytes opened, struct ike_msg *out);

#ifdef __cplusplus
}
#endif
#endif
