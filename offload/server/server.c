/*
 * The socket, the order of messages, and what the datapath says unasked.  Requests are answered as they come, transactions
 * when their devices have answered (wait.h); a request about what is still waited for is held, and nothing is read after
 * it.  Events are collected and sent with the next poll, activity once a second for tunnels whose stamps moved.  Called by
 * navedp's main loop, on the main lcore.
 */
#include "server/server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/apply.h"
#include "server/dump.h"
#include "server/notes.h"
#include "server/place.h"
#include "server/stats.h"
#include "server/wait.h"

enum { SERVER_MESSAGES = 64, SERVER_ACTIVITY_MS = 1000, SERVER_ADOPT_MS = 60000 };

struct server {
	struct server_conf conf;
	struct server_plant *plant; /* NULL: not begun */
	uint64_t begun_ms;
	bool adopted_settled; /* slots of the former datapath that nobody claimed are free again */
	int listener;
	struct dp_link link;
	bool greeted;
	uint32_t greetings;
	bool holding;       /* 'held' waits for a device ... */
	struct dp_msg held; /* ... in the link's room, so that nothing more is received */
	struct server_wait wait;
	bool unfit; /* ports have changed: where SAs are may not suit them any more */
	struct server_dump dump;
	struct dp_room reply; /* arrays of replies */
	struct dp_event event[DP_EVENTS_MAX];
	uint16_t event_count;
	uint64_t activity_due_ms;
	uint64_t activity_last_ms;
};

/* ---- the link ---- */

static void hang_up(struct server *s, const char *why)
{
	if (s->link.fd < 0)
		return;
	log_event(s->conf.log, LOG_L_NOTICE, "control.gone", "why=%s", why);
	if (s->holding)
		dp_codec_fini(&s->held);
	s->holding = false;
	server_wait_mute(&s->wait);
	dp_link_fini(&s->link);
	s->link.fd = -1;
	s->greeted = false;
	s->event_count = 0;
	/* SPIs that nobody made an SA of were leased to who is gone. */
	if (s->plant != NULL)
		db_slots_forget(&s->plant->db->slots[DP_IN], DB_SLOT_RESERVED);
}

/* A control that reads nothing for a second is as good as gone. */
static void send_msg(struct server *s, const struct dp_msg *m, int pass)
{
	enum err err = dp_link_send(&s->link, m, pass);

	if (err == ERR_AGAIN) {
		struct pollfd p = { .fd = s->link.fd, .events = POLLOUT };

		if (poll(&p, 1, SERVER_SEND_MS) == 1)
			err = dp_link_send(&s->link, m, pass);
	}
	if (err != ERR_OK)
		hang_up(s, err_str(err));
}

void server_accept(struct server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	enum err err;

	if (fd < 0)
		return;
	hang_up(s, "replaced");
	err = dp_link_init(&s->link, fd);
	if (err != ERR_OK) {
		s->link.fd = -1;
		log_event(s->conf.log, LOG_L_ERROR, "control.link", "err=%s", err_name(err));
	}
}

/* ---- events ---- */

static void flush_events(struct server *s)
{
	struct dp_msg m = { .kind = DP_MSG_EVENTS };

	if (s->event_count == 0 || !s->greeted)
		return;
	m.u.events.count = s->event_count;
	m.u.events.event = s->event;
	s->event_count = 0;
	send_msg(s, &m, -1);
}

void server_event(struct server *s, const struct dp_event *e)
{
	if (!s->greeted)
		return;
	if (s->event_count == DP_EVENTS_MAX)
		flush_events(s);
	if (s->event_count < DP_EVENTS_MAX)
		s->event[s->event_count++] = *e;
}

/* ---- moves: SAs that no request is about ---- */

static void start_moves(struct server *s, struct server_txn **moves)
{
	if (*moves == NULL)
		return;
	if ((*moves)->count == 0)
		free(*moves);
	else
		server_wait_add(&s->wait, *moves);
	*moves = NULL;
}

static void tell_placement(struct server *s, const struct db_sa *sa)
{
	struct dp_event e = { .kind = DP_EV_PLACEMENT, .id = sa->id };

	e.placement = sa->placement;
	e.reason = sa->reason;
	server_event(s, &e);
}

