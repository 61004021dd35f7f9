/*
 * The command line: one table of options, from which parsing, ranges, defaults and the help come.  What a row can't say is done by
 * its function; what concerns several options is checked at the end.
 */
#include "naveload/options.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "eap/packet.h"

enum kind { FLAG, NUMBER, TEXT, OTHER };

enum { DAY_S = 86400, PSK_MAX = 1024, WORDS_MAX = 128, NUMBER_MAX = 10 };

struct row {
	const char *name, *arg; /* arg NULL: the heading 'help' */
	enum kind kind;
	size_t at; /* in the plan */
	uint32_t min, max;
	enum err (*take)(struct naveload_options *o, const char *name, const char *value);
	const char *help;
};

static enum err refuse(struct naveload_options *o, const char *form, ...) __attribute__((format(printf, 2, 3)));

static enum err refuse(struct naveload_options *o, const char *form, ...)
{
	va_list args;

	va_start(args, form);
	(void)vsnprintf(o->why, sizeof(o->why), form, args);
	va_end(args);
	return ERR_MALFORMED;
}

/* ---- values ---- */

static bool parse_number(const char *text, uint32_t *out)
{
	unsigned long value;
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end != '\0' || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

/* "A" or "A-B", in place. */
static char *cut_range(char *text)
{
	char *dash = strchr(text, '-');

	if (dash == NULL)
		return text;
	*dash = '\0';
	return dash + 1;
}

static enum err take_secret(struct naveload_options *o, const char *name, const char *value, struct secret *out)
{
	uint8_t key[PSK_MAX];
	FILE *f;
	size_t len;
	enum err err;

	if (value[0] != '@') {
		err = secret_set(out, bytes_str(value));
		return err == ERR_OK ? err : refuse(o, "--%s: the key is too long", name);
	}
	f = fopen(value + 1, "re");
	if (f == NULL)
		return refuse(o, "--%s: %s can't be opened; @FILE names a file that holds the key", name, value + 1);
	len = fread(key, 1, sizeof(key), f);
	(void)fclose(f);
	while (len > 0 && (key[len - 1] == '\n' || key[len - 1] == '\r'))
		len--;
	err = len == sizeof(key) ? ERR_RANGE : secret_set(out, bytes_of(key, len));
	bytes_wipe(key, sizeof(key));
	return err == ERR_OK ? err : refuse(o, "--%s: the key in %s is too long", name, value + 1);
}

static enum err take_psk(struct naveload_options *o, const char *name, const char *value)
{
	return take_secret(o, name, value, &o->plan.psk);
}

static enum err take_password(struct naveload_options *o, const char *name, const char *value)
{
	return take_secret(o, name, value, &o->plan.eap_password);
}

static enum err take_eap(struct naveload_options *o, const char *name, const char *value)
{
	static const uint8_t methods[] = { EAP_TYPE_MSCHAPV2, EAP_TYPE_TLS };

	for (unsigned i = 0; i < sizeof(methods); i++)
		if (strcmp(value, eap_packet_type_str(methods[i])) == 0)
			o->plan.eap = methods[i];
	return o->plan.eap != 0 ? ERR_OK : refuse(o, "--%s: '%s' is neither mschapv2 nor tls", name, value);
}

static enum err take_source(struct naveload_options *o, const char *name, const char *value)
{
	char text[2 * ADDR_TEXT];
	struct addr last;
	char *second;

	(void)snprintf(text, sizeof(text), "%s", value);
	second = cut_range(text);
	if (addr_parse(text, &o->plan.source) != ERR_OK || addr_parse(second, &last) != ERR_OK || last.family != o->plan.source.family)
		return refuse(o, "--%s: '%s' is neither an address nor a range of them (192.0.2.1-192.0.2.9)", name, value);
	for (uint32_t n = 0; n < NAVELOAD_SOURCES_MAX; n++) {
		struct addr a = naveload_plan_addr(&o->plan.source, n);

		o->plan.source_count = n + 1;
		if (addr_eq(&a, &last))
			return ERR_OK;
	}
	return refuse(o, "--%s: '%s' ends before it begins, or has more than %d addresses", name, value, NAVELOAD_SOURCES_MAX);
}

static enum err take_ports(struct naveload_options *o, const char *name, const char *value)
{
	char text[WORDS_MAX];
	uint32_t first, last;
	char *second;

	(void)snprintf(text, sizeof(text), "%s", value);
	second = cut_range(text);
	if (!parse_number(text, &first) || !parse_number(second, &last) || first == 0 || last < first || last > UINT16_MAX)
		return refuse(o, "--%s: '%s' is no range of ports; for example 20000-20099", name, value);
	if (last - first >= NAVELOAD_PORTS_MAX)
		return refuse(o, "--%s: '%s' has more than %d ports", name, value, NAVELOAD_PORTS_MAX);
	o->plan.port = (uint16_t)first;
	o->plan.port_count = (uint16_t)(last - first + 1);
	return ERR_OK;
}

static enum err take_rekey(struct naveload_options *o, const char *name, const char *value)
{
	if (strcmp(value, "ike") != 0 && strcmp(value, "child") != 0)
		return refuse(o, "--%s: '%s' is neither ike nor child", name, value);
	o->plan.rekey = value[0] == 'i' ? NAVELOAD_REKEY_IKE : NAVELOAD_REKEY_CHILD;
	return ERR_OK;
}

static enum err take_prefix(struct naveload_options *o, const char *name, const char *value)
{
	struct addr_prefix *to = strcmp(name, "local-ts") == 0 ? &o->plan.local
				 : strcmp(name, "behind") == 0 ? &o->plan.behind
							       : &o->plan.remote;

	if (addr_parse_prefix(value, to) != ERR_OK)
		return refuse(o, "--%s: '%s' is no prefix; for example 10.20.0.0/16", name, value);
	return ERR_OK;
}

/* ---- algorithms ---- */

static bool has_kind(const struct ike_offer *offer, enum crypto_kind kind)
{
	for (unsigned i = 0; i < offer->alg_count; i++)
		if (offer->alg[i]->kind == kind)
			return true;
	return false;
}

static bool has_aead(const struct ike_offer *offer)
{
	for (unsigned i = 0; i < offer->alg_count; i++)
		if (offer->alg[i]->aead)
			return true;
	return false;
}

static void drop_integ(struct ike_offer *offer)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < offer->alg_count; i++)
		if (offer->alg[i]->kind != CRYPTO_INTEG)
			offer->alg[kept++] = offer->alg[i];
	offer->alg_count = (uint8_t)kept;
}

