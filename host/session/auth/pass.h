#ifndef SESSION_PASS_H
#define SESSION_PASS_H

#include "base/secret.h"
#include "session/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Session resumption, RFC5723: what a client keeps of a session to resume it by.  A static tunnel has one; all-zero is none.  It is of the
 * configuration and the gateway that the session was with, and goes when the session ends otherwise than by being lost.
 */
struct session_pass {
	struct secret secret; /* the engine's; empty: there is none */
	struct slab_handle of;
	uint64_t until_ms;
	uint64_t era; /* of the hub's configuration */
	struct addr gateway;
	int64_t good_until_s; /* the gateway's certificate is judged again by then; 0: it has none */
	enum cfg_id_type peer_type;
	char *peer;
	bool by_certificate, by_eap;
};

/* 's', which has it, is what 'secret' (moved) resumes for 'lifetime_s'; empty: nothing does any more. */
void session_pass_take(struct session_pass *p, const struct session *s, struct secret *secret, uint32_t lifetime_s);
void session_pass_drop(struct session_pass *p);

/* Whether a session to 'gateway' may begin by it. */
bool session_pass_fits(const struct session_pass *p, const struct session_hub *h, const struct addr *gateway);

/* 's' is over, for 'reason'. */
void session_pass_over(struct session_pass *p, const struct session *s, enum ike_down reason);

/* How long the session that it resumes may go on without another authentication; 0: no end. */
uint32_t session_pass_left_s(const struct session_pass *p, const struct session_hub *h);

/* Functions of struct ike_ports, whose ctx is the hub; and the answer to 'authenticate' where a ticket proves the peer. */
void session_pass_told(void *ctx, struct slab_handle sa, struct secret *pass, uint32_t lifetime_s);
bool session_pass_ticket(void *ctx, struct slab_handle sa, struct ike_ticket_terms *out);
bool session_pass_resumable(void *ctx, const struct ike_path *path, const struct ike_ticket *ticket);
void session_pass_authenticate(struct session_hub *h, struct slab_handle sa, const struct ike_who *who);

#ifdef __cplusplus
}
#endif
#endif
