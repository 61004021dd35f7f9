/*
 * HTTP by libevent, for what PKI has to ask.  A job waits in a list until one of NET_FETCH_ACTIVE places is free; when the answer, or
 * the failure, is there it goes with its connection in the loop's next turn, for libevent is still at work on that inside its callback.
 */
#include "net/fetch.h"

#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"

enum { HTTP_PORT = 80, HEADERS_MAX = 8192 };

struct job {
	struct list link;
	struct net_fetch *fetch;
	struct evhttp_uri *uri;
	struct evhttp_connection *connection; /* NULL while it waits */
	bool over;
	uint64_t token;
	char *type;
	uint8_t *body;
	size_t body_len, limit;
};

struct net_fetch {
	struct event_base *loop;
	struct evdns_base *dns;
	struct event *turn; /* frees what is over, begins what waits, and fails what can't begin */
	struct list waiting, active, over;
	unsigned waiting_count, active_count;
	net_fetch_fn *fn;
	void *ctx;
};

/* ---- jobs ---- */

static void job_free(struct job *j)
{
	if (j->connection != NULL)
		evhttp_connection_free(j->connection);
	if (j->uri != NULL)
		evhttp_uri_free(j->uri);
	free(j->type);
	free(j->body);
	free(j);
}

static bool is_http(const struct evhttp_uri *uri)
{
	const char *scheme = evhttp_uri_get_scheme(uri), *host = evhttp_uri_get_host(uri);

	return scheme != NULL && strcasecmp(scheme, "http") == 0 && host != NULL && host[0] != '\0';
}

static enum err job_new(struct net_fetch *f, const struct net_fetch_request *ask, struct job **out)
{
	struct job *j = (struct job *)calloc(1, sizeof(*j));
	enum err err = ERR_OK;

	if (j == NULL)
		return ERR_NOMEM;
	j->fetch = f;
	j->token = ask->token;
	j->limit = ask->limit;
	j->body_len = ask->body.len;
	j->uri = evhttp_uri_parse(ask->url);
	j->body = (uint8_t *)malloc(ask->body.len + 1);
	j->type = strdup(ask->type == NULL ? "" : ask->type);
	if (j->uri == NULL || !is_http(j->uri))
		err = ERR_MALFORMED;
	else if (j->body == NULL || j->type == NULL)
		err = ERR_NOMEM;
	if (err != ERR_OK) {
		job_free(j);
		return err;
	}
	if (ask->body.len != 0)
		memcpy(j->body, ask->body.data, ask->body.len);
	*out = j;
	return ERR_OK;
}

/* It has its answer, once; the place that it had is free. */
static void finish(struct job *j, struct bytes body)
{
	struct net_fetch *f = j->fetch;

	if (j->over)
		return;
	j->over = true;
	list_del(&j->link);
	list_add(&f->over, &j->link);
	f->active_count--;
	event_active(f->turn, EV_TIMEOUT, 0);
	f->fn(f->ctx, j->token, body);
}

static void answered(struct evhttp_request *r, void *arg)
{
	struct evbuffer *in = r == NULL || evhttp_request_get_response_code(r) != HTTP_OK ? NULL : evhttp_request_get_input_buffer(r);
	size_t len = in == NULL ? 0 : evbuffer_get_length(in);
	const uint8_t *data = len == 0 ? NULL : evbuffer_pullup(in, -1);

	finish((struct job *)arg, bytes_of(data, data == NULL ? 0 : len));
}

/* ---- asking ---- */

static char *target_of(const struct evhttp_uri *uri)
{
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	char *target;

	if (path == NULL || path[0] == '\0')
		path = "/";
	if (asprintf(&target, "%s%s%s", path, query == NULL ? "" : "?", query == NULL ? "" : query) < 0)
		return NULL;
	return target;
}

static struct evhttp_request *request_of(struct job *j)
{
	struct evhttp_request *r = evhttp_request_new(answered, j);
	struct evkeyvalq *headers = r == NULL ? NULL : evhttp_request_get_output_headers(r);
	bool ok = headers != NULL && evhttp_add_header(headers, "Host", evhttp_uri_get_host(j->uri)) == 0 &&
		  evhttp_add_header(headers, "Connection", "close") == 0;

