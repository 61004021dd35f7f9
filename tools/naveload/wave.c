#include "naveload/wave.h"

#include <assert.h>

enum { SECOND_US = 1000000 };

void naveload_wave_init(struct naveload_wave *w, const struct naveload_pace *pace, uint32_t count, uint64_t now_us)
{
	w->pace = *pace;
	w->start_us = now_us;
	w->count = count;
	w->next = 0;
	w->under_way = 0;
}

static uint64_t schedule(const struct naveload_wave *w)
{
	uint32_t at_once = w->pace.burst > 0 ? w->pace.burst : 1;

	if (w->pace.rate == 0 || w->next < at_once)
		return w->start_us;
	return w->start_us + (uint64_t)(w->next - at_once + 1) * SECOND_US / w->pace.rate;
}

uint64_t naveload_wave_due(const struct naveload_wave *w)
{
	if (w->next == w->count || (w->pace.concurrency != 0 && w->under_way >= w->pace.concurrency))
		return UINT64_MAX;
	return schedule(w);
}

bool naveload_wave_take(struct naveload_wave *w, uint64_t now_us, uint32_t *index, uint64_t *since_us)
{
	if (naveload_wave_due(w) > now_us)
		return false;
	*since_us = w->pace.rate != 0 ? schedule(w) : now_us;
	*index = w->next++;
	w->under_way++;
	return true;
}

void naveload_wave_end(struct naveload_wave *w)
{
	assert(w->under_way > 0);
	w->under_way--;
}

void naveload_wave_cut(struct naveload_wave *w)
{
	w->count = w->next;
}

bool naveload_wave_over(const struct naveload_wave *w)
{
	return w->next == w->count && w->under_way == 0;
}
