/*
 * The device's replay filter.  Advancing clears whole words instead of shifting bits; that needs one word more
 * than the window has, and the ring has sixteen more.
 */
#include "emu/table/window.h"

#include <string.h>

static uint64_t *word_of(struct emu_window *w, uint64_t number)
{
	return &w->word[number / 64 % EMU_WINDOW_WORDS];
}

static bool is_seen(const struct emu_window *w, uint64_t number)
{
	return (w->word[number / 64 % EMU_WINDOW_WORDS] >> number % 64 & 1) != 0;
}

void emu_window_load(struct emu_window *w, uint64_t top, uint32_t size, const le64 seen[EMU_WINDOW_SEEN])
{
	memset(w, 0, sizeof(*w));
	w->top = top;
	w->size = size;
	for (uint32_t n = 0; n < size && n <= top; n++)
		if ((le64_get(seen[n / 64]) >> n % 64 & 1) != 0)
			*word_of(w, top - n) |= UINT64_C(1) << (top - n) % 64;
}

void emu_window_save(const struct emu_window *w, le64 seen[EMU_WINDOW_SEEN])
{
	uint64_t out[EMU_WINDOW_SEEN] = { 0 };

	for (uint32_t n = 0; n < w->size && n <= w->top; n++)
		if (is_seen(w, w->top - n))
			out[n / 64] |= UINT64_C(1) << n % 64;
	for (unsigned i = 0; i < EMU_WINDOW_SEEN; i++)
		seen[i] = le64_of(out[i]);
}

uint64_t emu_window_infer(const struct emu_window *w, uint32_t low, bool esn)
{
	/* Without a window of its own the number next to 'top' is meant. */
	uint64_t reach = w->size != 0 ? w->size : UINT64_C(1) << 31;
	uint64_t bottom = w->top >= reach ? w->top - reach + 1 : 0;

	if (!esn)
		return low;
	return bottom + (uint32_t)(low - (uint32_t)bottom);
}

bool emu_window_fresh(const struct emu_window *w, uint64_t number)
{
	if (number == 0)
		return false;
	if (number > w->top || w->size == 0)
		return true;
	return w->top - number < w->size && !is_seen(w, number);
}

void emu_window_mark(struct emu_window *w, uint64_t number)
{
	if (number > w->top) {
		uint64_t steps = number / 64 - w->top / 64;

		for (uint64_t i = 1; i <= steps && i <= EMU_WINDOW_WORDS; i++)
			w->word[(w->top / 64 + i) % EMU_WINDOW_WORDS] = 0;
		w->top = number;
	} else if (w->top - number >= EMU_WINDOW_MAX) {
		return; /* without a window: too old to have a bit */
	}
	*word_of(w, number) |= UINT64_C(1) << number % 64;
}
