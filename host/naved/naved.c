/*
 * Who knows whom.  One loop thread owns everything: sockets wake it through libevent, and between two turns it tells
 * the engines the time.  Order of life: base services, datapath, routing, sessions, IKE engine, sockets; the end is
 * the reverse.
 */
#include "naved/naved.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wheel.h"
#include "cfg/load.h"
#include "cfg/message.h"
#include "cfg/platform.h"
#include "cfg/report.h"
#include "crypto/crypto.h"
#include "crypto/job.h"
#include "crypto/key.h"
#include "crypto/rand.h"
#include "ctl/iface.h"
#include "ctl/show.h"
#include "ctl/show_acl.h"
#include "dp/client.h"
#include "dp/fake.h"
#include "dp/sync.h"
#include "ike/ability.h"
#include "ike/engine.h"
#include "naved/space.h"
#include "net/fetch.h"
#include "route/rib.h"
#include "session/box/fib.h"
#include "session/box/iface.h"
#include "session/hub.h"

enum { NAVED_TURN_MAX_MS = 60000, NAVED_PLATFORM_MAX = 1 << 20 };
enum { NAVED_WORKERS_MAX = 3, NAVED_JOBS = 4096 };

struct naved {
	struct naved_options options;
	struct event_base *loop;
	struct event *timer;
	struct event *signals[3];
	struct event *datapath_event;
	struct event *work_event;
	bool stopping;
	struct log log;
	struct wheel wheel;
	struct crypto *crypto;
	struct crypto_jobs *jobs; /* crypto workers */
	struct crypto_rand rand;
	uint8_t map_key[16];
	struct cfg_lang *lang;
	struct cfg_platform *platform;
	struct dp_client *client;
	struct dp_provider *datapath;
	struct dp_sync *sync;
	struct naved_spaces *spaces; /* the host, VRF by VRF */
	struct route_rib *rib;
	struct session_fib *fib;
	struct session_hub *hub;
	struct ike_ports ports;
	struct ike_engine *engine;
	struct net_fetch *fetch;
	struct ctl_base *base;
	struct ctl_world world; /* what the operator may look at */
	struct ctl_server *control;
};

/* ---- what the parts ask of each other ---- */

static uint64_t now_ms(void *clock)
{
	(void)clock;
	return clock_now_ms();
}

static int64_t wall_s(void *clock)
{
	(void)clock;
	return (int64_t)time(NULL);
}

static struct net_udp *socket_of(const struct naved *n, uint32_t vrf)
{
	const struct naved_space *space = naved_spaces_find(n->spaces, vrf);

	return space != NULL ? space->udp : NULL;
}

static void send_ike(void *ctx, const struct ike_path *path, struct bytes datagram)
{
	struct net_udp *udp = socket_of((const struct naved *)ctx, path->vrf);
	struct net_udp_path to = { .local = path->local, .remote = path->remote, .natt = path->natt };

	if (udp != NULL)
		net_udp_send(udp, &to, datagram);
}

static void send_keepalive(void *ctx, const struct ike_path *path)
{
	struct net_udp *udp = socket_of((const struct naved *)ctx, path->vrf);
	struct net_udp_path to = { .local = path->local, .remote = path->remote, .natt = path->natt };

	if (udp != NULL)
		net_udp_keepalive(udp, &to);
}

static enum err fetch(void *world, uint64_t token, const struct session_fetch *what)
{
	struct net_fetch_request ask = {
		.token = token, .url = what->url, .body = what->body, .type = "application/ocsp-request", .limit = what->limit
	};

	return net_fetch_ask(((struct naved *)world)->fetch, &ask);
}

static void fetched(void *ctx, uint64_t token, struct bytes body)
{
	session_hub_fetched(((struct naved *)ctx)->hub, token, body);
}

static void receive_ike(void *ctx, uint32_t vrf, const struct net_udp_path *from, struct bytes datagram)
{
	struct naved *n = (struct naved *)ctx;
	struct ike_path path = { .local = from->local, .remote = from->remote, .vrf = vrf, .natt = from->natt };

	ike_engine_receive(n->engine, clock_now_ms(), &path, datagram);
}

static enum err ask_echo(void *world, const struct session_echo *what)
{
	const struct naved_space *space = naved_spaces_find(((const struct naved *)world)->spaces, what->vrf);

