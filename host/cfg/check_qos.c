/*
 * Classes, policies and where they are used.  A policy may be written before those that it names, so each is judged whole, down to its innermost
 * classes; one that names itself is too deep like any other.  Called by check.c and derive.c.
 */
#include "cfg/check_qos.h"

#include "cfg/acl.h"

static const char *list_fault(const struct cfg_acl *acl)
{
	if (acl == NULL || acl->entries == NULL || !acl->object.complete)
		return "an access list has no lines";
	for (const struct cfg_ace *e = acl->entries; e != NULL; e = e->next)
		if (cfg_acl_fault(e) != NULL)
			return "a line of an access list fits no packet";
	return NULL;
}

static void check_class(struct cfg_build *b, struct cfg_class_map *c)
{
	unsigned count = 0;

	for (const struct cfg_qos_match *m = c->matches; m != NULL; m = m->next) {
		const char *fault = m->what == CFG_QOS_LIST ? list_fault(m->acl) : NULL;

		count++;
		if (fault != NULL)
			cfg_build_lack(b, &c->object, m->stmt->line, "%s", fault);
	}
	if (count == 0)
		cfg_build_lack(b, &c->object, 0, "nothing is in it: it has no 'match'");
	if (count > CFG_QOS_MATCHES)
		cfg_build_lack(b, &c->object, 0, "more than %d matches", CFG_QOS_MATCHES);
}

/* What a policy comes to with all that is in it. */
struct weight {
	unsigned classes, lists;
	bool shapes;
	const char *fault;
};

static void weigh(const struct cfg_policy_map *p, unsigned depth, struct weight *w);

static void weigh_class(const struct cfg_policy_class *c, unsigned depth, struct weight *w)
{
	w->classes++;
	w->shapes = w->shapes || c->shape_bps != 0;
	for (const struct cfg_qos_match *m = c->map == NULL ? NULL : c->map->matches; m != NULL; m = m->next)
		w->lists += m->what == CFG_QOS_LIST;
	if (c->map != NULL && !c->map->object.complete && w->fault == NULL)
		w->fault = "a class isn't complete";
	if (c->child != NULL)
		weigh(c->child, depth + 1, w);
}

static void weigh(const struct cfg_policy_map *p, unsigned depth, struct weight *w)
{
	if (depth == CFG_QOS_DEPTHS) {
		w->fault = "a policy in a policy in a policy has one of its own";
		return;
	}
	if (!p->object.complete && w->fault == NULL)
		w->fault = "a policy in it isn't complete";
	for (const struct cfg_policy_class *c = p->classes; c != NULL && w->classes <= CFG_QOS_CLASSES; c = c->next)
		weigh_class(c, depth, w);
	weigh_class(&p->rest, depth, w);
}

static void check_policy(struct cfg_build *b, struct cfg_policy_map *p)
{
	struct weight w = { .fault = NULL };

	weigh(p, 0, &w);
	if (w.fault != NULL && p->object.complete)
		cfg_build_lack(b, &p->object, 0, "%s", w.fault);
	if (w.classes > CFG_QOS_CLASSES)
		cfg_build_lack(b, &p->object, 0, "more than %d classes, those of policies in it included", CFG_QOS_CLASSES);
	if (w.lists > CFG_QOS_LISTS)
		cfg_build_lack(b, &p->object, 0, "its classes name access lists more than %d times", CFG_QOS_LISTS);
}

void cfg_check_qos(struct cfg_build *b)
{
	for (struct cfg_class_map *c = b->m->class_maps; c != NULL; c = c->next)
		check_class(b, c);
	for (struct cfg_policy_map *p = b->m->policy_maps; p != NULL; p = p->next)
		check_policy(b, p);
}

void cfg_check_service(struct cfg_build *b, struct cfg_interface *i)
{
	for (unsigned way = 0; way < CFG_ACL_WAYS; way++) {
		const struct cfg_policy_map *p = i->service[way];
		struct weight w = { .fault = NULL };

		if (p == NULL)
			continue;
		weigh(p, 0, &w);
		if (i->type == CFG_IF_LOOPBACK)
			cfg_build_lack(b, &i->object, 0, "'service-policy' is for ports and tunnels");
		if (!p->object.complete)
			cfg_build_lack(b, &i->object, 0, "'%s' isn't complete", p->object.title);
		if (way == CFG_ACL_IN && w.shapes)
			cfg_build_lack(b, &i->object, 0, "'shape average' of '%s' is for output", p->object.title);
	}
}
