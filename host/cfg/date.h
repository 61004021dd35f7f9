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

/* A time of day, or a stretch of less than one: "hh:mm" or "hh:mm:ss", in seconds.  False: it isn't one. */
bool cfg_date_parse_time(const char *text, uint32_t *out);

/* A moment of every day, or of one day a year, in UTC. */
struct cfg_date_moment {
	uint32_t second; /* of the day */
	uint8_t month;   /* 1-12; 0: every day */
	uint8_t day;     /* 1-31, with a month */
};

/* Whether there is such a day in any year. */
bool cfg_date_is_sound(const struct cfg_date_moment *m);

/* The next of a sound one's moments, 'now' (seconds since 1970) being one if it is. */
int64_t cfg_date_next(const struct cfg_date_moment *m, int64_t now);

#ifdef __cplusplus
}
#endif
#endif
