/*
 * Page after page of one provider's dump or counters, for sync and for show commands.  Loop thread.
 */
#include "dp/pull.h"

#include "base/list.h"

static enum err ask(struct dp_pull *pull, uint64_t cursor)
{
	if (pull->stats.which == DP_STATS_COUNT)
		return dp_provider_dump(pull->provider, cursor, &pull->call);
	pull->stats.cursor = cursor;
	return dp_provider_stats(pull->provider, &pull->stats, &pull->call);
}

static void on_page(struct dp_call *call, enum err err, const struct dp_msg *reply)
{
	struct dp_pull *pull = list_of(call, struct dp_pull, call);
	uint64_t next;

	if (err != ERR_OK) {
		pull->end(pull, err);
		return;
	}
	next = reply->kind == DP_MSG_ITEMS ? reply->u.items.next : reply->u.samples.next;
	pull->page(pull, reply);
	if (next != 0)
		err = ask(pull, next);
	if (next == 0 || err != ERR_OK)
		pull->end(pull, err);
}

static enum err begin(struct dp_pull *pull, struct dp_provider *p)
{
	pull->provider = p;
	pull->call.done = on_page;
	return ask(pull, 0);
}

enum err dp_pull_dump(struct dp_pull *pull, struct dp_provider *p)
{
	pull->stats.which = DP_STATS_COUNT;
	return begin(pull, p);
}

enum err dp_pull_stats(struct dp_pull *pull, struct dp_provider *p, enum dp_stats_which which, uint32_t id)
{
	pull->stats.which = (uint8_t)which;
	pull->stats.id = id;
	return begin(pull, p);
}

void dp_pull_cancel(struct dp_pull *pull)
{
	if (pull->provider != NULL)
		dp_provider_cancel(pull->provider, &pull->call);
}
