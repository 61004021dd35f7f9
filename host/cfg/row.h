#ifndef CFG_ROW_H
#define CFG_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "cfg/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The language is data: one row is one command.  The tables stand in cfg/schema, a file a subject; an engine that
 * knows no command by name (match, parse, print, diff, the generated docs/config.md) runs on them.
 *
 * A row's pattern (cfg/pattern.h) says what may be typed and what is printed for it.
 */

enum cfg_mode {
	CFG_MODE_NONE,
	CFG_MODE_GLOBAL,
	CFG_MODE_INTERFACE,
	CFG_MODE_PROPOSAL,
	CFG_MODE_POLICY,
	CFG_MODE_KEYRING,
	CFG_MODE_KEYRING_PEER,
	CFG_MODE_PROFILE,
	CFG_MODE_AUTHZ_POLICY,
	CFG_MODE_MANGLER,
	CFG_MODE_CLIENT,
	CFG_MODE_CLUSTER,
	CFG_MODE_TRANSFORM_SET,
	CFG_MODE_IPSEC_PROFILE,
	CFG_MODE_VRF,
	CFG_MODE_VRF_FAMILY,
	CFG_MODE_ROUTE_MAP,
	CFG_MODE_ACL_STANDARD,
	CFG_MODE_ACL_EXTENDED,
	CFG_MODE_ACL_IPV6,
	CFG_MODE_ROUTER_IGP,
	CFG_MODE_BGP,
	CFG_MODE_BGP_FAMILY,
	CFG_MODE_BFD_TEMPLATE,
	CFG_MODE_TRACK,
	CFG_MODE_SLA,
	CFG_MODE_SLA_ECHO,
	CFG_MODE_POLICY_MAP,
	CFG_MODE_POLICY_CLASS,
	CFG_MODE_POLICE,
	CFG_MODE_CLASS_MAP,
	CFG_MODE_TRUSTPOINT,
	CFG_MODE_ENROLLMENT,
	CFG_MODE_CERT_MAP,
	CFG_MODE_CERT_CHAIN,
	CFG_MODE_PKI_SERVER,
	CFG_MODE_AAA_GROUP,
	CFG_MODE_RADIUS_SERVER,
	CFG_MODE_DYNAMIC_AUTHOR,
	CFG_MODE_ATTRIBUTE_LIST,
	CFG_MODE_APPLET,
	CFG_MODE_LINE,
	CFG_MODE_ARCHIVE,
	CFG_MODE_CONTROL_PLANE,
	CFG_MODE_REDUNDANCY,
	CFG_MODE_PLATFORM,
	CFG_MODE_PORT,
	CFG_MODE_COUNT
};

enum cfg_class {
	CFG_CLASS_IMPLEMENTED,
	CFG_CLASS_LATER,    /* parsed, kept, its object used; the protocol behind it is to come */
	CFG_CLASS_HARMLESS, /* of IOS, without meaning here: kept and printed */
	CFG_CLASS_NOT_YET,  /* no code yet: kept, its object incomplete */
	CFG_CLASS_RESTRICT  /* the same, for a line that forbids something: what it guards isn't used */
};

/* How lines of one row in one place tell each other apart; a line replaces the one with the same key. */
enum cfg_keep {
	CFG_KEEP_ONE, /* by the slot alone: there is one */
	CFG_KEEP_KEY, /* by the slot and the first 'key' parameters */
	CFG_KEEP_EACH /* by all words */
};

enum {
	CFG_ROW_NO_KEPT = 1, /* `no …` is a line of its own: what it removes would hold by default */
	CFG_ROW_BANNER = 2,  /* text follows up to a delimiter, which the last parameter begins with */
	CFG_ROW_QUIT = 4     /* text follows up to a line `quit` */
};

struct cfg_build; /* cfg/build.h */

/* Puts the line 's' into the typed 'object' that it stands in (or opens). */
typedef void cfg_set_fn(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s);

struct cfg_row {
	enum cfg_mode mode;   /* where it may stand */
	enum cfg_mode enters; /* the mode it opens, or NONE */
	enum cfg_class what;
	enum cfg_keep keep;
	uint8_t key;        /* parameters in the key: of CFG_KEEP_KEY; of CFG_KEEP_EACH: those that `no` must give, 0: all words */
	uint8_t flags;      /* CFG_ROW_* */
	enum cfg_kind kind; /* object that it makes, or NONE */
	const char *pattern;
	const char *slot;    /* rows with the same one replace each other; NULL: the pattern */
	const char *defines; /* what its first parameter names: "pool"; parameters refer to it with @pool */
	cfg_set_fn *set;
	const char *preset; /* what holds without the line, for the manual */
	const char *help;
};

struct cfg_rows {
	const struct cfg_row *row;
	unsigned count;
	const char *subject; /* heading in the manual */
};

/* The tables, in the order in which they are searched. */
extern const struct cfg_rows cfg_basic_rows;
extern const struct cfg_rows cfg_if_rows;
extern const struct cfg_rows cfg_route_rows;
extern const struct cfg_rows cfg_ikev2_rows;
extern const struct cfg_rows cfg_profile_rows;
extern const struct cfg_rows cfg_authz_rows;
extern const struct cfg_rows cfg_client_rows;
extern const struct cfg_rows cfg_ipsec_rows;
extern const struct cfg_rows cfg_aaa_rows;
extern const struct cfg_rows cfg_pki_rows;
extern const struct cfg_rows cfg_acl_rows;
extern const struct cfg_rows cfg_qos_rows;
extern const struct cfg_rows cfg_router_rows;
extern const struct cfg_rows cfg_sla_rows;
extern const struct cfg_rows cfg_track_rows;
extern const struct cfg_rows cfg_applet_rows;
extern const struct cfg_rows cfg_harmless_rows;
extern const struct cfg_rows cfg_port_rows; /* the platform file's */

/* What the modes are called in messages: "interface", "crypto ikev2 profile". */
const char *cfg_row_mode_name(enum cfg_mode mode);

/* What a reference kind is called: "pool" is `ip local pool`. */
const char *cfg_row_ref_name(const char *ref);

#ifdef __cplusplus
}
#endif
#endif