	if (space == NULL || space->echo == NULL)
		return ERR_UNSUPPORTED;
	return net_echo_ask(space->echo, &what->source, &what->destination, what->token);
}

static void echoed(void *ctx, uint32_t vrf, const struct addr *from, uint64_t token)
{
	session_hub_echoed(((struct naved *)ctx)->hub, vrf, from, token);
}

static struct naved_host *host_of(const struct naved *n, uint32_t vrf)
{
	const struct naved_space *space = naved_spaces_find(n->spaces, vrf);

	return space != NULL ? space->host : NULL;
}

static void route_changed(void *ctx, uint32_t vrf, const struct addr_prefix *prefix, const struct route_hop *hop)
{
	struct naved *n = (struct naved *)ctx;
	enum err err = session_fib_changed(n->fib, vrf, prefix, hop);
	struct naved_host *host = host_of(n, vrf);

	if (err != ERR_OK)
		log_event(&n->log, LOG_L_ERROR, "route.fib", "err=%s", err_name(err));
	if (host != NULL)
		naved_host_route(host, prefix, hop);
}

static void expect_address(void *world, uint32_t vrf, const char *netdev, const struct addr_prefix *prefix, bool add)
{
	struct naved_host *host = host_of((const struct naved *)world, vrf);

	if (host != NULL)
		naved_host_expect(host, netdev, prefix, add);
}

static void set_address(void *world, uint32_t vrf, const char *netdev, const struct addr_prefix *prefix, bool add)
{
	struct naved_host *host = host_of((const struct naved *)world, vrf);

	if (host != NULL)
		naved_host_address(host, netdev, prefix, add);
}

static void judge_devices(void *world, uint32_t vrf)
{
	struct naved_host *host = host_of((const struct naved *)world, vrf);

	if (host != NULL)
		naved_host_devices(host);
}

static void watch_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	dp_client_readable(((struct naved *)arg)->client);
}

static void watch_datapath(void *ctx, int fd)
{
	struct naved *n = (struct naved *)ctx;

	if (n->datapath_event != NULL)
		event_free(n->datapath_event);
	n->datapath_event = fd < 0 ? NULL : event_new(n->loop, fd, EV_READ | EV_PERSIST, watch_readable, n);
	if (fd >= 0 && (n->datapath_event == NULL || event_add(n->datapath_event, NULL) != 0))
		log_event(&n->log, LOG_L_ERROR, "loop.watch", "err=%s", err_name(ERR_NOMEM));
}

static void work_done(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	session_hub_collect(((struct naved *)arg)->hub);
}

/* ---- configuration ---- */

static void print_messages(struct cfg_messages *messages)
{
	char text[CFG_MESSAGE_TEXT + 256];

	for (const struct cfg_message *m = messages->first; m != NULL; m = m->next)
		(void)fprintf(stderr, "%s\n", cfg_message_str(m, text, sizeof(text)));
	cfg_message_fini(messages);
}

/* Whether this is another network namespace than the first process's; so it is where that can't be seen. */
static bool has_own_netns(void)
{
	struct stat own, first;

	return stat("/proc/self/ns/net", &own) != 0 || stat("/proc/1/ns/net", &first) != 0 || own.st_ino != first.st_ino ||
	       own.st_dev != first.st_dev;
}

static enum err load_platform(struct naved *n)
{
	struct cfg_messages messages = { 0 };
	uint8_t *text = (uint8_t *)malloc(NAVED_PLATFORM_MAX);
	FILE *f = fopen(n->options.platform, "rbe");
	enum err err = text == NULL ? ERR_NOMEM : ERR_IO;

	if (f == NULL)
		(void)fprintf(stderr, "naved: %s: %s\n", n->options.platform, strerror(errno));
	if (f != NULL && text != NULL) {
		size_t len = fread(text, 1, NAVED_PLATFORM_MAX, f);

		err = ferror(f) != 0 ? ERR_IO : len == NAVED_PLATFORM_MAX ? ERR_RANGE : ERR_OK;
		if (err == ERR_OK)
			err = cfg_platform_load(n->lang, n->options.platform, bytes_of(text, len), &messages, &n->platform);
		if (err == ERR_OK)
			cfg_platform_settle(n->platform, has_own_netns());
		if (err == ERR_OK && !n->options.fake_dataplane)
			err = naved_spaces_find_devices(n->platform);
	}
	if (f != NULL)
		(void)fclose(f);
	free(text);
	print_messages(&messages);
	return err;
}

