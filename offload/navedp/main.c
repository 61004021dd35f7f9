/*
 * navedp: the datapath daemon.  The main lcore runs the loop below - contract 1's server, reclaim, neighbours, devices -
 * and the worker lcores run path/worker.  Tables are made when the first control says hello, because the run-time
 * state of SAs may come with it.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "navedp/box.h"
#include "navedp/icmp.h"
#include "navedp/lcores.h"
#include "navedp/neigh.h"
#include "server/server.h"

enum {
	NAVEDP_WORKERS_MAX = 16,
	NAVEDP_SLOTS = 1 << 17, /* SAs of each direction */
	NAVEDP_TUNNELS = 1 << 17,
	NAVEDP_ADJACENCIES = 1 << 14,
	NAVEDP_FIB_NODES = 1 << 20,
	NAVEDP_BUFFERS = 32767,
	NAVEDP_BUFFER = 2048 + RTE_PKTMBUF_HEADROOM + 128,
	NAVEDP_TURN_MS = 10,
	NAVEDP_WAIT_MS = 1 /* while a device works on a transaction */
};

struct options {
	const char *socket;
	const char *file_prefix;
	const char *state_dir;
	const char *cpu; /* EAL's --lcores, NULL: workers float over all CPUs */
	unsigned memory_mb;
	unsigned workers;
	bool huge;
	enum log_level level;
};

struct navedp {
	struct options options;
	struct log log;
	struct rte_mempool *pool;
	struct db *db;
	struct engine *engine;
	struct flow_table *flows;
	struct path_port ports[DB_PORT_MAX];
	struct path_worker *worker[NAVEDP_WORKERS_MAX];
	struct navedp_lcores *lcores;
	struct navedp_neigh *neigh;
	struct navedp_icmp *icmp;
	struct navedp_box *box;
	struct server_box table;
	struct server_plant plant;
	struct server *server;
	int signals;
};

/* ---- making the tables ---- */

static bool fill_random(void *out, size_t len)
{
	return getrandom(out, len, 0) == (ssize_t)len;
}

static enum err make_workers(struct navedp *n)
{
	struct path_worker_conf conf = { .db = n->db, .engine = n->engine, .ports = n->ports, .pool = n->pool };
	enum err err = ERR_OK;

	conf.worker_count = n->options.workers;
	conf.cycles_per_s = rte_get_tsc_hz();
	for (uint32_t i = 0; i < n->options.workers && err == ERR_OK; i++) {
		conf.worker = i;
		err = path_worker_new(&n->worker[i], &conf);
	}
	return err == ERR_OK ? path_worker_join(n->worker, n->options.workers) : err;
}

static enum err make_box(struct navedp *n)
{
	struct navedp_box_conf conf = { .log = &n->log,
		.state_dir = n->options.state_dir,
		.pool = n->pool,
		.db = n->db,
		.engine = n->engine,
		.flows = n->flows,
		.ports = n->ports,
		.workers = n->worker,
		.worker_count = n->options.workers };
	enum err err = navedp_neigh_new(&n->neigh, n->db);

	if (err == ERR_OK)
		err = navedp_icmp_new(&n->icmp, n->db, &n->log);
	if (err == ERR_OK)
		err = navedp_lcores_start(&n->lcores, n->worker, n->options.workers, n->db->rcu);
	if (err != ERR_OK)
		return err;
	conf.lcores = n->lcores;
	conf.neigh = n->neigh;
	conf.icmp = n->icmp;
	err = navedp_box_new(&n->box, &conf);
	if (err == ERR_OK)
		n->table = navedp_box_table(n->box);
	return err;
}

/*
 * Workers go first, and packets before the ports whose memory they may be in.  Ports go before what is deferred is run, so
 * that sessions are dropped in the host alone: the devices themselves keep them for a while, as the state store does
 * (sa-state 21).
 */
static void end_tables(struct navedp *n)
{
	navedp_lcores_stop(n->lcores);
	for (uint32_t i = 0; i < n->options.workers; i++)
		path_worker_free(n->worker[i]);
	navedp_icmp_free(n->icmp);
	navedp_neigh_free(n->neigh);
	navedp_box_free(n->box);
	db_free(n->db);
	flow_free(n->flows);
	engine_free(n->engine);
	n->lcores = NULL;
	n->box = NULL;
	n->neigh = NULL;
	n->icmp = NULL;
	memset(n->worker, 0, sizeof(n->worker));
	n->db = NULL;
	n->flows = NULL;
	n->engine = NULL;
}

