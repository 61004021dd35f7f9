/*
 * The platform file: the same language engine with other rows (schema/port.c), and few enough lines that they are
 * read from the tree by their words.
 */
#include "cfg/platform.h"

#include <stdlib.h>
#include <string.h>

#include "cfg/parse.h"
#include "cfg/grammar/value.h"

enum { NETDEV_MAX = 15, NETNS_MAX = 63 };

struct reader {
	struct cfg_platform *p;
	struct cfg_messages *messages;
	const char *file;
	struct cfg_port *last;
	bool no_memory;
};

static void complain(struct reader *r, enum cfg_severity severity, const struct cfg_stmt *s, const char *param, const char *what)
{
	const struct cfg_word *word = param == NULL ? NULL : cfg_stmt_param(s, param);
	struct cfg_place at = { r->file, s->line, word != NULL ? word->column : s->word[0].column };

	cfg_message_add(r->messages, severity, at, "%s", what);
}

static const char *copy(struct reader *r, const char *text)
{
	const char *s = arena_str(&r->p->arena, text);

	r->no_memory = r->no_memory || s == NULL;
	return s;
}

static enum cfg_offload offload_of(const struct cfg_stmt *s)
{
	return cfg_stmt_has(s, "inline") ? CFG_OFFLOAD_INLINE : cfg_stmt_has(s, "off") ? CFG_OFFLOAD_OFF : CFG_OFFLOAD_AUTO;
}

static enum cfg_owner owner_of(const struct cfg_stmt *s)
{
	return cfg_stmt_has(s, "nave") ? CFG_OWNER_NAVE : CFG_OWNER_HOST;
}

/* ---- ports ---- */

/* dddd:bb:dd.f */
static bool is_pci(const char *text)
{
	static const char form[] = "xxxx:xx:xx.x";

	for (size_t i = 0; i < sizeof(form); i++) {
		bool hex = text[i] != '\0' && strchr("0123456789abcdefABCDEF", text[i]) != NULL;

		if (form[i] == 'x' ? !hex : text[i] != form[i])
			return false;
	}
	return true;
}

static bool can_be_port(const char *if_name)
{
	struct cfg_if_name name;

	if (cfg_value_interface(bytes_str(if_name), &name) != ERR_OK)
		return false;
	return name.type <= CFG_IF_TEN_GIGABIT_ETHERNET || name.type == CFG_IF_CELLULAR || name.type == CFG_IF_SERIAL;
}

static void check_device(struct reader *r, const struct cfg_port *port, const struct cfg_stmt *s)
{
	if (!can_be_port(port->if_name))
		complain(
			r, CFG_ERROR, s, "name", "is no port: only physical interfaces and their subinterfaces have something behind them");
	if (port->how != CFG_PORT_NETDEV && strchr(port->if_name, '.') != NULL)
		complain(r, CFG_ERROR, s, "name", "is a subinterface: behind it is a netdev of its own");
	if (port->how == CFG_PORT_NETDEV && strlen(port->device) > NETDEV_MAX)
		complain(r, CFG_ERROR, s, "device", "is too long for a device of the kernel (15 bytes)");
	if (port->how == CFG_PORT_PCI && !is_pci(port->device))
		complain(r, CFG_ERROR, s, "device", "is no PCI address: write it as 0000:01:00.0");
	for (const struct cfg_port *other = r->p->ports; other != port; other = other->next)
		if (strcmp(other->device, port->device) == 0)
			complain(r, CFG_ERROR, s, "device", "stands behind another port already");
}

static void read_port_line(struct reader *r, struct cfg_port *port, const struct cfg_stmt *s)
{
	const char *word = s->word[0].text;

	if (strcmp(word, "role") == 0)
		port->role = cfg_stmt_has(s, "wan") ? CFG_PORT_WAN : CFG_PORT_LAN;
	else if (strcmp(word, "protected") == 0)
		port->protected_egress = true;
	else if (strcmp(word, "backup") == 0)
		port->backup_netdev = copy(r, cfg_stmt_text(s, "device"));
	else if (strcmp(word, "mtu") == 0)
		port->mtu = (uint16_t)cfg_stmt_number(s, "mtu", 0);
	else if (strcmp(word, "offload") == 0)
		port->offload = offload_of(s);
	else
		port->addresses = owner_of(s);
}

