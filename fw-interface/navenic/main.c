/* navenic: the emulated SmartNIC as a process.  docs/fw-interface.md is what it implements. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "emu/emu.h"
#include "navenic/server.h"

enum { KEEP_S = 60, KEEP_MAX_S = 86400, EXIT_USAGE = 2, RANDOM_POOL = 4096, CRASHED = 134 };

struct options {
	const char *socket;
	const char *wire;
	const struct emu_profile *profile;
	uint32_t keep_s;
	bool allow_faults;
	bool has_mac;
	uint8_t mac[6];
};

/* Random bytes are fetched from the kernel a page at a time: CBC takes 16 a packet. */
struct random_pool {
	uint8_t bytes[RANDOM_POOL];
	size_t left;
};

static void fill_random(void *ctx, void *out, size_t len)
{
	struct random_pool *p = (struct random_pool *)ctx;
	uint8_t *to = (uint8_t *)out;

	while (len > 0) {
		size_t take = len < p->left ? len : p->left;

		if (take == 0) {
			if (getrandom(p->bytes, sizeof(p->bytes), 0) != (ssize_t)sizeof(p->bytes))
				abort(); /* a device without random numbers must not encrypt */
			p->left = sizeof(p->bytes);
			continue;
		}
		p->left -= take;
		memcpy(to, p->bytes + p->left, take);
		explicit_bzero(p->bytes + p->left, take);
		to += take;
		len -= take;
	}
}

static void crash(void *ctx)
{
	(void)ctx;
	_exit(CRASHED);
}

static void usage(FILE *to)
{
	(void)fprintf(to, "usage: navenic --socket PATH [options]\n"
			  "  --socket PATH      where drivers attach\n"
			  "  --profile NAME     what device to be (full)\n"
			  "  --wire SPEC        netdev=IF | pcap=IN,OUT | replay=IN | null (null)\n"
			  "  --keep SECONDS     how long SAs outlive their driver (60)\n"
			  "  --mac ADDRESS      permanent address (a random local one)\n"
			  "  --allow-faults     carry out fault injection commands\n"
			  "  --version  --help\n"
			  "profiles:\n");
	for (size_t i = 0; emu_profile_at(i) != NULL; i++)
		(void)fprintf(to, "  %-18s %s\n", emu_profile_at(i)->name, emu_profile_at(i)->mimics);
}

static bool parse_keep(const char *text, uint32_t *out)
{
	char *end;
	unsigned long v;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || v > KEEP_MAX_S)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool parse_mac(const char *text, uint8_t mac[6])
{
	unsigned b[6];
	int used = 0;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &used) != 6 || text[used] != '\0' ||
		(b[0] & 1) != 0)
		return false;
	for (unsigned i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
	return true;
}

static bool take_option(int c, struct options *o)
{
	switch (c) {
	case 's':
		o->socket = optarg;
		return true;
	case 'p':
		o->profile = emu_profile_find(optarg);
		return o->profile != NULL;
	case 'w':
		o->wire = optarg;
		return true;
	case 'k':
		return parse_keep(optarg, &o->keep_s);
	case 'm':
		o->has_mac = true;
		return parse_mac(optarg, o->mac);
	case 'f':
		o->allow_faults = true;
		return true;
	default:
		return false;
	}
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "profile", required_argument, NULL, 'p' },
		{ "wire", required_argument, NULL, 'w' },
		{ "keep", required_argument, NULL, 'k' },
		{ "mac", required_argument, NULL, 'm' },
		{ "allow-faults", no_argument, NULL, 'f' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'v') {
			(void)printf("navenic %s, firmware interface %d.%d\n", NAVE_VERSION, FWI_ABI_MAJOR, FWI_ABI_MINOR);
			return EXIT_SUCCESS;
		}
		if (c == 'h') {
			usage(stdout);
			return EXIT_SUCCESS;
		}
		if (!take_option(c, o)) {
			if (c != '?')
				(void)fprintf(stderr, "navenic: --%s: bad value '%s'\n",
					c == 'p'   ? "profile"
					: c == 'k' ? "keep"
						   : "mac",
					optarg);
			return EXIT_USAGE;
		}
	}
	if (o->socket != NULL && optind == argc)
		return -1;
	usage(stderr);
	return EXIT_USAGE;
}

/* Keys live in this process: no core, no ptrace by others, no writing to a driver that is gone. */
static void harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* SIGTERM and SIGINT as a descriptor. */
static int stop_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int run(const struct options *o, const struct log *log, struct random_pool *pool)
{
	const struct emu_wire_env env = { .log = log, .wall_ms = clock_wall_ms };
	struct emu_config config = {
		.profile = o->profile,
		.firmware = NAVE_VERSION,
		.keep_s = o->keep_s,
		.allow_faults = o->allow_faults,
		.log = log,
		.random = fill_random,
		.crash = crash,
		.ctx = pool,
	};
	struct navenic_server_config server_config = { .path = o->socket, .log = log, .now_ms = clock_now_ms, .stop_fd = stop_signals() };
	struct navenic_server *server = NULL;
	struct emu *emu = NULL;
	int status = EXIT_FAILURE;

	memcpy(config.mac, o->mac, sizeof(config.mac));
	if (emu_wire_open(o->wire, &env, &config.wire) != ERR_OK)
		return status;
	if (emu_new(&config, clock_now_ms(), &emu) == ERR_OK) {
		server_config.emu = emu;
		server_config.wire = config.wire;
		if (navenic_server_new(&server_config, &server) == ERR_OK) {
			log_event(log, LOG_L_NOTICE, "nic.ready", "socket=%s profile=%s wire=%s", o->socket, o->profile->name, o->wire);
			navenic_server_run(server);
			status = EXIT_SUCCESS;
		}
	}
	navenic_server_free(server);
	emu_free(emu);
	emu_wire_close(config.wire);
	(void)close(server_config.stop_fd);
	return status;
}

int main(int argc, char **argv)
{
	const struct log log = { .sink = log_stderr, .level = LOG_L_INFO };
	struct options o = { .wire = "null", .profile = emu_profile_find("full"), .keep_s = KEEP_S };
	static struct random_pool pool;
	int status = parse_options(argc, argv, &o);

	if (status >= 0)
		return status;
	harden();
	if (!o.has_mac) {
		fill_random(&pool, o.mac, sizeof(o.mac));
		o.mac[0] = 0x02;
	}
	return run(&o, &log, &pool);
}
