/* The order of fences; what one waits for is the port's to say. */
#include "pmd/fence.h"

#include <string.h>

struct pmd_fence *pmd_fence_take(struct pmd_fences *f, uint32_t *tag)
{
	struct pmd_fence *fence;

	if (f->next - f->first == PMD_FENCES) {
		*tag = f->next - 1;
		return &f->ring[*tag % PMD_FENCES];
	}
	*tag = f->next++;
	fence = &f->ring[*tag % PMD_FENCES];
	memset(fence, 0, sizeof(*fence));
	return fence;
}

void pmd_fence_advance(struct pmd_fences *f, bool (*done)(void *ctx, const struct pmd_fence *fence), void *ctx)
{
	while (f->first != f->next && done(ctx, &f->ring[f->first % PMD_FENCES]))
		f->first++;
}

bool pmd_fence_passed(const struct pmd_fences *f, uint32_t tag)
{
	return (int32_t)(tag - f->first) < 0;
}

void pmd_fence_end(struct pmd_fences *f)
{
	f->first = f->next;
}