static void check_port(struct reader *r, const struct cfg_port *port, const struct cfg_stmt *s)
{
	if (port->protected_egress && port->role != CFG_PORT_WAN)
		complain(r, CFG_ERROR, s, NULL, "'protected' is for 'role wan': a LAN port has to send in clear");
	if (port->backup_netdev != NULL && port->how == CFG_PORT_NETDEV)
		complain(r, CFG_ERROR, s, NULL, "'backup netdev' is for a device that DPDK owns");
	if (port->backup_netdev != NULL && strlen(port->backup_netdev) > NETDEV_MAX)
		complain(r, CFG_ERROR, s, NULL, "the name of the backup is too long for a device of the kernel (15 bytes)");
	if (port->offload == CFG_OFFLOAD_INLINE && port->how == CFG_PORT_NETDEV)
		complain(r, CFG_WARNING, s, NULL,
			"'offload inline' on a device of the kernel: nothing will be encrypted, so no SA comes up");
}

static void read_port(struct reader *r, const struct cfg_stmt *s)
{
	struct cfg_port *port = (struct cfg_port *)arena_alloc(&r->p->arena, sizeof(*port));

	if (port == NULL) {
		r->no_memory = true;
		return;
	}
	port->if_name = copy(r, cfg_stmt_text(s, "name"));
	port->device = copy(r, cfg_stmt_text(s, "device"));
	if (r->no_memory)
		return;
	port->how = cfg_stmt_has(s, "netdev") ? CFG_PORT_NETDEV : cfg_stmt_has(s, "pci") ? CFG_PORT_PCI : CFG_PORT_VDEV;
	port->role = CFG_PORT_LAN;
	port->offload = r->p->offload;
	port->addresses = r->p->addresses;
	port->line = s->line;
	if (r->last != NULL)
		r->last->next = port;
	else
		r->p->ports = port;
	r->last = port;
	check_device(r, port, s);
	for (const struct cfg_stmt *c = cfg_stmt_first(s); c != NULL; c = cfg_stmt_next(c))
		read_port_line(r, port, c);
	check_port(r, port, s);
}

/* ---- VRFs ---- */

static void append(struct cfg_platform *p, struct cfg_vrf_place *place)
{
	struct cfg_vrf_place **at = &p->vrfs;

	while (*at != NULL)
		at = &(*at)->next;
	*at = place;
}

static const struct cfg_vrf_place *find_place(const struct cfg_platform *p, const char *netns, const char *device)
{
	for (const struct cfg_vrf_place *v = p->vrfs; v != NULL; v = v->next)
		if ((netns != NULL && v->netns != NULL && strcmp(v->netns, netns) == 0) ||
			(device != NULL && v->device != NULL && strcmp(v->device, device) == 0))
			return v;
	return NULL;
}

static void read_vrf(struct reader *r, const struct cfg_stmt *s)
{
	struct cfg_vrf_place *place = (struct cfg_vrf_place *)arena_alloc(&r->p->arena, sizeof(*place));
	bool in_netns = cfg_stmt_has(s, "netns");
	const char *word = in_netns ? "netns" : "device", *where = copy(r, cfg_stmt_text(s, word));

	if (place == NULL || where == NULL) {
		r->no_memory = true;
		return;
	}
	place->vrf = copy(r, cfg_stmt_text(s, "name"));
	*(in_netns ? &place->netns : &place->device) = where;
	if (r->no_memory)
		return;
	if (in_netns && (strlen(where) > NETNS_MAX || strchr(where, '/') != NULL))
		complain(r, CFG_ERROR, s, word, "is no name of a network namespace");
	if (!in_netns && strlen(where) > NETDEV_MAX)
		complain(r, CFG_ERROR, s, word, "is too long for a device of the kernel (15 bytes)");
	if (strlen(place->vrf) > NETNS_MAX)
		complain(r, CFG_ERROR, s, "name", "is too long (63 bytes)");
	if (find_place(r->p, place->netns, place->device) != NULL)
		complain(r, CFG_ERROR, s, word, "is another VRF's already");
	append(r->p, place);
}

enum err cfg_platform_add_device(struct cfg_platform *p, const char *device)
{
	struct cfg_vrf_place *place;

