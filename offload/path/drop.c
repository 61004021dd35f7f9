/* The end of a packet.  Workers; the words for anybody. */
#include "path/drop.h"

#include <rte_mbuf.h>

#include "path/ctx.h"

const char *path_drop_str(enum path_drop d)
{
	switch (d) {
#define DROP_WORD(name, word, text) \
	case PATH_DROP_##name:      \
		return word;
		PATH_DROP_LIST(DROP_WORD)
#undef DROP_WORD
	case PATH_DROP_COUNT:
		break;
	}
	return "unknown";
}

const char *path_drop_text(enum path_drop d)
{
	switch (d) {
#define DROP_TEXT(name, word, text) \
	case PATH_DROP_##name:      \
		return text;
		PATH_DROP_LIST(DROP_TEXT)
#undef DROP_TEXT
	case PATH_DROP_COUNT:
		break;
	}
	return "unknown";
}

void path_drop(struct path_ctx *c, struct path_pkt *p, enum path_drop why)
{
	__atomic_store_n(&c->drops[why], c->drops[why] + 1, __ATOMIC_RELAXED);
	rte_pktmbuf_free(p->m);
	p->m = NULL;
}

/* The slot's owner is the caller, so its counts have one writer; the tunnel's have several. */
static void count_in(struct db_state_in *in, enum path_drop why)
{
	if (why == PATH_DROP_REPLAY)
		in->replay_drops++;
	else if (why == PATH_DROP_AUTH || why == PATH_DROP_AUTH_DEVICE)
		in->auth_drops++;
	else if (why != PATH_DROP_DUMMY)
		in->other_drops++;
}

void path_drop_in(struct path_ctx *c, struct path_pkt *p, enum path_drop why)
{
	if (p->sa != NULL)
		count_in(p->sa->run.in, why);
	if (why != PATH_DROP_DUMMY)
		__atomic_fetch_add(&c->db->tunnel[p->tunnel].in_drops, 1, __ATOMIC_RELAXED);
	path_drop(c, p, why);
}

void path_drop_out(struct path_ctx *c, struct path_pkt *p, enum path_drop why)
{
	if (p->sa != NULL)
		p->sa->run.out->drops++;
	__atomic_fetch_add(&c->db->tunnel[p->tunnel].out_drops, 1, __ATOMIC_RELAXED);
	path_drop(c, p, why);
}