/* The same word may name a PRF and an integrity algorithm; an AEAD needs no integrity. */
static enum err parse_offer(struct naveload_options *o, const char *name, bool ike, struct ike_offers *out)
{
	const char *words = ike ? o->plan.ike_words : o->plan.esp_words;
	struct ike_offer *offer = &out->offer[0];
	char text[WORDS_MAX], *save = NULL;

	(void)snprintf(text, sizeof(text), "%s", words);
	for (char *word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
		unsigned before = offer->alg_count;

		for (enum crypto_kind kind = CRYPTO_ENCR; kind <= CRYPTO_GROUP; kind++) {
			const struct crypto_alg *alg = crypto_alg_named(kind, word);

			if (alg != NULL && offer->alg_count < IKE_OFFER_ALGS && (ike || kind == CRYPTO_ENCR || kind == CRYPTO_INTEG))
				offer->alg[offer->alg_count++] = alg;
		}
		if (offer->alg_count == before)
			return refuse(o, "--%s: there is no algorithm '%s'; for example: %s", name, word,
				ike ? "aes-gcm-128 sha256 31" : "aes-gcm-128");
	}
	if (has_aead(offer))
		drop_integ(offer);
	if (!has_kind(offer, CRYPTO_ENCR) || (!has_aead(offer) && !has_kind(offer, CRYPTO_INTEG)))
		return refuse(o, "--%s: '%s' lacks encryption or integrity", name, words);
	if (ike && (!has_kind(offer, CRYPTO_PRF) || !has_kind(offer, CRYPTO_GROUP)))
		return refuse(o, "--%s: '%s' lacks a PRF (sha256 …) or a group (31, 19 …)", name, words);
	out->count = 1;
	return ERR_OK;
}

