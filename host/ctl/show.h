#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include "cfg/lang.h"
#include "ctl/samples.h"
#include "ctl/server.h"
#include "dp/sync.h"
#include "ike/engine.h"
#include "route/rib.h"
#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_base;

/* What the commands look at: the ctx of the server.  All borrowed. */
struct ctl_world {
	const char *version;
	uint64_t started_ms;
	uint64_t (*now_ms)(void *clock);
	void *clock;
	const struct cfg_lang *lang;
	struct session_hub *hub;
	struct ike_engine *engine;
	const struct net_udp *udp; /* NULL: none */
	struct route_rib *rib;
	struct dp_provider *datapath;
	struct dp_sync *sync;
	struct ctl_base *base; /* cleared counters, base.h; NULL: none can be */
};

/* The operator's commands, for a server whose ctx is a struct ctl_world; docs/ctl.md tells what each document holds. */
const struct ctl_command *ctl_show_table(void);

enum { CTL_IFACE_NAME = 48 }; /* bytes of an interface's name, NUL included */

/* What a command that walks a table remembers between two parts, all-zero at first. */
struct ctl_show_state {
	struct ctl_samples samples; /* counters of SAs, or of what the command shows */
	struct ctl_samples ports;
	struct ctl_samples traffic;
	uint32_t cursor;
	char name[CTL_IFACE_NAME]; /* iface.h; "": none is named */
};

/* For 'begin': gathers the counters of all ESP SAs; without a datapath the document goes without them. */
enum err ctl_show_with_sas(struct ctl_call *call);

/* Asks for counters, of which 'done' hears; ERR_AGAIN, or ERR_OK: there is no datapath, and the document goes without. */
MUST_USE enum err ctl_show_ask(
	struct ctl_call *call, struct ctl_samples *s, enum dp_stats_which which, void (*done)(struct ctl_samples *s, enum err err));

/* A 'done' after which the document can be made of what came. */
void ctl_show_ready(struct ctl_samples *s, enum err err);

/* For 'end', of a call whose state is a struct ctl_show_state. */
void ctl_show_end(struct ctl_call *call);

enum { CTL_PAGE_ROWS = 200 }; /* rows of one part of a document */

/* Appends 'row', which it takes, to the array 'name' of 'doc', making that; ERR_NOMEM, also for a row that is NULL. */
MUST_USE enum err ctl_show_add(json_t *doc, const char *name, json_t *row);

static inline struct ctl_world *ctl_show_world(struct ctl_call *call)
{
	return (struct ctl_world *)call->ctx;
}

#ifdef __cplusplus
}
#endif
#endif
