#include "navedp/plan.h"

#include "navedp/vifs.h"
#include "xsk/port.h"

/* One worker's. */
struct plan {
	struct path_queue queue[PATH_QUEUES_MAX];
	struct navedp_wakes wakes;
	uint32_t queues;
	bool full;
};

static void add(struct plan *p, uint8_t port, uint32_t queue, const struct navedp_wake *wake)
{
	if (p->queues == PATH_QUEUES_MAX) {
		p->full = true;
		return;
	}
	p->queue[p->queues++] = (struct path_queue){ .port = port, .queue = (uint16_t)queue };
	if (wake->fd >= 0)
		p->wakes.wake[p->wakes.count++] = *wake;
	else
		p->wakes.deaf = true;
}

static void add_tap(struct plan *p, uint8_t port, const struct navedp_tap *tap)
{
	struct navedp_wake wake = { .fd = navedp_tap_fd(tap) };

	add(p, port, 0, &wake);
}

static void add_vifs(const struct navedp_box *b, struct plan *p)
{
	struct navedp_wake wake = { .fd = -1 };
	uint8_t port;

	if (navedp_vifs_queue(b, &port, &wake.fd))
		add(p, port, 0, &wake);
}

static void add_wire(struct navedp_box *b, struct navedp_port *p, struct plan *plan, uint32_t worker)
{
	bool netdev = navedp_port_has_netdev(p);
	uint32_t queues = netdev ? p->netdev.queues : p->ethdev.queues;

	for (uint32_t q = worker; q < queues; q += b->conf.worker_count) {
		struct navedp_wake wake = { .fd = -1 };

		if (netdev)
			wake.fd = xsk_port_fd(p->netdev.xsk, q);
		else
			navedp_ethdev_wake(&p->ethdev, q, &wake);
		add(plan, p->index, q, &wake);
	}
}

/* Queues of wires go round the workers; twins, TUNs and tunnels' netdevs, the exception path, are the first worker's. */
static void make(struct navedp_box *b, uint32_t worker, struct plan *plan)
{
	for (unsigned i = 0; i < DB_PORT_MAX; i++) {
		struct navedp_port *p = &b->port[i];

		if (!p->open || (p->dead && !p->backed) || !p->conf.up)
			continue;
		add_wire(b, p, plan, worker);
		if (worker == 0 && p->twin != NULL && !navedp_port_is_netdev(p)) /* by an inlet nothing comes */
			add_tap(plan, p->twin_index, p->twin);
	}
	for (unsigned i = 0; worker == 0 && i < DB_VRF_MAX; i++)
		if (b->vrf[i].used && b->vrf[i].tun != NULL)
			add_tap(plan, b->vrf[i].index, b->vrf[i].tun);
	if (worker == 0)
		add_vifs(b, plan);
}

enum err navedp_plan_assign(struct navedp_box *b)
{
	for (uint32_t w = 0; w < b->conf.worker_count; w++) {
		struct plan plan = { .queues = 0 };
		enum err err;

		make(b, w, &plan);
		if (plan.full)
			return ERR_FULL;
		err = path_worker_set_queues(b->conf.workers[w], plan.queue, plan.queues);
		if (err != ERR_OK)
			return err;
		navedp_lcores_set_wakes(b->conf.lcores, w, &plan.wakes);
	}
	return ERR_OK;
}

void navedp_plan_leave(struct navedp_box *b)
{
	enum err err = navedp_plan_assign(b);

	if (err != ERR_OK)
		log_event(b->conf.log, LOG_L_ERROR, "plan.leave", "err=%s", err_name(err));
	(void)db_rcu_wait(b->conf.db->rcu);
}
