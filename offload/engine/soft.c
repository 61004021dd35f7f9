/* What the CPU engines share: their sessions' pool and which of them serves a suite.  Main lcore. */
#include "engine/soft.h"

#include "engine/lcore.h"

size_t engine_soft_session_size(void)
{
	size_t sizes[] = { engine_gcm_session_size(), engine_chacha_session_size(), engine_cbc_session_size() };
	size_t max = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		max = sizes[i] > max ? sizes[i] : max;
	return max;
}

const struct engine_ops *engine_soft_ops(const struct db_sa_conf *conf)
{
	struct engine_sizes sizes;

	if (engine_suite_sizes(conf, &sizes) != ERR_OK)
		return NULL;
	switch (conf->cipher) {
	case DP_CIPHER_AES_GCM:
		return &engine_gcm_ops;
	case DP_CIPHER_CHACHA20_POLY1305:
		return &engine_chacha_ops;
	default:
		return &engine_cbc_ops;
	}
}

void *engine_soft_take(struct engine *e)
{
	return db_pool_take(&e->soft);
}

enum err engine_soft_destroy(struct engine *e, void *session)
{
	db_pool_give(&e->soft, session);
	return ERR_OK;
}
