/*
 * The memfd behind every SA's run-time state: a header page, the inbound slots, the outbound slots, the inbound slots' larger rings.  Its
 * bytes are this program's own from one run to the next on one machine; the header tells when they are not.
 */
#include "db/state.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATE_PAGE = 4096, STATE_SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

#define STATE_MAGIC UINT64_C(0x0000657461747376) /* "vstate" */

struct db_state_header {
	uint64_t magic;
	uint32_t version;
	uint32_t slots;
	uint32_t in_size;
	uint32_t out_size;
	uint64_t store;
	uint32_t claimed[2]; /* by enum dp_direction: slots from here on never were */
};

enum { STATE_VERSION = 2 };

static size_t store_size(uint32_t slots)
{
	return STATE_PAGE + slots * (sizeof(struct db_state_in) + sizeof(struct db_state_out) + DB_STATE_WORDS * sizeof(uint64_t));
}

static enum err map_store(struct db_state *s, int fd, uint32_t slots)
{
	size_t size = store_size(slots);
	uint8_t *p = (uint8_t *)mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		return ERR_NOMEM;
	s->header = (struct db_state_header *)(void *)p;
	s->size = size;
	s->slots = slots;
	s->in = (struct db_state_in *)(void *)(p + STATE_PAGE);
	s->out = (struct db_state_out *)(void *)(s->in + slots);
	s->rings = (uint64_t *)(void *)(s->out + slots);
	return ERR_OK;
}

enum err db_state_new(struct db_state *s, uint32_t slots, uint64_t store)
{
	struct db_state_header *h;
	enum err err;

	memset(s, 0, sizeof(*s));
	s->fd = memfd_create("nave-state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (s->fd < 0)
		return ERR_IO;
	if (ftruncate(s->fd, (off_t)store_size(slots)) != 0 || fcntl(s->fd, F_ADD_SEALS, STATE_SEALS) != 0) {
		db_state_fini(s);
		return ERR_NOMEM;
	}
	err = map_store(s, s->fd, slots);
	if (err != ERR_OK) {
		db_state_fini(s);
		return err;
	}
	h = s->header;
	h->magic = STATE_MAGIC;
	h->version = STATE_VERSION;
	h->slots = slots;
	h->in_size = sizeof(struct db_state_in);
	h->out_size = sizeof(struct db_state_out);
	h->store = store;
	s->store = store;
	return ERR_OK;
}

static enum err check_header(const struct db_state_header *h, uint32_t slots)
{
	if (h->magic != STATE_MAGIC || h->store == 0)
		return ERR_MALFORMED;
	if (h->version != STATE_VERSION || h->in_size != sizeof(struct db_state_in) || h->out_size != sizeof(struct db_state_out))
		return ERR_VERSION;
	if (h->claimed[DP_IN] > h->slots || h->claimed[DP_OUT] > h->slots)
		return ERR_MALFORMED;
	return h->slots == slots ? ERR_OK : ERR_RANGE;
}

enum err db_state_adopt(struct db_state *s, int fd, uint32_t slots)
{
	struct db_state_header h;
	struct stat st;
	enum err err;

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	if ((fcntl(fd, F_GET_SEALS) & STATE_SEALS) != STATE_SEALS)
		return ERR_DENIED;
	if (pread(fd, &h, sizeof(h), 0) != (ssize_t)sizeof(h) || fstat(fd, &st) != 0)
		return ERR_MALFORMED;
	err = check_header(&h, slots);
	if (err != ERR_OK)
		return err;
	if ((size_t)st.st_size != store_size(slots))
		return ERR_MALFORMED;
	err = map_store(s, fd, slots);
	if (err != ERR_OK)
		return err;
	s->fd = fd;
	s->store = h.store;
	return ERR_OK;
}

void db_state_fini(struct db_state *s)
{
	if (s->header != NULL)
		(void)munmap(s->header, s->size);
	if (s->fd >= 0)
		(void)close(s->fd);
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

static uint32_t *generation_of(const struct db_state *s, enum dp_direction direction, uint32_t slot)
{
	return direction == DP_IN ? &s->in[slot].generation : &s->out[slot].generation;
}

void db_state_claim(struct db_state *s, enum dp_direction direction, uint32_t slot, uint32_t generation)
{
	if (slot >= s->header->claimed[direction])
		s->header->claimed[direction] = slot + 1;
	*generation_of(s, direction, slot) = generation;
}

uint32_t db_state_claimed(const struct db_state *s, enum dp_direction direction)
{
	return s->header->claimed[direction];
}

void db_state_begin(struct db_state *s, enum dp_direction direction, uint32_t slot, uint32_t words)
{
	uint32_t live = db_state_generation(s, direction, slot) | DB_STATE_LIVE;

	if (direction == DP_IN) {
		memset(&s->in[slot], 0, sizeof(s->in[slot]));
		memset(db_state_ring(s, slot, words), 0, words * sizeof(uint64_t));
	} else {
		memset(&s->out[slot], 0, sizeof(s->out[slot]));
		s->out[slot].next = 1;
	}
	__atomic_store_n(generation_of(s, direction, slot), live, __ATOMIC_RELEASE);
}

void db_state_resume(struct db_state *s, enum dp_direction direction, uint32_t slot, uint32_t words)
{
	uint64_t *ring, top;

	if (direction == DP_OUT) {
		s->out[slot].epoch = 0;
		return;
	}
	if (words == 0)
		return;
	ring = db_state_ring(s, slot, words);
	top = s->in[slot].top;
	memset(ring, 0xff, words * sizeof(uint64_t));
	ring[(top >> 6) & (words - 1)] = UINT64_MAX >> (63 - (top & 63));
}

void db_state_end(struct db_state *s, enum dp_direction direction, uint32_t slot)
{
	*generation_of(s, direction, slot) &= ~DB_STATE_LIVE;
}

uint32_t db_state_generation(const struct db_state *s, enum dp_direction direction, uint32_t slot)
{
	return *generation_of(s, direction, slot) & ~DB_STATE_LIVE;
}

bool db_state_lives(const struct db_state *s, enum dp_direction direction, uint32_t slot)
{
	return (*generation_of(s, direction, slot) & DB_STATE_LIVE) != 0;
}

struct dp_state db_state_handle(const struct db_state *s, enum dp_direction direction, uint32_t slot)
{
	return (struct dp_state){ .store = s->store, .slot = slot, .generation = db_state_generation(s, direction, slot) };
}