/* ---- the table ---- */

#define AT(field) offsetof(struct naveload_plan, field)
#define HEADING(text)                                    \
	{                                                \
		NULL, NULL, OTHER, 0, 0, 0, NULL, (text) \
	}

/* clang-format off */
static const struct row rows[] = {
	HEADING("Who the peers are"),
	{ "peers", "N", NUMBER, AT(peers), 1, NAVELOAD_PEERS_MAX, NULL, "how many (1000)" },
	{ "id", "PATTERN", TEXT, AT(id), 0, 0, NULL, "identity; % is the peer's number, and with an @ it is an e-mail address (spoke%.vpn.example.net)" },
	{ "first", "N", NUMBER, AT(first), 0, UINT32_MAX, NULL, "number of the first peer (1): several naveloads share a hub by it" },
	{ "hub-id", "NAME", TEXT, AT(hub_id), 0, 0, NULL, "name that the hub must prove (any)" },
	{ "psk", "KEY|@FILE", OTHER, 0, 0, 0, take_psk, "pre-shared key; @FILE reads it from a file, out of sight of ps" },
	{ "cert", "PEM", TEXT, AT(cert), 0, 0, NULL, "prove themselves by this certificate, with its chain, instead; % is the peer's number" },
	{ "key", "PEM", TEXT, AT(key), 0, 0, NULL, "its private key: RSA, ECDSA or Ed25519; % is the peer's number (in the file of --cert)" },
	{ "ca", "PEM", TEXT, AT(ca), 0, 0, NULL, "the CAs that the hub's certificate must come from (the hub proves itself by the pre-shared key)" },
	{ "eap", "METHOD", OTHER, 0, 0, 0, take_eap, "prove themselves by EAP: mschapv2, or tls with --cert; the hub by a certificate of --ca" },
	{ "eap-id", "PATTERN", TEXT, AT(eap_id), 0, 0, NULL, "with --eap: their name there; % as in --id (that of --id)" },
	{ "eap-password", "KEY|@FILE", OTHER, 0, 0, 0, take_password, "with --eap mschapv2: the password of them all" },
	{ "source", "A[-B]", OTHER, 0, 0, 0, take_source, "source addresses, taken in turn; each must be ours (what the route to the hub gives)" },
	{ "ports", "A-B", OTHER, 0, 0, 0, take_ports, "as from behind a NAT: begin on port 4500 of the hub, from these ports in turn (500, then 4500)" },
	{ "nat", NULL, FLAG, AT(nat), 0, 0, NULL, "pretend a NAT: float to port 4500, so that ESP travels in UDP" },
	HEADING("What they ask for"),
	{ "ike", "WORDS", TEXT, AT(ike_words), 0, 0, NULL, "proposal for IKE (aes-gcm-128 sha256 31)" },
	{ "esp", "WORDS", TEXT, AT(esp_words), 0, 0, NULL, "proposal for ESP (aes-gcm-128)" },
	{ "local-ts", "PREFIX", OTHER, 0, 0, 0, take_prefix, "traffic selector of the peers' side (everything)" },
	{ "remote-ts", "PREFIX", OTHER, 0, 0, 0, take_prefix, "traffic selector of the hub's side (everything)" },
	{ "address", NULL, FLAG, AT(address), 0, 0, NULL, "ask for an inner address; without one the set-up has failed" },
	{ "behind", "PREFIX", OTHER, 0, 0, 0, take_prefix, "tell the hub of a network behind each: this one, then the next of that size, and so on" },
	HEADING("When"),
	{ "rate", "R", NUMBER, AT(pace.rate), 1, 1000000, NULL, "begin R peers a second; their time counts from when they were due (as fast as can be)" },
	{ "burst", "B", NUMBER, AT(pace.burst), 1, NAVELOAD_PEERS_MAX, NULL, "with --rate: B at once before that (1)" },
	{ "concurrency", "C", NUMBER, AT(pace.concurrency), 0, NAVELOAD_PEERS_MAX, NULL, "at most C under way at a time; 0: all (64)" },
	{ "rekey", "ike|child", OTHER, 0, 0, 0, take_rekey, "once all are up, renew their keys at the same pace: a rekey storm" },
	{ "rekeys", "N", NUMBER, AT(rekeys), 1, 10000, NULL, "with --rekey: so often (1)" },
	{ "hold", "S", NUMBER, AT(hold_s), 0, DAY_S, NULL, "keep them up for S seconds and count who gets lost (0)" },
	{ "churn", "R", NUMBER, AT(churn), 1, 100000, NULL, "with --hold: R times a second one of them rekeys, probes, or leaves and comes again, as dice fall" },
	{ "rounds", "N", NUMBER, AT(rounds), 1, 1000, NULL, "all come, stay and go N times: a reconnect storm (1)" },
	{ "forget", NULL, FLAG, AT(forget), 0, 0, NULL, "between rounds the peers lose their state as in a power cut, instead of deleting" },
	{ "leave", NULL, FLAG, AT(leave), 0, 0, NULL, "leave the sessions to the hub at the end" },
	{ "retransmit", "MS", NUMBER, AT(retransmit_ms), 1, 60000, NULL, "wait for an answer before the first retransmission, doubled each time (1000)" },
	{ "tries", "N", NUMBER, AT(tries), 1, 20, NULL, "transmissions in all, then the set-up has failed (6)" },
	{ "dpd", "S", NUMBER, AT(dpd_s), 0, DAY_S, NULL, "peers probe the hub every S seconds; 0: never (0)" },
	HEADING("What is told"),
	{ "json", NULL, FLAG, AT(json), 0, 0, NULL, "a JSON document instead of the table" },
	{ "watch", "PID", NUMBER, AT(watch), 1, UINT32_MAX, NULL, "the hub's process on this machine: its CPU time for a set-up, its memory for a session" },
	{ "quiet", NULL, FLAG, AT(quiet), 0, 0, NULL, "no progress line" },
	{ "verbose", NULL, FLAG, AT(verbose), 0, 0, NULL, "log what the peers' engine does, to stderr" },
	{ "help", NULL, OTHER, 0, 0, 0, NULL, "this" },
};
/* clang-format on */

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

