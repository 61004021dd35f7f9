/* The wires "pcap" and "replay".  They are paced: a test loses no frame because the driver is slow. */
#include "emu/wire/file.h"

#include <stdlib.h>
#include <string.h>

#include "emu/wire/pcap.h"

enum { PATH_MAX_LEN = 4096 };

struct file_wire {
	struct emu_wire wire;
	struct emu_pcap in;
	bool loop;
	FILE *out;
	uint64_t (*wall_ms)(void);
	uint8_t frame[EMU_WIRE_FRAME];
};

static struct file_wire *self(struct emu_wire *w)
{
	return (struct file_wire *)(void *)w;
}

static bool next(struct file_wire *f, struct emu_wire_frame *out)
{
	if (emu_pcap_next(&f->in, &out->data, &out->len))
		return true;
	if (!f->loop)
		return false;
	emu_pcap_rewind(&f->in);
	return emu_pcap_next(&f->in, &out->data, &out->len);
}

static unsigned file_rx(struct emu_wire *w, struct emu_wire_frame *out, unsigned cap)
{
	unsigned count = 0;

	while (w->paced && count < cap) {
		if (next(self(w), &out[count]))
			count++;
		else
			w->paced = false; /* the end: nothing will come any more */
	}
	return count;
}

/* What is in the file hasn't arrived before somebody takes it. */
static void file_drop(struct emu_wire *w)
{
	(void)w;
}

static uint8_t *file_buffer(struct emu_wire *w)
{
	return self(w)->frame;
}

static void file_tx(struct emu_wire *w, uint32_t len)
{
	if (self(w)->out != NULL)
		emu_pcap_append(self(w)->out, self(w)->wall_ms(), self(w)->frame, len);
}

static unsigned file_flush(struct emu_wire *w)
{
	if (self(w)->out != NULL)
		(void)fflush(self(w)->out);
	return 0;
}

static void file_close(struct emu_wire *w)
{
	if (self(w)->out != NULL)
		(void)fclose(self(w)->out);
	emu_pcap_fini(&self(w)->in);
	free(w);
}

static const struct emu_wire_ops file_ops = {
	.rx = file_rx,
	.drop = file_drop,
	.buffer = file_buffer,
	.tx = file_tx,
	.flush = file_flush,
	.close = file_close,
};

static enum err open_in(struct file_wire *f, const char *path, const struct emu_wire_env *env)
{
	enum err err;

	if (path[0] == '\0')
		return ERR_OK;
	err = emu_pcap_load(&f->in, path);
	if (err != ERR_OK)
		log_event(env->log, LOG_L_ERROR, "nic.wire", "file=%s err=%s", path, err_str(err));
	f->wire.paced = err == ERR_OK;
	return err;
}

static enum err open_out(struct file_wire *f, const char *path, const struct emu_wire_env *env)
{
	if (path == NULL || path[0] == '\0')
		return ERR_OK;
	f->out = emu_pcap_create(path);
	if (f->out != NULL)
		return ERR_OK;
	log_event(env->log, LOG_L_ERROR, "nic.wire", "can't write file=%s", path);
	return ERR_IO;
}

enum err emu_file_open(const char *value, bool loop, const struct emu_wire_env *env, struct emu_wire **out)
{
	char in[PATH_MAX_LEN];
	const char *comma = loop ? NULL : strchr(value, ',');
	size_t len = comma != NULL ? (size_t)(comma - value) : strlen(value);
	struct file_wire *f;
	enum err err;

	if (len >= sizeof(in))
		return ERR_RANGE;
	memcpy(in, value, len);
	in[len] = '\0';
	f = (struct file_wire *)calloc(1, sizeof(*f));
	if (f == NULL)
		return ERR_NOMEM;
	f->wire.ops = &file_ops;
	f->wire.fd = -1;
	f->loop = loop;
	f->wall_ms = env->wall_ms;
	err = open_in(f, in, env);
	if (err == ERR_OK)
		err = open_out(f, comma != NULL ? comma + 1 : NULL, env);
	if (err != ERR_OK) {
		file_close(&f->wire);
		return err;
	}
	*out = &f->wire;
	return ERR_OK;
}
