/* What all of the engine's files share: the way out and the log. */
#include "ike/core.h"

#include <stdarg.h>
#include <stdio.h>

#include "ike/frag/train.h"

enum { DETAIL_MAX = 320, ID_SHOWN = 96 };

void ike_core_send(struct ike_engine *e, const struct ike_path *path, struct bytes train)
{
	struct bytes one;

	while (ike_train_next(&train, &one)) {
		ike_core_count(e, IKE_STAT_TX);
		e->cfg.ports->send(e->cfg.ports->ctx, path, one);
	}
}

void ike_core_log(struct ike_engine *e, const struct ike_path *path, enum log_level level, const char *event, const char *form, ...)
{
	char detail[DETAIL_MAX];
	char peer[ADDR_PORT_TEXT];
	va_list args;

	if (e->cfg.log == NULL || level > e->cfg.log->level)
		return;
	va_start(args, form);
	(void)vsnprintf(detail, sizeof(detail), form, args);
	va_end(args);
	log_event(e->cfg.log, level, event, "peer=%s %s", addr_port_str(&path->remote, peer), detail);
}

void ike_core_log_sa(const struct ike_sa *sa, enum log_level level, const char *event, const char *form, ...)
{
	const struct log *log = sa->engine->cfg.log;
	char detail[DETAIL_MAX];
	char peer[ADDR_PORT_TEXT];
	char id[ID_SHOWN] = "-";
	va_list args;

	if (log == NULL || level > log->level)
		return;
	va_start(args, form);
	(void)vsnprintf(detail, sizeof(detail), form, args);
	va_end(args);
	if (sa->remote_id.type != 0)
		(void)ike_id_str(&sa->remote_id, id, sizeof(id));
	log_event(log, level, event, "peer=%s id=%s spi=%016llx %s", addr_port_str(&sa->path.remote, peer), id,
		(unsigned long long)ike_sa_own_spi(sa), detail);
}
