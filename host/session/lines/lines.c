/*
 * The lines of a session whose tunnel has a policy: each wants one pair of ESP SAs at all times and fails for itself.  A line without one
 * is asked for, with a growing pause after each failure; who began the session asks at once, the other end only where that didn't help.
 * Should both have asked all the same, one of the two pairs goes, and both ends agree on which.  Loop thread only.
 */
#include "session/lines/lines.h"

#include <assert.h>
#include <stdlib.h>

#include "ike/wire/iana.h"
#include "session/inner.h"
#include "session/pause.h"

enum { ASK_FIRST_MS = 5000, ASK_MAX_MS = 60000, RIVAL_MS = 1000 };

struct session_line {
	struct list link; /* in session.lines */
	struct session *session;
	struct session_pair pair;
	struct wheel_timer due; /* when it is looked at again */
	uint32_t ordered;       /* by which SPI the engine was asked for its pair; 0: it wasn't */
	uint32_t pause_ms;
	const char *why; /* it isn't up; NULL: nothing went wrong */
	bool marked;     /* the access list has it */
	bool begun;      /* asked for before the session was up */
};

static_assert((int)CFG_POLICY_LINES == (int)SESSION_SENDERS, "each line of a policy sends by a pair of its own");

static struct session_line *line_of(struct list *it)
{
	return list_of(it, struct session_line, link);
}

/* A pair of the line, after 'after' (NULL: the first); NULL: there is none. */
static struct session_child *pair_of(const struct session_line *line, const struct session_child *after)
{
	bool past = after == NULL;

	list_each (it, &line->session->children) {
		struct session_child *c = list_of(it, struct session_child, link);

		if (past && c->entry == line)
			return c;
		past = past || c == after;
	}
	return NULL;
}

static void look_at(struct session_line *line, uint32_t delay_ms)
{
	struct session_hub *h = line->session->hub;

	wheel_arm(h->env.wheel, &line->due, session_now(h) + delay_ms);
}

static void try_later(struct session_line *line)
{
	struct session_hub *h = line->session->hub;

	wheel_arm(h->env.wheel, &line->due, session_pause(h, line->ordered ^ line->pair.remote.start.b[0], &line->pause_ms, ASK_MAX_MS));
}

/* ---- asking ---- */

static void fill(const struct session_line *line, struct session_terms *terms)
{
	terms->local[0] = line->pair.local;
	terms->remote[0] = line->pair.remote;
	terms->terms.child.local_count = terms->terms.child.remote_count = 1;
	terms->terms.child.limit = CFG_POLICY_LINES;
	terms->terms.child.narrow_to_address = false;
}

static void ask(struct session_line *line)
{
	struct session *s = line->session;
	struct session_hub *h = s->hub;
	struct session_terms terms;
	enum err err = session_terms_fill(s->profile, s->access.source, s->access.mode, &s->path, &terms);

	fill(line, &terms);
	if (err == ERR_OK)
		err = ike_engine_new_child(h->engine, session_now(h), s->ike, &terms.terms.child, &line->ordered);
	if (err == ERR_OK)
		return;
	line->ordered = 0;
	line->why = err_str(err);
	try_later(line);
}

static uint32_t lowest(const struct session_child *c)
{
	return c->spi_in < c->spi_out ? c->spi_in : c->spi_out;
}

/* Both ends see the same four SPIs: the pair with the lowest goes, deleted by who asked for it. */
static void part_rivals(const struct session_line *line)
{
	struct session_hub *h = line->session->hub;
	struct session_child *a = pair_of(line, NULL), *b = a;

	while (b != NULL && b->line == a->line)
		b = pair_of(line, b);
	if (b == NULL)
		return;
	if (lowest(b) < lowest(a))
		a = b;
	if (a->role == IKE_INITIATOR)
		ike_engine_delete_child(h->engine, session_now(h), line->session->ike, a->spi_in);
}

