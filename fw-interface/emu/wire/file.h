#ifndef EMU_FILE_H
#define EMU_FILE_H

#include "emu/wire/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A wire whose frames come from capture IN and go to capture OUT ("IN,OUT"); 'loop' reads IN again and again. */
MUST_USE enum err emu_file_open(const char *value, bool loop, const struct emu_wire_env *env, struct emu_wire **out);

#ifdef __cplusplus
}
#endif
#endif
