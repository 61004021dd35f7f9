#include "cfg/find.h"

#include <stdio.h>
#include <string.h>

#include "cfg/refs.h"

static struct cfg_object *object_of(struct map_node *node)
{
	return node == NULL ? NULL : (struct cfg_object *)(void *)((char *)node - offsetof(struct cfg_object, by_name));
}

/* The objects that share a hash, one after the other. */
static struct cfg_object *first_named(const struct cfg_model *m, const char *name)
{
	return object_of(map_find(&m->by_name, map_hash(&m->by_name, bytes_str(name))));
}

static struct cfg_object *next_named(const struct cfg_object *o)
{
	return object_of(map_find_next(&o->by_name));
}

static bool is_ref(const struct cfg_object *o, const char *ref, const char *name)
{
	return o->stmt->row->defines != NULL && strcmp(o->stmt->row->defines, ref) == 0 && strcmp(o->name, name) == 0;
}

const struct cfg_object *cfg_find_ref(const struct cfg_model *m, const char *ref, const char *name)
{
	for (const struct cfg_object *o = first_named(m, name); o != NULL; o = next_named(o))
		if (is_ref(o, ref, name))
			return o;
	return NULL;
}

const struct cfg_object *cfg_find_opened(const struct cfg_model *m, const struct cfg_stmt *s)
{
	char title[CFG_REFS_TITLE];
	const char *name = cfg_refs_object_name(s, title);

	for (const struct cfg_object *o = first_named(m, name); o != NULL; o = next_named(o))
		if (o->stmt == s || (s->row->defines != NULL && is_ref(o, s->row->defines, name)))
			return o;
	return NULL;
}

const struct cfg_object *cfg_find(const struct cfg_model *m, enum cfg_kind kind, const char *name)
{
	for (const struct cfg_object *o = first_named(m, name); o != NULL; o = next_named(o))
		if (o->kind == kind && strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

const struct cfg_interface *cfg_find_interface(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_interface *)(const void *)cfg_find(m, CFG_KIND_INTERFACE, name);
}

const struct cfg_pool *cfg_find_pool(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_pool *)(const void *)cfg_find(m, CFG_KIND_POOL, name);
}

const struct cfg_pool *cfg_find_ipv6_pool(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_pool *)(const void *)cfg_find(m, CFG_KIND_IPV6_POOL, name);
}

const struct cfg_proposal *cfg_find_proposal(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_proposal *)(const void *)cfg_find(m, CFG_KIND_PROPOSAL, name);
}

const struct cfg_policy *cfg_find_policy(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_policy *)(const void *)cfg_find(m, CFG_KIND_POLICY, name);
}

const struct cfg_keyring *cfg_find_keyring(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_keyring *)(const void *)cfg_find(m, CFG_KIND_KEYRING, name);
}

const struct cfg_profile *cfg_find_profile(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_profile *)(const void *)cfg_find(m, CFG_KIND_PROFILE, name);
}

const struct cfg_authz_policy *cfg_find_authz_policy(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_authz_policy *)(const void *)cfg_find(m, CFG_KIND_AUTHZ_POLICY, name);
}

const struct cfg_transform_set *cfg_find_transform_set(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_transform_set *)(const void *)cfg_find(m, CFG_KIND_TRANSFORM_SET, name);
}

const struct cfg_ipsec_profile *cfg_find_ipsec_profile(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_ipsec_profile *)(const void *)cfg_find(m, CFG_KIND_IPSEC_PROFILE, name);
}

const struct cfg_aaa_list *cfg_find_aaa_list(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_aaa_list *)(const void *)cfg_find(m, CFG_KIND_AAA_LIST, name);
}

const struct cfg_aaa_list *cfg_find_login_list(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_aaa_list *)(const void *)cfg_find(m, CFG_KIND_LOGIN_LIST, name);
}

const struct cfg_user *cfg_find_user(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_user *)(const void *)cfg_find(m, CFG_KIND_USER, name);
}

const struct cfg_attribute_list *cfg_find_attribute_list(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_attribute_list *)(const void *)cfg_find(m, CFG_KIND_ATTRIBUTE_LIST, name);
}

const struct cfg_trustpoint *cfg_find_trustpoint(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_trustpoint *)(const void *)cfg_find(m, CFG_KIND_TRUSTPOINT, name);
}

const struct cfg_cert_map *cfg_find_cert_map(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_cert_map *)(const void *)cfg_find(m, CFG_KIND_CERT_MAP, name);
}

const struct cfg_mangler *cfg_find_mangler(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_mangler *)(const void *)cfg_find(m, CFG_KIND_MANGLER, name);
}

const struct cfg_acl *cfg_find_acl(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_acl *)(const void *)cfg_find(m, CFG_KIND_ACL, name);
}

const struct cfg_class_map *cfg_find_class_map(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_class_map *)(const void *)cfg_find(m, CFG_KIND_CLASS_MAP, name);
}

const struct cfg_policy_map *cfg_find_policy_map(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_policy_map *)(const void *)cfg_find(m, CFG_KIND_POLICY_MAP, name);
}

const struct cfg_vrf *cfg_find_vrf(const struct cfg_model *m, const char *name)
{
	return (const struct cfg_vrf *)(const void *)cfg_find(m, CFG_KIND_VRF, name);
}

static const void *find_number(const struct cfg_model *m, enum cfg_kind kind, uint32_t number)
{
	char name[16];

	(void)snprintf(name, sizeof(name), "%u", number);
	return cfg_find(m, kind, name);
}

const struct cfg_track *cfg_find_track(const struct cfg_model *m, uint32_t number)
{
	return (const struct cfg_track *)find_number(m, CFG_KIND_TRACK, number);
}

const struct cfg_sla *cfg_find_sla(const struct cfg_model *m, uint32_t number)
{
	return (const struct cfg_sla *)find_number(m, CFG_KIND_SLA, number);
}