/* Where its packets can go now; it passes them where it is until then. */
static void move(struct server *s, struct server_txn **moves, uint32_t id)
{
	enum err err = ERR_NOMEM;

	if (*moves != NULL && (*moves)->count == DP_OPS_MAX)
		start_moves(s, moves);
	if (*moves == NULL)
		*moves = (struct server_txn *)calloc(1, sizeof(**moves));
	if (*moves != NULL)
		err = server_txn_move(s->plant, *moves, id);
	if (err == ERR_DENIED)
		tell_placement(s, db_sa_find(s->plant->db, id));
	else if (err != ERR_OK && err != ERR_BUSY)
		log_event(s->conf.log, LOG_L_ERROR, "sa.move", "sa=%u err=%s", id, err_name(err));
}

/* Ports or their devices have changed. */
static void refit(struct server *s)
{
	struct server_txn *moves = NULL;
	uint32_t cursor = 0;
	const struct db_sa *sa;

	s->unfit = false;
	while ((sa = db_sa_walk(s->plant->db, &cursor)) != NULL)
		if (server_place_is_stale(s->plant, sa))
			move(s, &moves, sa->id);
	start_moves(s, &moves);
}

/* ---- requests ---- */

/* The tables begin with the first control, because the run-time state of SAs may come with it. */
static enum err begin(struct server *s, const struct dp_hello *hello, int passed, uint64_t now_ms)
{
	struct db_state state = { .fd = -1 };
	enum err err = ERR_ABSENT;

	if (passed >= 0 && hello->store != 0) {
		err = db_state_adopt(&state, passed, s->conf.slots);
		log_event(s->conf.log, err == ERR_OK ? LOG_L_NOTICE : LOG_L_WARN, "state.adopt", "err=%s", err_name(err));
	}
	if (err == ERR_OK) {
		passed = -1;
	} else {
		err = db_state_new(&state, s->conf.slots, s->conf.instance | 1);
	}
	if (passed >= 0)
		(void)close(passed);
	if (err != ERR_OK)
		return err;
	err = s->conf.begin(s->conf.ctx, &state, &s->plant);
	if (err != ERR_OK) {
		db_state_fini(&state);
		return err;
	}
	db_sa_on_drop(s->plant->db, server_place_drop, s->plant);
	s->begun_ms = now_ms;
	return ERR_OK;
}

static void greet(struct server *s, const struct dp_hello *hello, int passed, uint64_t now_ms)
{
	struct dp_msg m = { .kind = DP_MSG_HELLO };

	if (s->plant != NULL) {
		if (passed >= 0)
			(void)close(passed);
	} else if (begin(s, hello, passed, now_ms) != ERR_OK) {
		log_event(s->conf.log, LOG_L_ERROR, "datapath.begin", "socket=%s", s->conf.path);
		hang_up(s, "no tables");
		return;
	}
	m.u.hello.major = DP_VERSION_MAJOR;
	m.u.hello.minor = DP_VERSION_MINOR;
	m.u.hello.role = DP_PEER_DATAPATH;
	m.u.hello.instance = s->conf.instance;
	m.u.hello.store = s->plant->db->state.store;
	send_msg(s, &m, s->plant->db->state.fd);
	s->greeted = s->link.fd >= 0;
	s->greetings++;
	log_event(s->conf.log, LOG_L_NOTICE, "control.hello", "instance=%016llx", (unsigned long long)hello->instance);
}

static void reserve(struct server *s, const struct dp_reserve *ask, struct dp_lease *lease)
{
	lease->spi = s->reply.u.spi;
	lease->count = (uint16_t)db_sa_reserve(s->plant->db, false, lease->spi, ask->count);
	lease->err = lease->count == ask->count ? ERR_OK : ERR_FULL;
}

static void release(struct server *s, const struct dp_release *r)
{
	struct db_slots *slots = &s->plant->db->slots[DP_IN];

	for (uint16_t i = 0; i < r->count; i++) {
		uint32_t slot = db_slots_of(slots, r->spi[i]);
		uint32_t generation = db_state_generation(&s->plant->db->state, DP_IN, slot);

		/* One of an earlier generation is another's reservation by now. */
		if (slots->status[slot] == DB_SLOT_RESERVED && generation == r->spi[i] >> slots->bits)
			db_slots_release(slots, slot);
	}
}

