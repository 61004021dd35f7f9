#include "base/netns.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NETNS_FOLDER "/run/netns"

enum err netns_open(const char *name, int *out)
{
	char path[PATH_MAX] = "/proc/thread-self/ns/net";
	int fd;

	if (strchr(name, '/') != NULL || strlen(name) > NAME_MAX)
		return ERR_MALFORMED;
	if (name[0] != '\0')
		(void)snprintf(path, sizeof(path), NETNS_FOLDER "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_of_errno(errno);
	*out = fd;
	return ERR_OK;
}

enum err netns_enter(int fd, int *back)
{
	enum err err;

	*back = -1;
	if (fd < 0)
		return ERR_OK;
	err = netns_open("", back);
	if (err != ERR_OK)
		return err;
	if (setns(fd, CLONE_NEWNET) != 0) {
		err = err_of_errno(errno);
		(void)close(*back);
		*back = -1;
	}
	return err;
}

void netns_leave(int back)
{
	int failed;

	if (back < 0)
		return;
	failed = setns(back, CLONE_NEWNET);
	assert(failed == 0);
	(void)failed;
	(void)close(back);
}

enum err netns_bind_device(int fd, const char *device)
{
	if (device == NULL || device[0] == '\0')
		return ERR_OK;
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device) + 1) == 0 ? ERR_OK : err_of_errno(errno);
}
