/* Lifetimes and the end of sequence numbers, on the SA's owner. */
#include "path/pkt/life.h"

#include "path/pkt/note.h"

static void tell(struct path_ctx *c, const struct db_sa *sa, enum path_note_kind kind, bool hard)
{
	struct path_note n = { .kind = (uint8_t)kind, .hard = hard, .id = sa->id };

	(void)path_note_send(c, &n);
}

static bool passed(uint64_t limit, uint64_t used)
{
	return limit != 0 && used >= limit;
}

/* What a side has used, and its flags and next marks. */
struct life {
	uint64_t bytes, packets;
	uint64_t *limit_bytes, *limit_packets;
	uint32_t *flags;
};

static void check(struct path_ctx *c, const struct db_sa *sa, const struct life *l)
{
	const struct db_sa_conf *conf = sa->conf;

	if (passed(conf->hard_bytes, l->bytes) || passed(conf->hard_packets, l->packets)) {
		*l->flags |= DB_STATE_STOPPED;
		*l->limit_bytes = UINT64_MAX;
		*l->limit_packets = UINT64_MAX;
		tell(c, sa, PATH_NOTE_LIFETIME, true);
		return;
	}
	*l->limit_bytes = conf->hard_bytes != 0 ? conf->hard_bytes : UINT64_MAX;
	*l->limit_packets = conf->hard_packets != 0 ? conf->hard_packets : UINT64_MAX;
	if ((*l->flags & DB_STATE_SOFT_TOLD) == 0) {
		*l->flags |= DB_STATE_SOFT_TOLD;
		tell(c, sa, PATH_NOTE_LIFETIME, false);
	}
}

void path_life_in(struct path_ctx *c, const struct db_sa *sa)
{
	struct db_state_in *s = sa->run.in;
	struct life l = { s->bytes, s->packets, &s->limit_bytes, &s->limit_packets, &s->flags };

	check(c, sa, &l);
}

void path_life_out(struct path_ctx *c, const struct db_sa *sa)
{
	struct db_state_out *s = sa->run.out;
	struct life l = { s->bytes, s->packets, &s->limit_bytes, &s->limit_packets, &s->flags };

	check(c, sa, &l);
}

void path_life_numbers(struct path_ctx *c, const struct db_sa *sa)
{
	struct db_state_out *s = sa->run.out;

	if (s->next > path_life_last(sa)) {
		if ((s->flags & DB_STATE_STOPPED) == 0)
			tell(c, sa, PATH_NOTE_SEQUENCE, true);
		s->flags |= DB_STATE_STOPPED;
	} else if ((s->flags & DB_STATE_SEQ_TOLD) == 0) {
		s->flags |= DB_STATE_SEQ_TOLD;
		tell(c, sa, PATH_NOTE_SEQUENCE, false);
	}
}
