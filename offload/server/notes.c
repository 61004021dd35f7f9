#include "server/notes.h"

#include <string.h>

#include "server/place.h"

/* Packets that the device left alone go through software beside it; without that they are dropped and counted. */
static void open_raw(struct server_plant *p, uint32_t id)
{
	struct db_sa *sa = db_sa_find(p->db, id);

	if (sa != NULL && server_place_may_soften(p, sa) && engine_raw_open(p->engine, sa) != ERR_OK)
		return;
}

bool server_notes_event(struct server_plant *p, const struct path_note *note, struct dp_event *out)
{
	memset(out, 0, sizeof(*out));
	out->id = note->id;
	out->hard = note->hard != 0;
	switch ((enum path_note_kind)note->kind) {
	case PATH_NOTE_UNKNOWN_SPI:
		out->kind = DP_EV_UNKNOWN_SPI;
		out->id = note->value;
		out->spi = note->id;
		out->remote = note->remote;
		out->local = note->local;
		return true;
	case PATH_NOTE_PEER_MOVED:
		out->kind = DP_EV_PEER_MOVED;
		out->remote = note->remote;
		return true;
	case PATH_NOTE_SEQUENCE:
		out->kind = DP_EV_SEQUENCE;
		return true;
	case PATH_NOTE_LIFETIME:
		out->kind = DP_EV_LIFETIME;
		return true;
	case PATH_NOTE_PMTU:
		out->kind = DP_EV_PMTU;
		out->mtu = note->value;
		return true;
	case PATH_NOTE_RAW:
		open_raw(p, note->id);
		return false;
	case PATH_NOTE_PLACE:
	case PATH_NOTE_RESOLVE:
		return false;
	}
	return false;
}