static void look(struct wheel_timer *t, uint64_t now_ms)
{
	struct session_line *line = list_of(t, struct session_line, due);

	(void)now_ms;
	if (pair_of(line, NULL) != NULL)
		part_rivals(line);
	else if (line->ordered == 0 && line->session->state == SESSION_S_UP)
		ask(line);
}

/* ---- having them ---- */

static enum err add(struct session *s, const struct session_pair *pair)
{
	struct session_line *line = (struct session_line *)calloc(1, sizeof(*line));

	if (line == NULL)
		return ERR_NOMEM;
	line->session = s;
	line->pair = *pair;
	line->pause_ms = ASK_FIRST_MS;
	line->due.expired = look;
	line->marked = true;
	list_add(&s->lines, &line->link);
	return ERR_OK;
}

/* Its pairs are nobody's from here on. */
static void drop(struct session_line *line)
{
	struct session_child *c;

	while ((c = pair_of(line, NULL)) != NULL)
		c->entry = NULL;
	wheel_disarm(line->session->hub->env.wheel, &line->due);
	list_del(&line->link);
	free(line);
}

enum err session_lines_open(struct session *s, const struct cfg_interface *i)
{
	struct session_pair pair[CFG_POLICY_LINES];
	unsigned count = session_select_pairs(&i->tunnel, pair);
	enum err err = ERR_OK;

	for (unsigned n = 0; n < count && err == ERR_OK; n++)
		err = add(s, &pair[n]);
	return err;
}

void session_lines_close(struct session *s)
{
	while (!list_empty(&s->lines))
		drop(line_of(list_first(&s->lines)));
}

static uint32_t first_ms(const struct session *s)
{
	return s->role == IKE_INITIATOR ? 0 : 2 * ASK_FIRST_MS;
}

void session_lines_up(struct session *s)
{
	list_each (it, &s->lines) {
		struct session_line *line = line_of(it);

		if (line->why != NULL)
			try_later(line);
		else if (pair_of(line, NULL) == NULL)
			look_at(line, first_ms(s));
	}
}

static struct session_line *find(struct session *s, const struct session_pair *pair)
{
	list_each (it, &s->lines)
		if (session_select_same(&line_of(it)->pair, pair))
			return line_of(it);
	return NULL;
}

/* A line that the access list has no more: what it has is deleted. */
static void retire(struct session_line *line)
{
	struct session *s = line->session;
	struct session_hub *h = s->hub;
	uint32_t ordered = line->ordered;
	struct session_child *c;

	line->ordered = 0;
	if (ordered != 0)
		ike_engine_delete_child(h->engine, session_now(h), s->ike, ordered);
	while ((c = pair_of(line, NULL)) != NULL) {
		c->entry = NULL;
		ike_engine_delete_child(h->engine, session_now(h), s->ike, c->spi_in);
	}
	drop(line);
}

void session_lines_reload(struct session *s, const struct cfg_interface *i)
{
	struct session_pair pair[CFG_POLICY_LINES];
	unsigned count = session_select_pairs(&i->tunnel, pair);
	struct list *it, *next;

	list_each (line, &s->lines)
		line_of(line)->marked = false;
	for (unsigned n = 0; n < count; n++) {
		struct session_line *line = find(s, &pair[n]);

		if (line != NULL)
			line->marked = true;
		else if (add(s, &pair[n]) != ERR_OK)
			log_event(s->hub->env.log, LOG_L_ERROR, "lines.reload", "interface=%s err=%s", s->access.name, err_name(ERR_NOMEM));
		else
			look_at(find(s, &pair[n]), first_ms(s));
	}
	for (it = list_first(&s->lines); it != NULL; it = next) {
		next = list_next(&s->lines, it);
		if (!line_of(it)->marked)
			retire(line_of(it));
	}
}

/* ---- terms ---- */

void session_lines_fit(const struct session *s, const struct session_offer *offer, struct session_terms *terms)
{
	const struct session_line *best = NULL;
	unsigned best_score = 0;

	list_each (it, &s->lines) {
		unsigned score = session_select_score(&line_of(it)->pair, offer);

		if (best != NULL && score <= best_score)
			continue;
		best = line_of(it); /* if none meets it, the first one is what it is held against */
		best_score = score;
	}
	if (best != NULL)
		fill(best, terms);
}

