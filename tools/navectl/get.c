/*
 * Reads documents for the renderers, which never fail: what isn't there prints as "-".
 */
#include "navectl/get.h"

#include <stdio.h>

const char *navectl_get_str(const json_t *object, const char *name)
{
	const char *s = json_string_value(json_object_get(object, name));

	return s != NULL && s[0] != '\0' ? s : "-";
}

long long navectl_get_int(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

bool navectl_get_bool(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

bool navectl_get_has(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	if (json_is_string(v))
		return json_string_length(v) > 0;
	return v != NULL && !json_is_null(v) && !json_is_false(v);
}

const json_t *navectl_get_next(const json_t *object, const char *name, size_t *index)
{
	return json_array_get(json_object_get(object, name), (*index)++);
}

const char *navectl_get_time(const json_t *object, const char *name, char *out)
{
	long long s = navectl_get_int(object, name);
	long long minute = 60, hour = 60 * minute, day = 24 * hour, week = 7 * day;

	if (!json_is_integer(json_object_get(object, name)))
		(void)snprintf(out, NAVECTL_TIME, "-");
	else if (s < day)
		(void)snprintf(out, NAVECTL_TIME, "%02lld:%02lld:%02lld", s / hour, s % hour / minute, s % minute);
	else if (s < week)
		(void)snprintf(out, NAVECTL_TIME, "%lldd%02lldh", s / day, s % day / hour);
	else
		(void)snprintf(out, NAVECTL_TIME, "%lldw%lldd", s / week, s % week / day);
	return out;
}
