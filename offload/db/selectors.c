#include "db/selectors.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"

struct selectors {
	struct map_node node;
	uint32_t holders;
	uint32_t count;
	struct db_ts ts[DP_TS_MAX]; /* the last member: memory ends after 'count' */
};

static struct bytes content(const struct db_ts *ts, uint32_t count)
{
	return bytes_of(ts, count * sizeof(*ts));
}

static struct selectors *find(const struct map *all, uint64_t hash, struct bytes wanted)
{
	for (struct map_node *n = map_find(all, hash); n != NULL; n = map_find_next(n)) {
		struct selectors *s = list_of(n, struct selectors, node);

		if (bytes_eq(content(s->ts, s->count), wanted))
			return s;
	}
	return NULL;
}

static struct selectors *add(struct map *all, uint64_t hash, const struct db_ts *ts, uint8_t count)
{
	struct selectors *s = (struct selectors *)calloc(1, offsetof(struct selectors, ts) + count * sizeof(*ts));

	if (s == NULL)
		return NULL;
	s->count = count;
	memcpy(s->ts, ts, count * sizeof(*ts));
	map_add(all, &s->node, hash);
	return s;
}

enum err db_selectors_hold(struct map *all, const struct dp_ts_pair *pair, uint8_t count, const struct db_ts **out)
{
	struct db_ts ts[DP_TS_MAX];
	struct selectors *s;
	uint64_t hash;

	memset(ts, 0, sizeof(ts)); /* what lies between fields is compared, too */
	for (uint8_t i = 0; i < count; i++) {
		enum err err = db_ts_of(&pair[i], &ts[i]);

		if (err != ERR_OK)
			return err;
	}
	hash = map_hash(all, content(ts, count));
	s = find(all, hash, content(ts, count));
	if (s == NULL)
		s = add(all, hash, ts, count);
	if (s == NULL)
		return ERR_NOMEM;
	s->holders++;
	*out = s->ts;
	return ERR_OK;
}

void db_selectors_release(struct map *all, const struct db_ts *ts)
{
	struct selectors *s = ts == NULL ? NULL : (struct selectors *)((uintptr_t)ts - offsetof(struct selectors, ts));

	if (s == NULL || --s->holders != 0)
		return;
	map_del(all, &s->node);
	free(s);
}
