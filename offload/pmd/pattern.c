/* rte_flow's items and actions, read into the few fields that the device matches. */
#include "pmd/pattern.h"

#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>

#include "fwi/flow.h"

static int refuse_item(struct rte_flow_error *error, const struct rte_flow_item *item, const char *why)
{
	return rte_flow_error_set(error, ENOTSUP, RTE_FLOW_ERROR_TYPE_ITEM, item, why);
}

static bool is_byte(const void *at, size_t len, uint8_t value)
{
	const uint8_t *b = (const uint8_t *)at;

	for (size_t i = 0; i < len; i++)
		if (b[i] != value)
			return false;
	return true;
}

/*
 * Splits an item into the field at 'offset' and the rest: *set says whether the field is matched (then fully); false:
 * something else is matched too, or part of the field only.
 */
static bool only_field(const struct rte_flow_item *item, const void *mask, size_t size, size_t offset, size_t len, bool *set)
{
	const uint8_t *m = (const uint8_t *)(item->mask != NULL ? item->mask : mask);

	*set = false;
	if (item->spec == NULL)
		return true;
	if (item->last != NULL || !is_byte(m, offset, 0) || !is_byte(m + offset + len, size - offset - len, 0))
		return false;
	*set = is_byte(m + offset, len, 0xff);
	return *set || is_byte(m + offset, len, 0);
}

static int take_v4(const struct rte_flow_item *item, struct pmd_pattern *out, struct rte_flow_error *error)
{
	bool set;

	if (!only_field(item, &rte_flow_item_ipv4_mask, sizeof(struct rte_flow_item_ipv4),
		    offsetof(struct rte_flow_item_ipv4, hdr.dst_addr), 4, &set))
		return refuse_item(error, item, "only the whole destination address is matched");
	if (set) {
		out->family = 4;
		memcpy(out->local, &((const struct rte_flow_item_ipv4 *)item->spec)->hdr.dst_addr, 4);
	}
	return 0;
}

static int take_v6(const struct rte_flow_item *item, struct pmd_pattern *out, struct rte_flow_error *error)
{
	bool set;

	if (!only_field(item, &rte_flow_item_ipv6_mask, sizeof(struct rte_flow_item_ipv6),
		    offsetof(struct rte_flow_item_ipv6, hdr.dst_addr), 16, &set))
		return refuse_item(error, item, "only the whole destination address is matched");
	if (set) {
		out->family = 6;
		memcpy(out->local, ((const struct rte_flow_item_ipv6 *)item->spec)->hdr.dst_addr, 16);
	}
	return 0;
}

static int take_udp(const struct rte_flow_item *item, struct pmd_pattern *out, struct rte_flow_error *error)
{
	bool set;

	if (!only_field(item, &rte_flow_item_udp_mask, sizeof(struct rte_flow_item_udp), offsetof(struct rte_flow_item_udp, hdr.dst_port),
		    2, &set) ||
		!set)
		return refuse_item(error, item, "only the destination port is matched, and must be");
	out->udp_encap = true;
	out->udp_port = rte_be_to_cpu_16(((const struct rte_flow_item_udp *)item->spec)->hdr.dst_port);
	return 0;
}

static int take_esp(const struct rte_flow_item *item, struct pmd_pattern *out, struct rte_flow_error *error)
{
	if (!only_field(item, &rte_flow_item_esp_mask, sizeof(struct rte_flow_item_esp), offsetof(struct rte_flow_item_esp, hdr.spi), 4,
		    &out->has_spi))
		return refuse_item(error, item, "only the whole SPI is matched");
	if (out->has_spi)
		out->spi = rte_be_to_cpu_32(((const struct rte_flow_item_esp *)item->spec)->hdr.spi);
	return 0;
}

static int take_item(const struct rte_flow_item *item, struct pmd_pattern *out, struct rte_flow_error *error)
{
	switch (item->type) {
	case RTE_FLOW_ITEM_TYPE_VOID:
		return 0;
	case RTE_FLOW_ITEM_TYPE_ETH:
	case RTE_FLOW_ITEM_TYPE_VLAN:
		return item->spec == NULL ? 0 : refuse_item(error, item, "the link layer is not matched");
	case RTE_FLOW_ITEM_TYPE_IPV4:
		return take_v4(item, out, error);
	case RTE_FLOW_ITEM_TYPE_IPV6:
		return take_v6(item, out, error);
	case RTE_FLOW_ITEM_TYPE_UDP:
		return take_udp(item, out, error);
	case RTE_FLOW_ITEM_TYPE_ESP:
		return take_esp(item, out, error);
	default:
		return refuse_item(error, item, "no ESP rule");
	}
}

static int take_items(const struct rte_flow_item *items, struct pmd_pattern *out, struct rte_flow_error *error)
{
	enum rte_flow_item_type last = RTE_FLOW_ITEM_TYPE_END;
	int rc = 0;

	for (; items->type != RTE_FLOW_ITEM_TYPE_END && rc == 0; items++) {
		rc = take_item(items, out, error);
		last = items->type;
	}
	if (rc == 0 && last != RTE_FLOW_ITEM_TYPE_ESP)
		return refuse_item(error, items, "the last item must be ESP");
	return rc;
}

static int take_actions(const struct rte_flow_action *actions, struct pmd_pattern *out, struct rte_flow_error *error)
{
	bool any = false;

	for (; actions->type != RTE_FLOW_ACTION_TYPE_END; actions++) {
		switch (actions->type) {
		case RTE_FLOW_ACTION_TYPE_VOID:
		case RTE_FLOW_ACTION_TYPE_COUNT:
			continue;
		case RTE_FLOW_ACTION_TYPE_PASSTHRU:
			break;
		case RTE_FLOW_ACTION_TYPE_SECURITY:
			out->security = true;
			out->session = actions->conf;
			break;
		case RTE_FLOW_ACTION_TYPE_QUEUE:
			out->queue = ((const struct rte_flow_action_queue *)actions->conf)->index;
			break;
		default:
			return rte_flow_error_set(error, ENOTSUP, RTE_FLOW_ERROR_TYPE_ACTION, actions, "SECURITY, QUEUE or PASSTHRU");
		}
		any = true;
	}
	return any ? 0 : rte_flow_error_set(error, EINVAL, RTE_FLOW_ERROR_TYPE_ACTION, actions, "no action");
}

int pmd_pattern_parse(const struct rte_flow_attr *attr, const struct rte_flow_item *items, const struct rte_flow_action *actions,
	struct pmd_pattern *out, struct rte_flow_error *error)
{
	int rc;

	memset(out, 0, sizeof(*out));
	out->queue = FWI_QUEUE_ANY;
	if (attr->ingress == 0 || attr->egress != 0 || attr->transfer != 0 || attr->group != 0)
		return rte_flow_error_set(error, ENOTSUP, RTE_FLOW_ERROR_TYPE_ATTR, attr, "ingress, group 0");
	rc = take_items(items, out, error);
	return rc == 0 ? take_actions(actions, out, error) : rc;
}
