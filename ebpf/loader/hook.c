/*
 * Attaching and detaching, through libbpf's netlink calls.  An XDP swap names the program that it expects to
 * replace, so that a concurrent change by somebody else makes it fail instead of being overwritten.
 */
#include "loader/hook.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

enum { HOOK_HANDLE = 1, HOOK_PRIORITY = 1 };

static enum err program_name(int prog, char out[BPF_OBJ_NAME_LEN])
{
	struct bpf_prog_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(prog, &info, &len) != 0)
		return err_of_errno(errno);
	memcpy(out, info.name, BPF_OBJ_NAME_LEN);
	return ERR_OK;
}

/* Opens program 'id' if it is called as 'prog' is: ours, of this or another version.  ERR_BUSY if not. */
static enum err open_ours(uint32_t id, int prog, int *out)
{
	char want[BPF_OBJ_NAME_LEN], have[BPF_OBJ_NAME_LEN];
	int fd = bpf_prog_get_fd_by_id(id);
	enum err err;

	if (fd < 0)
		return err_of_errno(errno);
	err = program_name(prog, want);
	if (err == ERR_OK)
		err = program_name(fd, have);
	if (err == ERR_OK && strncmp(want, have, BPF_OBJ_NAME_LEN) != 0)
		err = ERR_BUSY;
	if (err != ERR_OK) {
		(void)close(fd);
		return err;
	}
	*out = fd;
	return ERR_OK;
}

static enum err swap_xdp(uint32_t ifindex, int prog, int old, __u32 flags)
{
	struct bpf_xdp_attach_opts opts;

	memset(&opts, 0, sizeof(opts));
	opts.sz = sizeof(opts);
	opts.old_prog_fd = old;
	return err_of_errno(-bpf_xdp_attach((int)ifindex, prog, flags | XDP_FLAGS_REPLACE, &opts));
}

static enum err query_xdp(uint32_t ifindex, struct bpf_xdp_query_opts *out)
{
	memset(out, 0, sizeof(*out));
	out->sz = sizeof(*out);
	return err_of_errno(-bpf_xdp_query((int)ifindex, 0, out));
}

enum err loader_hook_attach_xdp(uint32_t ifindex, int prog, enum loader_mode mode)
{
	__u32 flags = mode == LOADER_NATIVE ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
	struct bpf_xdp_query_opts q;
	enum err err = query_xdp(ifindex, &q);
	__u32 old_id;
	int old, rc;

	if (err != ERR_OK)
		return err;
	old_id = mode == LOADER_NATIVE ? q.drv_prog_id : q.skb_prog_id;
	if (old_id == 0) {
		rc = bpf_xdp_attach((int)ifindex, prog, flags | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
		return rc == -EEXIST ? ERR_BUSY : err_of_errno(-rc);
	}
	err = open_ours(old_id, prog, &old);
	if (err != ERR_OK)
		return err;
	err = swap_xdp(ifindex, prog, old, flags);
	(void)close(old);
	return err;
}

enum err loader_hook_detach_xdp(uint32_t ifindex, int prog)
{
	struct bpf_xdp_query_opts q;
	enum err err = query_xdp(ifindex, &q);
	int old;

	if (err != ERR_OK)
		return err;
	if (q.drv_prog_id == 0 && q.skb_prog_id == 0)
		return ERR_OK;
	err = open_ours(q.drv_prog_id != 0 ? q.drv_prog_id : q.skb_prog_id, prog, &old);
	if (err != ERR_OK)
		return err;
	err = swap_xdp(ifindex, -1, old, q.drv_prog_id != 0 ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);
	(void)close(old);
	return err;
}

/* libbpf wants its padding zero too, and its own macro for that isn't standard C. */
static void init_hook(struct bpf_tc_hook *hook, uint32_t ifindex)
{
	memset(hook, 0, sizeof(*hook));
	hook->sz = sizeof(*hook);
	hook->ifindex = (int)ifindex;
	hook->attach_point = BPF_TC_EGRESS;
}

static void init_filter(struct bpf_tc_opts *opts)
{
	memset(opts, 0, sizeof(*opts));
	opts->sz = sizeof(*opts);
	opts->handle = HOOK_HANDLE;
	opts->priority = HOOK_PRIORITY;
}

enum err loader_hook_attach_egress(uint32_t ifindex, int prog)
{
	struct bpf_tc_hook hook;
	struct bpf_tc_opts opts;
	int rc;

	init_hook(&hook, ifindex);
	rc = bpf_tc_hook_create(&hook);
	if (rc != 0 && rc != -EEXIST)
		return err_of_errno(-rc);
	init_filter(&opts);
	opts.prog_fd = prog;
	opts.flags = BPF_TC_F_REPLACE;
	return err_of_errno(-bpf_tc_attach(&hook, &opts));
}

enum err loader_hook_detach_egress(uint32_t ifindex)
{
	struct bpf_tc_hook hook;
	struct bpf_tc_opts opts;
	int rc;

	init_hook(&hook, ifindex);
	init_filter(&opts);
	rc = bpf_tc_detach(&hook, &opts);
	/* EINVAL: the device has no clsact at all. */
	return rc == -ENOENT || rc == -EINVAL ? ERR_OK : err_of_errno(-rc);
}
