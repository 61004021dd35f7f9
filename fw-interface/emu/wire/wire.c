/* Which wire a specification means, and the one that leads nowhere. */
#include "emu/wire/wire.h"

#include <stdlib.h>
#include <string.h>

#include "emu/wire/file.h"
#include "emu/wire/packet.h"

struct null_wire {
	struct emu_wire wire;
	uint8_t frame[EMU_WIRE_FRAME];
};

static unsigned null_rx(struct emu_wire *w, struct emu_wire_frame *out, unsigned cap)
{
	(void)w;
	(void)out;
	(void)cap;
	return 0;
}

static void null_drop(struct emu_wire *w)
{
	(void)w;
}

static uint8_t *null_buffer(struct emu_wire *w)
{
	return ((struct null_wire *)(void *)w)->frame;
}

static void null_tx(struct emu_wire *w, uint32_t len)
{
	(void)w;
	(void)len;
}

static unsigned null_flush(struct emu_wire *w)
{
	(void)w;
	return 0;
}

static void null_close(struct emu_wire *w)
{
	free(w);
}

static enum err null_open(struct emu_wire **out)
{
	static const struct emu_wire_ops ops = {
		.rx = null_rx,
		.drop = null_drop,
		.buffer = null_buffer,
		.tx = null_tx,
		.flush = null_flush,
		.close = null_close,
	};
	struct null_wire *n = (struct null_wire *)calloc(1, sizeof(*n));

	if (n == NULL)
		return ERR_NOMEM;
	n->wire.ops = &ops;
	n->wire.fd = -1;
	*out = &n->wire;
	return ERR_OK;
}

/* The rest of 'spec' behind 'kind' and '=', or NULL. */
static const char *value_of(const char *spec, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(spec, kind, len) == 0 && spec[len] == '=' ? spec + len + 1 : NULL;
}

enum err emu_wire_open(const char *spec, const struct emu_wire_env *env, struct emu_wire **out)
{
	const char *value;

	if (strcmp(spec, "null") == 0)
		return null_open(out);
	if ((value = value_of(spec, "netdev")) != NULL)
		return emu_packet_open(value, env, out);
	if ((value = value_of(spec, "pcap")) != NULL)
		return emu_file_open(value, false, env, out);
	if ((value = value_of(spec, "replay")) != NULL)
		return emu_file_open(value, true, env, out);
	log_event(env->log, LOG_L_ERROR, "nic.wire", "unknown wire '%s': netdev=IF, pcap=IN,OUT, replay=IN or null", spec);
	return ERR_UNSUPPORTED;
}

void emu_wire_close(struct emu_wire *w)
{
	if (w != NULL)
		w->ops->close(w);
}
