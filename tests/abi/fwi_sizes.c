/* The firmware ABI as a C compiler lays it out, for test_fwi.cc to compare with C++'s view.  Includes every header. */
#include "fwi_sizes.h"

#include "fwi/abi.h"
#include "fwi/attach.h"
#include "fwi/caps.h"
#include "fwi/cmd.h"
#include "fwi/event.h"
#include "fwi/fault.h"
#include "fwi/flow.h"
#include "fwi/guard.h"
#include "fwi/le.h"
#include "fwi/regs.h"
#include "fwi/ring.h"
#include "fwi/sa.h"
#include "fwi/stats.h"
#include "fwi/status.h"

size_t fwi_sizes_c(const char **name, size_t *size, size_t cap)
{
	size_t count = 0;

#define FWI_SIZE(type, bytes)                      \
	if (count < cap) {                         \
		name[count] = #type;               \
		size[count] = sizeof(struct type); \
		count++;                           \
	}
	FWI_SIZES_LIST(FWI_SIZE)
#undef FWI_SIZE
	return count;
}