static enum err make_tables(struct navedp *n, struct db_state *state)
{
	struct db_limits limits = {
		.slots = NAVEDP_SLOTS, .tunnels = NAVEDP_TUNNELS, .adjacencies = NAVEDP_ADJACENCIES, .fib_nodes = NAVEDP_FIB_NODES
	};
	uint8_t seed[16 + 32];
	enum err err;

	limits.workers = n->options.workers;
	if (!fill_random(seed, sizeof(seed)))
		return ERR_IO;
	err = db_new(&n->db, &limits, state, seed);
	if (err == ERR_OK)
		err = engine_new(&n->engine, n->options.workers, 2 * NAVEDP_SLOTS, seed + 16);
	if (err == ERR_OK)
		err = flow_new(&n->flows);
	if (err == ERR_OK)
		err = make_workers(n);
	return err == ERR_OK ? make_box(n) : err;
}

static enum err begin(void *ctx, struct db_state *state, struct server_plant **out)
{
	struct navedp *n = (struct navedp *)ctx;
	enum err err = make_tables(n, state);

	if (err != ERR_OK) {
		end_tables(n);
		return err;
	}
	n->plant = (struct server_plant){ .db = n->db, .engine = n->engine, .flows = n->flows, .box = &n->table };
	*out = &n->plant;
	return ERR_OK;
}

/* ---- the loop ---- */

static void take_notes(struct navedp *n, uint64_t now_ms)
{
	for (uint32_t i = 0; i < n->options.workers; i++) {
		struct path_note note;

		while (path_worker_note(n->worker[i], &note)) {
			if (note.kind == PATH_NOTE_RESOLVE)
				navedp_neigh_want(n->neigh, &note, now_ms);
			else
				server_note(n->server, &note);
		}
	}
}

/* Until it is told to end.  Who has nothing to say isn't asked: a turn is short beside a failing accept. */
static void run(struct navedp *n)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = n->signals, .events = POLLIN }, { .fd = server_listen_fd(n->server), .events = POLLIN },
			{ .fd = server_link_fd(n->server), .events = POLLIN },
			{ .fd = n->neigh != NULL ? navedp_neigh_fd(n->neigh) : -1, .events = POLLIN } };
		uint64_t now_ms;

		(void)poll(fds, sizeof(fds) / sizeof(fds[0]), server_is_waiting(n->server) ? NAVEDP_WAIT_MS : NAVEDP_TURN_MS);
		if (fds[0].revents != 0)
			return;
		if (fds[1].revents != 0)
			server_accept(n->server);
		now_ms = clock_now_ms();
		if (n->box != NULL) {
			take_notes(n, now_ms);
			if (navedp_neigh_poll(n->neigh, n->worker[0], now_ms))
				navedp_lcores_wake(n->lcores, 0);
			navedp_icmp_poll(n->icmp, now_ms);
			navedp_box_poll(n->box, n->server, now_ms);
			(void)db_rcu_reclaim(n->db->rcu);
		}
		server_poll(n->server, now_ms);
	}
}

/* ---- life ---- */

static enum err make_pool(struct navedp *n)
{
	n->pool = rte_pktmbuf_pool_create("packets", NAVEDP_BUFFERS, 256, 0, NAVEDP_BUFFER, (int)rte_socket_id());
	return n->pool != NULL ? ERR_OK : ERR_NOMEM;
}

static enum err open_signals(struct navedp *n)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	n->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return n->signals >= 0 ? ERR_OK : err_of_errno(errno);
}

/* Workers run on the lcores after the first; without --cpu all threads float over the CPUs they may use. */
static enum err init_eal(const struct options *o)
{
	char lcores[64], memory[16], prefix[128];
	char *argv[20];
	int argc = 0;

	(void)snprintf(lcores, sizeof(lcores), "--lcores=(0-%u)@(0-%ld)", o->workers, sysconf(_SC_NPROCESSORS_ONLN) - 1);
	if (o->cpu != NULL)
		(void)snprintf(lcores, sizeof(lcores), "--lcores=%s", o->cpu);
	(void)snprintf(memory, sizeof(memory), "%u", o->memory_mb);
	(void)snprintf(prefix, sizeof(prefix), "--file-prefix=%s", o->file_prefix);
	argv[argc++] = (char[]){ "navedp" };
	argv[argc++] = lcores;
	argv[argc++] = prefix;
	argv[argc++] = (char[]){ "-m" };
	argv[argc++] = memory;
	argv[argc++] = o->huge ? (char[]){ "--in-memory" } : (char[]){ "--no-huge" };
	argv[argc++] = (char[]){ "--no-telemetry" };
	argv[argc++] = (char[]){ "--no-pci" };
	argv[argc++] = (char[]){ "--log-level=warning" };
	argv[argc] = NULL;
	return rte_eal_init(argc, argv) >= 0 ? ERR_OK : ERR_IO;
}

