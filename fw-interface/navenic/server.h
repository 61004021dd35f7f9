#ifndef NAVENIC_SERVER_H
#define NAVENIC_SERVER_H

#include "base/err.h"
#include "base/log.h"
#include "emu/emu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The device's process: its socket and its loop. */
struct navenic_server;

struct navenic_server_config {
	const char *path;      /* of the socket; a stale one is replaced */
	struct emu *emu;       /* borrowed */
	struct emu_wire *wire; /* borrowed */
	const struct log *log; /* borrowed */
	uint64_t (*now_ms)(void);
	int stop_fd; /* readable when the process shall end (a signalfd); borrowed */
};

/* Listens; why it failed is logged. */
MUST_USE enum err navenic_server_new(const struct navenic_server_config *config, struct navenic_server **out);

/* Serves until stop_fd is readable. */
void navenic_server_run(struct navenic_server *s);

/* Detaches the driver, removes the socket.  NULL is fine. */
void navenic_server_free(struct navenic_server *s);

#ifdef __cplusplus
}
#endif
#endif
