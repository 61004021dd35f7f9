/* Dates as IOS writes them, in certificate maps and schedules.  Pure. */
#include "cfg/date.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, LEAP_YEAR = 100 /* 2000 */, LEAP_YEARS_APART = 8 };

static int month_of(const char *word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++)
		if (strncasecmp(word, names + 3 * i, 3) == 0 && word[3] == '\0')
			return i + 1;
	return 0;
}

static bool is_sound(const struct tm *t)
{
	struct tm copy = *t;

	(void)timegm(&copy); /* normalizes what isn't a date */
	return copy.tm_mday == t->tm_mday && copy.tm_mon == t->tm_mon && copy.tm_hour == t->tm_hour && copy.tm_min == t->tm_min &&
	       copy.tm_sec == t->tm_sec;
}

bool cfg_date_parse(const char *text, int64_t *out)
{
	int day = 0, month = 0, year = 0, hour = 0, minute = 0, second = 0, end = 0;
	struct tm t = { .tm_isdst = 0 };
	char word[4];

	if (isalpha((unsigned char)text[0])) {
		if (sscanf(text, "%3s %2d %4d%n", word, &day, &year, &end) != 3)
			return false;
		month = month_of(word);
	} else if (sscanf(text, "%2d %2d %4d%n", &day, &month, &year, &end) != 3) {
		return false;
	}
	text += end;
	if (*text != '\0') {
		end = 0;
		if (sscanf(text, " %2d:%2d%n:%2d%n", &hour, &minute, &end, &second, &end) < 2 || text[end] != '\0')
			return false;
	}
	if (month == 0 || year < 1970)
		return false;
	t.tm_year = year - 1900;
	t.tm_mon = month - 1;
	t.tm_mday = day;
	t.tm_hour = hour;
	t.tm_min = minute;
	t.tm_sec = second;
	if (!is_sound(&t))
		return false;
	*out = (int64_t)timegm(&t);
	return true;
}

bool cfg_date_parse_time(const char *text, uint32_t *out)
{
	int hour = 0, minute = 0, second = 0, end = 0;

	if (!isdigit((unsigned char)text[0]) || sscanf(text, "%2d:%2d%n:%2d%n", &hour, &minute, &end, &second, &end) < 2 ||
		text[end] != '\0')
		return false;
	if (hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return false;
	*out = (uint32_t)(hour * 3600 + minute * 60 + second);
	return true;
}

static struct tm day_of(const struct cfg_date_moment *m, int year)
{
	return (struct tm){ .tm_year = year, .tm_mon = m->month - 1, .tm_mday = m->day };
}

bool cfg_date_is_sound(const struct cfg_date_moment *m)
{
	struct tm leap = day_of(m, LEAP_YEAR);

	return m->month == 0 || is_sound(&leap);
}

static int64_t next_daily(uint32_t second, int64_t now)
{
	int64_t today = now - now % DAY_S + second;

	return today >= now ? today : today + DAY_S;
}

int64_t cfg_date_next(const struct cfg_date_moment *m, int64_t now)
{
	time_t t = (time_t)now;
	struct tm tm;

	if (m->month == 0)
		return next_daily(m->second, now);
	(void)gmtime_r(&t, &tm);
	for (int year = tm.tm_year; year <= tm.tm_year + LEAP_YEARS_APART; year++) {
		struct tm day = day_of(m, year);
		int64_t at = is_sound(&day) ? (int64_t)timegm(&day) + m->second : now - 1;

		if (at >= now)
			return at;
	}
	return INT64_MAX;
}
