#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Real clocks, for a program's main.c alone; everybody else gets 'now' as an argument. */
uint64_t clock_now_us(void);  /* monotonic */
uint64_t clock_now_ms(void);  /* the same one */
uint64_t clock_wall_ms(void); /* since 1970, UTC */

#ifdef __cplusplus
}
#endif
#endif
