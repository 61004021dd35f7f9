#include "base/nl/nl.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/netns.h"
#include "base/nl/nl_req.h"

enum { NL_RCVBUF = 1024 * 1024 }; /* holds the errors of a whole batch */

static enum err open_socket(struct nl *nl)
{
	int size = NL_RCVBUF;
	int on = 1;

	nl->sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (nl->sock == NULL || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) != 0)
		return err_of_errno(errno);
	nl->port = mnl_socket_get_portid(nl->sock);
	/* Without the privilege the smaller size must do. */
	if (setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0)
		(void)setsockopt(mnl_socket_get_fd(nl->sock), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on)) != 0)
		return err_of_errno(errno);
	return ERR_OK;
}

enum err nl_open(int netns_fd, struct nl **out)
{
	struct nl *nl = (struct nl *)calloc(1, sizeof(*nl));
	enum err err;
	int back;

	if (nl == NULL)
		return ERR_NOMEM;
	err = netns_enter(netns_fd, &back);
	if (err == ERR_OK) {
		err = open_socket(nl);
		netns_leave(back);
	}
	if (err != ERR_OK) {
		nl_close(nl);
		return err;
	}
	*out = nl;
	return ERR_OK;
}

void nl_close(struct nl *nl)
{
	if (nl == NULL)
		return;
	if (nl->sock != NULL)
		(void)mnl_socket_close(nl->sock);
	free(nl);
}
