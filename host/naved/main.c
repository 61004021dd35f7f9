/*
 * naved, the control daemon: reads its arguments, drops privileges and runs.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "crypto/wipe.h"
#include "naved/naved.h"
#include "naved/privileges.h"

#ifndef NAVE_VERSION
#define NAVE_VERSION "unknown"
#endif

static int usage(FILE *out, int status)
{
	(void)fputs("usage: naved --config FILE --platform FILE [--fake-dataplane] [--debug]\n"
		    "       naved --check FILE...   checks configurations: errors, what isn't implemented yet, what is incomplete\n"
		    "       naved --version\n",
		out);
	return status;
}

static int run(const struct naved_options *options)
{
	struct naved *n;
	enum err err = crypto_wipe_frees();

	if (err == ERR_OK)
		err = naved_new(&n, options);
	if (err == ERR_OK) {
		err = naved_privileges_drop();
		if (err == ERR_OK)
			err = naved_run(n);
		naved_free(n);
	}
	if (err != ERR_OK)
		(void)fprintf(stderr, "naved: %s\n", err_str(err));
	return err == ERR_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
	static const struct option known[] = { { "config", required_argument, NULL, 'c' }, { "platform", required_argument, NULL, 'p' },
		{ "fake-dataplane", no_argument, NULL, 'f' }, { "debug", no_argument, NULL, 'd' }, { "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	struct naved_options options = { .level = LOG_L_INFO, .version = NAVE_VERSION };
	int c;

	if (argc > 2 && strcmp(argv[1], "--check") == 0)
		return naved_check((const char *const *)(argv + 2), (unsigned)argc - 2);
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			options.config = optarg;
			break;
		case 'p':
			options.platform = optarg;
			break;
		case 'f':
			options.fake_dataplane = true;
			break;
		case 'd':
			options.level = LOG_L_DEBUG;
			break;
		case 'v':
			(void)printf("nave %s\n", NAVE_VERSION);
			return 0;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 2);
		}
	}
	if (optind != argc || options.config == NULL || options.platform == NULL)
		return usage(stderr, 2);
	return run(&options);
}
