#ifndef CFG_PATTERN_H
#define CFG_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Patterns, the notation of the rows:
 *
 *	word              a keyword; any prefix that is unique where it stands will do
 *	typed=printed     an alias: 'typed' must be written in full, 'printed' (which may be empty) is kept
 *	=printed          nothing is typed, 'printed' is kept
 *	=<name:N-M>       nothing is typed, the next number that no sister line has is kept
 *	<name>            a parameter of type word
 *	<name:type@ref>   of another type, naming an object of kind 'ref'
 *	{a|b}  [a|b]      one of them; one of them or nothing
 *	{a|b}+ [a|b]*     once or more; any number of times
 *
 * They are compiled into one program of a few instructions, run by cfg/match.
 */
struct cfg_row;

enum cfg_type {
	CFG_TYPE_NUMBER, /* N-M, in decimal */
	CFG_TYPE_WORD,   /* 1 to 63 bytes without blanks */
	CFG_TYPE_TEXT,   /* a word or a quoted text */
	CFG_TYPE_REST,   /* the rest of the line */
	CFG_TYPE_IP4,
	CFG_TYPE_IP6,
	CFG_TYPE_IP,       /* either family */
	CFG_TYPE_MASK,     /* netmask */
	CFG_TYPE_WILDCARD, /* inverse mask; any bits */
	CFG_TYPE_P4,       /* A.B.C.D/len */
	CFG_TYPE_P6,       /* X::/len */
	CFG_TYPE_RD,       /* ASN:N or A.B.C.D:N */
	CFG_TYPE_IF,       /* any interface */
	CFG_TYPE_VT,       /* a Virtual-Template */
	CFG_TYPE_NOT_VT,   /* an interface that isn't made by Nave and isn't a template */
	CFG_TYPE_SECRET,   /* in clear */
	CFG_TYPE_SECRET7,
	CFG_TYPE_SECRET6, /* always refused, with the reason */
	CFG_TYPE_HIDDEN   /* the rest of the line, which may hold a secret */
};

/* An interface name may be typed as one word or as two ("Tunnel0", "tunnel 0"). */
enum cfg_part { CFG_PART_ALL, CFG_PART_TYPE, CFG_PART_UNIT };

struct cfg_param {
	const char *name;
	enum cfg_type type;
	enum cfg_part part;
	uint64_t low, high; /* NUMBER */
	const char *ref;    /* NULL: names no object */
};

enum cfg_op { CFG_OP_KEY, CFG_OP_EMIT, CFG_OP_PARAM, CFG_OP_SPLIT, CFG_OP_JUMP, CFG_OP_ACCEPT };

enum { CFG_PC_NONE = UINT16_MAX };

struct cfg_ins {
	enum cfg_op op;
	const char *typed;   /* KEY */
	const char *printed; /* KEY, EMIT; empty: nothing */
	bool alias;          /* KEY: typed in full or not at all */
	const struct cfg_param *param;
	uint16_t x, y;             /* SPLIT: x first; JUMP: x; NONE: nowhere */
	const struct cfg_row *row; /* ACCEPT */
};

struct cfg_program {
	struct cfg_ins *code;
	unsigned count, room;
	struct arena arena;
};

/*
 * Appends the program of 'pattern', which accepts 'row'; '*start' is where it begins.  A pattern that breaks the
 * notation is ERR_MALFORMED: a bug, caught by the unit tests.
 */
MUST_USE enum err cfg_pattern_compile(struct cfg_program *p, const char *pattern, const struct cfg_row *row, uint16_t *start);

void cfg_pattern_fini(struct cfg_program *p);

/* The text (by its address) of a word that the parser must number. */
extern const char cfg_pattern_next[];

/* Whether the type keeps its text in secret memory. */
bool cfg_pattern_is_secret(enum cfg_type type);

#ifdef __cplusplus
}
#endif
#endif