/* Of what went with the former configuration nothing is kept. */
static void settle_counters(const struct naved *n)
{
	ctl_iface_settle(&n->world);
	ctl_show_acl_settle(&n->world);
}

static enum err load_config(struct naved *n)
{
	struct cfg_messages messages = { 0 };
	struct cfg_model *model = NULL;
	enum err err = cfg_load_file(n->lang, n->options.config, &messages, &model);

	print_messages(&messages);
	if (err != ERR_OK)
		return err;
	err = session_hub_configure(n->hub, model, n->platform);
	if (err != ERR_OK)
		cfg_model_free(model);
	else
		naved_spaces_configured(n->spaces);
	if (err == ERR_OK && n->control != NULL)
		settle_counters(n);
	return err;
}

/* ---- loop ---- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg; /* waking up is all */
}

static void on_stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	((struct naved *)arg)->stopping = true;
}

static void on_reload(evutil_socket_t fd, short what, void *arg)
{
	struct naved *n = (struct naved *)arg;
	enum err err = load_config(n);

	(void)fd;
	(void)what;
	log_event(&n->log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_ERROR, "config.reload", "file=%s err=%s", n->options.config, err_name(err));
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static enum err arm_timer(struct naved *n)
{
	uint64_t now = clock_now_ms();
	uint64_t due = earlier(ike_engine_next(n->engine), wheel_next(&n->wheel));
	uint64_t wait = due <= now ? 0 : earlier(due - now, NAVED_TURN_MAX_MS);
	struct timeval tv = { .tv_sec = (time_t)(wait / 1000), .tv_usec = (suseconds_t)(wait % 1000 * 1000) };

	return event_add(n->timer, &tv) == 0 ? ERR_OK : ERR_NOMEM;
}

enum err naved_run(struct naved *n)
{
	while (!n->stopping) {
		enum err err = arm_timer(n);

		if (err != ERR_OK)
			return err;
		if (event_base_loop(n->loop, EVLOOP_ONCE) != 0)
			return ERR_IO;
		session_hub_turn(n->hub);
		ike_engine_advance(n->engine, clock_now_ms());
		wheel_advance(&n->wheel, clock_now_ms());
		naved_spaces_flush(n->spaces);
		(void)fflush(stderr);
	}
	return ERR_OK;
}

/* ---- life ---- */

static bool has_algorithm(void *ctx, enum cfg_skill skill, const char *word)
{
	static const enum crypto_kind kinds[] = {
		[CFG_SKILL_CIPHER] = CRYPTO_ENCR, [CFG_SKILL_HASH] = CRYPTO_INTEG, [CFG_SKILL_GROUP] = CRYPTO_GROUP
	};
	const struct crypto_alg *alg = crypto_alg_named(kinds[skill], word);

	return alg != NULL && crypto_has((const struct crypto *)ctx, alg);
}

static void limit_language(struct cfg_lang *lang, struct crypto *crypto)
{
	struct cfg_able able = { .has = has_algorithm, .ctx = crypto };

	cfg_lang_limit(lang, &able);
}

int naved_check(const char *const *path, unsigned count)
{
	struct cfg_lang *lang = cfg_lang_new();
	struct crypto *crypto = NULL;
	int status = 1;

	if (lang == NULL || crypto_new(&crypto) != ERR_OK) {
		(void)fprintf(stderr, "naved: %s\n", err_str(lang == NULL ? ERR_NOMEM : ERR_CRYPTO));
	} else {
		limit_language(lang, crypto);
		status = cfg_report_files(lang, path, count, stdout);
	}
	crypto_free(crypto);
	cfg_lang_free(lang);
	return status;
}

static enum err open_base(struct naved *n)
{
	static const struct {
		int number;
		event_callback_fn fn;
	} handled[] = { { SIGTERM, on_stop }, { SIGINT, on_stop }, { SIGHUP, on_reload } };
	enum err err;

	(void)setvbuf(stderr, NULL, _IOFBF, BUFSIZ); /* flushed at the end of each turn: one write for all its lines */
	n->log = (struct log){ .sink = log_stderr, .level = n->options.level };
	wheel_init(&n->wheel, clock_now_ms());
	n->rand = crypto_rand_system();
	n->loop = event_base_new();
	n->lang = cfg_lang_new();
	if (n->loop == NULL || n->lang == NULL)
		return ERR_NOMEM;
	n->timer = evtimer_new(n->loop, on_timer, n);
	if (n->timer == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
		n->signals[i] = evsignal_new(n->loop, handled[i].number, handled[i].fn, n);
		if (n->signals[i] == NULL || event_add(n->signals[i], NULL) != 0)
			return ERR_NOMEM;
	}
	err = crypto_key_heap();
	if (err == ERR_OK)
		err = crypto_new(&n->crypto);
	if (err == ERR_OK)
		limit_language(n->lang, n->crypto);
	return err == ERR_OK ? crypto_rand_fill(&n->rand, n->map_key, sizeof(n->map_key)) : err;
}

static enum err open_datapath(struct naved *n)
{
	struct dp_client_config config = {
		.path = n->platform->datapath_socket, .wheel = &n->wheel, .log = &n->log, .watch = watch_datapath, .ctx = n
	};
	struct dp_sync_config sync = { .wheel = &n->wheel, .log = &n->log };
	struct dp_fake *fake;
	uint64_t seed;
	enum err err = crypto_rand_fill(&n->rand, &seed, sizeof(seed));

	if (err == ERR_OK)
		err = crypto_rand_fill(&n->rand, &sync.first_id, sizeof(sync.first_id));
	if (err != ERR_OK)
		return err;
	if (n->options.fake_dataplane) {
		err = dp_fake_new(&fake, &n->wheel, n->map_key, seed);
		if (err == ERR_OK) {
			dp_fake_delay(fake, 0);
			n->datapath = dp_fake_provider(fake);
		}
	} else {
		config.instance = seed;
		err = dp_client_new(&n->client, &config);
		if (err == ERR_OK)
			n->datapath = dp_client_provider(n->client);
	}
	if (err != ERR_OK)
		return err;
	sync.provider = n->datapath;
	memcpy(sync.key, n->map_key, sizeof(sync.key));
	return dp_sync_new(&n->sync, &sync);
}

static enum err open_spaces(struct naved *n)
{
	struct naved_spaces_config config = {
		.host = { .loop = n->loop, .wheel = &n->wheel, .log = &n->log, .rib = n->rib, .hub = &n->hub },
		.no_host = n->options.fake_dataplane,
		.receive = receive_ike,
		.echoed = echoed,
		.ctx = n,
		.platform = n->platform
	};

	memcpy(config.host.map_key, n->map_key, sizeof(config.host.map_key));
	return naved_spaces_new(&n->spaces, &config);
}

static enum err open_routing(struct naved *n)
{
	enum err err = session_fib_new(&n->fib, n->sync, n->map_key);

	if (err == ERR_OK)
		err = route_rib_new(&n->rib, n->map_key, route_changed, n);
	return err == ERR_OK ? open_spaces(n) : err;
}

/* As many as there are cores beside the loop's, and not many: what they do is short. */
static enum err open_workers(struct naved *n)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned workers = cores > NAVED_WORKERS_MAX ? NAVED_WORKERS_MAX : cores > 1 ? (unsigned)cores - 1 : 1;
	enum err err = crypto_job_pool_new(&n->jobs, workers, NAVED_JOBS);

	if (err != ERR_OK)
		return err;
	n->work_event = event_new(n->loop, crypto_job_fd(n->jobs), EV_READ | EV_PERSIST, work_done, n);
	return n->work_event != NULL && event_add(n->work_event, NULL) == 0 ? ERR_OK : ERR_NOMEM;
}

