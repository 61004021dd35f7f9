#ifndef EMU_SA_H
#define EMU_SA_H

#include "base/list.h"
#include "emu/data/crypto.h"
#include "emu/profile.h"
#include "emu/table/window.h"
#include "fwi/sa.h"
#include "fwi/stats.h"
#include "fwi/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EMU_SA_OUTER_MAX = 40 + 8 + 8 }; /* IPv6, UDP, ESP header */

/* A live SA, in host order. */
struct emu_sa {
	uint32_t index;
	uint16_t generation;
	uint8_t direction;
	uint8_t mode;
	uint8_t suite_number;
	uint8_t ttl;
	uint8_t dscp;
	uint32_t flags;
	uint32_t spi;
	uint16_t udp_src;
	uint16_t udp_dst;
	uint8_t src[16];
	uint8_t dst[16];
	uint64_t cookie;
	const struct emu_suite *suite;
	struct emu_crypto *crypto;
	uint32_t flows; /* rules that refer to it */

	/* Outbound. */
	uint64_t last;                   /* number used last */
	uint8_t outer[EMU_SA_OUTER_MAX]; /* header to copy in front: IP, UDP, SPI */
	uint8_t outer_len;

	/* Inbound. */
	struct emu_window window;
	uint8_t peer[16]; /* where its packets came from last */
	uint16_t peer_port;
	uint64_t moved_ms; /* when that was last told */

	struct {
		uint64_t packets;
		uint64_t bytes;
		uint64_t auth_failed;
		uint64_t replayed;
		uint64_t malformed;
		uint64_t refused;
	} count;
	struct list dirty; /* in the list of those whose statistics changed */
};

/* One direction's table. */
struct emu_sa_table {
	struct emu_sa **slot;
	uint32_t size;
	uint32_t used;
};

MUST_USE enum err emu_sa_table_init(struct emu_sa_table *t, uint32_t size);
void emu_sa_table_fini(struct emu_sa_table *t); /* every SA is wiped */

/*
 * Checks 'image' (a private copy) against 'profile' and makes an SA of it, which the caller puts into a table.  The
 * caller wipes the image.
 */
enum fwi_status emu_sa_new(struct emu_engine *g, const struct emu_profile *profile, const struct fwi_sa_image *image, struct emu_sa **out);
void emu_sa_free(struct emu_sa *sa); /* wipes the keys */

/* Whether a slot is free for an SA: OK, SA_FULL or EXISTS. */
enum fwi_status emu_sa_check_slot(const struct emu_sa_table *t, uint32_t index);
void emu_sa_put(struct emu_sa_table *t, struct emu_sa *sa);

/* The live SA in slot 'index', or NULL; the caller compares the generation. */
static inline struct emu_sa *emu_sa_at(const struct emu_sa_table *t, uint32_t index)
{
	return index < t->size ? t->slot[index] : NULL;
}

/* Takes 'sa' out of the table and frees it. */
void emu_sa_drop(struct emu_sa_table *t, struct emu_sa *sa);

/* The number that statistics and dumps show: last used or highest accepted. */
uint64_t emu_sa_number(const struct emu_sa *sa);

void emu_sa_entry(const struct emu_sa *sa, struct fwi_sa_entry *out);
void emu_sa_state(const struct emu_sa *sa, struct fwi_sa_state *out);
void emu_sa_stats(const struct emu_sa *sa, struct fwi_sa_stats *out);

#ifdef __cplusplus
}
#endif
#endif
