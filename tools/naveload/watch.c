#include "naveload/watch.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_MAX_LEN = 320 };

/* Number 'index' of a line of numbers. */
static bool read_number(const char *path, unsigned index, uint64_t *out)
{
	FILE *f = fopen(path, "re");
	bool ok = f != NULL;

	for (unsigned i = 0; ok && i <= index; i++)
		ok = fscanf(f, "%" SCNu64, out) == 1;
	if (f != NULL)
		(void)fclose(f);
	return ok;
}

static bool read_cpu(uint32_t pid, uint64_t *out_us)
{
	char path[PATH_MAX_LEN];
	uint64_t total_ns = 0, ns;
	DIR *tasks;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task", pid);
	tasks = opendir(path);
	if (tasks == NULL)
		return false;
	for (struct dirent *d = readdir(tasks); d != NULL; d = readdir(tasks)) {
		(void)snprintf(path, sizeof(path), "/proc/%" PRIu32 "/task/%s/schedstat", pid, d->d_name);
		if (d->d_name[0] != '.' && read_number(path, 0, &ns)) /* a thread may be gone by now */
			total_ns += ns;
	}
	(void)closedir(tasks);
	*out_us = total_ns / 1000;
	return true;
}

enum err naveload_watch_read(uint32_t pid, struct naveload_usage *out)
{
	char path[PATH_MAX_LEN];
	uint64_t pages;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu32 "/statm", pid);
	if (!read_number(path, 1, &pages) || !read_cpu(pid, &out->cpu_us))
		return ERR_ABSENT;
	out->rss_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	return ERR_OK;
}

void naveload_watch_begin(struct naveload_cost *c, uint32_t pid)
{
	memset(c, 0, sizeof(*c));
	c->pid = pid;
	c->known = pid != 0 && naveload_watch_read(pid, &c->first) == ERR_OK;
	c->mark = c->first;
}

void naveload_watch_mark(struct naveload_cost *c)
{
	c->known = c->known && naveload_watch_read(c->pid, &c->mark) == ERR_OK;
}

/* What was used since the mark, which is set anew; false: it can't be told. */
static bool since_mark(struct naveload_cost *c, uint64_t *cpu_us)
{
	uint64_t before = c->mark.cpu_us;

	naveload_watch_mark(c);
	*cpu_us = c->mark.cpu_us - before;
	return c->known;
}

void naveload_watch_add(struct naveload_cost *c, bool first_wave)
{
	uint64_t cpu_us;

	if (!since_mark(c, &cpu_us))
		return;
	c->cpu_us += cpu_us;
	if (first_wave)
		c->growth_bytes = (int64_t)c->mark.rss_bytes - (int64_t)c->first.rss_bytes;
}

void naveload_watch_add_rekeys(struct naveload_cost *c)
{
	uint64_t cpu_us;

	if (since_mark(c, &cpu_us))
		c->rekey_us += cpu_us;
}
