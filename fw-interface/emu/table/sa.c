/* Security associations of the device: checked images, expanded keys, state.  Device thread. */
#include "emu/table/sa.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "emu/data/frame.h"

enum {
	SPI_MIN = 256,
	DSCP_MAX = 63,
	V4_HEADER = 20,
	V6_HEADER = 40,
	UDP_HEADER = 8,
	SPI_LEN = 4,
	KNOWN_FLAGS = FWI_SA_ESN | FWI_SA_UDP_ENCAP | FWI_SA_COPY_DSCP | FWI_SA_COPY_ECN | FWI_SA_COPY_DF | FWI_SA_SET_DF,
};

enum err emu_sa_table_init(struct emu_sa_table *t, uint32_t size)
{
	memset(t, 0, sizeof(*t));
	t->slot = (struct emu_sa **)calloc(size, sizeof(struct emu_sa *));
	if (t->slot == NULL)
		return ERR_NOMEM;
	t->size = size;
	return ERR_OK;
}

void emu_sa_table_fini(struct emu_sa_table *t)
{
	for (uint32_t i = 0; i < t->size; i++)
		emu_sa_free(t->slot[i]);
	free(t->slot);
	memset(t, 0, sizeof(*t));
}

static bool has(const struct emu_profile *p, enum fwi_feature f)
{
	return (p->features >> f & 1) != 0;
}

static bool is_zero(const uint8_t *at, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= at[i];
	return any == 0;
}

/* What the device can't do. */
static enum fwi_status check_offer(const struct emu_profile *p, const struct fwi_sa_image *i)
{
	uint32_t flags = le32_get(i->flags);
	uint32_t window = le32_get(i->window);

	if (i->suite >= FWI_SUITE_COUNT || (p->suites >> i->suite & 1) == 0)
		return FWI_ST_NO_SUITE;
	if ((i->mode != FWI_MODE_TUNNEL_V4 || !has(p, FWI_F_TUNNEL_V4)) && (i->mode != FWI_MODE_TUNNEL_V6 || !has(p, FWI_F_TUNNEL_V6)))
		return FWI_ST_NO_MODE;
	if ((flags & FWI_SA_UDP_ENCAP) != 0 && !has(p, FWI_F_UDP_ENCAP))
		return FWI_ST_NO_UDP_ENCAP;
	if ((flags & FWI_SA_ESN) != 0 && !has(p, FWI_F_ESN))
		return FWI_ST_NO_ESN;
	if (window % 64 != 0 || window > p->window_max)
		return FWI_ST_NO_WINDOW;
	return FWI_ST_OK;
}

/* What no device could do. */
static enum fwi_status check_fields(const struct fwi_sa_image *i)
{
	uint32_t flags = le32_get(i->flags);
	bool udp = (flags & FWI_SA_UDP_ENCAP) != 0;
	bool ports = le16_get(i->udp_dst) != 0 && (le16_get(i->udp_src) != 0 || i->direction == FWI_DIR_IN);
	bool no_ports = le16_get(i->udp_dst) == 0 && le16_get(i->udp_src) == 0;

	if (le32_get(i->spi) < SPI_MIN || (flags & ~(uint32_t)KNOWN_FLAGS) != 0 || i->dscp > DSCP_MAX || (udp ? !ports : !no_ports))
		return FWI_ST_FIELD;
	if (i->direction == FWI_DIR_OUT && (i->ttl == 0 || le32_get(i->window) != 0))
		return FWI_ST_FIELD;
	if ((flags & FWI_SA_ESN) == 0 && le64_get(i->number) > UINT32_MAX)
		return FWI_ST_FIELD;
	if (i->mode == FWI_MODE_TUNNEL_V4 && (!is_zero(i->src + 4, 12) || !is_zero(i->dst + 4, 12)))
		return FWI_ST_FIELD;
	return FWI_ST_OK;
}

/* Secrets are exactly as long as the suite's; what is behind them is zero. */
static enum fwi_status check_keys(const struct fwi_sa_image *i)
{
	const struct emu_suite *s = emu_crypto_suite(i->suite);

	if (!is_zero(i->key + s->key, sizeof(i->key) - s->key) || !is_zero(i->auth_key + s->auth, sizeof(i->auth_key) - s->auth) ||
		!is_zero(i->salt + s->salt, sizeof(i->salt) - s->salt))
		return FWI_ST_FIELD;
	return FWI_ST_OK;
}

/* The header that goes in front of every packet; lengths, checksum, TOS, id and number are filled per packet. */
static void make_outer(struct emu_sa *sa)
{
	uint8_t *at = sa->outer;
	bool udp = (sa->flags & FWI_SA_UDP_ENCAP) != 0;
	uint8_t protocol = udp ? EMU_FRAME_PROTO_UDP : EMU_FRAME_PROTO_ESP;

	if (sa->mode == FWI_MODE_TUNNEL_V4) {
		at[0] = 0x45;
		at[8] = sa->ttl;
		at[9] = protocol;
		memcpy(at + 12, sa->src, 4);
		memcpy(at + 16, sa->dst, 4);
		at += V4_HEADER;
	} else {
		at[0] = 0x60;
		at[6] = protocol;
		at[7] = sa->ttl;
		memcpy(at + 8, sa->src, 16);
		memcpy(at + 24, sa->dst, 16);
		at += V6_HEADER;
	}
	if (udp) {
		emu_frame_put16(at, sa->udp_src);
		emu_frame_put16(at + 2, sa->udp_dst);
		at += UDP_HEADER;
	}
	emu_frame_put32(at, sa->spi);
	sa->outer_len = (uint8_t)(at + SPI_LEN + 4 - sa->outer);
}

