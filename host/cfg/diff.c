/*
 * Two configurations line by line: which lines of one have no equal in the other.  Lines are found by their keys, so
 * it takes linear time.  Used when a reload is logged and to find the objects that it touches.
 */
#include "cfg/diff.h"

#include "cfg/find.h"
#include "cfg/stmt.h"

struct side {
	const struct cfg_model *has;
	const struct cfg_tree *other;
	bool added;
	cfg_diff_fn *each;
	void *ctx;
};

static void one_side(const struct side *side, const struct cfg_stmt *mine, const struct cfg_stmt *others, const struct cfg_object *owner)
{
	for (const struct cfg_stmt *s = cfg_stmt_first(mine); s != NULL; s = cfg_stmt_next(s)) {
		const struct cfg_stmt *twin = cfg_stmt_twin(side->other, others, s);
		const struct cfg_object *own = cfg_find_opened(side->has, s);
		struct cfg_diff diff = { side->added, s, own != NULL ? own : owner };

		if (twin == NULL || !cfg_stmt_equal(s, twin))
			side->each(side->ctx, &diff);
		if (twin != NULL)
			one_side(side, s, twin, diff.object);
	}
}

void cfg_diff_models(const struct cfg_model *from, const struct cfg_model *to, cfg_diff_fn *each, void *ctx)
{
	struct side removed = { from, to->tree, false, each, ctx }, added = { to, from->tree, true, each, ctx };

	one_side(&removed, &from->tree->root, &to->tree->root, NULL);
	one_side(&added, &to->tree->root, &from->tree->root, NULL);
}
