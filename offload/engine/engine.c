/* The engines of the process, made and freed on the main lcore; each worker has its own ipsec-mb manager. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include <rte_mempool.h>

#include "base/bytes.h"
#include "db/rcu.h"
#include "engine/lcore.h"
#include "engine/soft.h"

enum { IV_KEY_LEN = 16 };

static enum err make_lcores(struct engine *e, uint32_t worker_count, const uint8_t seed[32])
{
	e->lcores = (struct engine_lcore *)calloc(worker_count, sizeof(*e->lcores));
	if (e->lcores == NULL)
		return ERR_NOMEM;
	e->lcore_count = worker_count;
	for (uint32_t i = 0; i < worker_count; i++) {
		struct engine_lcore *l = &e->lcores[i];
		uint64_t start;

		l->mgr = alloc_mb_mgr(0);
		if (l->mgr == NULL)
			return ERR_NOMEM;
		init_mb_mgr_auto(l->mgr, NULL);
		memcpy(&start, seed + IV_KEY_LEN, sizeof(start));
		l->engine = e;
		l->iv_count = 0;
		l->iv_worker = start + i;
	}
	return ERR_OK;
}

enum err engine_new(struct engine **out, uint32_t worker_count, uint32_t sa_limit, const uint8_t seed[32])
{
	uint32_t unused[4 * 11] __attribute__((aligned(16)));
	struct engine *e = (struct engine *)aligned_alloc(64, (sizeof(*e) + 63) / 64 * 64);
	enum err err;

	if (e == NULL)
		return ERR_NOMEM;
	memset(e, 0, sizeof(*e));
	err = make_lcores(e, worker_count, seed);
	if (err == ERR_OK)
		err = db_pool_init(&e->soft, engine_soft_session_size(), sa_limit);
	if (err == ERR_OK)
		err = db_pool_init(&e->inlined, engine_inline_session_size(), sa_limit);
	if (err != ERR_OK) {
		engine_free(e);
		return err;
	}
	IMB_AES_KEYEXP_128(e->lcores[0].mgr, seed, e->iv_key, unused);
	bytes_wipe(unused, sizeof(unused));
	*out = e;
	return ERR_OK;
}

void engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	for (uint32_t i = 0; i < e->lcore_count; i++)
		if (e->lcores[i].mgr != NULL)
			free_mb_mgr(e->lcores[i].mgr);
	for (uint32_t i = 0; i < DB_PORT_MAX; i++)
		rte_mempool_free(e->port[i].pool);
	free(e->lcores);
	db_pool_fini(&e->soft);
	db_pool_fini(&e->inlined);
	bytes_wipe(e->iv_key, sizeof(e->iv_key));
	free(e);
}

struct engine_lcore *engine_lcore_of(struct engine *e, uint32_t worker)
{
	return &e->lcores[worker];
}

enum err engine_raw_open(struct engine *e, struct db_sa *sa)
{
	const struct engine_ops *ops = engine_soft_ops(sa->conf);
	struct db_sa_engine *raw;
	enum err err;

	if ((sa->flags & DB_SA_INLINE) == 0 || sa->raw != NULL || engine_inline_counts(e, sa->place_port))
		return ERR_STATE;
	raw = (struct db_sa_engine *)malloc(sizeof(*raw));
	if (raw == NULL)
		return ERR_NOMEM;
	raw->ops = ops;
	err = ops->create(e, sa, DB_PORT_NONE, &raw->session);
	if (err != ERR_OK) {
		free(raw);
		return err;
	}
	__atomic_store_n(&sa->raw, raw, __ATOMIC_RELEASE);
	return ERR_OK;
}

enum err engine_status(const struct engine *e, const struct db_sa *sa)
{
	return (sa->flags & DB_SA_INLINE) != 0 ? engine_inline_status(e, sa) : ERR_OK;
}

/* A db_rcu_fn; software's sessions go at once. */
static enum err discard_inline(void *ctx, void *session)
{
	return engine_inline_ops.destroy((struct engine *)ctx, session);
}

void engine_discard(struct engine *e, struct db_rcu *rcu, struct db_sa *sa)
{
	if (sa->engine != NULL && sa->engine->destroy(e, sa->session) == ERR_AGAIN)
		db_rcu_defer(rcu, discard_inline, e, sa->session);
	sa->engine = NULL;
	sa->session = NULL;
	sa->flags = (uint16_t)(sa->flags & ~DB_SA_INLINE);
}

enum err engine_drop(void *ctx, struct db_sa *sa)
{
	struct engine *e = (struct engine *)ctx;
	enum err err = sa->engine == NULL ? ERR_OK : sa->engine->destroy(e, sa->session);

	if (err == ERR_AGAIN)
		return err;
	if (sa->raw != NULL)
		(void)sa->raw->ops->destroy(e, sa->raw->session);
	free((void *)(uintptr_t)sa->raw);
	sa->engine = NULL;
	sa->raw = NULL;
	return err;
}