	if (ok && j->body_len != 0)
		ok = evhttp_add_header(headers, "Content-Type", j->type) == 0 &&
		     evbuffer_add(evhttp_request_get_output_buffer(r), j->body, j->body_len) == 0;
	if (!ok && r != NULL)
		evhttp_request_free(r);
	return ok ? r : NULL;
}

static bool connect_job(struct job *j)
{
	int port = evhttp_uri_get_port(j->uri);

	j->connection = evhttp_connection_base_new(
		j->fetch->loop, j->fetch->dns, evhttp_uri_get_host(j->uri), (uint16_t)(port <= 0 || port > UINT16_MAX ? HTTP_PORT : port));
	if (j->connection == NULL)
		return false;
	evhttp_connection_set_timeout(j->connection, NET_FETCH_TIMEOUT_S);
	evhttp_connection_set_max_headers_size(j->connection, HEADERS_MAX);
	evhttp_connection_set_max_body_size(j->connection, (ev_ssize_t)j->limit);
	return true;
}

/* False: it can't begin. */
static bool begin(struct job *j)
{
	char *target = target_of(j->uri);
	struct evhttp_request *r = target == NULL || !connect_job(j) ? NULL : request_of(j);
	bool ok = r != NULL && evhttp_make_request(j->connection, r, j->body_len != 0 ? EVHTTP_REQ_POST : EVHTTP_REQ_GET, target) == 0;

	free(target);
	return ok;
}

static void drop_all(struct list *jobs)
{
	while (!list_empty(jobs)) {
		struct job *j = list_of(list_first(jobs), struct job, link);

		list_del(&j->link);
		job_free(j);
	}
}

static void take_turn(evutil_socket_t fd, short what, void *arg)
{
	struct net_fetch *f = (struct net_fetch *)arg;

	(void)fd;
	(void)what;
	drop_all(&f->over);
	while (f->active_count < NET_FETCH_ACTIVE && !list_empty(&f->waiting)) {
		struct job *j = list_of(list_first(&f->waiting), struct job, link);

		list_del(&j->link);
		f->waiting_count--;
		list_add(&f->active, &j->link);
		f->active_count++;
		if (!begin(j))
			finish(j, bytes_of(NULL, 0));
	}
}

enum err net_fetch_ask(struct net_fetch *f, const struct net_fetch_request *ask)
{
	struct job *j;
	enum err err;

	if (f->waiting_count == NET_FETCH_WAITING)
		return ERR_FULL;
	err = job_new(f, ask, &j);
	if (err != ERR_OK)
		return err;
	list_add(&f->waiting, &j->link);
	f->waiting_count++;
	event_active(f->turn, EV_TIMEOUT, 0);
	return ERR_OK;
}

/* ---- life ---- */

enum err net_fetch_new(struct net_fetch **out, struct event_base *loop, net_fetch_fn *fn, void *ctx)
{
	struct net_fetch *f = (struct net_fetch *)calloc(1, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	f->loop = loop;
	f->fn = fn;
	f->ctx = ctx;
	list_init(&f->waiting);
	list_init(&f->active);
	list_init(&f->over);
	f->turn = evtimer_new(loop, take_turn, f);
	f->dns = evdns_base_new(loop, EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (f->dns == NULL) /* a host without name servers: addresses do */
		f->dns = evdns_base_new(loop, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	if (f->turn == NULL || f->dns == NULL) {
		net_fetch_free(f);
		return ERR_NOMEM;
	}
	*out = f;
	return ERR_OK;
}

void net_fetch_free(struct net_fetch *f)
{
	if (f == NULL)
		return;
	drop_all(&f->over);
	drop_all(&f->active);
	drop_all(&f->waiting);
	if (f->dns != NULL)
		evdns_base_free(f->dns, 0);
	if (f->turn != NULL)
		event_free(f->turn);
	free(f);
}
