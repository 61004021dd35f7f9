#ifndef EMU_MEM_H
#define EMU_MEM_H

#include "fwi/abi.h"
#include "fwi/attach.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The driver's memory as the device sees it: regions and nothing else. */
struct emu_mem {
	struct {
		uint8_t *base;
		uint64_t size;
	} region[FWI_REGIONS_MAX]; /* id - 1 */
};

/* Checks seals and size of 'fd' (the caller's) and maps it; its id in '*id'. */
enum fwi_attach_result emu_mem_add(struct emu_mem *m, int fd, uint64_t size, uint16_t *id);
enum fwi_attach_result emu_mem_del(struct emu_mem *m, uint16_t id);

/* Unmaps everything. */
void emu_mem_clear(struct emu_mem *m);

/* 'len' bytes at 'offset' of 'region', or NULL when any of them isn't in it. */
uint8_t *emu_mem_at(const struct emu_mem *m, uint16_t region, uint64_t offset, uint64_t len);

/* The memory that 'a' names if it is aligned to FWI_ALIGN and 'a' covers at least 'len' bytes, else NULL. */
void *emu_mem_object(const struct emu_mem *m, const struct fwi_addr *a, uint64_t len);

#ifdef __cplusplus
}
#endif
#endif
