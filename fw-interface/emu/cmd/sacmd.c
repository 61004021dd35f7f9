/* Commands about SAs.  The image is read once, wiped in driver memory whatever comes, and only the copy is judged. */
#include "emu/cmd/sacmd.h"

#include <string.h>

#include "base/bytes.h"
#include "emu/cmd/queue.h"
#include "emu/stats.h"
#include "fwi/caps.h"
#include "mbox/shm.h"

static enum fwi_status check_slot(const struct emu *e, const struct fwi_cmd_sa *c, const struct fwi_sa_image *image)
{
	const struct emu_sa_table *t = &e->sa[c->direction];
	uint32_t index = le32_get(c->index);
	enum fwi_status st = emu_sa_check_slot(t, index);

	if (st != FWI_ST_OK)
		return st;
	if (le16_get(c->generation) == 0 || image->direction != c->direction)
		return FWI_ST_FIELD;
	if ((e->config.profile->features >> FWI_F_SPI_TABLE & 1) != 0 && c->direction == FWI_DIR_IN &&
		(le32_get(image->spi) & (t->size - 1)) != index)
		return FWI_ST_NO_SPI_SLOT;
	return FWI_ST_OK;
}

static enum fwi_status add(struct emu *e, const struct fwi_cmd_sa *c)
{
	struct fwi_sa_image image;
	struct emu_sa *sa = NULL;
	void *from = emu_mem_object(&e->mem, &c->data, sizeof(image));
	enum fwi_status st;

	if (from == NULL)
		return FWI_ST_ADDRESS;
	mbox_shm_copy(&image, from, sizeof(image));
	mbox_shm_wipe(from, sizeof(image));
	st = check_slot(e, c, &image);
	if (st == FWI_ST_OK)
		st = emu_sa_new(e->engine, e->config.profile, &image, &sa);
	bytes_wipe(&image, sizeof(image));
	if (st != FWI_ST_OK)
		return st;
	sa->index = le32_get(c->index);
	sa->generation = le16_get(c->generation);
	emu_sa_put(&e->sa[c->direction], sa);
	emu_touch(e, sa);
	return FWI_ST_OK;
}

void emu_sacmd_discard(struct emu *e, const struct fwi_cmd *cmd)
{
	struct fwi_cmd_sa c;
	void *image;

	memcpy(&c, cmd, sizeof(c));
	image = emu_mem_object(&e->mem, &c.data, sizeof(struct fwi_sa_image));
	if (image != NULL)
		mbox_shm_wipe(image, sizeof(struct fwi_sa_image));
}

static enum fwi_status find(const struct emu *e, const struct fwi_cmd_sa *c, struct emu_sa **out)
{
	struct emu_sa *sa = emu_sa_at(&e->sa[c->direction], le32_get(c->index));

	if (sa == NULL)
		return FWI_ST_ABSENT;
	if (sa->generation != le16_get(c->generation))
		return FWI_ST_STALE;
	*out = sa;
	return FWI_ST_OK;
}

static enum fwi_status del(struct emu *e, const struct fwi_cmd_sa *c, uint8_t *result)
{
	struct fwi_res_sa_del res;
	struct emu_sa *sa = NULL;
	enum fwi_status st = find(e, c, &sa);

	if (st != FWI_ST_OK)
		return st;
	if (sa->flows != 0)
		return FWI_ST_IN_USE;
	memset(&res, 0, sizeof(res));
	emu_queue_rx_positions(e, res.rx_position);
	res.number = le64_of(emu_sa_number(sa));
	memcpy(result, &res, sizeof(res));
	emu_stats_write_sa(e, sa);
	emu_sa_drop(&e->sa[c->direction], sa);
	return FWI_ST_OK;
}

static enum fwi_status tell_state(struct emu *e, const struct fwi_cmd_sa *c)
{
	struct fwi_sa_state state;
	struct emu_sa *sa = NULL;
	void *to = emu_mem_object(&e->mem, &c->data, sizeof(state));
	enum fwi_status st = find(e, c, &sa);

	if (st != FWI_ST_OK)
		return st;
	if (to == NULL)
		return FWI_ST_ADDRESS;
	emu_sa_state(sa, &state);
	memcpy(to, &state, sizeof(state));
	return FWI_ST_OK;
}

static enum fwi_status dump(struct emu *e, const struct fwi_cmd_dump *c, uint8_t *result)
{
	const struct emu_sa_table *t = &e->sa[c->direction];
	uint32_t room = le32_get(c->out.length) / (uint32_t)sizeof(struct fwi_sa_entry);
	struct fwi_sa_entry *to = (struct fwi_sa_entry *)emu_mem_object(&e->mem, &c->out, le32_get(c->out.length));
	struct fwi_res_dump res;
	uint32_t count = 0;
	uint32_t i;

	if (to == NULL || room == 0)
		return FWI_ST_ADDRESS;
	for (i = le32_get(c->first); i < t->size && count < room; i++) {
		struct fwi_sa_entry entry;

		if (t->slot[i] == NULL)
			continue;
		emu_sa_entry(t->slot[i], &entry);
		memcpy(&to[count++], &entry, sizeof(entry));
	}
	memset(&res, 0, sizeof(res));
	res.count = le32_of(count);
	res.next = le32_of(i < t->size ? i : FWI_DUMP_END);
	memcpy(result, &res, sizeof(res));
	return FWI_ST_OK;
}

enum fwi_status emu_sacmd_run(struct emu *e, const struct fwi_cmd *cmd, uint8_t *result)
{
	struct fwi_cmd_dump d;
	struct fwi_cmd_sa c;

	memcpy(&c, cmd, sizeof(c));
	memcpy(&d, cmd, sizeof(d));
	if (le16_get(c.opcode) == FWI_OP_SA_DUMP)
		return d.direction > FWI_DIR_OUT ? FWI_ST_FIELD : dump(e, &d, result);
	if (c.direction > FWI_DIR_OUT)
		return FWI_ST_FIELD;
	switch (le16_get(c.opcode)) {
	case FWI_OP_SA_ADD:
		return add(e, &c);
	case FWI_OP_SA_DEL:
		return del(e, &c, result);
	default:
		return tell_state(e, &c);
	}
}
