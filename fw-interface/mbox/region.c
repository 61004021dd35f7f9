/* Driver memory for a device: made, sealed and registered here.  Control thread. */
#include "mbox/region.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mbox/shm.h"

static uint64_t round_to_pages(uint64_t size)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

/* A memfd that can't change its size any more; -1 on failure. */
static int sealed_memfd(const char *name, uint64_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (ftruncate(fd, (off_t)size) != 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

enum fwi_status mbox_region_init(struct mbox_region *r, struct fwi_bus *bus, const char *name, uint64_t size)
{
	enum fwi_status st = FWI_ST_H_SYSTEM;
	void *p = MAP_FAILED;
	uint16_t id = 0;
	int fd;

	size = round_to_pages(size);
	fd = sealed_memfd(name, size);
	if (fd < 0)
		return st;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		goto fail;
	(void)madvise(p, size, MADV_DONTDUMP);
	st = bus->ops->region_add(bus, fd, size, &id);
	if (st != FWI_ST_OK)
		goto fail;
	r->base = (uint8_t *)p;
	r->size = size;
	r->id = id;
	r->fd = fd;
	return FWI_ST_OK;
fail:
	if (p != MAP_FAILED)
		(void)munmap(p, size);
	(void)close(fd);
	return st;
}

enum fwi_status mbox_region_show(struct mbox_region *r, struct fwi_bus *bus)
{
	return bus->ops->region_add(bus, r->fd, r->size, &r->id);
}

void mbox_region_fini(struct mbox_region *r, struct fwi_bus *bus)
{
	if (r->base == NULL)
		return;
	/* A device that refuses is gone or broken: its mapping dies with the attachment. */
	if (bus != NULL && !bus->gone && r->id != 0)
		(void)bus->ops->region_del(bus, r->id);
	(void)munmap(r->base, r->size);
	(void)close(r->fd);
	memset(r, 0, sizeof(*r));
}

struct fwi_addr mbox_region_addr(const struct mbox_region *r, const void *at, uint32_t length)
{
	uint64_t offset = (uint64_t)((const uint8_t *)at - r->base);
	struct fwi_addr a;

	assert(offset <= r->size && length <= r->size - offset);
	memset(&a, 0, sizeof(a));
	a.region = le16_of(r->id);
	a.length = le32_of(length);
	a.offset = le64_of(offset);
	return a;
}
