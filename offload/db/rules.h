#ifndef DB_RULES_H
#define DB_RULES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "db/key.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The lines of one filter, compiled for rte_acl, and what they decided.  Never changed once published: a filter that is put again is
 * compiled anew.  Each worker counts in a row of its own, so counts are exact.
 */
struct rte_acl_ctx;
struct db_recall;

/* What a rule sees of a packet.  Network byte order; the classifier reads words of four. */
enum db_rules_bit {
	DB_RULES_ESTABLISHED = 1, /* TCP with ACK or RST */
	DB_RULES_HIDDEN = 2       /* a later fragment: neither ports, flags nor type are there */
};

enum { DB_RULES_BATCH = 32 };

struct db_rules_key {
	uint8_t proto;
	uint8_t spare[3];
	uint8_t port[4]; /* source, destination */
	uint8_t bits;    /* enum db_rules_bit */
	uint8_t type;    /* ICMP */
	uint8_t code;
	uint8_t zero;
	uint8_t addr[32]; /* source, then destination: 4 or 16 bytes each; what is behind isn't looked at */
	uint8_t pad[20];
};
static_assert(sizeof(struct db_rules_key) == 64, "key: one line");

/* A successor counts on where the lines of its predecessor are its own: 'before' is there until no worker reads it any more. */
struct db_rules {
	struct rte_acl_ctx *acl;
	bool v6;
	uint16_t count;
	uint32_t workers;
	uint32_t stride; /* counts of one worker's row */
	uint64_t *hits;  /* [workers][stride]; the last of 'count' + 1 is of what no line fitted */
	uint64_t *base;  /* [count + 1]: from before; main lcore */
	uint16_t *from;  /* [count + 1]: the predecessor's line, or DB_RULES_NEW */
	bool *permit;    /* [count] */
	uint8_t *lines;  /* in their form */
	uint32_t len;
	struct db_recall *recall; /* [workers]: which line fitted lately; of all rules of the family */
	uint64_t name;            /* by which they tell theirs apart */
	struct db_rules *before, *after;
};

enum { DB_RULES_NEW = UINT16_MAX };

/* Where rules live. */
struct db_rules_home {
	uint32_t workers;
	struct db_recall *recall; /* [workers], for keys of db_rules_key_len */
	uint64_t name;            /* not 0, and nobody else's, then or later */
};

/* The bytes of a key that count. */
static inline uint32_t db_rules_key_len(bool v6)
{
	return (uint32_t)offsetof(struct db_rules_key, addr) + (v6 ? 32 : 8);
}

/* Compiles what dp_op_check found right.  ERR_NOMEM: too large for the classifier's memory. */
MUST_USE enum err db_rules_new(struct db_rules **out, const struct dp_filter *conf, const struct db_rules_home *home);
void db_rules_free(struct db_rules *r);

/* 'r' takes the place of 'before'; and that is over: what was counted there goes on in its successor. */
void db_rules_follow(struct db_rules *r, struct db_rules *before);
void db_rules_end(struct db_rules *r);

/* Packets that the line decided; 'count': those that no line fitted. */
uint64_t db_rules_hits(const struct db_rules *r, uint32_t line);

/*
 * Workers: which line decides each of up to DB_RULES_BATCH packets, counted in the row of 'worker'; bit i of the answer: the packet is
 * permitted.
 */
uint32_t db_rules_match(struct db_rules *r, const struct db_rules_key *const key[], uint32_t count, uint32_t worker);

#ifdef __cplusplus
}
#endif
#endif
