/*
 * The life of the steering: open or adopt the pinned maps, configure and attach ports, give them back.  Called on the
 * thread that owns the ports (navedp's main lcore), never per packet.
 *
 * Order is what keeps it closed.  A port's entry is written before its programs are attached (a program without an
 * entry drops), the guard hangs before XDP and goes after it.  Attachments belong to the device, so they
 * survive us with maps and all; the pins only let the next process find the same maps again.
 */
#include "loader/steer.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <steer.skel.h>

#include "loader/bpffs.h"
#include "loader/hook.h"
#include "loader/inside.h"

_Static_assert(sizeof(struct steer_port) == 20, "contract 2: value of steer_ports");
_Static_assert(sizeof(struct steer_source) == 12, "contract 2: key of steer_sources");
_Static_assert(sizeof(struct steer_head) == 40, "contract 2: key of steer_heads");
_Static_assert(STEER_V_COUNT <= 64, "contract 2: verdicts fit a mask of 64 bits");

/* libbpf repeats as a message what it returns as an error, also where the error is expected. */
static __attribute__((format(printf, 2, 0))) int print_warning(enum libbpf_print_level level, const char *form, va_list args)
{
	if (level != LIBBPF_WARN || strstr(form, "Kernel error message") != NULL)
		return 0;
	return vfprintf(stderr, form, args);
}

static enum err pin_maps(struct loader_steer *s)
{
	char path[PATH_MAX];
	struct bpf_map *map;

	if (mkdir(s->dir, 0700) != 0 && errno != EEXIST)
		return err_of_errno(errno);
	bpf_object__for_each_map(map, s->skel->obj)
	{
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", s->dir, bpf_map__name(map)) >= sizeof(path))
			return ERR_RANGE;
		if (bpf_map__set_pin_path(map, path) != 0)
			return err_of_errno(errno);
		s->adopted = s->adopted || access(path, F_OK) == 0;
	}
	return ERR_OK;
}

static void note_descriptors(struct loader_steer *s)
{
	s->prog_xdp = bpf_program__fd(s->skel->progs.nave_steer);
	s->prog_guard = bpf_program__fd(s->skel->progs.nave_guard);
	s->ports = bpf_map__fd(s->skel->maps.steer_ports);
	s->local4 = bpf_map__fd(s->skel->maps.steer_local4);
	s->local6 = bpf_map__fd(s->skel->maps.steer_local6);
	s->sockets = bpf_map__fd(s->skel->maps.steer_sockets);
	s->counts = bpf_map__fd(s->skel->maps.steer_counts);
	s->limit = bpf_map__fd(s->skel->maps.steer_limit);
	s->allow = bpf_map__fd(s->skel->maps.steer_allow);
}

static enum err load(struct loader_steer *s)
{
	enum err err;
	int rc;

	(void)libbpf_set_print(print_warning);
	s->skel = steer_bpf__open();
	if (s->skel == NULL)
		return err_of_errno(errno);
	err = pin_maps(s);
	if (err != ERR_OK)
		return err;
	rc = steer_bpf__load(s->skel);
	if (rc != 0)
		return s->adopted && rc == -EINVAL ? ERR_VERSION : err_of_errno(-rc);
	note_descriptors(s);
	return ERR_OK;
}

/* A device that is gone took its programs with it; its number may come back as another port. */
static void forget_lost_ports(struct loader_steer *s)
{
	char name[IF_NAMESIZE];
	__u32 ifindex, next;
	int rc = bpf_map_get_next_key(s->ports, NULL, &ifindex);

	while (rc == 0) {
		rc = bpf_map_get_next_key(s->ports, &ifindex, &next);
		if (if_indextoname(ifindex, name) == NULL)
			(void)bpf_map_delete_elem(s->ports, &ifindex);
		ifindex = next;
	}
}

enum err loader_steer_open(struct loader_steer **out, const char *pin_dir)
{
	struct loader_steer *s;
	char version[16];
	enum err err = loader_bpffs_ensure(pin_dir);

	if (err != ERR_OK)
		return err;
	s = (struct loader_steer *)calloc(1, sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	s->lock = -1;
	(void)snprintf(version, sizeof(version), "v%d", STEER_ABI);
	if (asprintf(&s->dir, "%s/%s", pin_dir, version) < 0) {
		s->dir = NULL;
		err = ERR_NOMEM;
	}
	if (err == ERR_OK)
		err = loader_bpffs_lock(pin_dir, &s->lock);
	if (err == ERR_OK)
		err = load(s);
	if (err != ERR_OK) {
		loader_steer_close(s);
		return err;
	}
	loader_bpffs_keep(pin_dir, version);
	forget_lost_ports(s);
	*out = s;
	return ERR_OK;
}

void loader_steer_close(struct loader_steer *s)
{
	if (s == NULL)
		return;
	steer_bpf__destroy(s->skel);
	if (s->lock >= 0)
		(void)close(s->lock);
	free(s->dir);
	free(s);
}

void loader_steer_unpin(struct loader_steer *s)
{
	loader_bpffs_remove(s->dir);
}

bool loader_steer_adopted(const struct loader_steer *s)
{
	return s->adopted;
}

enum err loader_steer_find(const struct loader_steer *s, uint32_t ifindex, struct steer_port *out)
{
	return bpf_map_lookup_elem(s->ports, &ifindex, out) == 0 ? ERR_OK : err_of_errno(errno);
}

static enum err read_mac(uint32_t ifindex, __u8 mac[6])
{
	struct ifreq req;
	enum err err = ERR_OK;
	int fd;