void naveload_options_help(FILE *to)
{
	(void)fputs("usage: naveload {--psk KEY | --cert PEM --ca PEM | --eap METHOD --ca PEM} [options] HUB\n"
		    "Sets up IKEv2 sessions with the hub at address HUB, many at a time, and tells how fast that went and what failed.\n"
		    "It speaks plain IKE, so any IKEv2 responder will do; ESP isn't sent.\n",
		to);
	for (unsigned i = 0; i < ROWS; i++) {
		char left[40];

		if (rows[i].name == NULL) {
			(void)fprintf(to, "\n%s\n", rows[i].help);
			continue;
		}
		(void)snprintf(left, sizeof(left), "--%s %s", rows[i].name, rows[i].arg != NULL ? rows[i].arg : "");
		(void)fprintf(to, "  %-20s %s\n", left, rows[i].help);
	}
	(void)fputs(
		"\nExamples\n"
		"  naveload --psk @key --peers 5000 198.51.100.1                          as fast as the hub takes them\n"
		"  naveload --psk @key --peers 2000 --rate 200 --hold 600 --dpd 10 198.51.100.1\n"
		"                                                                         200 a second, then ten minutes of liveness checks\n"
		"  naveload --psk @key --concurrency 0 --rounds 5 --forget 198.51.100.1   the power fails, and all come back at once\n"
		"  naveload --psk @key --rekey ike --rekeys 10 --concurrency 0 198.51.100.1\n"
		"                                                                         ten storms of rekeys, each of all peers at once\n"
		"  naveload --psk @key --peers 2000 --hold 600 --churn 200 198.51.100.1   ten minutes of rekeys, probes, farewells and returns\n"
		"  naveload --cert spoke%.pem --key spoke.key --ca ca.pem 198.51.100.1    each by a certificate of its own, all with one key\n"
		"  naveload --eap mschapv2 --eap-id user% --eap-password @pw --ca ca.pem 198.51.100.1\n"
		"                                                                         each by its own name and one password\n"
		"  naveload --psk @key --ports 20000-20099 198.51.100.1                   as from behind a NAT; needs no privileges\n"
		"\nPorts 500 and 4500 need root or CAP_NET_BIND_SERVICE, and no other IKE daemon in the same network namespace.\n"
		"strongSwan drops more than 5 half-open SAs of one address: give it dos_protection = no, or naveload more --source.\n"
		"Exit status: 0 all came up and stayed; 1 some didn't; 2 usage, or it couldn't begin.\n",
		to);
}

