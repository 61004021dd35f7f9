/* Requests over HTTP against a server in the same loop: what comes back, and that nothing else does. */
#include "net/fetch.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace
{

class NetFetch : public ::testing::Test
{
      protected:
	event_base *loop = event_base_new();
	evhttp *server = evhttp_new(loop);
	net_fetch *fetch = nullptr;
	uint16_t port = 0;
	std::map<uint64_t, std::string> got;
	unsigned answers = 0, most = 0;
	std::string body, type; /* that the server was sent last */

	static void take(void *ctx, uint64_t token, bytes b)
	{
		NetFetch *t = static_cast<NetFetch *>(ctx);

		t->answers++;
		t->got[token] = std::string(reinterpret_cast<const char *>(b.data), b.len);
	}
	static void serve(evhttp_request *r, void *ctx)
	{
		NetFetch *t = static_cast<NetFetch *>(ctx);
		evbuffer *in = evhttp_request_get_input_buffer(r), *out = evhttp_request_get_output_buffer(r);
		const std::string uri = evhttp_request_get_uri(r);
		const char *content = evhttp_find_header(evhttp_request_get_input_headers(r), "Content-Type");

		t->body.resize(evbuffer_get_length(in));
		(void)evbuffer_remove(in, t->body.data(), t->body.size());
		t->type = content == nullptr ? "" : content;
		if (uri == "/never")
			return;
		if (uri == "/moved") {
			evhttp_add_header(evhttp_request_get_output_headers(r), "Location", "/x");
			evhttp_send_reply(r, 302, "Found", nullptr);
			return;
		}
		if (uri == "/none") {
			evhttp_send_error(r, 404, nullptr);
			return;
		}
		evbuffer_add_printf(out, "%s", uri == "/large" ? std::string(5000, 'x').c_str() : ("at " + uri).c_str());
		evhttp_send_reply(r, 200, "OK", out);
	}
	void SetUp() override
	{
		evhttp_bound_socket *s = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
		sockaddr_in a = {};
		socklen_t len = sizeof(a);

		ASSERT_NE(s, nullptr);
		ASSERT_EQ(getsockname(evhttp_bound_socket_get_fd(s), reinterpret_cast<sockaddr *>(&a), &len), 0);
		port = ntohs(a.sin_port);
		evhttp_set_gencb(server, serve, this);
		ASSERT_EQ(net_fetch_new(&fetch, loop, take, this), ERR_OK);
	}
	void TearDown() override
	{
		net_fetch_free(fetch);
		evhttp_free(server);
		event_base_free(loop);
	}
	enum err ask(uint64_t token, const std::string &path, const std::string &post = "", size_t limit = 4096)
	{
		const std::string url = "http://127.0.0.1:" + std::to_string(port) + path;
		net_fetch_request a = { token, url.c_str(), bytes_of(post.data(), post.size()), "application/ocsp-request", limit };

		return net_fetch_ask(fetch, &a);
	}
	/* Until 'count' answers are there, or ten seconds have passed. */
	void wait_for(unsigned count)
	{
		timeval ten = { 10, 0 };

		(void)event_base_loopexit(loop, &ten);
		while (answers < count && !event_base_got_exit(loop) && event_base_loop(loop, EVLOOP_ONCE) == 0)
			continue;
		EXPECT_EQ(answers, count);
	}
};

} // namespace

TEST_F(NetFetch, gets_and_posts)
{
	ASSERT_EQ(ask(1, "/a?b=c"), ERR_OK);
	EXPECT_EQ(answers, 0u) << "never from inside";
	wait_for(1);
	EXPECT_EQ(got[1], "at /a?b=c");
	EXPECT_EQ(body, "");
	ASSERT_EQ(ask(2, "", "question"), ERR_OK);
	wait_for(2);
	EXPECT_EQ(got[2], "at /");
	EXPECT_EQ(body, "question");
	EXPECT_EQ(type, "application/ocsp-request");
}

TEST_F(NetFetch, what_is_no_answer_is_empty)
{
	ASSERT_EQ(ask(1, "/none"), ERR_OK);
	ASSERT_EQ(ask(2, "/moved"), ERR_OK);
	ASSERT_EQ(ask(3, "/large"), ERR_OK);
	evhttp *other = evhttp_new(loop); /* a port where nobody listens */
	evhttp_free(other);
	const net_fetch_request closed = { 4, "http://127.0.0.1:1/", {}, nullptr, 100 };
	ASSERT_EQ(net_fetch_ask(fetch, &closed), ERR_OK);
	wait_for(4);
	for (uint64_t token = 1; token <= 4; token++)
		EXPECT_EQ(got[token], "") << token;
	ASSERT_EQ(ask(5, "/large", "", 5000), ERR_OK);
	wait_for(5);
	EXPECT_EQ(got[5].size(), 5000u);
}

TEST_F(NetFetch, who_never_answers_is_given_up)
{
	ASSERT_EQ(ask(1, "/never"), ERR_OK);
	wait_for(1);
	EXPECT_EQ(got[1], "");
}

TEST_F(NetFetch, more_than_there_are_places_for)
{
	for (uint64_t token = 0; token < 5 * NET_FETCH_ACTIVE; token++)
		ASSERT_EQ(ask(token, "/" + std::to_string(token)), ERR_OK);
	wait_for(5 * NET_FETCH_ACTIVE);
	for (uint64_t token = 0; token < 5 * NET_FETCH_ACTIVE; token++)
		EXPECT_EQ(got[token], "at /" + std::to_string(token));
}

TEST_F(NetFetch, refuses_what_is_no_url_of_http_and_more_than_may_wait)
{
	for (const char *url :
		{ "https://127.0.0.1/", "ftp://127.0.0.1/", "ldap:///x", "127.0.0.1", "", "http://", "http:///x", "http://a b/" }) {
		net_fetch_request a = { 1, url, {}, nullptr, 100 };

		EXPECT_EQ(net_fetch_ask(fetch, &a), ERR_MALFORMED) << url;
	}
	for (unsigned i = 0; i < NET_FETCH_WAITING; i++)
		ASSERT_EQ(ask(i, "/"), ERR_OK);
	EXPECT_EQ(ask(0, "/"), ERR_FULL);
}
