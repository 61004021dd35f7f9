#ifndef CFG_POLICY_H
#define CFG_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Parts of the model: what class-maps match, and what policy-maps do to their classes. */
struct cfg_acl;
struct cfg_class_map;
struct cfg_policy_map;
struct cfg_stmt;

enum cfg_qos_what { CFG_QOS_ALL, CFG_QOS_DSCP, CFG_QOS_LIST };

/* `match`: one line of a class-map. */
struct cfg_qos_match {
	const struct cfg_qos_match *next;
	enum cfg_qos_what what;
	bool inverted;             /* `not` */
	bool ip, ipv6;             /* packets of which it can be true */
	uint64_t dscp;             /* a bit for each value */
	const struct cfg_acl *acl; /* NULL too when it isn't configured */
	const struct cfg_stmt *stmt;
};

enum { CFG_QOS_MATCHES = 16, CFG_QOS_CLASSES = 128, CFG_QOS_DEPTHS = 3, CFG_QOS_LISTS = 16 }; /* of a class; of a policy and those in it */

enum cfg_color { CFG_COLOR_CONFORM, CFG_COLOR_EXCEED, CFG_COLOR_VIOLATE, CFG_COLORS };
enum cfg_police_action { CFG_POLICE_TRANSMIT, CFG_POLICE_DROP, CFG_POLICE_MARK };

/* `police`: bits a second of whole packets, bytes at once. */
struct cfg_police {
	uint64_t cir, pir; /* 0: isn't policed; one rate */
	uint32_t bc, be;   /* be 0: there are two colors */
	struct cfg_police_how {
		enum cfg_police_action action;
		uint8_t dscp;
	} how[CFG_COLORS];
};

/* `class` of a policy-map. */
struct cfg_policy_class {
	const struct cfg_policy_class *next;
	const char *name;
	const struct cfg_class_map *map; /* NULL: class-default, and what isn't configured */
	struct cfg_police police;
	uint64_t shape_bps; /* 0: isn't shaped */
	bool has_dscp;      /* `set dscp` */
	uint8_t dscp;
	const struct cfg_policy_map *child; /* NULL: none */
};

#ifdef __cplusplus
}
#endif
#endif