/* ---- parsing ---- */

static enum err take(struct naveload_options *o, const struct row *row, char *value)
{
	uint8_t *field = (uint8_t *)&o->plan + row->at;
	uint32_t number;

	switch (row->kind) {
	case FLAG:
		*(bool *)field = true;
		return ERR_OK;
	case TEXT:
		*(const char **)(void *)field = value;
		return ERR_OK;
	case NUMBER:
		if (!parse_number(value, &number) || number < row->min || number > row->max)
			return refuse(o, "--%s: '%s' isn't a number from %" PRIu32 " to %" PRIu32, row->name, value, row->min, row->max);
		*(uint32_t *)(void *)field = number;
		return ERR_OK;
	default:
		if (row->take != NULL)
			return row->take(o, row->name, value);
		o->run = false;
		return ERR_OK;
	}
}

static enum err read_options(struct naveload_options *o, int argc, char **argv)
{
	struct option known[ROWS + 1];
	int count = 0, index = 0, c;
	enum err err = ERR_OK;

	memset(known, 0, sizeof(known));
	for (int i = 0; i < ROWS; i++)
		if (rows[i].name != NULL)
			known[count++] = (struct option){ rows[i].name, rows[i].arg != NULL ? required_argument : no_argument, NULL, i };
	opterr = 0;
	optind = 1;
	while (err == ERR_OK && o->run && (c = getopt_long(argc, argv, ":", known, &index)) != -1) {
		if (c == ':')
			err = refuse(o, "%s needs a value; see --help", argv[optind - 1]);
		else if (c == '?')
			err = refuse(o, "there is no option %s; see --help", argv[optind - 1]);
		else
			err = take(o, &rows[c], optarg);
	}
	return err;
}

static enum err take_hub(struct naveload_options *o, int argc, char **argv)
{
	if (optind + 1 != argc)
		return refuse(o, "%s; see --help", optind < argc ? "more than one hub" : "the hub's address is missing");
	if (addr_parse(argv[optind], &o->plan.hub) != ERR_OK)
		return refuse(o, "'%s' is no IPv4 or IPv6 address (names aren't looked up)", argv[optind]);
	return ERR_OK;
}

static enum err check_eap(struct naveload_options *o)
{
	const struct naveload_plan *p = &o->plan;

	if (p->eap == 0)
		return p->eap_id == NULL && p->eap_password.len == 0 ? ERR_OK : refuse(o, "--eap-id and --eap-password need --eap");
	if (p->ca == NULL)
		return refuse(o, "--eap needs --ca: the hub proves itself by certificate");
	if (p->eap == EAP_TYPE_TLS)
		return p->cert != NULL ? ERR_OK : refuse(o, "--eap tls needs --cert");
	if (p->cert != NULL)
		return refuse(o, "--cert is for --eap tls; with mschapv2 a password is the proof");
	return p->eap_password.len != 0 ? ERR_OK : refuse(o, "--eap mschapv2 needs --eap-password");
}

