/* The directory of pins.  Called by steer.c when it opens and unpins. */
#include "loader/bpffs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum err loader_bpffs_ensure(const char *dir)
{
	struct statfs fs;

	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return err_of_errno(errno);
	if (statfs(dir, &fs) != 0)
		return err_of_errno(errno);
	if (fs.f_type == BPF_FS_MAGIC)
		return ERR_OK;
	if (mount("bpf", dir, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0)
		return err_of_errno(errno);
	return ERR_OK;
}

enum err loader_bpffs_lock(const char *dir, int *fd)
{
	int lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (lock < 0)
		return err_of_errno(errno);
	if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		enum err err = errno == EWOULDBLOCK ? ERR_BUSY : err_of_errno(errno);

		(void)close(lock);
		return err;
	}
	*fd = lock;
	return ERR_OK;
}

void loader_bpffs_remove(const char *dir)
{
	DIR *d = opendir(dir);

	if (d == NULL)
		return;
	for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
		if (e->d_name[0] != '.')
			(void)unlinkat(dirfd(d), e->d_name, 0);
	(void)closedir(d);
	(void)rmdir(dir);
}

void loader_bpffs_keep(const char *dir, const char *keep)
{
	char path[PATH_MAX];
	DIR *d = opendir(dir);

	if (d == NULL)
		return;
	for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
		if (e->d_name[0] != 'v' || strcmp(e->d_name, keep) == 0)
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name) < sizeof(path))
			loader_bpffs_remove(path);
	}
	(void)closedir(d);
}
