#include "base/limit.h"

void limit_init(struct limit *l, uint32_t rate_per_s, uint32_t burst, uint64_t now_ms)
{
	l->rate_per_s = rate_per_s;
	l->burst = burst;
	l->milli_tokens = (uint64_t)burst * 1000;
	l->last_ms = now_ms;
	l->refused = 0;
}

bool limit_take(struct limit *l, uint64_t now_ms)
{
	uint64_t room = (uint64_t)l->burst * 1000 - l->milli_tokens;
	uint64_t passed = now_ms > l->last_ms ? now_ms - l->last_ms : 0;
	uint64_t gained;

	if (passed > UINT32_MAX)
		passed = UINT32_MAX; /* 49 days: keeps the product from overflowing */
	gained = passed * l->rate_per_s;
	l->milli_tokens += gained < room ? gained : room;
	if (now_ms > l->last_ms)
		l->last_ms = now_ms;
	if (l->milli_tokens < 1000) {
		l->refused++;
		return false;
	}
	l->milli_tokens -= 1000;
	return true;
}
