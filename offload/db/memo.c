/* What a worker remembers of its lookups.  Made and freed on the main lcore. */
#include "db/memo.h"

struct db_memo *db_memo_new(void)
{
	return (struct db_memo *)db_pool_map(sizeof(struct db_memo));
}

void db_memo_free(struct db_memo *m)
{
	db_pool_unmap(m, sizeof(*m));
}
