/*
 * What act_mirred hands on doesn't pass a generic XDP program again ("reinjected packets", net/core/dev.c): a redirect by a program of
 * BPF would go round there.
 */
#include "base/nl/nl_tc.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_mirred.h>
#include <netinet/in.h>

#include "base/nl/nl_req.h"

enum { FIRST_ACTION = 1, PRIORITY = 1 };

static struct nlmsghdr *begin(struct nl *nl, uint16_t type, uint32_t index, struct tcmsg **body)
{
	void *at;
	struct nlmsghdr *req = nl_req_begin(nl, type, NLM_F_CREATE | NLM_F_EXCL, sizeof(**body), &at);

	*body = (struct tcmsg *)at;
	(*body)->tcm_ifindex = (int)index;
	return req;
}

static void put_hook(struct nl *nl, uint32_t index)
{
	struct tcmsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWQDISC, index, &body);

	body->tcm_parent = TC_H_CLSACT;
	body->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(req, TCA_KIND, "clsact");
	nl_req_end(nl, req);
}

static void put_action(struct nlmsghdr *req, uint32_t as)
{
	struct tc_mirred how = { .action = TC_ACT_STOLEN, .eaction = TCA_INGRESS_REDIR, .ifindex = as };
	struct nlattr *list = mnl_attr_nest_start(req, TCA_BPF_ACT);
	struct nlattr *action = mnl_attr_nest_start(req, FIRST_ACTION);
	struct nlattr *options;

	mnl_attr_put_strz(req, TCA_ACT_KIND, "mirred");
	options = mnl_attr_nest_start(req, TCA_ACT_OPTIONS);
	mnl_attr_put(req, TCA_MIRRED_PARMS, sizeof(how), &how);
	mnl_attr_nest_end(req, options);
	mnl_attr_nest_end(req, action);
	mnl_attr_nest_end(req, list);
}

static void put_filter(struct nl *nl, uint32_t from, uint32_t as)
{
	static const struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	struct tcmsg *body;
	struct nlmsghdr *req = begin(nl, RTM_NEWTFILTER, from, &body);
	struct nlattr *options;

	body->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	body->tcm_info = TC_H_MAKE(PRIORITY << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(req, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(req, TCA_OPTIONS);
	mnl_attr_put_u16(req, TCA_BPF_OPS_LEN, 1);
	mnl_attr_put(req, TCA_BPF_OPS, sizeof(all), &all);
	put_action(req, as);
	mnl_attr_nest_end(req, options);
	nl_req_end(nl, req);
}

enum err nl_tc_redirect(struct nl *nl, uint32_t from, uint32_t as)
{
	put_hook(nl, from);
	put_filter(nl, from, as);
	return nl_req_send(nl, NULL);
}
