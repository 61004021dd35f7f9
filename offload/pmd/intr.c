/*
 * Rx interrupts.  The device raises one when a completion exists at or above the position that was armed; if one exists
 * already, arming makes the eventfd readable itself, so that a worker that sleeps after 'enable' loses nothing.
 */
#include "pmd/intr.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <rte_interrupts.h>

int pmd_intr_init(struct pmd_port *p)
{
	int queues = p->dev->data->nb_rx_queues;
	struct rte_intr_handle *h;

	if (p->dev->data->dev_conf.intr_conf.rxq == 0)
		return 0;
	if ((uint32_t)queues + 1 > p->bus->vectors)
		return -ENOTSUP;
	h = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (h == NULL)
		return -ENOMEM;
	p->dev->intr_handle = h;
	if (rte_intr_type_set(h, RTE_INTR_HANDLE_VDEV) != 0 || rte_intr_vec_list_alloc(h, "nave", queues) != 0 ||
		rte_intr_max_intr_set(h, queues + 1) != 0 || rte_intr_nb_efd_set(h, queues) != 0 ||
		rte_intr_efd_counter_size_set(h, sizeof(uint64_t)) != 0)
		goto fail;
	for (int q = 0; q < queues; q++)
		if (rte_intr_vec_list_index_set(h, q, q + RTE_INTR_VEC_RXTX_OFFSET) != 0 ||
			rte_intr_efds_index_set(h, q, p->bus->vector_fd[1 + q]) != 0)
			goto fail;
	return 0;
fail:
	pmd_intr_fini(p);
	return -EIO;
}

void pmd_intr_fini(struct pmd_port *p)
{
	struct rte_intr_handle *h = p->dev->intr_handle;

	if (h == NULL)
		return;
	rte_intr_vec_list_free(h);
	rte_intr_instance_free(h);
	p->dev->intr_handle = NULL;
}

int pmd_intr_enable(struct rte_eth_dev *dev, uint16_t queue)
{
	const struct pmd_port *p = pmd_port_of(dev);
	struct pmd_rxq *q = (struct pmd_rxq *)dev->data->rx_queues[queue];
	const uint64_t one = 1;

	if (dev->intr_handle == NULL)
		return -ENOTSUP;
	if (pmd_port_is_dead(p))
		return -EIO;
	if (!mbox_rxq_arm(&q->ring) && write(p->bus->vector_fd[1 + queue], &one, sizeof(one)) != (ssize_t)sizeof(one))
		return -errno;
	return 0;
}

int pmd_intr_disable(struct rte_eth_dev *dev, uint16_t queue)
{
	const struct pmd_port *p = pmd_port_of(dev);
	struct pollfd raised;
	uint64_t count;

	if (dev->intr_handle == NULL)
		return -ENOTSUP;
	if (pmd_port_is_dead(p))
		return 0;
	raised.fd = p->bus->vector_fd[1 + queue];
	raised.events = POLLIN;
	if (poll(&raised, 1, 0) > 0 && read(raised.fd, &count, sizeof(count)) < 0)
		return -errno;
	return 0;
}
