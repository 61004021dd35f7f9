#include "base/nl/nl_tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/netns.h"

static enum err attach(int fd, const char *name, enum nl_tun_kind kind, bool persistent)
{
	struct ifreq req;

	memset(&req, 0, sizeof(req));
	req.ifr_flags = IFF_NO_PI;
	if (kind == NL_TUN_IP)
		req.ifr_flags |= IFF_TUN;
	else
		req.ifr_flags |= IFF_TAP;
	if (!persistent)
		req.ifr_flags = (short)((unsigned short)req.ifr_flags | IFF_TUN_EXCL);
	memcpy(req.ifr_name, name, strlen(name));
	if (ioctl(fd, TUNSETIFF, &req) != 0 || ioctl(fd, TUNSETPERSIST, persistent ? 1UL : 0UL) != 0)
		return err_of_errno(errno);
	return ERR_OK;
}

enum err nl_tun_open(int netns_fd, const char *name, enum nl_tun_kind kind, bool persistent, int *out_fd)
{
	enum err err;
	int back;
	int fd;

	if (strlen(name) >= IFNAMSIZ)
		return ERR_RANGE;
	err = netns_enter(netns_fd, &back);
	if (err != ERR_OK)
		return err;
	/* The namespace is the one in which the control device is opened. */
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	err = fd < 0 ? err_of_errno(errno) : attach(fd, name, kind, persistent);
	netns_leave(back);
	if (err == ERR_OK)
		*out_fd = fd;
	else if (fd >= 0)
		(void)close(fd);
	return err;
}
