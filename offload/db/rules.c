/*
 * Lines become rules of rte_acl: protocol, addresses under any mask, port ranges, and a word of what else a line asks for.  A line with
 * `neq` becomes a rule for each side of the hole, one that permits by ports another for later fragments, which show none: they pass or fall
 * with their first.  Compiling is the main lcore's; matching the workers'.
 */
#include "db/rules.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_acl.h>

#include "db/recall.h"
#include "dp/line.h"

enum { FIELDS4 = 6, FIELDS6 = 12, FIELD_PROTO = 0, FIELD_PORTS = 1, FIELD_REST = 3, FIELD_ADDR = 4, LINE = 64, CATEGORY = 1 };

/* Of a line: two ranges of ports at either end, and one for later fragments. */
enum { RULES_PER_LINE = 5 };

RTE_ACL_RULE_DEF(rule, FIELDS6);

struct ranges {
	unsigned count;
	uint16_t first[2], last[2];
};

/* ---- the layout ---- */

static void define(struct rte_acl_config *c, uint8_t type, uint8_t size, size_t offset, uint8_t word)
{
	struct rte_acl_field_def *d = &c->defs[c->num_fields];

	d->type = type;
	d->size = size;
	d->field_index = (uint8_t)c->num_fields++;
	d->input_index = word;
	d->offset = (uint32_t)offset;
}

static void lay_out(struct rte_acl_config *c, bool v6)
{
	uint8_t words = v6 ? 8 : 2;

	memset(c, 0, sizeof(*c));
	c->num_categories = CATEGORY;
	define(c, RTE_ACL_FIELD_TYPE_BITMASK, 1, offsetof(struct db_rules_key, proto), 0);
	define(c, RTE_ACL_FIELD_TYPE_RANGE, 2, offsetof(struct db_rules_key, port), 1);
	define(c, RTE_ACL_FIELD_TYPE_RANGE, 2, offsetof(struct db_rules_key, port) + 2, 1);
	define(c, RTE_ACL_FIELD_TYPE_BITMASK, 4, offsetof(struct db_rules_key, bits), 2);
	for (uint8_t i = 0; i < words; i++)
		define(c, RTE_ACL_FIELD_TYPE_BITMASK, 4, offsetof(struct db_rules_key, addr) + 4u * i, (uint8_t)(3 + i));
}

/* ---- one line ---- */

static struct ranges ranges_of(const struct dp_line_end *e)
{
	struct ranges r = { .count = 0 };

	if (!e->port_not) {
		r.first[0] = e->port_first;
		r.last[0] = e->port_last;
		r.count = 1;
		return r;
	}
	if (e->port_first > 0) {
		r.first[r.count] = 0;
		r.last[r.count++] = (uint16_t)(e->port_first - 1);
	}
	if (e->port_last < UINT16_MAX) {
		r.first[r.count] = (uint16_t)(e->port_last + 1);
		r.last[r.count++] = UINT16_MAX;
	}
	return r;
}

static void set_mask(struct rule *r, unsigned field, uint32_t value, uint32_t mask)
{
	r->field[field].value.u32 = value & mask;
	r->field[field].mask_range.u32 = mask;
}

static void set_ports(struct rule *r, unsigned field, uint16_t first, uint16_t last)
{
	r->field[field].value.u16 = first;
	r->field[field].mask_range.u16 = last;
}

static uint32_t word_at(const struct addr *a, unsigned i)
{
	uint32_t w;

	memcpy(&w, a->b + 4 * (size_t)i, sizeof(w));
	return ntohl(w);
}

/* What ports don't decide. */
static struct rule rule_of(const struct dp_line *line, bool v6, uint32_t index)
{
	unsigned words = v6 ? 4 : 1;
	struct rule r;

	memset(&r, 0, sizeof(r));
	r.data.category_mask = CATEGORY;
	r.data.priority = (int32_t)(RTE_ACL_MAX_PRIORITY - index);
	r.data.userdata = index + 1;
	r.field[FIELD_PROTO].value.u8 = line->proto;
	r.field[FIELD_PROTO].mask_range.u8 = line->proto == 0 ? 0 : UINT8_MAX;
	set_ports(&r, FIELD_PORTS, 0, UINT16_MAX);
	set_ports(&r, FIELD_PORTS + 1, 0, UINT16_MAX);
	for (unsigned i = 0; i < words; i++) {
		set_mask(&r, FIELD_ADDR + i, word_at(&line->src.addr, i), word_at(&line->src.care, i));
		set_mask(&r, FIELD_ADDR + words + i, word_at(&line->dst.addr, i), word_at(&line->dst.care, i));
	}
	return r;
}

