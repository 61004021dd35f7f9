/*
 * Builds the typed model of a parsed tree.  A smart default and what the file changes in it are read as one: the
 * default's lines first, but those that the file replaces or takes back.  Called by cfg_load.
 */
#include "cfg/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cfg/check.h"
#include "cfg/refs.h"

/* Where objects of a kind hang in the model, and how large they are. */
static const struct shape {
	size_t size, head, next;
} shapes[CFG_KIND_COUNT] = {
	[CFG_KIND_INTERFACE] = { sizeof(struct cfg_interface), offsetof(struct cfg_model, interfaces),
		offsetof(struct cfg_interface, next) },
	[CFG_KIND_ROUTE] = { sizeof(struct cfg_route), offsetof(struct cfg_model, routes), offsetof(struct cfg_route, next) },
	[CFG_KIND_POOL] = { sizeof(struct cfg_pool), offsetof(struct cfg_model, pools), offsetof(struct cfg_pool, next) },
	[CFG_KIND_IPV6_POOL] = { sizeof(struct cfg_pool), offsetof(struct cfg_model, ipv6_pools), offsetof(struct cfg_pool, next) },
	[CFG_KIND_PROPOSAL] = { sizeof(struct cfg_proposal), offsetof(struct cfg_model, proposals), offsetof(struct cfg_proposal, next) },
	[CFG_KIND_POLICY] = { sizeof(struct cfg_policy), offsetof(struct cfg_model, policies), offsetof(struct cfg_policy, next) },
	[CFG_KIND_KEYRING] = { sizeof(struct cfg_keyring), offsetof(struct cfg_model, keyrings), offsetof(struct cfg_keyring, next) },
	[CFG_KIND_KEYRING_PEER] = { sizeof(struct cfg_keyring_peer), 0, offsetof(struct cfg_keyring_peer, next) },
	[CFG_KIND_PROFILE] = { sizeof(struct cfg_profile), offsetof(struct cfg_model, profiles), offsetof(struct cfg_profile, next) },
	[CFG_KIND_AUTHZ_POLICY] = { sizeof(struct cfg_authz_policy), offsetof(struct cfg_model, authz_policies),
		offsetof(struct cfg_authz_policy, next) },
	[CFG_KIND_TRANSFORM_SET] = { sizeof(struct cfg_transform_set), offsetof(struct cfg_model, transform_sets),
		offsetof(struct cfg_transform_set, next) },
	[CFG_KIND_IPSEC_PROFILE] = { sizeof(struct cfg_ipsec_profile), offsetof(struct cfg_model, ipsec_profiles),
		offsetof(struct cfg_ipsec_profile, next) },
	[CFG_KIND_AAA_LIST] = { sizeof(struct cfg_aaa_list), offsetof(struct cfg_model, aaa_lists), offsetof(struct cfg_aaa_list, next) },
	[CFG_KIND_LOGIN_LIST] = { sizeof(struct cfg_aaa_list), offsetof(struct cfg_model, login_lists),
		offsetof(struct cfg_aaa_list, next) },
	[CFG_KIND_USER] = { sizeof(struct cfg_user), offsetof(struct cfg_model, users), offsetof(struct cfg_user, next) },
	[CFG_KIND_ATTRIBUTE_LIST] = { sizeof(struct cfg_attribute_list), offsetof(struct cfg_model, attribute_lists),
		offsetof(struct cfg_attribute_list, next) },
	[CFG_KIND_TRUSTPOINT] = { sizeof(struct cfg_trustpoint), offsetof(struct cfg_model, trustpoints),
		offsetof(struct cfg_trustpoint, next) },
	[CFG_KIND_CERT_MAP] = { sizeof(struct cfg_cert_map), offsetof(struct cfg_model, cert_maps), offsetof(struct cfg_cert_map, next) },
	[CFG_KIND_MANGLER] = { sizeof(struct cfg_mangler), offsetof(struct cfg_model, manglers), offsetof(struct cfg_mangler, next) },
	[CFG_KIND_ACL] = { sizeof(struct cfg_acl), offsetof(struct cfg_model, acls), offsetof(struct cfg_acl, next) },
	[CFG_KIND_TRACK] = { sizeof(struct cfg_track), offsetof(struct cfg_model, tracks), offsetof(struct cfg_track, next) },
	[CFG_KIND_SLA] = { sizeof(struct cfg_sla), offsetof(struct cfg_model, slas), offsetof(struct cfg_sla, next) },
	[CFG_KIND_POLICY_MAP] = { sizeof(struct cfg_policy_map), offsetof(struct cfg_model, policy_maps),
		offsetof(struct cfg_policy_map, next) },
	[CFG_KIND_CLASS_MAP] = { sizeof(struct cfg_class_map), offsetof(struct cfg_model, class_maps),
		offsetof(struct cfg_class_map, next) },
	[CFG_KIND_VRF] = { sizeof(struct cfg_vrf), offsetof(struct cfg_model, vrfs), offsetof(struct cfg_vrf, next) },
	[CFG_KIND_OTHER] = { sizeof(struct cfg_object), 0, 0 },
};

