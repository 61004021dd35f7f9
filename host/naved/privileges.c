/* Called once by main.c, when all sockets are open and before the first byte from outside is read. */
#include "naved/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAP_COUNT = 64 };

static bool is_kept(unsigned cap)
{
	return cap == CAP_NET_ADMIN || cap == CAP_NET_BIND_SERVICE || cap == CAP_NET_RAW;
}

static enum err limit_bounding_set(void)
{
	for (unsigned cap = 0; cap < CAP_COUNT; cap++) {
		if (is_kept(cap) || prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			return err_of_errno(errno);
	}
	return ERR_OK;
}

enum err naved_privileges_drop(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	uint32_t kept = 0;
	enum err err;

	if (syscall(SYS_capget, &header, data) != 0)
		return err_of_errno(errno);
	for (unsigned cap = 0; cap < 32; cap++)
		if (is_kept(cap))
			kept |= UINT32_C(1) << cap;
	if ((data[0].effective & (UINT32_C(1) << CAP_SETPCAP)) != 0) {
		err = limit_bounding_set();
		if (err != ERR_OK)
			return err;
	}
	kept &= data[0].permitted;
	memset(data, 0, sizeof(data));
	data[0].permitted = kept;
	data[0].effective = kept;
	if (syscall(SYS_capset, &header, data) != 0)
		return err_of_errno(errno);
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? ERR_OK : err_of_errno(errno);
}