	if (find_place(p, NULL, device) != NULL || cfg_platform_vrf(p, device) != NULL)
		return ERR_OK;
	place = (struct cfg_vrf_place *)arena_alloc(&p->arena, sizeof(*place));
	if (place == NULL)
		return ERR_NOMEM;
	place->device = arena_str(&p->arena, device);
	place->vrf = place->device;
	if (place->device == NULL)
		return ERR_NOMEM;
	append(p, place);
	return ERR_OK;
}

/* ---- the file ---- */

static void read_line(struct reader *r, const struct cfg_stmt *s)
{
	const char *word = s->word[0].text;

	if (strcmp(word, "offload") == 0)
		r->p->offload = offload_of(s);
	else if (strcmp(word, "addresses") == 0)
		r->p->addresses = owner_of(s);
	else if (strcmp(word, "netns") == 0)
		r->p->netns = copy(r, cfg_stmt_text(s, "name"));
	else if (strcmp(word, "vrf") == 0)
		read_vrf(r, s);
	else if (strcmp(word, "datapath") == 0)
		r->p->datapath_socket = copy(r, cfg_stmt_text(s, "path"));
	else if (strcmp(word, "control") == 0)
		r->p->control_socket = copy(r, cfg_stmt_text(s, "path"));
}

static void read_tree(struct reader *r, const struct cfg_tree *tree)
{
	r->p->datapath_socket = CFG_PLATFORM_DATAPATH;
	r->p->control_socket = CFG_PLATFORM_CONTROL;
	for (const struct cfg_stmt *s = cfg_stmt_first(&tree->root); s != NULL; s = cfg_stmt_next(s))
		if (s->row->enters == CFG_MODE_NONE)
			read_line(r, s); /* what holds for the file, wherever it stands, before the ports */
	for (const struct cfg_stmt *s = cfg_stmt_first(&tree->root); s != NULL; s = cfg_stmt_next(s))
		if (s->row->enters == CFG_MODE_PORT)
			read_port(r, s);
}

enum err cfg_platform_load(
	const struct cfg_lang *lang, const char *file, struct bytes text, struct cfg_messages *messages, struct cfg_platform **out)
{
	struct cfg_platform *p = (struct cfg_platform *)calloc(1, sizeof(*p));
	struct reader r = { .p = p, .messages = messages, .file = file };
	struct cfg_tree *tree = cfg_stmt_tree_new(file);
	uint32_t errors = messages->count[CFG_ERROR];
	enum err err = p == NULL || tree == NULL ? ERR_NOMEM : cfg_parse_text(lang, CFG_MODE_PLATFORM, text, messages, tree);

	if (err == ERR_OK || err == ERR_MALFORMED)
		read_tree(&r, tree);
	cfg_stmt_tree_free(tree);
	if (r.no_memory)
		err = ERR_NOMEM;
	else if (err == ERR_OK && messages->count[CFG_ERROR] != errors)
		err = ERR_MALFORMED;
	if (err != ERR_OK) {
		cfg_platform_free(p);
		return err;
	}
	*out = p;
	return ERR_OK;
}

void cfg_platform_settle(struct cfg_platform *p, bool own_netns)
{
	if (p->addresses == CFG_OWNER_AUTO)
		p->addresses = CFG_OWNER_NAVE;
	for (struct cfg_port *port = p->ports; port != NULL; port = port->next)
		if (port->addresses == CFG_OWNER_AUTO)
			port->addresses = own_netns || port->how != CFG_PORT_NETDEV ? CFG_OWNER_NAVE : CFG_OWNER_HOST;
}

void cfg_platform_free(struct cfg_platform *p)
{
	if (p == NULL)
		return;
	arena_fini(&p->arena);
	free(p);
}

const struct cfg_port *cfg_platform_port(const struct cfg_platform *p, const char *if_name)
{
	for (const struct cfg_port *port = p->ports; port != NULL; port = port->next)
		if (strcmp(port->if_name, if_name) == 0)
			return port;
	return NULL;
}

const struct cfg_vrf_place *cfg_platform_vrf(const struct cfg_platform *p, const char *vrf)
{
	for (const struct cfg_vrf_place *place = p->vrfs; place != NULL; place = place->next)
		if (strcmp(place->vrf, vrf) == 0)
			return place;
	return NULL;
}
