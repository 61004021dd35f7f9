#ifndef DP_PLAN_H
#define DP_PLAN_H

#include "base/list.h"
#include "base/wheel.h"
#include "dp/object.h"
#include "dp/sync.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The part of sync that knows objects but no link: what is wanted, what the datapath has, and from both what is to be
 * done, in lists by phase.  Nobody but dp/sync.c and dp/batch.c includes it.
 */
struct dp_plan;

struct dp_want {
	struct dp_object object; /* what is wanted; of what isn't, the last that was, or what the datapath shows */
	struct dp_plan *plan;
	struct dp_owner *owner;  /* NULL: nobody waits for results */
	struct list owned;       /* in owner->objects */
	struct list todo;        /* in one of plan->todo, or of plan->later */
	struct list news;        /* in plan->news: a result to report */
	uint64_t due_ms;         /* in plan->later: until then */
	struct dp_result result; /* the last one; its state goes into the next put */
	uint32_t seen;           /* number of the dump that showed it last */
	uint32_t named;          /* by so many puts in flight */
	uint8_t failures;        /* in a row */
	uint8_t later;           /* the list of plan->later that it is in, from 1; 0: none */
	bool wanted;
	bool present;  /* in the datapath, as far as is known */
	bool changed;  /* what is there isn't what is wanted */
	bool inflight; /* in a transaction that wasn't answered */
	bool again;    /* changed while in flight */
	bool orphan;   /* shown by the datapath, put by a control that is no more */
	bool lost;     /* an SA whose state is gone: never put again */
	bool tried;    /* an SA that was put as fresh: active for all we know */
	bool told;     /* the owner heard of the last put */
};

/*
 * Puts in order of reference, then dels in reverse.  A tunnel that isn't there goes before its SAs; one that is goes
 * after them, so that it never points to an SA that is yet to come (make before break).
 */
enum dp_phase {
	DP_PHASE_PUT_VRF,
	DP_PHASE_PUT_FILTER,
	DP_PHASE_PUT_POLICY,
	DP_PHASE_PUT_PORT,
	DP_PHASE_PUT_LOCAL,
	DP_PHASE_PUT_ADJACENCY,
	DP_PHASE_PUT_TUNNEL,
	DP_PHASE_PUT_SA,
	DP_PHASE_TURN_TUNNEL,
	DP_PHASE_PUT_ROUTE,
	DP_PHASE_DEL_ROUTE,
	DP_PHASE_DEL_SA,
	DP_PHASE_DEL_TUNNEL,
	DP_PHASE_DEL_ADJACENCY,
	DP_PHASE_DEL_LOCAL,
	DP_PHASE_DEL_PORT,
	DP_PHASE_DEL_POLICY,
	DP_PHASE_DEL_FILTER,
	DP_PHASE_DEL_VRF,
	DP_PHASE_COUNT
};

enum { DP_PLAN_DOUBLINGS = 6 }; /* of the time that a refused object is left alone */

/* All that wait equally long, so the first to come is the first to go. */
struct dp_later {
	struct list wants;
	struct wheel_timer timer;
};

struct dp_plan {
	struct map wants;
	struct list todo[DP_PHASE_COUNT];
	struct dp_later later[DP_PLAN_DOUBLINGS + 1];
	struct list news;
	struct wheel *wheel;
	const struct log *log;
	uint32_t orphans, todos, failing;
	bool telling;
	void (*work)(struct dp_plan *plan); /* something went to 'todo' or 'news' */
};

/* 'wheel', 'log' and 'work' are set. */
MUST_USE enum err dp_plan_init(struct dp_plan *plan, const uint8_t key[16]);
void dp_plan_fini(struct dp_plan *plan);

struct dp_want *dp_plan_find(const struct dp_plan *plan, const struct dp_key *key);

/* A new one for what 'put' says, whose secrets move in; nothing is wanted or present yet. */
MUST_USE enum err dp_plan_add(struct dp_plan *plan, struct dp_op *put, struct dp_want **out);

/* Sorts 'w' into the list of what is to be done for it; frees it when it is neither wanted nor present. */
void dp_plan_schedule(struct dp_want *w);

void dp_plan_own(struct dp_want *w, struct dp_owner *owner);
void dp_plan_disown(struct dp_want *w);

/* Whether it is to be there: wanted, and not lost. */
bool dp_plan_live(const struct dp_want *w);

/* Notes the outcome for the owner. */
void dp_plan_settle(struct dp_want *w, enum err err);

/* What was refused is left alone for a while, longer each time; or no longer. */
void dp_plan_retry_later(struct dp_want *w);
void dp_plan_retry_now(struct dp_want *w);

/* The SA's state is gone. */
void dp_plan_lose(struct dp_want *w);

/* Tells owners all news; their functions may put, del, release and even flush at will. */
void dp_plan_tell(struct dp_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