static uint32_t rest_word(uint32_t bits, uint32_t type, uint32_t code)
{
	return bits << 24 | type << 16 | code << 8;
}

static void add(struct rule *out, unsigned *count, const struct rule *r)
{
	out[(*count)++] = *r;
}

/* Appends the rules of a line. */
static void expand(const struct dp_line *line, bool v6, uint32_t index, struct rule *out, unsigned *count)
{
	struct ranges src = ranges_of(&line->src), dst = ranges_of(&line->dst);
	struct rule r = rule_of(line, v6, index);
	bool deep = dp_line_is_deep(line);

	if (deep && line->permit) {
		set_mask(&r, FIELD_REST, rest_word(DB_RULES_HIDDEN, 0, 0), rest_word(DB_RULES_HIDDEN, 0, 0));
		add(out, count, &r);
	}
	set_mask(&r, FIELD_REST, rest_word(line->established ? DB_RULES_ESTABLISHED : 0, line->type, line->code),
		rest_word((deep ? DB_RULES_HIDDEN : 0) | (line->established ? DB_RULES_ESTABLISHED : 0), line->has_type ? UINT8_MAX : 0,
			line->has_code ? UINT8_MAX : 0));
	for (unsigned s = 0; s < src.count; s++) {
		for (unsigned d = 0; d < dst.count; d++) {
			set_ports(&r, FIELD_PORTS, src.first[s], src.last[s]);
			set_ports(&r, FIELD_PORTS + 1, dst.first[d], dst.last[d]);
			add(out, count, &r);
		}
	}
}

/* ---- compiling ---- */

static enum err compile(struct db_rules *r)
{
	struct rd at = rd_of(bytes_of(r->lines, r->len));
	struct rule *rules = (struct rule *)calloc(r->count, RULES_PER_LINE * sizeof(*rules));
	struct rte_acl_config config;
	unsigned count = 0;
	bool built;

	if (rules == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < r->count; i++) {
		struct dp_line line;

		dp_line_read(&at, &line);
		r->permit[i] = line.permit;
		expand(&line, r->v6, i, rules, &count);
	}
	lay_out(&config, r->v6);
	built = rte_acl_add_rules(r->acl, (const struct rte_acl_rule *)(const void *)rules, count) == 0 &&
		rte_acl_build(r->acl, &config) == 0;
	free(rules);
	return built ? ERR_OK : ERR_NOMEM;
}

/* The classifier finds its contexts by name: the address is one that nobody else has. */
static struct rte_acl_ctx *context_new(const struct db_rules *r)
{
	char name[RTE_ACL_NAMESIZE];
	struct rte_acl_param param = { .name = name,
		.socket_id = SOCKET_ID_ANY,
		.rule_size = sizeof(struct rule),
		.max_rule_num = (uint32_t)r->count * RULES_PER_LINE };

	(void)snprintf(name, sizeof(name), "f%p", (const void *)r);
	return rte_acl_create(&param);
}

enum err db_rules_new(struct db_rules **out, const struct dp_filter *conf, const struct db_rules_home *home)
{
	struct db_rules *r = (struct db_rules *)calloc(1, sizeof(*r));
	size_t counts = (size_t)conf->count + 1;
	enum err err = ERR_NOMEM;

	if (r == NULL)
		return ERR_NOMEM;
	r->v6 = conf->v6;
	r->count = conf->count;
	r->workers = home->workers;
	r->recall = home->recall;
	r->name = home->name;
	r->len = (uint32_t)conf->lines.len;
	r->stride = (uint32_t)((counts * sizeof(uint64_t) + LINE - 1) / LINE * (LINE / sizeof(uint64_t)));
	r->hits = (uint64_t *)aligned_alloc(LINE, (size_t)r->workers * r->stride * sizeof(uint64_t));
	r->base = (uint64_t *)calloc(counts, sizeof(uint64_t));
	r->from = (uint16_t *)malloc(counts * sizeof(uint16_t));
	r->permit = (bool *)calloc(counts, sizeof(bool));
	r->lines = (uint8_t *)malloc(conf->lines.len);
	r->acl = context_new(r);
	if (r->hits != NULL && r->base != NULL && r->from != NULL && r->permit != NULL && r->lines != NULL && r->acl != NULL) {
		memset(r->hits, 0, (size_t)r->workers * r->stride * sizeof(uint64_t));
		memset(r->from, 0xff, counts * sizeof(uint16_t));
		memcpy(r->lines, conf->lines.data, conf->lines.len);
		err = compile(r);
	}
	if (err != ERR_OK) {
		db_rules_free(r);
		return err;
	}
	*out = r;
	return ERR_OK;
}

