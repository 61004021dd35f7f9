#ifndef PATH_CRYPT_H
#define PATH_CRYPT_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Packets and what the engines are to do with them, side by side. */
struct path_crypt {
	uint32_t count;
	bool mixed; /* more than one engine */
	const struct engine_ops *engine[PATH_BURST];
	struct path_pkt *pkt[PATH_BURST];
	struct engine_op op[PATH_BURST];
};

static inline struct engine_op *path_crypt_add(struct path_crypt *b, struct path_pkt *p, const struct engine_ops *engine)
{
	uint32_t i = b->count++;

	b->engine[i] = engine;
	b->pkt[i] = p;
	b->mixed |= engine != b->engine[0];
	return &b->op[i];
}

/* The operation added last is made: what it reads is fetched while others are made, if its engine can't do that any more. */
static inline void path_crypt_made(const struct path_crypt *b)
{
	uint32_t last = b->count - 1;
	const struct engine_op *op = &b->op[last];

	if (last < ENGINE_AHEAD && (last == 0 || op->session != op[-1].session) && b->engine[last]->fetch != NULL)
		b->engine[last]->fetch(op);
}

/* Runs every operation, each engine's in one burst. */
void path_crypt_run(struct path_ctx *c, struct path_crypt *b, bool encrypt);

#ifdef __cplusplus
}
#endif
#endif
