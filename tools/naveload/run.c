/*
 * A run: sockets, clock, signals and the progress line around the swarm.  One thread: libevent wakes it, and between two turns the
 * swarm is told the time.
 */
#include "naveload/run.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/crypto.h"
#include "crypto/rand.h"
#include "naveload/swarm.h"
#include "net/udp.h"

enum { TURN_MAX_US = 1000000, PROGRESS_MS = 250 };
enum { SIGNALS = 2 };

struct naveload_run {
	struct naveload_plan *plan;
	struct event_base *loop;
	struct event *timer, *progress, *signal[SIGNALS];
	struct crypto *crypto;
	struct crypto_rand rand;
	struct log log;
	struct naveload_certs *certs; /* NULL: none */
	struct net_udp **udp;         /* one, or one for each port of --ports */
	unsigned udp_count;
	struct naveload_swarm *swarm;
	struct naveload_cost own, watched;
	unsigned interrupts;
	bool line_shown;
};

/* ---- what the swarm asks of the world ---- */

static struct net_udp *socket_of(const struct naveload_run *r, const struct ike_path *path)
{
	return r->udp[r->plan->port_count == 0 ? 0 : (path->local.port - r->plan->port) % r->udp_count];
}

static void send_ike(void *ctx, const struct ike_path *path, struct bytes datagram)
{
	struct net_udp_path to = { .local = path->local, .remote = path->remote, .natt = path->natt };

	net_udp_send(socket_of((struct naveload_run *)ctx, path), &to, datagram);
}

static void send_keepalive(void *ctx, const struct ike_path *path)
{
	struct net_udp_path to = { .local = path->local, .remote = path->remote, .natt = path->natt };

	net_udp_keepalive(socket_of((struct naveload_run *)ctx, path), &to);
}

static void receive_ike(void *ctx, const struct net_udp_path *from, struct bytes datagram)
{
	struct naveload_run *r = (struct naveload_run *)ctx;
	struct ike_path path = { .local = from->local, .remote = from->remote, .natt = from->natt };

	naveload_swarm_receive(r->swarm, &path, datagram);
}

static uint64_t now_us(void *ctx)
{
	(void)ctx;
	return clock_now_us();
}

static int64_t wall_s(void *ctx)
{
	(void)ctx;
	return (int64_t)time(NULL);
}

static void phase_ends(void *ctx, enum naveload_phase phase, uint32_t round)
{
	struct naveload_run *r = (struct naveload_run *)ctx;

	if (phase == NAVELOAD_SETUP) {
		naveload_watch_add(&r->own, round == 0);
		naveload_watch_add(&r->watched, round == 0);
	} else if (phase == NAVELOAD_REKEY) {
		naveload_watch_add_rekeys(&r->own);
		naveload_watch_add_rekeys(&r->watched);
	} else {
		naveload_watch_mark(&r->own);
		naveload_watch_mark(&r->watched);
	}
}

/* ---- progress ---- */

static void clear_line(struct naveload_run *r)
{
	if (r->line_shown)
		(void)fputs("\r\033[K", stderr);
	r->line_shown = false;
}

static void show_progress(evutil_socket_t fd, short what, void *arg)
{
	struct naveload_run *r = (struct naveload_run *)arg;
	const struct naveload_tally *tally;
	uint32_t rounds;

	(void)naveload_swarm_rounds(r->swarm, &rounds);
	(void)fd;
	(void)what;
	clear_line(r);
	tally = naveload_swarm_tally(r->swarm);
	(void)fprintf(stderr,
		"round %" PRIu32 "/%" PRIu32 " %s: %" PRIu32 " of %" PRIu32 " up, %" PRIu32 " under way, %" PRIu32 " failed, %.0f a second",
		rounds, r->plan->rounds, naveload_swarm_phase_str(naveload_swarm_phase(r->swarm)), naveload_swarm_up(r->swarm),
		r->plan->peers, naveload_swarm_under_way(r->swarm), tally->failed, naveload_tally_rate(tally));
	(void)fflush(stderr);
	r->line_shown = true;
}