/* The answer to a transaction, or what control is told of a move. */
static void tell_end(void *ctx, const struct server_txn *t)
{
	struct server *s = (struct server *)ctx;
	struct dp_msg m = { .kind = DP_MSG_DONE, .tag = t->tag };

	for (uint16_t i = 0; t->is_move && i < t->count; i++)
		tell_placement(s, t->made[i]);
	if (t->tag == 0)
		return;
	memcpy(s->reply.u.result, t->result, t->count * sizeof(t->result[0]));
	m.u.done.count = t->count;
	m.u.done.result = s->reply.u.result;
	send_msg(s, &m, -1);
}

/* Its operations are over before it is answered: with that the link may go, in whose room they stand. */
static void apply(struct server *s, struct dp_msg *m)
{
	struct server_txn *t = (struct server_txn *)calloc(1, sizeof(*t));

	if (t == NULL) {
		dp_codec_fini(m);
		hang_up(s, err_str(ERR_NOMEM));
		return;
	}
	t->tag = m->tag;
	server_apply(s->plant, m->u.txn.op, m->u.txn.count, t);
	for (uint16_t i = 0; i < m->u.txn.count; i++)
		s->unfit = s->unfit || dp_op_class(m->u.txn.op[i].kind) == DP_CLASS_PORT;
	dp_codec_fini(m);
	server_wait_add(&s->wait, t);
	server_wait_end(&s->wait, s->plant, t, tell_end, s);
}

/* Fills the answer to 'm', whose kind stays NONE when there is none.  ERR_STATE: control doesn't say such things. */
static enum err answer(struct server *s, const struct dp_msg *m, uint64_t now_ms, struct dp_msg *out)
{
	switch (m->kind) {
	case DP_MSG_DUMP:
		out->kind = DP_MSG_ITEMS;
		server_dump_page(&s->dump, s->plant, m->u.dump.cursor, &s->reply, &out->u.items);
		return ERR_OK;
	case DP_MSG_STATS:
		out->kind = DP_MSG_SAMPLES;
		server_stats_page(s->plant, &m->u.stats, now_ms, &s->reply, &out->u.samples);
		return ERR_OK;
	case DP_MSG_SPI_RESERVE:
		out->kind = DP_MSG_SPI_LEASE;
		reserve(s, &m->u.reserve, &out->u.lease);
		return ERR_OK;
	case DP_MSG_SPI_RELEASE:
		release(s, &m->u.release);
		return ERR_OK;
	case DP_MSG_FAULT:
		out->kind = DP_MSG_FAULTED;
		out->u.faulted.err = s->plant->box->fault(s->plant->box->ctx, &m->u.fault);
		log_event(s->conf.log, LOG_L_WARN, "device.fault", "port=%u fault=%s value=%u count=%u err=%s", m->u.fault.port,
			dp_fault_str((enum dp_fault_kind)m->u.fault.kind), m->u.fault.value, m->u.fault.count,
			err_name(out->u.faulted.err));
		return ERR_OK;
	default:
		return ERR_STATE;
	}
}

/* Ends 'm' before the link, in whose room it stands, may go. */
static void handle(struct server *s, struct dp_msg *m, int passed, uint64_t now_ms)
{
	struct dp_msg out;
	enum err err = ERR_STATE;

	if (m->kind == DP_MSG_HELLO) {
		greet(s, &m->u.hello, passed, now_ms);
		return;
	}
	if (passed >= 0)
		(void)close(passed);
	if (s->greeted && m->kind == DP_MSG_TXN) {
		apply(s, m);
		return;
	}
	memset(&out, 0, sizeof(out));
	out.tag = m->tag;
	if (s->greeted)
		err = answer(s, m, now_ms, &out);
	dp_codec_fini(m);
	if (err != ERR_OK)
		hang_up(s, !s->greeted ? "no hello" : err == ERR_STATE ? "unexpected message" : err_str(err));
	else if (out.kind != DP_MSG_NONE)
		send_msg(s, &out, -1);
}

