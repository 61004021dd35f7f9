/* Regions: checked when they come, bounds-checked each time they are used. */
#include "emu/mem.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* A region's upper bound keeps a driver from filling the device's address space. */
#define REGION_BYTES_MAX (UINT64_C(16) << 30)

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static enum fwi_attach_result check_fd(int fd, uint64_t size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0)
		return FWI_ATTACH_NOT_MEMORY;
	if ((seals & SEALS) != SEALS)
		return FWI_ATTACH_NOT_SEALED;
	if (fstat(fd, &st) != 0 || size == 0 || size > REGION_BYTES_MAX || (uint64_t)st.st_size != size)
		return FWI_ATTACH_BAD_SIZE;
	return FWI_ATTACH_OK;
}

enum fwi_attach_result emu_mem_add(struct emu_mem *m, int fd, uint64_t size, uint16_t *id)
{
	enum fwi_attach_result res = check_fd(fd, size);
	unsigned i = 0;
	void *p;

	if (res != FWI_ATTACH_OK)
		return res;
	while (i < FWI_REGIONS_MAX && m->region[i].base != NULL)
		i++;
	if (i == FWI_REGIONS_MAX)
		return FWI_ATTACH_NO_SLOT;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return FWI_ATTACH_NOT_MEMORY; /* sealed against writing, or no address space */
	(void)madvise(p, size, MADV_DONTDUMP);
	m->region[i].base = (uint8_t *)p;
	m->region[i].size = size;
	*id = (uint16_t)(i + 1);
	return FWI_ATTACH_OK;
}

enum fwi_attach_result emu_mem_del(struct emu_mem *m, uint16_t id)
{
	if (id == 0 || id > FWI_REGIONS_MAX || m->region[id - 1].base == NULL)
		return FWI_ATTACH_ABSENT;
	(void)munmap(m->region[id - 1].base, m->region[id - 1].size);
	memset(&m->region[id - 1], 0, sizeof(m->region[0]));
	return FWI_ATTACH_OK;
}

void emu_mem_clear(struct emu_mem *m)
{
	for (uint16_t id = 1; id <= FWI_REGIONS_MAX; id++)
		(void)emu_mem_del(m, id);
}

uint8_t *emu_mem_at(const struct emu_mem *m, uint16_t region, uint64_t offset, uint64_t len)
{
	if (region == 0 || region > FWI_REGIONS_MAX || m->region[region - 1].base == NULL)
		return NULL;
	if (offset > m->region[region - 1].size || len > m->region[region - 1].size - offset)
		return NULL;
	return m->region[region - 1].base + offset;
}

void *emu_mem_object(const struct emu_mem *m, const struct fwi_addr *a, uint64_t len)
{
	if (le32_get(a->length) < len || le64_get(a->offset) % FWI_ALIGN != 0)
		return NULL;
	return emu_mem_at(m, le16_get(a->region), le64_get(a->offset), len);
}
