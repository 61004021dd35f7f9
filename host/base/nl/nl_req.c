/*
 * The netlink conversation: requests are built at the end of a batch, sent at once and answered by number.  Ten
 * thousand routes then take hundredths of a second.
 */
#include "base/nl/nl_req.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

bool nl_req_room(const struct nl *nl)
{
	return nl->count < NL_BATCH;
}

struct nlmsghdr *nl_req_begin(struct nl *nl, uint16_t type, uint16_t flags, size_t body, void **body_out)
{
	struct nlmsghdr *req;

	assert(nl_req_room(nl));
	req = mnl_nlmsg_put_header(nl->out + nl->used);
	req->nlmsg_type = type;
	req->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	req->nlmsg_seq = ++nl->seq;
	*body_out = mnl_nlmsg_put_extra_header(req, body);
	return req;
}

void nl_req_end(struct nl *nl, const struct nlmsghdr *req)
{
	assert(req->nlmsg_len <= NL_REQUEST);
	nl->used += NLMSG_ALIGN(req->nlmsg_len);
	nl->count++;
}

static enum err transmit(struct nl *nl)
{
	ssize_t sent = mnl_socket_sendto(nl->sock, nl->out, nl->used);

	nl->used = 0;
	nl->count = 0;
	return sent < 0 ? err_of_errno(errno) : ERR_OK;
}

static enum err receive(struct nl *nl, size_t *out)
{
	ssize_t len;

	do
		len = mnl_socket_recvfrom(nl->sock, nl->in, sizeof(nl->in));
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return err_of_errno(errno);
	*out = (size_t)len;
	return ERR_OK;
}

/* Hands each message of what the kernel sends next to 'fn', whatever request it answers. */
static enum err receive_each(struct nl *nl, nl_req_fn *fn, void *ctx)
{
	size_t len = 0;
	enum err err = receive(nl, &len);
	int left = (int)len;

	if (err != ERR_OK)
		return err;
	for (const struct nlmsghdr *msg = (const struct nlmsghdr *)(const void *)nl->in; mnl_nlmsg_ok(msg, left);
		msg = mnl_nlmsg_next(msg, &left))
		fn(msg, ctx);
	return ERR_OK;
}

/* What an NLMSG_ERROR says; an acknowledgement is ERR_OK. */
static enum err answer_of(const struct nlmsghdr *msg)
{
	const struct nlmsgerr *answer = (const struct nlmsgerr *)nl_req_body(msg, sizeof(*answer));

	return answer == NULL ? ERR_MALFORMED : err_of_errno(-answer->error);
}

struct batch {
	uint32_t first; /* number of the first request */
	uint32_t count;
	enum err *results;
	enum err err; /* of the first request that failed */
	uint32_t err_at;
	bool done;
};

static void take_answer(const struct nlmsghdr *msg, void *ctx)
{
	struct batch *b = (struct batch *)ctx;
	uint32_t at = msg->nlmsg_seq - b->first;
	enum err err;

	if (msg->nlmsg_type != NLMSG_ERROR || at >= b->count)
		return; /* belongs to a batch that was given up */
	err = answer_of(msg);
	if (b->results != NULL)
		b->results[at] = err;
	if (err != ERR_OK && at < b->err_at) {
		b->err = err;
		b->err_at = at;
	}
	if (at == b->count - 1)
		b->done = true;
}

static void ask_for_last_answer(struct nl *nl)
{
	struct nlmsghdr *req = (struct nlmsghdr *)(void *)nl->out;

	for (uint32_t i = 1; i < nl->count; i++)
		req = (struct nlmsghdr *)(void *)((uint8_t *)req + NLMSG_ALIGN(req->nlmsg_len));
	req->nlmsg_flags |= NLM_F_ACK;
}

enum err nl_req_send(struct nl *nl, enum err *results)
{
	struct batch b = { .first = nl->seq - nl->count + 1, .count = nl->count, .results = results, .err_at = UINT32_MAX };
	enum err err;

