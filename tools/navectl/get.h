#ifndef NAVECTL_GET_H
#define NAVECTL_GET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Members of a document, each with a value to print when it is absent, null or of another type. */

const char *navectl_get_str(const json_t *object, const char *name); /* "-" */
long long navectl_get_int(const json_t *object, const char *name);   /* 0 */
bool navectl_get_bool(const json_t *object, const char *name);       /* false */

/* Whether there is such a member, and it isn't null, false or "". */
bool navectl_get_has(const json_t *object, const char *name);

/* The elements of an array member, one after the other: '*index' begins at 0; NULL at the end. */
const json_t *navectl_get_next(const json_t *object, const char *name, size_t *index);

/* Seconds as IOS prints them, "00:01:05", "3d04h", "2w1d" ("-" for none), into 'out' of NAVECTL_TIME bytes, which is returned. */
enum { NAVECTL_TIME = 32 };
const char *navectl_get_time(const json_t *object, const char *name, char *out);

#ifdef __cplusplus
}
#endif
#endif
