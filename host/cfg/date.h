#ifndef CFG_DATE_H
#define CFG_DATE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A date of certificate maps, in UTC: "dd mm yyyy hh:mm:ss" or "mmm dd yyyy hh:mm:ss", the time optional from its end on.  False: it
 * isn't one.
 */
bool cfg_date_parse(const char *text, int64_t *out);

#ifdef __cplusplus
}
#endif
#endif
