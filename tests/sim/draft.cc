/* Messages taken apart, changed and put together again: the table of mutators, in clear and under SK. */
#include "draft.h"

#include <algorithm>

#include "crypto/cipher.h"
#include "ike/core.h"

namespace
{

constexpr size_t GENERIC = 4;
constexpr uint8_t STRANGER = 200; /* a payload type that nobody knows */
constexpr uint8_t CRITICAL = 0x80;

void put16(Octets &out, size_t value)
{
	out.push_back(static_cast<uint8_t>(value >> 8));
	out.push_back(static_cast<uint8_t>(value));
}

void put32_at(Octets &out, size_t at, uint64_t value)
{
	for (size_t i = 0; i < 4 && at + i < out.size(); i++)
		out[at + i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

Draft::Payload *any(Draft &d, Random &random)
{
	return d.payloads.empty() ? nullptr : &d.payloads[random.below(d.payloads.size())];
}

Draft::Payload *any_full(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	return p == nullptr || p->body.empty() ? nullptr : p;
}

uint8_t octet(Random &random)
{
	static const uint8_t edge[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };

	return random.percent(50) ? edge[random.below(sizeof(edge))] : static_cast<uint8_t>(random.next());
}

/* ---- payloads ---- */

void drop(Draft &d, Random &random)
{
	if (!d.payloads.empty())
		d.payloads.erase(d.payloads.begin() + static_cast<long>(random.below(d.payloads.size())));
}

void repeat(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	if (p != nullptr)
		d.payloads.insert(d.payloads.begin() + static_cast<long>(random.below(d.payloads.size() + 1)), Draft::Payload(*p));
}

void repeat_often(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	if (p != nullptr)
		d.payloads.insert(d.payloads.end(), IKE_MSG_PAYLOAD_MAX + random.below(40), Draft::Payload(*p));
}

void swap_payloads(Draft &d, Random &random)
{
	if (!d.payloads.empty())
		std::swap(*any(d, random), *any(d, random));
}

void swap_bodies(Draft &d, Random &random)
{
	if (!d.payloads.empty())
		any(d, random)->body.swap(any(d, random)->body);
}

void retype(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	if (p != nullptr)
		p->type = static_cast<uint8_t>(33 + random.below(22)); /* SA to PS and one beyond */
}

void empty(Draft &d, Random &)
{
	d.payloads.clear();
}

void add_stranger(Draft &d, Random &random)
{
	Draft::Payload p = { STRANGER, random.percent(50) ? CRITICAL : uint8_t{ 0 }, Octets(random.below(40), 0x5a) };

	d.payloads.insert(d.payloads.begin() + static_cast<long>(random.below(d.payloads.size() + 1)), p);
}

void make_critical(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	if (p != nullptr)
		p->flags = octet(random);
}

/* ---- bodies ---- */

void truncate(Draft &d, Random &random)
{
	Draft::Payload *p = any_full(d, random);

	if (p != nullptr)
		p->body.resize(random.below(p->body.size()));
}

void extend(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	if (p != nullptr)
		p->body.resize(p->body.size() + 1 + random.below(random.percent(10) ? 3000 : 40), octet(random));
}

void flip(Draft &d, Random &random)
{
	Draft::Payload *p = any_full(d, random);

	for (uint64_t n = 1 + random.below(4); p != nullptr && n > 0; n--)
		p->body[random.below(p->body.size())] ^= static_cast<uint8_t>(1u << random.below(8));
}

/* Counts, lengths and types within a payload are in its first octets. */
void oversize_count(Draft &d, Random &random)
{
	Draft::Payload *p = any_full(d, random);

	if (p != nullptr)
		p->body[random.below(std::min<size_t>(p->body.size(), 12))] = octet(random);
}

void noise(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	if (p != nullptr)
		std::generate(p->body.begin(), p->body.end(), [&] { return static_cast<uint8_t>(random.next()); });
}

/* ---- what the message says of itself ---- */

void lie_length(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);
	int real = p == nullptr ? 0 : static_cast<int>(p->body.size() + GENERIC);
	const int lies[] = { 0, 1, 3, 4, real - 1, real + 1, real + 4, 0x7fff, 0xffff };

	if (p != nullptr)
		p->length_lie = std::max(0, lies[random.below(sizeof(lies) / sizeof(lies[0]))]);
}

void lie_next(Draft &d, Random &random)
{
	Draft::Payload *p = any(d, random);

	if (p != nullptr)
		p->next_lie = octet(random);
}

void lie_total(Draft &d, Random &random)
{
	d.length_lie = static_cast<int64_t>(random.percent(50) ? random.below(70000) : random.next() & 0xffffffff);
}

void other_exchange(Draft &d, Random &random)
{
	d.header[18] = static_cast<uint8_t>(33 + random.below(12));
}

void other_flags(Draft &d, Random &random)
{
	d.header[19] = octet(random);
}

void other_version(Draft &d, Random &random)
{
	d.header[17] = octet(random);
}

void other_id(Draft &d, Random &random)
{
	put32_at(d.header, 20, random.percent(50) ? random.below(10) : random.next());
}

/* ---- octets, as anyone on the way can ---- */

void twist_cut(Octets &o, Random &random)
{
	if (!o.empty())
		o.resize(random.below(o.size()));
}

void twist_grow(Octets &o, Random &random)
{
	o.resize(o.size() + 1 + random.below(200), octet(random));
}

void twist_flip(Octets &o, Random &random)
{
	for (uint64_t n = 1 + random.below(4); n > 0 && !o.empty(); n--)
		o[random.below(o.size())] ^= static_cast<uint8_t>(1u << random.below(8));
}

void twist_noise(Octets &o, Random &random)
{
	for (uint64_t from = random.below(o.size() + 1), i = from; i < o.size(); i++)
		o[i] = static_cast<uint8_t>(random.next());
}

void twist_spi(Octets &o, Random &random)
{
	for (uint64_t i = random.percent(50) ? 0 : 8, n = 0; n < 8 && i < o.size(); i++, n++)
		o[i] = octet(random);
}

} // namespace

const std::vector<Mutator> &mutators()
{
	static const std::vector<Mutator> table = {
		{ "drop", drop, nullptr },
		{ "repeat", repeat, nullptr },
		{ "repeat-often", repeat_often, nullptr },
		{ "swap-payloads", swap_payloads, nullptr },
		{ "swap-bodies", swap_bodies, nullptr },
		{ "retype", retype, nullptr },
		{ "empty", empty, nullptr },
		{ "stranger", add_stranger, nullptr },
		{ "critical", make_critical, nullptr },
		{ "truncate", truncate, nullptr },
		{ "extend", extend, nullptr },
		{ "flip", flip, nullptr },
		{ "oversize-count", oversize_count, nullptr },
		{ "noise", noise, nullptr },
		{ "lie-length", lie_length, nullptr },
		{ "lie-next", lie_next, nullptr },
		{ "lie-total", lie_total, nullptr },
		{ "other-exchange", other_exchange, nullptr },
		{ "other-flags", other_flags, nullptr },
		{ "other-version", other_version, nullptr },
		{ "other-id", other_id, nullptr },
		{ "twist-cut", nullptr, twist_cut },
		{ "twist-grow", nullptr, twist_grow },
		{ "twist-flip", nullptr, twist_flip },
		{ "twist-noise", nullptr, twist_noise },
		{ "twist-spi", nullptr, twist_spi },
	};

	return table;
}

/* ---- drafts ---- */

void Draft::read(uint8_t next, const Octets &text)
{
	size_t at = 0;

	first = next;
	while (next != 0 && at + GENERIC <= text.size()) {
		size_t len = static_cast<size_t>(text[at + 2] << 8 | text[at + 3]);

		if (len < GENERIC || at + len > text.size())
			break;
		payloads.push_back({ next, text[at + 1],
			Octets(text.begin() + static_cast<long>(at + GENERIC), text.begin() + static_cast<long>(at + len)) });
		next = text[at];
		at += len;
	}
	rest.assign(text.begin() + static_cast<long>(at), text.end());
}

Octets Draft::write(uint8_t *next) const
{
	Octets out;

	*next = payloads.empty() ? uint8_t{ 0 } : payloads[0].type;
	for (size_t i = 0; i < payloads.size(); i++) {
		const Payload &p = payloads[i];
		uint8_t following = i + 1 < payloads.size() ? payloads[i + 1].type : uint8_t{ 0 };

		out.push_back(p.next_lie >= 0 ? static_cast<uint8_t>(p.next_lie) : following);
		out.push_back(p.flags);
		put16(out, p.length_lie >= 0 ? static_cast<size_t>(p.length_lie) : p.body.size() + GENERIC);
		out.insert(out.end(), p.body.begin(), p.body.end());
	}
	out.insert(out.end(), rest.begin(), rest.end());
	return out;
}

static Octets finish(const Draft &d, uint8_t next, const Octets &body)
{
	Octets out = d.header;

	out[16] = next;
	out.insert(out.end(), body.begin(), body.end());
	put32_at(out, 24, d.length_lie >= 0 ? static_cast<uint64_t>(d.length_lie) : out.size());
	return out;
}

Octets draft_clear(const Octets &datagram, const Mutator &m, Random &random)
{
	Octets out = datagram;
	Draft d;
	uint8_t next;

	if (m.twist != nullptr) {
		m.twist(out, random);
		return out;
	}
	d.header.assign(datagram.begin(), datagram.begin() + IKE_HDR_LEN);
	d.read(datagram[16], Octets(datagram.begin() + IKE_HDR_LEN, datagram.end()));
	m.change(d, random);
	Octets body = d.write(&next);
	return finish(d, next, body);
}

/* The SA that a datagram of this engine's is of. */
static const struct ike_sa *sa_of(const struct ike_engine *e, const Octets &datagram)
{
	struct rd r = rd_of(bytes_of(datagram.data(), datagram.size()));
	struct slab_handle handle;
	const struct ike_sa *sa;
	uint32_t cursor = 0;
	struct ike_hdr h;

	if (ike_hdr_parse(&r, &h) != ERR_OK)
		return nullptr;
	while ((sa = static_cast<const struct ike_sa *>(slab_walk(&e->sas, &cursor, &handle))) != nullptr)
		if (sa->spi_i == h.spi_i && sa->spi_r == h.spi_r && sa->keys.len != 0)
			return sa;
	return nullptr;
}

/* One AEAD suite is enough here: the worlds have no other. */
bool draft_sealed(Node &sender, Octets &datagram, const Mutator &m, Random &random)
{
	const struct ike_engine *e = sender.w.engine;
	const struct ike_sa *sa = sa_of(e, datagram);

	if (sa == nullptr || datagram[16] != IKE_P_SK || !sa->suite.encr->aead)
		return false;
	const struct crypto_alg *encr = sa->suite.encr;
	struct bytes key = ike_keys_view(&sa->suite, &sa->keys, sa->role == IKE_INITIATOR ? IKE_SK_EI : IKE_SK_ER);
	size_t text_at = IKE_HDR_LEN + GENERIC + encr->iv_len, len = datagram.size() - text_at - encr->icv_len;
	Octets plain = datagram, iv(datagram.begin() + IKE_HDR_LEN + GENERIC, datagram.begin() + static_cast<long>(text_at));
	struct crypto_text t = { bytes_of(iv.data(), iv.size()), bytes_of(datagram.data(), IKE_HDR_LEN + GENERIC), plain.data() + text_at,
		len, plain.data() + text_at + len };
	Draft d;
	uint8_t next;

	if (crypto_cipher_open(e->cfg.crypto, encr, key, &t) != ERR_OK)
		return false;
	size_t pad = plain[text_at + len - 1] + size_t{ 1 };
	d.header.assign(datagram.begin(), datagram.begin() + IKE_HDR_LEN);
	d.read(datagram[IKE_HDR_LEN],
		Octets(plain.begin() + static_cast<long>(text_at), plain.begin() + static_cast<long>(text_at + len - pad)));
	m.change(d, random);
	Octets text = d.write(&next);
	text.push_back(random.percent(5) ? static_cast<uint8_t>(random.next()) : uint8_t{ 0 }); /* pad length */

	Octets sk = { next, 0 };
	put16(sk, GENERIC + iv.size() + text.size() + encr->icv_len);
	sk.insert(sk.end(), iv.begin(), iv.end());
	sk.insert(sk.end(), text.begin(), text.end());
	sk.resize(sk.size() + encr->icv_len);
	Octets out = finish(d, IKE_P_SK, sk);
	t.aad = bytes_of(out.data(), IKE_HDR_LEN + GENERIC);
	t.text = out.data() + text_at;
	t.len = text.size();
	t.icv = out.data() + text_at + text.size();
	if (crypto_cipher_seal(e->cfg.crypto, encr, key, &t) != ERR_OK)
		return false;
	datagram = out;
	return true;
}