void session_lines_begin(const struct session *s, unsigned turn, struct session_terms *terms)
{
	struct session_line *chosen = NULL;
	unsigned count = 0, n = 0;

	list_each (it, &s->lines)
		count++;
	list_each (it, &s->lines)
		if (n++ == turn % count)
			chosen = line_of(it);
	if (chosen != NULL) {
		chosen->begun = true;
		fill(chosen, terms);
	}
}

/* ---- what becomes of them ---- */

struct session_line *session_lines_of(struct session *s, const struct ike_child_sa *sa)
{
	struct session_offer agreed = {
		.local = sa->local, .remote = sa->remote, .local_count = sa->local_count, .remote_count = sa->remote_count
	};

	list_each (it, &s->children)
		if (list_of(it, struct session_child, link)->line == sa->line)
			return list_of(it, struct session_child, link)->entry;
	list_each (it, &s->lines)
		if (line_of(it)->ordered == sa->spi_in) {
			line_of(it)->ordered = 0;
			return line_of(it);
		}
	list_each (it, &s->lines)
		if (session_select_holds(&line_of(it)->pair, &agreed))
			return line_of(it);
	return NULL;
}

void session_lines_placed(struct session_child *c)
{
	struct session_line *line = c->entry;

	if (line == NULL)
		return;
	line->why = NULL;
	line->pause_ms = ASK_FIRST_MS;
	look_at(line, RIVAL_MS);
}

static void log_line(const struct session_line *line, enum log_level level, const char *event)
{
	char local[IKE_TS_TEXT], remote[IKE_TS_TEXT];
	const struct session *s = line->session;

	log_event(s->hub->env.log, level, event, "interface=%s local=%s remote=%s why=%s", s->access.name,
		ike_ts_str(&line->pair.local, local), ike_ts_str(&line->pair.remote, remote), line->why);
}

void session_lines_left(struct session_line *line)
{
	if (line == NULL || pair_of(line, NULL) != NULL || line->ordered != 0)
		return;
	line->why = "deleted";
	log_line(line, LOG_L_INFO, "line.down");
	try_later(line);
}

static void note_refusal(struct session_line *line, uint16_t notify)
{
	line->why = notify != 0 ? ike_iana_notify_str(notify) : "not made";
	log_line(line, LOG_L_NOTICE, "line.refused");
}

bool session_lines_other(struct session *s, uint16_t notify, struct session_terms *terms)
{
	struct session_line *other = NULL;

	list_each (it, &s->lines) {
		struct session_line *line = line_of(it);

		if (line->begun && line->why == NULL)
			note_refusal(line, notify);
		else if (!line->begun && other == NULL)
			other = line;
	}
	if (other == NULL || notify != IKE_N_TS_UNACCEPTABLE) /* anything else would be said of all */
		return false;
	other->begun = true;
	fill(other, terms);
	return true;
}

void session_lines_refused(struct session *s, uint32_t spi_in, uint16_t notify)
{
	list_each (it, &s->lines) {
		struct session_line *line = line_of(it);

		if (line->ordered != spi_in)
			continue;
		note_refusal(line, notify);
		line->ordered = 0;
		try_later(line);
		return;
	}
}

void session_lines_walk(const struct session *s, session_lines_fn *fn, void *ctx)
{
	list_each (it, &s->lines) {
		const struct session_line *line = line_of(it);
		const struct session_child *c = pair_of(line, NULL);
		uint64_t now = session_now(s->hub);
		struct session_line_info info = { .pair = &line->pair, .reason = line->why };

		info.state = c != NULL && c->awaited == 0 ? "UP" : c != NULL || line->ordered != 0 ? "ASKED" : "WAITING";
		if (info.state[0] == 'W' && line->due.due_ms > now)
			info.retry_ms = line->due.due_ms - now;
		fn(ctx, &info);
	}
}