static void free_all(struct navedp *n)
{
	server_free(n->server);
	end_tables(n);
	rte_mempool_free(n->pool);
	(void)rte_eal_cleanup();
}

static enum err start(struct navedp *n)
{
	struct server_conf conf = { .path = n->options.socket, .log = &n->log, .ctx = n, .begin = begin, .slots = NAVEDP_SLOTS };
	/* Before EAL makes its threads: they inherit what is blocked, and the kernel ends a process by any thread that blocks nothing. */
	enum err err = open_signals(n);

	if (err == ERR_OK)
		err = init_eal(&n->options);
	if (err == ERR_OK)
		err = make_pool(n);
	if (err == ERR_OK && !fill_random(&conf.instance, sizeof(conf.instance)))
		err = ERR_IO;
	if (err == ERR_OK && mkdir(n->options.state_dir, 0700) != 0 && errno != EEXIST)
		err = err_of_errno(errno);
	return err == ERR_OK ? server_new(&n->server, &conf) : err;
}

static void usage(FILE *to)
{
	(void)fprintf(to,
		"usage: navedp [options]\n"
		"  --socket PATH       contract 1's socket (/run/nave/datapath.sock)\n"
		"  --state-dir DIR     where BPF maps are pinned (/run/nave)\n"
		"  --file-prefix NAME  EAL's, another one for each navedp of a machine (nave)\n"
		"  --memory MB         of EAL's heap (512)\n"
		"  --huge              use reserved huge pages\n"
		"  --workers N         worker lcores, 1..%d (1)\n"
		"  --cpu LCORES        EAL's --lcores: main lcore first, then the workers (all float)\n"
		"  --debug             log more\n"
		"  --version, --help\n",
		NAVEDP_WORKERS_MAX);
}

static bool parse_count(const char *text, unsigned max, unsigned *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	*out = (unsigned)v;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && v >= 1 && v <= max;
}

enum parsed { RUN, DONE, BAD };

static enum parsed parse(int argc, char **argv, struct options *o)
{
	static const struct option known[] = { { "socket", required_argument, NULL, 's' }, { "state-dir", required_argument, NULL, 'd' },
		{ "file-prefix", required_argument, NULL, 'p' }, { "memory", required_argument, NULL, 'm' },
		{ "huge", no_argument, NULL, 'H' }, { "workers", required_argument, NULL, 'w' }, { "cpu", required_argument, NULL, 'c' },
		{ "debug", no_argument, NULL, 'D' }, { "version", no_argument, NULL, 'v' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 's':
			o->socket = optarg;
			break;
		case 'd':
			o->state_dir = optarg;
			break;
		case 'p':
			o->file_prefix = optarg;
			break;
		case 'm':
			if (!parse_count(optarg, 1U << 20, &o->memory_mb))
				return BAD;
			break;
		case 'H':
			o->huge = true;
			break;
		case 'w':
			if (!parse_count(optarg, NAVEDP_WORKERS_MAX, &o->workers))
				return BAD;
			break;
		case 'c':
			o->cpu = optarg;
			break;
		case 'D':
			o->level = LOG_L_DEBUG;
			break;
		case 'v':
			(void)printf("navedp %s\n", NAVE_VERSION);
			return DONE;
		case 'h':
			usage(stdout);
			return DONE;
		default:
			return BAD;
		}
	}
	return optind == argc ? RUN : BAD;
}

int main(int argc, char **argv)
{
	static struct navedp n = { .options = { .socket = "/run/nave/datapath.sock",
					   .state_dir = "/run/nave",
					   .file_prefix = "nave",
					   .memory_mb = 512,
					   .workers = 1,
					   .level = LOG_L_INFO } };
	enum err err;

	switch (parse(argc, argv, &n.options)) {
	case DONE:
		return 0;
	case BAD:
		usage(stderr);
		return 2;
	case RUN:
		break;
	}
	n.log = (struct log){ .sink = log_stderr, .level = n.options.level };
	n.signals = -1;
	err = start(&n);
	if (err != ERR_OK) {
		(void)fprintf(stderr, "navedp: cannot start: %s\n", err_str(err));
		return 1;
	}
	log_event(&n.log, LOG_L_NOTICE, "navedp.ready", "socket=%s workers=%u", n.options.socket, n.options.workers);
	run(&n);
	free_all(&n);
	return 0;
}