/* ---- loop ---- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg; /* waking up is all */
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct naveload_run *r = (struct naveload_run *)arg;

	(void)fd;
	(void)what;
	r->interrupts++;
	naveload_swarm_stop(r->swarm);
}

static enum err turn(struct naveload_run *r)
{
	uint64_t now = clock_now_us();
	uint64_t due = naveload_swarm_next_us(r->swarm);
	uint64_t wait = due <= now ? 0 : due - now < TURN_MAX_US ? due - now : TURN_MAX_US;
	struct timeval tv = { .tv_sec = (time_t)(wait / 1000000), .tv_usec = (suseconds_t)(wait % 1000000) };

	if (event_add(r->timer, &tv) != 0)
		return ERR_NOMEM;
	if (event_base_loop(r->loop, EVLOOP_ONCE) != 0)
		return ERR_IO;
	return naveload_swarm_advance(r->swarm);
}

enum err naveload_run_go(struct naveload_run *r, struct naveload_result *out)
{
	enum err err = ERR_OK;

	naveload_watch_begin(&r->own, (uint32_t)getpid());
	naveload_watch_begin(&r->watched, r->plan->watch);
	while (err == ERR_OK && r->interrupts < 2 && naveload_swarm_phase(r->swarm) != NAVELOAD_OVER)
		err = turn(r);
	clear_line(r);
	memset(out, 0, sizeof(*out));
	out->plan = r->plan;
	out->round = naveload_swarm_rounds(r->swarm, &out->rounds);
	out->own = r->own;
	out->watched = r->watched;
	if (err == ERR_OK)
		naveload_swarm_stats(r->swarm, &out->stats);
	return err;
}

/* ---- life ---- */

