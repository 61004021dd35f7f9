#ifndef EMU_FAULT_H
#define EMU_FAULT_H

#include "emu/device.h"
#include "fwi/fault.h"

#ifdef __cplusplus
extern "C" {
#endif

/* FWI_OP_FAULT: notes what shall go wrong from the next command on. */
enum fwi_status emu_fault_set(struct emu *e, const struct fwi_cmd_fault *c);

/* Whether the device hangs in this round; carries out a crash that is due. */
bool emu_fault_hangs(struct emu *e);

/* The status to answer instead of carrying a command out, or FWI_ST_OK. */
enum fwi_status emu_fault_fail(struct emu *e);

/* Takes 'comp' for later; false: write it now (and a due one may be in it: a wrong tag). */
bool emu_fault_hold(struct emu *e, struct fwi_comp *comp);

/* A held completion whose time has come; false: none. */
bool emu_fault_release(struct emu *e, struct fwi_comp *out);

#ifdef __cplusplus
}
#endif
#endif
