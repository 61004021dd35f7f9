#ifndef CFG_FIND_H
#define CFG_FIND_H

#include "cfg/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Objects by name, complete or not; NULL when there is none.  Names are compared with case.  An interface goes by
 * its full name ("Tunnel0").  Constant time.
 */
const struct cfg_object *cfg_find(const struct cfg_model *m, enum cfg_kind kind, const char *name);

/* The object that the line 's' opens, or that an earlier line of the same name has opened; NULL: none. */
const struct cfg_object *cfg_find_opened(const struct cfg_model *m, const struct cfg_stmt *s);

/* Any object named 'name' whose row defines 'ref' ("trustpoint"); NULL: none. */
const struct cfg_object *cfg_find_ref(const struct cfg_model *m, const char *ref, const char *name);

const struct cfg_interface *cfg_find_interface(const struct cfg_model *m, const char *name);
const struct cfg_pool *cfg_find_pool(const struct cfg_model *m, const char *name);
const struct cfg_pool *cfg_find_ipv6_pool(const struct cfg_model *m, const char *name);
const struct cfg_proposal *cfg_find_proposal(const struct cfg_model *m, const char *name);
const struct cfg_policy *cfg_find_policy(const struct cfg_model *m, const char *name);
const struct cfg_keyring *cfg_find_keyring(const struct cfg_model *m, const char *name);
const struct cfg_profile *cfg_find_profile(const struct cfg_model *m, const char *name);
const struct cfg_authz_policy *cfg_find_authz_policy(const struct cfg_model *m, const char *name);
const struct cfg_transform_set *cfg_find_transform_set(const struct cfg_model *m, const char *name);
const struct cfg_ipsec_profile *cfg_find_ipsec_profile(const struct cfg_model *m, const char *name);
const struct cfg_aaa_list *cfg_find_aaa_list(const struct cfg_model *m, const char *name);
const struct cfg_aaa_list *cfg_find_login_list(const struct cfg_model *m, const char *name);
const struct cfg_user *cfg_find_user(const struct cfg_model *m, const char *name);
const struct cfg_attribute_list *cfg_find_attribute_list(const struct cfg_model *m, const char *name);
const struct cfg_trustpoint *cfg_find_trustpoint(const struct cfg_model *m, const char *name);
const struct cfg_cert_map *cfg_find_cert_map(const struct cfg_model *m, const char *name);
const struct cfg_mangler *cfg_find_mangler(const struct cfg_model *m, const char *name);
const struct cfg_acl *cfg_find_acl(const struct cfg_model *m, const char *name);
const struct cfg_class_map *cfg_find_class_map(const struct cfg_model *m, const char *name);
const struct cfg_policy_map *cfg_find_policy_map(const struct cfg_model *m, const char *name);
const struct cfg_vrf *cfg_find_vrf(const struct cfg_model *m, const char *name);
const struct cfg_track *cfg_find_track(const struct cfg_model *m, uint32_t number);
const struct cfg_sla *cfg_find_sla(const struct cfg_model *m, uint32_t number);

#ifdef __cplusplus
}
#endif
#endif