static enum err open_sessions(struct naved *n)
{
	struct session_env env = { .log = &n->log,
		.datapath = n->datapath,
		.sync = n->sync,
		.rib = n->rib,
		.wheel = &n->wheel,
		.crypto = n->crypto,
		.jobs = n->jobs,
		.rand = &n->rand,
		.now_ms = now_ms,
		.wall_s = wall_s,
		.send = send_ike,
		.keepalive = send_keepalive,
		.fetch = fetch,
		.address = set_address,
		.expect = expect_address,
		.devices = judge_devices,
		.echo = ask_echo,
		.world = n };
	struct ike_engine_config engine = { .crypto = n->crypto,
		.rand = &n->rand,
		.ports = &n->ports,
		.log = &n->log,
		.abilities = 1 << IKE_CAN_FRAGMENTATION | 1 << IKE_CAN_CHILDLESS | 1 << IKE_CAN_MOBIKE | 1 << IKE_CAN_REDIRECT |
			     1 << IKE_CAN_LOOKUP_I | 1 << IKE_CAN_LOOKUP_R,
		.child_rekey = true };
	enum err err;

	memcpy(env.map_key, n->map_key, sizeof(env.map_key));
	err = session_hub_new(&n->hub, &env);
	if (err == ERR_OK)
		err = net_fetch_new(&n->fetch, n->loop, fetched, n);
	if (err != ERR_OK)
		return err;
	n->ports = session_hub_ports(n->hub);
	err = ike_engine_new(&n->engine, &engine, clock_now_ms());
	if (err == ERR_OK)
		session_hub_attach(n->hub, n->engine);
	return err;
}

