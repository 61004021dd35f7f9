/*
 * naveload: thousands of IKEv2 initiators in one process, to see what a responder bears.
 */
#include <stdio.h>

#include "crypto/wipe.h"
#include "naveload/options.h"
#include "naveload/run.h"

enum { STATUS_FAILED = 1, STATUS_USAGE = 2 };

static int complain(const char *why)
{
	(void)fprintf(stderr, "naveload: %s\n", why);
	return STATUS_USAGE;
}

static int run(struct naveload_plan *plan)
{
	struct naveload_result result;
	struct naveload_run *r;
	char why[NAVELOAD_RUN_WHY];
	int status;
	enum err err = crypto_wipe_frees();

	if (err != ERR_OK)
		return complain(err_str(err));
	if (naveload_run_new(&r, plan, why) != ERR_OK)
		return complain(why);
	err = naveload_run_go(r, &result);
	if (err == ERR_OK)
		err = naveload_report_print(&result, plan->json);
	status = err != ERR_OK ? complain(err_str(err)) : naveload_report_clean(&result) ? 0 : STATUS_FAILED;
	naveload_run_free(r);
	return status;
}

int main(int argc, char **argv)
{
	struct naveload_options options;
	int status = 0;

	if (naveload_options_parse(&options, argc, argv) != ERR_OK)
		status = complain(options.why);
	else if (options.run)
		status = run(&options.plan);
	else
		naveload_options_help(stdout);
	secret_fini(&options.plan.psk);
	secret_fini(&options.plan.eap_password);
	return status;
}
