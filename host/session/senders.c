/*
 * By which of a session's pairs packets go out.  One of each line sends, as the engine says; what several lines would let pass goes by the
 * first: the narrower before the wider, and of two alike the newer, for its peer may have lost the older.  Loop thread only.
 */
#include "session/inner.h"

static bool within(const struct ike_ts *inner, unsigned inner_count, const struct ike_ts *outer, unsigned outer_count)
{
	for (unsigned i = 0; i < inner_count; i++) {
		bool inside = false;

		for (unsigned k = 0; k < outer_count && !inside; k++)
			inside = ike_ts_contains(&outer[k], &inner[i]);
		if (!inside)
			return false;
	}
	return true;
}

static bool covers(const struct session_child *outer, const struct session_child *inner)
{
	return within(inner->local, inner->local_count, outer->local, outer->local_count) &&
	       within(inner->remote, inner->remote_count, outer->remote, outer->remote_count);
}

static bool is_wider(const struct session_child *a, const struct session_child *b)
{
	return covers(a, b) && !covers(b, a);
}

unsigned session_senders_list(const struct session *s, uint32_t out[SESSION_SENDERS])
{
	const struct session_child *order[SESSION_SENDERS];
	unsigned count = 0;

	list_each (it, &s->children) {
		const struct session_child *c = list_of(it, struct session_child, link);
		unsigned at = 0;

		if (!c->sends || count == SESSION_SENDERS)
			continue;
		for (unsigned i = 0; i < count; i++)
			if (is_wider(c, order[i]))
				at = i + 1;
		for (unsigned i = count++; i > at; i--)
			order[i] = order[i - 1];
		order[at] = c;
	}
	for (unsigned i = 0; i < count; i++)
		out[i] = order[i]->sa_out;
	return count;
}

struct session_child *session_senders_of(const struct session *s, uint32_t line)
{
	list_each (it, &s->children) {
		struct session_child *c = list_of(it, struct session_child, link);

		if (c->line == line && c->sends)
			return c;
	}
	return NULL;
}

void session_senders_set(struct session_child *c)
{
	struct session_child *former = session_senders_of(c->session, c->line);

	if (former != NULL)
		former->sends = false;
	c->sends = true;
}

void session_senders_inherit(const struct session_child *gone)
{
	struct session_child *heir = NULL;

	list_each (it, &gone->session->children) {
		struct session_child *c = list_of(it, struct session_child, link);

		if (c != gone && c->line == gone->line)
			heir = c;
	}
	if (gone->sends && heir != NULL)
		session_senders_set(heir);
}
