/* Capture files. */
#include "emu/wire/pcap.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_HEADER = 24, RECORD_HEADER = 16, LINK_ETHERNET = 1, SNAP = 65535 };

#define MAGIC_US UINT32_C(0xa1b2c3d4)
#define MAGIC_NS UINT32_C(0xa1b23c4d)
#define FILE_MAX (UINT64_C(1) << 30)

static uint32_t get32(const struct emu_pcap *p, size_t at)
{
	uint32_t v;

	memcpy(&v, p->data + at, sizeof(v));
	return p->swapped ? __builtin_bswap32(v) : v;
}

static enum err read_all(struct emu_pcap *p, FILE *f)
{
	long size;

	if (fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0)
		return ERR_IO;
	if ((uint64_t)size > FILE_MAX)
		return ERR_RANGE;
	p->len = (size_t)size;
	p->data = (uint8_t *)malloc(p->len + 1);
	if (p->data == NULL)
		return ERR_NOMEM;
	return fread(p->data, 1, p->len, f) == p->len ? ERR_OK : ERR_IO;
}

static enum err check_header(struct emu_pcap *p)
{
	uint32_t magic;

	if (p->len < FILE_HEADER)
		return ERR_MALFORMED;
	magic = get32(p, 0);
	p->swapped = magic == __builtin_bswap32(MAGIC_US) || magic == __builtin_bswap32(MAGIC_NS);
	magic = get32(p, 0);
	if ((magic != MAGIC_US && magic != MAGIC_NS) || get32(p, 20) != LINK_ETHERNET)
		return ERR_MALFORMED;
	p->at = FILE_HEADER;
	return ERR_OK;
}

enum err emu_pcap_load(struct emu_pcap *p, const char *path)
{
	FILE *f = fopen(path, "rbe");
	enum err err;

	memset(p, 0, sizeof(*p));
	if (f == NULL)
		return ERR_IO;
	err = read_all(p, f);
	(void)fclose(f);
	if (err == ERR_OK)
		err = check_header(p);
	if (err != ERR_OK)
		emu_pcap_fini(p);
	return err;
}

void emu_pcap_fini(struct emu_pcap *p)
{
	free(p->data);
	memset(p, 0, sizeof(*p));
}

bool emu_pcap_next(struct emu_pcap *p, const uint8_t **data, uint32_t *len)
{
	uint32_t have;

	if (p->len - p->at < RECORD_HEADER)
		return false;
	have = get32(p, p->at + 8);
	if (have > p->len - p->at - RECORD_HEADER)
		return false;
	*data = p->data + p->at + RECORD_HEADER;
	*len = have;
	p->at += RECORD_HEADER + have;
	return true;
}

void emu_pcap_rewind(struct emu_pcap *p)
{
	p->at = FILE_HEADER;
}

FILE *emu_pcap_create(const char *path)
{
	const uint32_t header[6] = { MAGIC_US, 4u << 16 | 2, 0, 0, SNAP, LINK_ETHERNET };
	FILE *f = fopen(path, "wbe");

	if (f == NULL)
		return NULL;
	if (fwrite(header, sizeof(header), 1, f) != 1 || fflush(f) != 0) {
		(void)fclose(f);
		return NULL;
	}
	return f;
}

void emu_pcap_append(FILE *f, uint64_t wall_ms, const uint8_t *data, uint32_t len)
{
	const uint32_t header[4] = { (uint32_t)(wall_ms / 1000), (uint32_t)(wall_ms % 1000 * 1000), len, len };

	/* A full disk ends the capture, not the device. */
	if (fwrite(header, sizeof(header), 1, f) == 1)
		(void)fwrite(data, len, 1, f);
}