	if (b.count == 0)
		return ERR_OK;
	for (uint32_t i = 0; results != NULL && i < b.count; i++)
		results[i] = ERR_OK;
	ask_for_last_answer(nl);
	err = transmit(nl);
	while (err == ERR_OK && !b.done)
		err = receive_each(nl, take_answer, &b);
	return err != ERR_OK ? err : b.err;
}

struct question {
	uint32_t seq;
	nl_req_fn *fn;
	void *ctx;
	enum err err;
	bool done;
};

static void take_part(const struct nlmsghdr *msg, void *ctx)
{
	struct question *q = (struct question *)ctx;

	if (msg->nlmsg_seq != q->seq || q->done)
		return;
	if (msg->nlmsg_type == NLMSG_ERROR) {
		q->err = answer_of(msg);
		q->done = true;
		return;
	}
	if ((msg->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
		q->err = ERR_AGAIN;
	if (msg->nlmsg_type >= NLMSG_MIN_TYPE)
		q->fn(msg, q->ctx);
	q->done = msg->nlmsg_type == NLMSG_DONE || (msg->nlmsg_flags & NLM_F_MULTI) == 0;
}

enum err nl_req_ask(struct nl *nl, nl_req_fn *fn, void *ctx)
{
	struct question q = { .seq = nl->seq, .fn = fn, .ctx = ctx };
	enum err err;

	assert(nl->count == 1);
	err = transmit(nl);
	while (err == ERR_OK && !q.done)
		err = receive_each(nl, take_part, &q);
	return err != ERR_OK ? err : q.err;
}

enum err nl_req_dump(struct nl *nl, uint16_t type, uint8_t family, nl_req_fn *fn, void *ctx)
{
	struct rtgenmsg *body;
	void *at;
	struct nlmsghdr *req = nl_req_begin(nl, type, NLM_F_DUMP, sizeof(*body), &at);

	body = (struct rtgenmsg *)at;
	body->rtgen_family = family;
	nl_req_end(nl, req);
	return nl_req_ask(nl, fn, ctx);
}

void nl_req_addr(struct nlmsghdr *req, uint16_t type, const struct addr *a)
{
	struct bytes b = addr_bytes(a);

	mnl_attr_put(req, type, b.len, b.data);
}

const void *nl_req_body(const struct nlmsghdr *msg, size_t body)
{
	return mnl_nlmsg_get_payload_len(msg) < body ? NULL : mnl_nlmsg_get_payload(msg);
}

struct attrs {
	const struct nlattr **table;
	size_t count;
};

static int take_attr(const struct nlattr *attr, void *ctx)
{
	const struct attrs *a = (const struct attrs *)ctx;

	if (mnl_attr_get_type(attr) < a->count)
		a->table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

void nl_req_attrs(const struct nlmsghdr *msg, size_t body, const struct nlattr **table, size_t count)
{
	struct attrs a = { .table = table, .count = count };

	memset(table, 0, count * sizeof(const struct nlattr *));
	(void)mnl_attr_parse(msg, (unsigned)body, take_attr, &a);
}

void nl_req_nested(const struct nlattr *outer, const struct nlattr **table, size_t count)
{
	struct attrs a = { .table = table, .count = count };

	memset(table, 0, count * sizeof(const struct nlattr *));
	if (outer != NULL)
		(void)mnl_attr_parse_nested(outer, take_attr, &a);
}

void nl_req_attrs_at(const void *at, size_t len, const struct nlattr **table, size_t count)
{
	struct attrs a = { .table = table, .count = count };

	memset(table, 0, count * sizeof(const struct nlattr *));
	(void)mnl_attr_parse_payload(at, len, take_attr, &a);
}

uint32_t nl_req_u32(const struct nlattr *attr)
{
	return attr != NULL && mnl_attr_get_payload_len(attr) == sizeof(uint32_t) ? mnl_attr_get_u32(attr) : 0;
}

struct addr nl_req_addr_of(const struct nlattr *attr)
{
	return attr == NULL ? addr_of(bytes_of(NULL, 0)) : addr_of(bytes_of(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr)));
}