static struct emu_sa *of_image(const struct fwi_sa_image *i)
{
	struct emu_sa *sa = (struct emu_sa *)calloc(1, sizeof(*sa));

	if (sa == NULL)
		return NULL;
	sa->direction = i->direction;
	sa->mode = i->mode;
	sa->suite_number = i->suite;
	sa->suite = emu_crypto_suite(i->suite);
	sa->ttl = i->ttl;
	sa->dscp = i->dscp;
	sa->flags = le32_get(i->flags);
	sa->spi = le32_get(i->spi);
	sa->udp_src = le16_get(i->udp_src);
	sa->udp_dst = le16_get(i->udp_dst);
	memcpy(sa->src, i->src, sizeof(sa->src));
	memcpy(sa->dst, i->dst, sizeof(sa->dst));
	sa->cookie = le64_get(i->cookie);
	if (sa->direction == FWI_DIR_OUT) {
		sa->last = le64_get(i->number);
		make_outer(sa);
	} else {
		emu_window_load(&sa->window, le64_get(i->number), le32_get(i->window), i->seen);
		memcpy(sa->peer, i->src, sizeof(sa->peer));
		sa->peer_port = sa->udp_src;
	}
	return sa;
}

enum fwi_status emu_sa_new(struct emu_engine *g, const struct emu_profile *profile, const struct fwi_sa_image *image, struct emu_sa **out)
{
	const struct emu_crypto_keys keys = { .salt = image->salt, .key = image->key, .auth = image->auth_key };
	enum fwi_status st = check_offer(profile, image);
	struct emu_sa *sa;

	if (st == FWI_ST_OK)
		st = check_fields(image);
	if (st == FWI_ST_OK)
		st = check_keys(image);
	if (st != FWI_ST_OK)
		return st;
	sa = of_image(image);
	if (sa == NULL)
		return FWI_ST_NOMEM;
	if (emu_crypto_new(g, image->suite, &keys, &sa->crypto) != ERR_OK) {
		free(sa);
		return FWI_ST_NOMEM;
	}
	*out = sa;
	return FWI_ST_OK;
}

void emu_sa_free(struct emu_sa *sa)
{
	if (sa == NULL)
		return;
	list_del(&sa->dirty);
	emu_crypto_free(sa->crypto);
	free(sa);
}

enum fwi_status emu_sa_check_slot(const struct emu_sa_table *t, uint32_t index)
{
	if (index >= t->size)
		return FWI_ST_SA_FULL;
	return t->slot[index] == NULL ? FWI_ST_OK : FWI_ST_EXISTS;
}

void emu_sa_put(struct emu_sa_table *t, struct emu_sa *sa)
{
	t->slot[sa->index] = sa;
	t->used++;
}

void emu_sa_drop(struct emu_sa_table *t, struct emu_sa *sa)
{
	t->slot[sa->index] = NULL;
	t->used--;
	emu_sa_free(sa);
}

uint64_t emu_sa_number(const struct emu_sa *sa)
{
	return sa->direction == FWI_DIR_OUT ? sa->last : sa->window.top;
}

void emu_sa_entry(const struct emu_sa *sa, struct fwi_sa_entry *out)
{
	memset(out, 0, sizeof(*out));
	out->index = le32_of(sa->index);
	out->generation = le16_of(sa->generation);
	out->direction = sa->direction;
	out->mode = sa->mode;
	out->spi = le32_of(sa->spi);
	out->suite = sa->suite_number;
	out->ttl = sa->ttl;
	out->dscp = sa->dscp;
	out->flags = le32_of(sa->flags);
	out->window = le32_of(sa->window.size);
	out->udp_src = le16_of(sa->udp_src);
	out->udp_dst = le16_of(sa->udp_dst);
	out->flows = le32_of(sa->flows);
	out->cookie = le64_of(sa->cookie);
	out->number = le64_of(emu_sa_number(sa));
	memcpy(out->src, sa->src, sizeof(out->src));
	memcpy(out->dst, sa->dst, sizeof(out->dst));
}

void emu_sa_state(const struct emu_sa *sa, struct fwi_sa_state *out)
{
	memset(out, 0, sizeof(*out));
	out->number = le64_of(emu_sa_number(sa));
	out->window = le32_of(sa->window.size);
	if (sa->direction == FWI_DIR_IN)
		emu_window_save(&sa->window, out->seen);
}

void emu_sa_stats(const struct emu_sa *sa, struct fwi_sa_stats *out)
{
	memset(out, 0, sizeof(*out));
	out->packets = le64_of(sa->count.packets);
	out->bytes = le64_of(sa->count.bytes);
	out->auth_failed = le64_of(sa->count.auth_failed);
	out->replayed = le64_of(sa->count.replayed);
	out->malformed = le64_of(sa->count.malformed);
	out->refused = le64_of(sa->count.refused);
	out->number = le64_of(emu_sa_number(sa));
	out->generation = le16_of(sa->generation);
}
