/* Bursts for the CPU engines.  Nearly always all packets are of one engine. */
#include "path/pkt/crypt.h"

static void run(struct path_ctx *c, const struct engine_ops *e, struct engine_op *ops, uint32_t count, bool encrypt)
{
	if (encrypt)
		e->encrypt(c->engine, ops, count);
	else
		e->decrypt(c->engine, ops, count);
}

/* Takes the operations of one engine out, runs them and puts the outcome back. */
static void run_group(struct path_ctx *c, struct path_crypt *b, const struct engine_ops *e, bool encrypt)
{
	struct engine_op ops[PATH_BURST];
	uint32_t from[PATH_BURST];
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		if (b->engine[i] != e)
			continue;
		from[n] = i;
		ops[n++] = b->op[i];
		b->engine[i] = NULL;
	}
	run(c, e, ops, n, encrypt);
	for (uint32_t i = 0; i < n; i++)
		b->op[from[i]].ok = ops[i].ok;
}

void path_crypt_run(struct path_ctx *c, struct path_crypt *b, bool encrypt)
{
	if (b->count == 0)
		return;
	if (!b->mixed) {
		run(c, b->engine[0], b->op, b->count, encrypt);
		return;
	}
	for (uint32_t i = 0; i < b->count; i++)
		if (b->engine[i] != NULL)
			run_group(c, b, b->engine[i], encrypt);
}
