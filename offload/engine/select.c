/* Which engine an SA gets, and why not a better one.  Main lcore. */
#include "engine/select.h"

#include "db/port.h"
#include "engine/inline.h"
#include "engine/soft.h"
#include "engine/suite.h"

enum { IPV6_MIN_MTU = 1280 };

static void set(struct db_sa *sa, const struct engine_ops *ops, void *session, enum dp_reason reason)
{
	sa->engine = ops;
	sa->session = session;
	sa->placement = ops->placement;
	sa->reason = (uint8_t)reason;
}

static enum err set_sizes(struct db_sa *sa)
{
	struct engine_sizes sizes;
	enum err err = engine_suite_sizes(sa->conf, &sizes);

	if (err != ERR_OK)
		return err;
	db_sa_set_sizes(sa, sizes.iv_len, sizes.icv_len, sizes.align);
	return ERR_OK;
}

/*
 * Where a device counts by itself, a packet that has to be fragmented after encryption would need a number that the
 * host can't give (sa-state 30): IPv6 may not be cut below 1280 bytes before it.
 */
static bool needs_post_frag(const struct engine *e, const struct db_sa *sa, const struct engine_wish *wish)
{
	return sa->direction == DP_OUT && engine_inline_counts(e, wish->port) && wish->outer_mtu != 0 &&
	       db_sa_outer_len(sa, IPV6_MIN_MTU) > wish->outer_mtu;
}

enum dp_reason engine_select_why(const struct engine *e, const struct db_sa *sa, const struct engine_wish *wish)
{
	enum dp_reason why;

	if ((sa->flags & DB_SA_OFFLOAD) == 0 || wish->offload == DP_OFFLOAD_OFF)
		return DP_WHY_POLICY;
	why = engine_inline_check(e, wish->port, sa);
	if (why != DP_WHY_NONE)
		return why;
	return needs_post_frag(e, sa, wish) ? DP_WHY_POST_FRAG : DP_WHY_NONE;
}

enum dp_reason engine_select_refusal(const struct engine *e, uint8_t port, enum err err, enum dp_reason full)
{
	if (err == ERR_FULL)
		return full;
	return err != ERR_ABSENT && engine_inline_lives(e, port) ? DP_WHY_DEVICE_REFUSED : DP_WHY_DEVICE_DOWN;
}

enum err engine_select(struct engine *e, struct db_sa *sa, const struct engine_wish *wish)
{
	enum err err = set_sizes(sa);
	enum dp_reason why;
	void *session;

	if (err != ERR_OK)
		return err;
	why = engine_select_why(e, sa, wish);
	if (why != DP_WHY_NONE)
		return engine_select_other(e, sa, wish, why);
	err = engine_inline_ops.create(e, sa, wish->port, &session);
	if (err != ERR_OK)
		return engine_select_other(e, sa, wish, engine_select_refusal(e, wish->port, err, DP_WHY_TABLE_FULL));
	set(sa, &engine_inline_ops, session, DP_WHY_NONE);
	sa->flags |= DB_SA_INLINE;
	sa->place_port = wish->port;
	sa->place_epoch = engine_inline_epoch(e, wish->port);
	return ERR_OK;
}

enum err engine_select_other(struct engine *e, struct db_sa *sa, const struct engine_wish *wish, enum dp_reason reason)
{
	if (wish->offload != DP_OFFLOAD_INLINE)
		return engine_select_soft(e, sa, reason);
	sa->placement = DP_PLACE_NONE;
	sa->reason = (uint8_t)reason;
	return ERR_DENIED;
}

enum err engine_select_soft(struct engine *e, struct db_sa *sa, enum dp_reason reason)
{
	const struct engine_ops *ops = engine_soft_ops(sa->conf);
	void *session;
	enum err err = set_sizes(sa);

	if (err != ERR_OK)
		return err;
	err = ops->create(e, sa, DB_PORT_NONE, &session);
	if (err != ERR_OK)
		return err;
	set(sa, ops, session, reason);
	sa->flags = (uint16_t)(sa->flags & ~DB_SA_INLINE);
	sa->place_port = DB_PORT_NONE;
	return ERR_OK;
}
