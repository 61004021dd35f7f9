/* Traffic selectors as policy sees them; the arithmetic is in wire/ts.c. */
#include "ike/narrow.h"

#include <assert.h>

enum err ike_narrow_side(const struct ike_ts *ours, uint8_t count, const struct ike_ts_list *theirs, struct ike_ts_list *out)
{
	bool gre = count != 0 && ours[0].protocol == IKE_NARROW_GRE;
	struct ike_ts_list mine = { .count = count };
	struct ike_ts_list fit = { .count = 0 };
	enum err err;

	assert(count <= IKE_TS_COUNT);
	for (unsigned i = 0; i < count; i++)
		mine.item[i] = ours[i];
	for (unsigned i = 0; i < theirs->count; i++)
		if ((theirs->item[i].protocol == IKE_NARROW_GRE) == gre)
			fit.item[fit.count++] = theirs->item[i];
	err = ike_ts_narrow(&mine, &fit, out);
	if (err == ERR_OK && out->count > IKE_TS_COUNT)
		out->count = IKE_TS_COUNT;
	return err;
}

bool ike_narrow_accepts(const struct ike_ts *ours, uint8_t count, const struct ike_ts_list *answer)
{
	if (answer->count == 0 || answer->count > IKE_TS_COUNT)
		return false;
	for (unsigned i = 0; i < answer->count; i++) {
		bool inside = false;

		for (unsigned k = 0; k < count && !inside; k++)
			inside = ike_ts_contains(&ours[k], &answer->item[i]);
		if (!inside)
			return false;
	}
	return true;
}