/* ---- tools ---- */

void *cfg_build_alloc(struct cfg_build *b, size_t size)
{
	void *p = arena_alloc(b->arena, size);

	b->no_memory = b->no_memory || p == NULL;
	return p;
}

/* Pointers of many types are read and written as bytes: a list's code is one for all. */
static void *pointer_at(const void *at)
{
	void *p;

	memcpy(&p, at, sizeof(p));
	return p;
}

static void set_pointer(void *at, const void *p)
{
	memcpy(at, &p, sizeof(p));
}

void cfg_build_append(struct cfg_build *b, void *head, void *node)
{
	void *link = b->last_head == head ? b->last_link : head;

	while (pointer_at(link) != NULL)
		link = pointer_at(link);
	set_pointer(link, node);
	b->last_head = head;
	b->last_link = node;
}

bool cfg_build_is_builtin(const struct cfg_build *b, const struct cfg_stmt *s)
{
	while (s->parent != NULL)
		s = s->parent;
	return s != &b->tree->root;
}

static void message(struct cfg_build *b, enum cfg_severity severity, const struct cfg_stmt *s, const struct cfg_word *word,
	const char *form, va_list args) __attribute__((format(printf, 5, 0)));

static void message(struct cfg_build *b, enum cfg_severity severity, const struct cfg_stmt *s, const struct cfg_word *word,
	const char *form, va_list args)
{
	struct cfg_place at = { b->tree->file, s->line, word != NULL ? word->column : s->word[0].column };
	char text[CFG_MESSAGE_TEXT];

	if (cfg_build_is_builtin(b, s))
		return;
	(void)vsnprintf(text, sizeof(text), form, args);
	cfg_message_add(b->messages, severity, at, "%s", text);
}

void cfg_build_error(struct cfg_build *b, const struct cfg_stmt *s, const struct cfg_word *word, const char *form, ...)
{
	va_list args;

	va_start(args, form);
	message(b, CFG_ERROR, s, word, form, args);
	va_end(args);
}

void cfg_build_warn(struct cfg_build *b, const struct cfg_stmt *s, const struct cfg_word *word, const char *form, ...)
{
	va_list args;

	va_start(args, form);
	message(b, CFG_WARNING, s, word, form, args);
	va_end(args);
}