void db_rules_free(struct db_rules *r)
{
	if (r == NULL)
		return;
	rte_acl_free(r->acl);
	free(r->hits);
	free(r->base);
	free(r->from);
	free(r->permit);
	free(r->lines);
	free(r);
}

/* ---- counts from one to the next ---- */

/* All lines of a list are equally long. */
static bool same_line(const struct db_rules *a, uint32_t i, const struct db_rules *b, uint32_t k)
{
	size_t len = a->len / a->count;

	return len == b->len / b->count && memcmp(a->lines + i * len, b->lines + k * len, len) == 0;
}

/* Each line goes on at most one: the first like it that none goes on yet. */
static uint16_t twin_of(const struct db_rules *r, uint32_t line, const struct db_rules *before, bool *taken)
{
	for (uint16_t k = 0; k < before->count; k++) {
		if (taken[k] || !same_line(r, line, before, k))
			continue;
		taken[k] = true;
		return k;
	}
	return DB_RULES_NEW;
}

void db_rules_follow(struct db_rules *r, struct db_rules *before)
{
	bool *taken = (bool *)calloc(before->count, sizeof(bool));

	r->before = before;
	before->after = r;
	r->from[r->count] = before->count;
	for (uint32_t i = 0; i < r->count && taken != NULL; i++)
		r->from[i] = twin_of(r, i, before, taken);
	free(taken);
}

static uint64_t past_hits(const struct db_rules *r, uint32_t line)
{
	return r->before != NULL && r->from[line] != DB_RULES_NEW ? db_rules_hits(r->before, r->from[line]) : 0;
}

uint64_t db_rules_hits(const struct db_rules *r, uint32_t line)
{
	uint64_t sum = r->base[line] + past_hits(r, line);

	for (uint32_t w = 0; w < r->workers; w++)
		sum += __atomic_load_n(&r->hits[(size_t)w * r->stride + line], __ATOMIC_RELAXED);
	return sum;
}

void db_rules_end(struct db_rules *r)
{
	struct db_rules *next = r->after;

	if (r->before != NULL)
		r->before->after = NULL;
	if (next != NULL) {
		for (uint32_t i = 0; i <= next->count; i++)
			next->base[i] += past_hits(next, i);
		next->before = NULL;
	}
	db_rules_free(r);
}

/* ---- workers ---- */

/* Keys whose line isn't known, by their places in the batch. */
struct unknown {
	uint32_t count;
	uint32_t at[DB_RULES_BATCH];
	const uint8_t *key[DB_RULES_BATCH];
};

/* Asks the classifier, and remembers what it says. */
static void classify(struct db_rules *r, struct db_recall *recall, const struct unknown *u, uint32_t *found)
{
	uint32_t line[DB_RULES_BATCH] = { 0 };

	if (rte_acl_classify(r->acl, (const uint8_t **)(uintptr_t)u->key, line, u->count, CATEGORY) != 0)
		return; /* wrong arguments alone: no line fits */
	for (uint32_t i = 0; i < u->count; i++) {
		found[u->at[i]] = line[i];
		db_recall_put(recall, r->name, u->key[i], line[i] + 1);
	}
}

uint32_t db_rules_match(struct db_rules *r, const struct db_rules_key *const key[], uint32_t count, uint32_t worker)
{
	uint64_t *row = r->hits + (size_t)worker * r->stride;
	struct db_recall *recall = &r->recall[worker];
	uint32_t found[DB_RULES_BATCH]; /* line + 1; 0: none fits */
	uint32_t permitted = 0;
	struct unknown u;

	u.count = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t known = db_recall_get(recall, r->name, key[i]);

		found[i] = known == 0 ? 0 : known - 1;
		if (known != 0)
			continue;
		u.at[u.count] = i;
		u.key[u.count++] = (const uint8_t *)key[i];
	}
	if (u.count != 0)
		classify(r, recall, &u, found);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t line = found[i] == 0 ? r->count : found[i] - 1;

		__atomic_store_n(&row[line], row[line] + 1, __ATOMIC_RELAXED);
		if (found[i] != 0 && r->permit[line])
			permitted |= UINT32_C(1) << i;
	}
	return permitted;
}
