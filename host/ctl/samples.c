/*
 * Counters of the datapath, all pages of one kind.  What has ids is sorted by them at the end, to be looked up.
 * Loop thread.
 */
#include "ctl/samples.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_MAX = 1 << 21 }; /* rows */

static size_t row_size(enum dp_stats_which which)
{
	switch (which) {
	case DP_STATS_SA:
		return sizeof(struct dp_sa_stats);
	case DP_STATS_TUNNEL:
		return sizeof(struct dp_tunnel_stats);
	case DP_STATS_PORT:
		return sizeof(struct dp_port_stats);
	case DP_STATS_COUNTER:
		return sizeof(struct dp_counter);
	case DP_STATS_LINE:
		return sizeof(struct dp_line_stats);
	case DP_STATS_TRAFFIC:
		return sizeof(struct dp_traffic_stats);
	case DP_STATS_COUNT:
		break;
	}
	return 0;
}

static enum err reserve(struct ctl_samples *s, size_t more)
{
	size_t cap = s->cap != 0 ? s->cap : DP_PAGE_MAX;
	uint8_t *row;

	if (s->count + more > SAMPLES_MAX)
		return ERR_LIMIT;
	while (cap < s->count + more)
		cap *= 2;
	if (cap == s->cap)
		return ERR_OK;
	row = (uint8_t *)realloc(s->row, cap * row_size(s->which));
	if (row == NULL)
		return ERR_NOMEM;
	s->row = row;
	s->cap = cap;
	return ERR_OK;
}

static void take_page(struct dp_pull *pull, const struct dp_msg *reply)
{
	struct ctl_samples *s = list_of(pull, struct ctl_samples, pull);
	const struct dp_samples *page = &reply->u.samples;
	size_t size = row_size(s->which);

	if (s->err == ERR_OK)
		s->err = reserve(s, page->count);
	if (s->err != ERR_OK || page->count == 0)
		return;
	memcpy(s->row + s->count * size, page->u.sa, page->count * size); /* any member: they are pointers to rows of 'which' */
	s->count += page->count;
}

/* Ids come first in each row, but for counters, which have names. */
static uint32_t id_of(const void *row)
{
	uint32_t id;

	memcpy(&id, row, sizeof(id));
	return id;
}
static_assert(offsetof(struct dp_sa_stats, id) == 0 && offsetof(struct dp_tunnel_stats, id) == 0 &&
		      offsetof(struct dp_port_stats, id) == 0 && offsetof(struct dp_traffic_stats, id) == 0,
	"rows are found by what they begin with");

static int compare(const void *a, const void *b)
{
	uint32_t x = id_of(a), y = id_of(b);

	return x < y ? -1 : x > y;
}

static bool has_ids(enum dp_stats_which which)
{
	return which == DP_STATS_SA || which == DP_STATS_TUNNEL || which == DP_STATS_PORT || which == DP_STATS_TRAFFIC;
}

static void end(struct dp_pull *pull, enum err err)
{
	struct ctl_samples *s = list_of(pull, struct ctl_samples, pull);

	if (s->err == ERR_OK)
		s->err = err;
	if (has_ids(s->which) && s->count > 0)
		qsort(s->row, s->count, row_size(s->which), compare);
	s->done(s, s->err);
}

enum err ctl_samples_begin(struct ctl_samples *s, struct dp_provider *p, enum dp_stats_which which)
{
	s->which = which;
	s->pull.page = take_page;
	s->pull.end = end;
	return p->up ? dp_pull_stats(&s->pull, p, which, 0) : ERR_CLOSED;
}

void ctl_samples_fini(struct ctl_samples *s)
{
	dp_pull_cancel(&s->pull);
	free(s->row);
	memset(s, 0, sizeof(*s));
}

static const void *find(const struct ctl_samples *s, enum dp_stats_which which, uint32_t id)
{
	if (s->count == 0)
		return NULL;
	assert(s->which == which);
	return bsearch(&id, s->row, s->count, row_size(which), compare);
}

const struct dp_sa_stats *ctl_samples_sa(const struct ctl_samples *s, uint32_t id)
{
	return (const struct dp_sa_stats *)find(s, DP_STATS_SA, id);
}

const struct dp_tunnel_stats *ctl_samples_tunnel_of(const struct ctl_samples *s, uint32_t id)
{
	return (const struct dp_tunnel_stats *)find(s, DP_STATS_TUNNEL, id);
}

const struct dp_port_stats *ctl_samples_port_of(const struct ctl_samples *s, uint32_t id)
{
	return (const struct dp_port_stats *)find(s, DP_STATS_PORT, id);
}

const struct dp_traffic_stats *ctl_samples_traffic_of(const struct ctl_samples *s, uint32_t id, size_t *count)
{
	const struct dp_traffic_stats *all = (const struct dp_traffic_stats *)(const void *)s->row;
	const struct dp_traffic_stats *found = (const struct dp_traffic_stats *)find(s, DP_STATS_TRAFFIC, id), *end = found;

	while (found != NULL && found > all && found[-1].id == id)
		found--;
	while (end != NULL && end < all + s->count && end->id == id)
		end++;
	*count = (size_t)(end - found);
	return found;
}

const struct dp_port_stats *ctl_samples_port(const struct ctl_samples *s, size_t index)
{
	assert(s->which == DP_STATS_PORT && index < s->count);
	return (const struct dp_port_stats *)(const void *)s->row + index;
}

const struct dp_tunnel_stats *ctl_samples_tunnel(const struct ctl_samples *s, size_t index)
{
	assert(s->which == DP_STATS_TUNNEL && index < s->count);
	return (const struct dp_tunnel_stats *)(const void *)s->row + index;
}

const struct dp_line_stats *ctl_samples_line(const struct ctl_samples *s, size_t index)
{
	assert(s->which == DP_STATS_LINE && index < s->count);
	return (const struct dp_line_stats *)(const void *)s->row + index;
}

const struct dp_counter *ctl_samples_counter(const struct ctl_samples *s, size_t index)
{
	assert(s->which == DP_STATS_COUNTER && index < s->count);
	return (const struct dp_counter *)(const void *)s->row + index;
}