	memset(&req, 0, sizeof(req));
	if (if_indextoname(ifindex, req.ifr_name) == NULL)
		return ERR_ABSENT;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_of_errno(errno);
	if (ioctl(fd, SIOCGIFHWADDR, &req) != 0)
		err = err_of_errno(errno);
	else if (req.ifr_hwaddr.sa_family != ARPHRD_ETHER && req.ifr_hwaddr.sa_family != ARPHRD_LOOPBACK)
		err = ERR_UNSUPPORTED;
	else
		memcpy(mac, req.ifr_hwaddr.sa_data, 6);
	(void)close(fd);
	return err;
}

/* The lowest slot that no port has; its counters begin at zero. */
static enum err take_slot(struct loader_steer *s, __u32 *out)
{
	bool used[STEER_SLOTS] = { true };
	int cpus = libbpf_num_possible_cpus();
	struct steer_port port;
	__u32 ifindex, slot = 0;
	__u64 *zero;

	for (int rc = bpf_map_get_next_key(s->ports, NULL, &ifindex); rc == 0; rc = bpf_map_get_next_key(s->ports, &ifindex, &ifindex))
		if (loader_steer_find(s, ifindex, &port) == ERR_OK && port.slot < STEER_SLOTS)
			used[port.slot] = true;
	while (slot < STEER_SLOTS && used[slot])
		slot++;
	if (slot == STEER_SLOTS)
		return ERR_FULL;
	zero = (__u64 *)calloc(cpus > 0 ? (size_t)cpus : 1, sizeof(*zero));
	if (zero == NULL)
		return ERR_NOMEM;
	for (__u32 key = slot * STEER_V_COUNT; key < (slot + 1) * STEER_V_COUNT; key++)
		(void)bpf_map_update_elem(s->counts, &key, zero, BPF_ANY);
	free(zero);
	*out = slot;
	return ERR_OK;
}

static __u32 flags_of(const struct loader_port *port)
{
	__u32 judge = (port->judge4 ? (__u32)STEER_F_JUDGE4 : 0) | (port->judge6 ? (__u32)STEER_F_JUDGE6 : 0);

	if (port->role == LOADER_WIRE)
		return STEER_F_WIRE;
	return judge | (port->role == LOADER_LAN ? STEER_F_TRANSIT : STEER_F_IPSEC | (port->transit ? STEER_F_TRANSIT : 0));
}

static enum err configure(struct loader_steer *s, const struct loader_port *port)
{
	struct steer_port entry = { .slot = 0 };
	enum err err = loader_steer_find(s, port->ifindex, &entry);

	if (err == ERR_ABSENT)
		err = take_slot(s, &entry.slot);
	if (err == ERR_OK)
		err = read_mac(port->ifindex, entry.mac);
	if (err != ERR_OK)
		return err;
	entry.vrf = port->vrf;
	entry.flags = flags_of(port);
	return bpf_map_update_elem(s->ports, &port->ifindex, &entry, BPF_ANY) == 0 ? ERR_OK : err_of_errno(errno);
}

enum err loader_steer_attach(struct loader_steer *s, const struct loader_port *port)
{
	enum err err = configure(s, port);

	if (err == ERR_OK && port->guard)
		err = loader_hook_attach_egress(port->ifindex, s->prog_guard);
	if (err == ERR_OK)
		err = loader_hook_attach_xdp(port->ifindex, s->prog_xdp, port->mode);
	if (err == ERR_OK && !port->guard)
		err = loader_hook_detach_egress(port->ifindex);
	return err;
}

enum err loader_steer_detach(struct loader_steer *s, uint32_t ifindex)
{
	struct steer_port entry;
	enum err err = loader_steer_find(s, ifindex, &entry);

	if (err != ERR_OK)
		return err;
	err = loader_hook_detach_xdp(ifindex, s->prog_xdp);
	if (err == ERR_OK)
		err = loader_hook_detach_egress(ifindex);
	if (err != ERR_OK && err != ERR_ABSENT) /* absent: the device is gone, and its programs with it */
		return err;
	return bpf_map_delete_elem(s->ports, &ifindex) == 0 ? ERR_OK : err_of_errno(errno);
}

enum err loader_steer_set_socket(struct loader_steer *s, uint32_t ifindex, uint32_t queue, int fd)
{
	struct steer_port entry;
	enum err err = loader_steer_find(s, ifindex, &entry);
	__u32 key;

	if (err != ERR_OK)
		return err;
	if (queue >= STEER_QUEUES)
		return ERR_RANGE;
	key = entry.slot * STEER_QUEUES + queue;
	return bpf_map_update_elem(s->sockets, &key, &fd, BPF_ANY) == 0 ? ERR_OK : err_of_errno(errno);
}

int loader_steer_program(const struct loader_steer *s, enum loader_program which)
{
	return which == LOADER_XDP ? s->prog_xdp : s->prog_guard;
}