void cfg_build_lack(struct cfg_build *b, struct cfg_object *o, uint32_t line, const char *form, ...)
{
	struct cfg_reason *r = (struct cfg_reason *)cfg_build_alloc(b, sizeof(*r));
	void *link = &o->reasons;
	char text[CFG_MESSAGE_TEXT];
	va_list args;

	va_start(args, form);
	(void)vsnprintf(text, sizeof(text), form, args);
	va_end(args);
	o->complete = false;
	if (r == NULL)
		return;
	r->line = line;
	r->text = arena_str(b->arena, text);
	if (r->text == NULL) {
		b->no_memory = true;
		return;
	}
	while (pointer_at(link) != NULL) {
		const struct cfg_reason *other = (const struct cfg_reason *)pointer_at(link);

		if (other->line == line && strcmp(other->text, text) == 0)
			return;
		link = pointer_at(link); /* 'next' comes first */
	}
	set_pointer(link, r);
}

void cfg_build_not_yet(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s, const char *word)
{
	struct cfg_place at = { b->tree->file, s->line, s->word[0].column };

	cfg_build_lack(b, o, cfg_build_is_builtin(b, s) ? 0 : s->line, "'%s' isn't implemented yet", word);
	if (!cfg_build_is_builtin(b, s))
		cfg_message_add(b->messages, CFG_NOT_YET, at, "'%s': '%s' isn't used", word, o->title);
}

void cfg_build_need(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s, enum cfg_skill skill, const struct cfg_word *word)
{
	const struct cfg_able *able = &b->lang->able;

	if (able->has == NULL || able->has(able->ctx, skill, word->text))
		return;
	cfg_build_lack(b, o, cfg_build_is_builtin(b, s) ? 0 : s->line, "the cryptographic library of this host lacks '%s'", word->text);
	cfg_build_warn(b, s, word, "the cryptographic library of this host lacks '%s': '%s' isn't used", word->text, o->title);
}

/* ---- walking the file and the smart defaults as one ---- */

typedef void visit_fn(struct cfg_build *b, struct cfg_object *owner, const struct cfg_stmt *s, struct cfg_object **inner);

/* Whether the file's container has its own word on the default's line 's'. */
static bool is_overridden(const struct cfg_build *b, const struct cfg_stmt *container, const struct cfg_stmt *s)
{
	if (cfg_stmt_twin(b->m->tree, container, s) != NULL)
		return true;
	for (const struct cfg_stmt *c = cfg_stmt_first(container); c != NULL; c = cfg_stmt_next(c))
		if (c->no && cfg_stmt_begins_with(s, c->word, c->word_count))
			return true;
	return false;
}

static void walk(struct cfg_build *b, struct cfg_object *owner, const struct cfg_stmt *s, const struct cfg_stmt *twin, visit_fn *visit)
{
	struct cfg_object *inner = owner;

	visit(b, owner, s, &inner);
	for (const struct cfg_stmt *c = twin == NULL ? NULL : cfg_stmt_first(twin); c != NULL; c = cfg_stmt_next(c))
		if (!is_overridden(b, s, c))
			walk(b, inner, c, NULL, visit);
	for (const struct cfg_stmt *c = cfg_stmt_first(s); c != NULL; c = cfg_stmt_next(c))
		walk(b, inner, c, NULL, visit);
}

static void walk_all(struct cfg_build *b, visit_fn *visit)
{
	const struct cfg_tree *defaults = b->lang->defaults;

	for (const struct cfg_stmt *s = cfg_stmt_first(&defaults->root); s != NULL; s = cfg_stmt_next(s)) {
		const struct cfg_stmt *own = cfg_stmt_twin(b->m->tree, &b->m->tree->root, s);

		if (own == NULL)
			walk(b, NULL, s, NULL, visit);
		else
			walk(b, NULL, own, s, visit);
	}
	for (const struct cfg_stmt *s = cfg_stmt_first(&b->m->tree->root); s != NULL; s = cfg_stmt_next(s))
		if (cfg_lang_twin(b->lang, s) == NULL)
			walk(b, NULL, s, NULL, visit);
}

/* ---- first pass: objects ---- */

/* What a line makes; a container inside another that has no code is part of it. */
static enum cfg_kind kind_of(const struct cfg_object *owner, const struct cfg_stmt *s)
{
	const struct cfg_row *row = s->row;

