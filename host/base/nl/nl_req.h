#ifndef BASE_NL_REQ_H
#define BASE_NL_REQ_H

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/nl/nl.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Requests of the nl_*.c files, private to this folder.  Requests collect in a batch that goes out in one system
 * call.  Only the last is acknowledged; the others answer when they fail, and are told apart by their number.
 */
enum { NL_BATCH = 256, NL_REQUEST = 512, NL_IN = 32 * 1024 }; /* requests in a batch; bytes of one; bytes received at once */

struct nl {
	struct mnl_socket *sock;
	uint32_t port;
	uint32_t seq;   /* of the last request made */
	uint32_t count; /* requests in the batch */
	size_t used;    /* bytes of 'out' */
	uint8_t out[NL_BATCH * NL_REQUEST] __attribute__((aligned(NLMSG_ALIGNTO)));
	uint8_t in[NL_IN] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* A new request at the end of the batch, with 'body' bytes of zeroed header at '*body_out' (ifinfomsg, rtmsg …). */
struct nlmsghdr *nl_req_begin(struct nl *nl, uint16_t type, uint16_t flags, size_t body, void **body_out);

/* Puts the request, complete with its attributes, into the batch. */
void nl_req_end(struct nl *nl, const struct nlmsghdr *req);

/* Whether another request fits. */
bool nl_req_room(const struct nl *nl);

/*
 * Sends the batch and waits for its answers.  'results', unless NULL, has an element for each request of the batch.
 * Gives the first request's error that failed.
 */
MUST_USE enum err nl_req_send(struct nl *nl, enum err *results);

/* Called for each message of an answer. */
typedef void nl_req_fn(const struct nlmsghdr *msg, void *ctx);

/* Sends the one request of the batch, whose answer goes to 'fn': one message, or with NLM_F_DUMP all of a table. */
MUST_USE enum err nl_req_ask(struct nl *nl, nl_req_fn *fn, void *ctx);

/* Asks for all of a table; ERR_AGAIN: it changed meanwhile, what 'fn' saw may have gaps. */
MUST_USE enum err nl_req_dump(struct nl *nl, uint16_t type, uint8_t family, nl_req_fn *fn, void *ctx);

/* Adds 'a' as an attribute. */
void nl_req_addr(struct nlmsghdr *req, uint16_t type, const struct addr *a);

/* The header of 'body' bytes that 'msg' begins with, NULL when it is shorter. */
const void *nl_req_body(const struct nlmsghdr *msg, size_t body);

/* The attributes behind a header of 'body' bytes go to 'table' of 'count', by type; absent ones are NULL. */
void nl_req_attrs(const struct nlmsghdr *msg, size_t body, const struct nlattr **table, size_t count);

/* The same for the attributes inside 'outer', none when it is NULL. */
void nl_req_nested(const struct nlattr *outer, const struct nlattr **table, size_t count);

/* The same for those in 'len' bytes at 'at'. */
void nl_req_attrs_at(const void *at, size_t len, const struct nlattr **table, size_t count);

/* The attribute as a number of 4 bytes, or as an address; 0 or none when it is absent or of another size. */
uint32_t nl_req_u32(const struct nlattr *attr);
struct addr nl_req_addr_of(const struct nlattr *attr);

#ifdef __cplusplus
}
#endif
#endif
