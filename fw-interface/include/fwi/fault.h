#ifndef FWI_FAULT_H
#define FWI_FAULT_H

#include "fwi/cmd.h"

/* Faults on demand, for tests; a device without FWI_F_FAULTS refuses all with FWI_ST_DENIED.  Section 14.4. */
enum fwi_fault_kind {
	FWI_FAULT_CLEAR = 0,     /* undo what can be undone */
	FWI_FAULT_HANG = 1,      /* do nothing at all for 'value' ms (0: for ever), heartbeat included */
	FWI_FAULT_HEARTBEAT = 2, /* stop the heartbeat, go on with all else */
	FWI_FAULT_FAIL = 3,      /* answer the next 'count' commands with status 'value', not carrying them out */
	FWI_FAULT_DELAY = 4,     /* hold the next 'count' completions for 'value' ms; others overtake them */
	FWI_FAULT_CORRUPT = 5,   /* write 'count' completions with a tag that is not in flight */
	FWI_FAULT_CRASH = 6,     /* exit at once, as if killed */
	FWI_FAULT_FATAL = 7,     /* go to FWI_STATE_FAILED with 'value' in the register 'fatal' */
};

struct fwi_cmd_fault {
	le16 opcode;
	le16 tag;
	le32 epoch;
	le32 kind; /* enum fwi_fault_kind */
	le32 value;
	le32 count;
	uint8_t rsvd[44];
};
static_assert(sizeof(struct fwi_cmd_fault) == 64, "fw ABI: fault");

#endif