	if (s->no)
		return CFG_KIND_NONE;
	if (row->kind != CFG_KIND_NONE)
		return row->kind;
	if (row->defines != NULL || (owner == NULL && row->enters != CFG_MODE_NONE && row->what != CFG_CLASS_HARMLESS))
		return CFG_KIND_OTHER;
	return CFG_KIND_NONE;
}

static struct cfg_object *made_by(const struct cfg_build *b, const struct cfg_stmt *s)
{
	return (struct cfg_object *)(uintptr_t)cfg_find_opened(b->m, s); /* the model is still being built */
}

static void hang(struct cfg_build *b, struct cfg_object *owner, struct cfg_object *o)
{
	const struct shape *shape = &shapes[o->kind];
	void *link = (char *)b->m + shape->head;

	if (b->last_object != NULL)
		b->last_object->next_object = o;
	else
		b->m->objects = o;
	b->last_object = o;
	map_add(&b->m->by_name, &o->by_name, map_hash(&b->m->by_name, bytes_str(o->name)));
	if (shape->next == 0)
		return;
	if (o->kind == CFG_KIND_KEYRING_PEER) {
		struct cfg_keyring *keyring = (struct cfg_keyring *)(void *)owner;

		link = &keyring->peers;
		b->last[o->kind] = keyring->peers == NULL ? NULL : b->last[o->kind];
	}
	if (b->last[o->kind] != NULL)
		link = (char *)b->last[o->kind] + shape->next;
	set_pointer(link, o);
	b->last[o->kind] = o;
}

static void make_object(struct cfg_build *b, struct cfg_object *owner, const struct cfg_stmt *s, struct cfg_object **inner)
{
	enum cfg_kind kind = kind_of(owner, s);
	struct cfg_object *o;
	char title[CFG_REFS_TITLE];

	if (kind == CFG_KIND_NONE)
		return;
	*inner = made_by(b, s);
	if (*inner != NULL)
		return;
	o = (struct cfg_object *)cfg_build_alloc(b, shapes[kind].size);
	if (o == NULL)
		return;
	o->kind = kind;
	o->title = arena_str(b->arena, cfg_stmt_str(s, title, sizeof(title)));
	o->name = arena_str(b->arena, cfg_refs_object_name(s, title));
	o->stmt = s;
	o->builtin = cfg_build_is_builtin(b, s) || cfg_lang_is_default(b->lang, s);
	o->line = cfg_build_is_builtin(b, s) ? 0 : s->line;
	o->complete = true;
	if (o->title == NULL || o->name == NULL) {
		b->no_memory = true;
		return;
	}
	hang(b, owner, o);
	*inner = o;
}

/* ---- second pass: lines ---- */

static void check_refs(struct cfg_build *b, struct cfg_object *owner, const struct cfg_stmt *s)
{
	char buffer[CFG_REFS_NAME];

	for (unsigned i = 0; i < s->word_count; i++) {
		const char *name = cfg_refs_name(&s->word[i], buffer);
		const char *kind = name == NULL ? NULL : cfg_refs_kind(&s->word[i]);

		if (name == NULL || cfg_find_ref(b->m, kind, name) != NULL)
			continue;
		cfg_build_warn(b, s, &s->word[i], "'%s %s' isn't defined", cfg_row_ref_name(kind), name);
		if (owner != NULL)
			cfg_build_lack(
				b, owner, cfg_build_is_builtin(b, s) ? 0 : s->line, "'%s %s' isn't defined", cfg_row_ref_name(kind), name);
	}
}

static bool opens(const struct cfg_object *o, const struct cfg_stmt *s)
{
	return o != NULL && o->stmt == s;
}