static enum err open_sockets(struct naved *n)
{
	enum err err = naved_spaces_listen(n->spaces);

	if (err != ERR_OK)
		(void)fprintf(stderr, "naved: UDP ports 500 and 4500, ICMP echo: %s\n", err_str(err));
	return err;
}

static enum err open_control(struct naved *n)
{
	struct ctl_server_config control = {
		.path = n->platform->control_socket, .table = ctl_show_table(), .ctx = &n->world, .log = &n->log
	};
	enum err err = ctl_base_new(&n->base, n->map_key);

	if (err != ERR_OK)
		return err;
	n->world = (struct ctl_world){ .version = n->options.version,
		.started_ms = clock_now_ms(),
		.now_ms = now_ms,
		.lang = n->lang,
		.hub = n->hub,
		.engine = n->engine,
		.udp = socket_of(n, 0),
		.rib = n->rib,
		.datapath = n->datapath,
		.sync = n->sync,
		.base = n->base };
	err = ctl_server_new(&n->control, n->loop, &control);
	if (err != ERR_OK)
		(void)fprintf(stderr, "naved: control socket %s: %s\n", control.path, err_str(err));
	return err;
}

enum err naved_new(struct naved **out, const struct naved_options *options)
{
	struct naved *n = (struct naved *)calloc(1, sizeof(*n));
	enum err err;

	if (n == NULL)
		return ERR_NOMEM;
	n->options = *options;
	err = open_base(n);
	if (err == ERR_OK)
		err = load_platform(n);
	if (err == ERR_OK)
		err = open_datapath(n);
	if (err == ERR_OK)
		err = open_routing(n);
	if (err == ERR_OK)
		err = open_workers(n);
	if (err == ERR_OK)
		err = open_sessions(n);
	if (err == ERR_OK)
		err = load_config(n);
	if (err == ERR_OK)
		err = open_sockets(n);
	if (err == ERR_OK)
		err = open_control(n);
	if (err != ERR_OK) {
		naved_free(n);
		return err;
	}
	*out = n;
	return ERR_OK;
}

void naved_free(struct naved *n)
{
	struct addr all = { .family = 0 };

	if (n == NULL)
		return;
	ctl_server_free(n->control);
	ctl_base_free(n->base);
	if (n->engine != NULL)
		(void)session_hub_clear(n->hub, &all);
	ike_engine_free(n->engine);
	if (n->hub != NULL)
		session_hub_attach(n->hub, NULL);
	if (n->work_event != NULL)
		event_free(n->work_event);
	crypto_job_pool_free(n->jobs, n->hub);
	if (n->sync != NULL)
		dp_sync_flush(n->sync);
	naved_spaces_silence(n->spaces);
	net_fetch_free(n->fetch);
	session_hub_free(n->hub);
	naved_spaces_free(n->spaces);
	route_rib_free(n->rib);
	session_fib_free(n->fib);
	dp_sync_free(n->sync);
	dp_provider_close(n->datapath);
	cfg_platform_free(n->platform);
	cfg_lang_free(n->lang);
	crypto_free(n->crypto);
	for (size_t i = 0; i < sizeof(n->signals) / sizeof(n->signals[0]); i++)
		if (n->signals[i] != NULL)
			event_free(n->signals[i]);
	if (n->timer != NULL)
		event_free(n->timer);
	if (n->datapath_event != NULL)
		event_free(n->datapath_event);
	if (n->loop != NULL)
		event_base_free(n->loop);
	free(n);
}