static enum err check_proof(struct naveload_options *o)
{
	const struct naveload_plan *p = &o->plan;
	const char *pattern[] = { p->cert, p->key, p->ca, p->eap_id };

	if (check_eap(o) != ERR_OK)
		return ERR_MALFORMED;
	if (p->psk.len == 0 && p->cert == NULL && p->eap == 0)
		return refuse(o, "--psk, --cert or --eap is missing: what the hub knows the peers by");
	if (p->cert != NULL && p->ca == NULL)
		return refuse(o, "--cert needs --ca: the CA that the certificate is of");
	if (p->key != NULL && p->cert == NULL)
		return refuse(o, "--key needs --cert");
	if (p->key != NULL && strchr(p->key, '%') != NULL && strchr(p->cert, '%') == NULL)
		return refuse(o, "--key: '%s' is one for each peer, but the certificate is one for all", p->key);
	for (unsigned i = 0; i < sizeof(pattern) / sizeof(pattern[0]); i++)
		if (pattern[i] != NULL && strlen(pattern[i]) + NUMBER_MAX > NAVELOAD_ID_MAX)
			return refuse(o, "'%s' is longer than %d characters", pattern[i], NAVELOAD_ID_MAX - NUMBER_MAX);
	return ERR_OK;
}

static enum err check(struct naveload_options *o)
{
	const struct naveload_plan *p = &o->plan;
	const char *mark = strchr(p->id, '%');

	if (check_proof(o) != ERR_OK)
		return ERR_MALFORMED;
	if (p->rekeys != 0 && p->rekey == NAVELOAD_REKEY_NONE)
		return refuse(o, "--rekeys needs --rekey");
	if (p->churn != 0 && p->hold_s == 0)
		return refuse(o, "--churn needs --hold");
	if (mark == NULL && p->peers > 1)
		return refuse(o, "--id: '%s' has no %% where the peer's number goes, so all peers would be one", p->id);
	if (mark != NULL && strchr(mark + 1, '%') != NULL)
		return refuse(o, "--id: '%s' has more than one %%", p->id);
	if (strlen(p->id) + NUMBER_MAX > NAVELOAD_ID_MAX)
		return refuse(o, "--id: longer than %d characters", NAVELOAD_ID_MAX - NUMBER_MAX);
	if (p->pace.burst != 0 && p->pace.rate == 0)
		return refuse(o, "--burst needs --rate; for all at once say --concurrency 0");
	if (p->source.family != 0 && p->source.family != p->hub.family)
		return refuse(o, "--source: not of the hub's address family");
	if ((p->local.addr.family != 0 && p->local.addr.family != p->hub.family) ||
		(p->remote.addr.family != 0 && p->remote.addr.family != p->hub.family))
		return refuse(
			o, "--local-ts, --remote-ts: not of the hub's address family; the other side's default is everything of that");
	return ERR_OK;
}

enum err naveload_options_parse(struct naveload_options *out, int argc, char **argv)
{
	struct naveload_plan *p = &out->plan;
	enum err err;

	memset(out, 0, sizeof(*out));
	out->run = true;
	p->peers = 1000;
	p->first = 1;
	p->id = "spoke%.vpn.example.net";
	p->ike_words = "aes-gcm-128 sha256 31";
	p->esp_words = "aes-gcm-128";
	p->pace.concurrency = 64;
	p->rounds = 1;
	p->retransmit_ms = 1000;
	p->tries = 6;
	err = read_options(out, argc, argv);
	if (err != ERR_OK || !out->run)
		return err;
	err = take_hub(out, argc, argv);
	if (err == ERR_OK)
		err = parse_offer(out, "ike", true, &p->ike);
	if (err == ERR_OK)
		err = parse_offer(out, "esp", false, &p->esp);
	if (err == ERR_OK)
		err = check(out);
	if (p->rekeys == 0)
		p->rekeys = 1;
	return err;
}