/* The address that the route to the hub gives. */
static enum err find_source(const struct addr *hub, struct addr *out)
{
	struct addr_port to = { .addr = *hub, .port = NET_UDP_IKE }, local;
	struct sockaddr_storage sa;
	socklen_t len = addr_to_sockaddr(&to, &sa);
	int fd = socket(hub->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	enum err err = ERR_OK;

	if (fd < 0)
		return err_of_errno(errno);
	if (connect(fd, (const struct sockaddr *)&sa, len) != 0)
		err = err_of_errno(errno);
	len = sizeof(sa);
	if (err == ERR_OK && getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
		err = err_of_errno(errno);
	if (err == ERR_OK)
		err = addr_of_sockaddr((const struct sockaddr *)&sa, &local);
	if (err == ERR_OK)
		*out = local.addr;
	(void)close(fd);
	return err;
}

static const char *advice(enum err err)
{
	switch (err) {
	case ERR_EXISTS:
	case ERR_BUSY:
		return "is another IKE daemon running here? Use another network namespace, or --ports";
	case ERR_DENIED:
		return "ports below 1024 need root or CAP_NET_BIND_SERVICE; --ports 20000-20099 doesn't";
	default:
		return "see the system's limits";
	}
}

static enum err open_sockets(struct naveload_run *r, char *why)
{
	struct net_udp_config config = { .netns_fd = -1, .receive = receive_ike, .ctx = r };
	unsigned count = r->plan->port_count == 0 ? 1 : r->plan->port_count;
	enum err err = ERR_OK;

	r->udp = (struct net_udp **)calloc(count, sizeof(struct net_udp *));
	if (r->udp == NULL)
		return ERR_NOMEM;
	config.natt_only = r->plan->port_count != 0;
	for (unsigned i = 0; i < count && err == ERR_OK; i++) {
		config.natt_port = (uint16_t)(r->plan->port + i); /* 0: 4500 */
		err = net_udp_new(&r->udp[i], r->loop, &config);
		if (err == ERR_OK)
			r->udp_count++;
	}
	if (err != ERR_OK && config.natt_only)
		(void)snprintf(why, NAVELOAD_RUN_WHY, "UDP port %u: %s; %s", (unsigned)config.natt_port, err_str(err), advice(err));
	else if (err != ERR_OK)
		(void)snprintf(why, NAVELOAD_RUN_WHY, "UDP ports %d and %d: %s; %s", NET_UDP_IKE, NET_UDP_NATT, err_str(err), advice(err));
	return err;
}

static enum err watch_signals(struct naveload_run *r)
{
	static const int number[SIGNALS] = { SIGINT, SIGTERM };

	for (int i = 0; i < SIGNALS; i++) {
		r->signal[i] = evsignal_new(r->loop, number[i], on_signal, r);
		if (r->signal[i] == NULL || event_add(r->signal[i], NULL) != 0)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err watch_progress(struct naveload_run *r)
{
	struct timeval each = { .tv_usec = PROGRESS_MS * 1000 };

	if (r->plan->quiet || isatty(STDERR_FILENO) == 0)
		return ERR_OK;
	r->progress = event_new(r->loop, -1, EV_PERSIST, show_progress, r);
	return r->progress != NULL && event_add(r->progress, &each) == 0 ? ERR_OK : ERR_NOMEM;
}

static enum err open_swarm(struct naveload_run *r, char *why)
{
	struct naveload_swarm_config config = { .plan = r->plan,
		.rand = &r->rand,
		.log = r->plan->verbose ? &r->log : NULL,
		.send = send_ike,
		.keepalive = send_keepalive,
		.now_us = now_us,
		.wall_s = wall_s,
		.phase_ends = phase_ends,
		.ctx = r };
	enum err err = crypto_new(&r->crypto);

	r->rand = crypto_rand_system();
	r->log = (struct log){ .sink = log_stderr, .level = LOG_L_INFO };
	config.crypto = r->crypto;
	if (err == ERR_OK && r->plan->ca != NULL)
		err = naveload_certs_new(&r->certs, r->plan, why);
	config.certs = r->certs;
	return err == ERR_OK ? naveload_swarm_new(&r->swarm, &config) : err;
}

enum err naveload_run_new(struct naveload_run **out, struct naveload_plan *plan, char *why)
{
	struct naveload_run *r = (struct naveload_run *)calloc(1, sizeof(*r));
	char text[ADDR_TEXT];
	enum err err = ERR_OK;

	(void)snprintf(why, NAVELOAD_RUN_WHY, "%s", err_str(ERR_NOMEM));
	if (r == NULL)
		return ERR_NOMEM;
	r->plan = plan;
	if (plan->source.family == 0)
		err = find_source(&plan->hub, &plan->source);
	if (err != ERR_OK)
		(void)snprintf(
			why, NAVELOAD_RUN_WHY, "there is no way to %s: %s; is a route missing?", addr_str(&plan->hub, text), err_str(err));
	if (err == ERR_OK)
		err = (r->loop = event_base_new()) != NULL && (r->timer = evtimer_new(r->loop, on_timer, r)) != NULL ? ERR_OK : ERR_NOMEM;
	if (err == ERR_OK)
		err = open_sockets(r, why);
	if (err == ERR_OK)
		err = watch_signals(r);
	if (err == ERR_OK)
		err = watch_progress(r);
	if (err == ERR_OK)
		err = open_swarm(r, why);
	if (err != ERR_OK) {
		naveload_run_free(r);
		return err;
	}
	*out = r;
	return ERR_OK;
}

static void free_event(struct event *e)
{
	if (e != NULL)
		event_free(e);
}

void naveload_run_free(struct naveload_run *r)
{
	if (r == NULL)
		return;
	naveload_swarm_free(r->swarm);
	naveload_certs_free(r->certs);
	crypto_free(r->crypto);
	for (unsigned i = 0; i < r->udp_count; i++)
		net_udp_free(r->udp[i]);
	free(r->udp);
	free_event(r->timer);
	free_event(r->progress);
	for (int i = 0; i < SIGNALS; i++)
		free_event(r->signal[i]);
	if (r->loop != NULL)
		event_base_free(r->loop);
	free(r);
}