/* A line without code: what it stands in isn't used.  Below an object that has no code at all nothing more is said. */
static void note_class(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s)
{
	char title[CFG_REFS_TITLE];
	struct cfg_place at = { b->tree->file, s->line, s->word[0].column };

	if ((s->row->what != CFG_CLASS_NOT_YET && s->row->what != CFG_CLASS_RESTRICT) || s->no || cfg_build_is_builtin(b, s))
		return;
	(void)cfg_stmt_str(s, title, sizeof(title));
	if (o == NULL) {
		cfg_message_add(b->messages, CFG_NOT_YET, at, "'%s'", title);
		return;
	}
	if (o->kind == CFG_KIND_OTHER && !opens(o, s))
		return;
	if (opens(o, s)) {
		cfg_build_lack(b, o, s->line, "isn't implemented yet");
		cfg_message_add(b->messages, CFG_NOT_YET, at, "'%s'", title);
	} else {
		cfg_build_lack(b, o, s->line, s->row->what == CFG_CLASS_RESTRICT ? "'%s' isn't enforced yet" : "'%s' isn't implemented yet",
			title);
		cfg_message_add(b->messages, CFG_NOT_YET, at, "'%s': '%s' isn't used", title, o->title);
	}
}

void cfg_build_judge(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s)
{
	note_class(b, o, s);
	if (!s->no)
		check_refs(b, o, s);
}

void cfg_build_line(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s)
{
	cfg_build_judge(b, o, s);
	if (s->row->set != NULL && (!s->no || (s->row->flags & CFG_ROW_NO_KEPT) != 0) && !b->no_memory)
		s->row->set(b, o, s);
}

static void set_line(struct cfg_build *b, struct cfg_object *owner, const struct cfg_stmt *s, struct cfg_object **inner)
{
	*inner = kind_of(owner, s) == CFG_KIND_NONE ? owner : made_by(b, s);
	cfg_build_line(b, *inner, s);
}

/* What holds in an object before its lines speak. */
static void preset_all(struct cfg_build *b)
{
	struct cfg_model *m = b->m;

	m->hostname = "nave";
	for (struct cfg_profile *p = m->profiles; p != NULL; p = p->next)
		p->lifetime_s = CFG_CHECK_IKE_LIFETIME_S;
	for (struct cfg_authz_policy *a = m->authz_policies; a != NULL; a = a->next) {
		a->route_accept = true;
		a->route_tag = 1;
		a->route_distance = 1;
	}
	for (struct cfg_ipsec_profile *p = m->ipsec_profiles; p != NULL; p = p->next) {
		p->lifetime_s = CFG_CHECK_SA_LIFETIME_S;
		p->lifetime_kb = CFG_CHECK_SA_LIFETIME_KB;
		p->replay_window = CFG_CHECK_REPLAY_WINDOW;
		p->sa_limit = CFG_CHECK_SA_LIMIT;
		p->reverse_distance = 1;
	}
	for (struct cfg_route *r = m->routes; r != NULL; r = r->next)
		r->distance = 1;
	for (struct cfg_trustpoint *t = m->trustpoints; t != NULL; t = t->next) {
		t->revocation[0] = CFG_REVOCATION_CRL;
		t->revocation_count = 1;
	}
}

enum err cfg_build_model(const struct cfg_lang *lang, struct cfg_messages *messages, struct cfg_model *m)
{
	static const uint8_t key[16]; /* as for the tree: names are the operator's own */
	uint32_t errors = messages->count[CFG_ERROR];
	struct cfg_build b = { .lang = lang, .m = m, .tree = m->tree, .arena = &m->arena, .messages = messages };

	if (map_init(&m->by_name, key) != ERR_OK)
		return ERR_NOMEM;
	walk_all(&b, make_object);
	if (!b.no_memory) {
		preset_all(&b);
		walk_all(&b, set_line);
	}
	if (!b.no_memory)
		cfg_check_model(&b);
	if (b.no_memory)
		return ERR_NOMEM;
	return messages->count[CFG_ERROR] != errors ? ERR_MALFORMED : ERR_OK;
}