static void receive(struct server *s, uint64_t now_ms)
{
	for (int i = 0; i < SERVER_MESSAGES && s->link.fd >= 0; i++) {
		struct dp_msg m = s->held;
		int passed = -1;
		enum err err = s->holding ? ERR_OK : dp_link_recv(&s->link, &m, &passed);

		if (err == ERR_AGAIN)
			return;
		if (err == ERR_UNSUPPORTED)
			continue; /* of a later minor */
		if (err != ERR_OK) {
			hang_up(s, err_str(err));
			return;
		}
		s->holding = s->greeted && server_wait_blocks(&s->wait, s->plant, &m);
		if (s->holding) {
			if (passed >= 0)
				(void)close(passed);
			s->held = m;
			return;
		}
		handle(s, &m, passed, now_ms);
	}
}

/* ---- what happens to devices and packets ---- */

void server_device(struct server *s, uint8_t index, bool up)
{
	struct dp_event e = { .kind = DP_EV_DEVICE, .id = s->plant->db->port[index].id, .up = up };

	e.reason = up ? DP_WHY_NONE : DP_WHY_DEVICE_DOWN;
	server_event(s, &e);
	refit(s);
}

void server_note(struct server *s, const struct path_note *note)
{
	struct server_txn *moves = NULL;
	struct dp_event e;

	if (server_notes_event(s->plant, note, &e))
		server_event(s, &e);
	if (note->kind == PATH_NOTE_PLACE)
		move(s, &moves, note->id);
	start_moves(s, &moves);
}

static uint32_t idle_of(uint64_t stamp_ms, uint64_t now_ms)
{
	uint64_t idle = now_ms > stamp_ms ? now_ms - stamp_ms : 0;

	return stamp_ms == 0 || idle >= UINT32_MAX ? UINT32_MAX : (uint32_t)idle;
}

/* Tunnels whose packets moved since the last time. */
static void tell_activity(struct server *s, uint64_t now_ms)
{
	uint32_t cursor = 0;
	const struct db_tunnel *t;

	if (now_ms < s->activity_due_ms)
		return;
	s->activity_due_ms = now_ms + SERVER_ACTIVITY_MS;
	while ((t = db_tunnel_walk(s->plant->db, &cursor)) != NULL) {
		struct dp_event e = { .kind = DP_EV_ACTIVITY, .id = t->id };

		if (t->last_in_ms < s->activity_last_ms && t->last_out_ms < s->activity_last_ms)
			continue;
		e.idle_in_ms = idle_of(t->last_in_ms, now_ms);
		e.idle_out_ms = idle_of(t->last_out_ms, now_ms);
		server_event(s, &e);
	}
	s->activity_last_ms = now_ms;
}

/* ---- life ---- */

uint32_t server_greetings(const struct server *s)
{
	return s->greetings;
}

void server_poll(struct server *s, uint64_t now_ms)
{
	receive(s, now_ms);
	if (s->plant == NULL)
		return;
	if (s->unfit)
		refit(s);
	server_wait_poll(&s->wait, s->plant, tell_end, s);
	tell_activity(s, now_ms);
	flush_events(s);
	if (!s->adopted_settled && now_ms - s->begun_ms >= SERVER_ADOPT_MS) {
		s->adopted_settled = true;
		db_slots_forget(&s->plant->db->slots[DP_IN], DB_SLOT_ADOPTABLE);
		db_slots_forget(&s->plant->db->slots[DP_OUT], DB_SLOT_ADOPTABLE);
	}
}

int server_listen_fd(const struct server *s)
{
	return s->listener;
}

int server_link_fd(const struct server *s)
{
	return s->holding ? -1 : s->link.fd;
}

bool server_is_waiting(const struct server *s)
{
	return !list_empty(&s->wait.txns);
}

enum err server_new(struct server **out, const struct server_conf *conf)
{
	struct server *s = (struct server *)calloc(1, sizeof(*s));
	enum err err;

	if (s == NULL)
		return ERR_NOMEM;
	s->conf = *conf;
	s->link.fd = -1;
	s->listener = -1;
	server_wait_init(&s->wait);
	err = dp_link_listen(conf->path, &s->listener);
	if (err != ERR_OK) {
		server_free(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

void server_free(struct server *s)
{
	if (s == NULL)
		return;
	hang_up(s, "stopped");
	server_wait_fini(&s->wait, s->plant);
	if (s->listener >= 0) {
		(void)close(s->listener);
		(void)unlink(s->conf.path);
	}
	free(s);
}
