/*
 * X25519 of the base point by a table.  A ladder takes 255 steps for whatever point; this point is always the same, so that its
 * multiples can be made ahead and 64 additions are left.  They are made on the Edwards curve that Curve25519 stands for (RFC7748-4.1),
 * -x^2 + y^2 = 1 + d x^2 y^2, where one formula adds any two points; Montgomery's u is (1 + y) / (1 - y).
 *
 * A key's bits choose neither a branch nor an address.  Called by kex.c; any thread.
 */
#include "crypto/x25519.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

__extension__ typedef unsigned __int128 u128;

enum { LIMBS = 5, LIMB_BITS = 51, WINDOWS = 32, MULTIPLES = 8, DIGITS = 64 };
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

/* An integer modulo 2^255 - 19: limbs of 51 bits, up to 54 between multiplications. */
struct fe {
	uint64_t l[LIMBS];
};

/* (x, y) = (X / Z, Y / Z), T = X Y / Z. */
struct point {
	struct fe x, y, z, t;
};

/* (x, y) as what an addition wants of it: y + x, y - x, 2 d x y. */
struct addend {
	struct fe sum, difference, product;
};

/* multiple[i][j] is (j + 1) * 256^i times the base point. */
struct crypto_x25519 {
	struct addend multiple[WINDOWS][MULTIPLES];
};

static const uint8_t base_x[CRYPTO_X25519_LEN] = { 0x1a, 0xd5, 0x25, 0x8f, 0x60, 0x2d, 0x56, 0xc9, 0xb2, 0xa7, 0x25, 0x95, 0x60, 0xc7, 0x2c,
	0x69, 0x5c, 0xdc, 0xd6, 0xfd, 0x31, 0xe2, 0xa4, 0xc0, 0xfe, 0x53, 0x6e, 0xcd, 0xd3, 0x36, 0x69, 0x21 };

/* ---- the field ---- */

static const struct fe fe_zero = { { 0 } }, fe_one = { { 1 } };

static struct fe fe_small(uint64_t n)
{
	return (struct fe){ { n } };
}

static inline struct fe fe_add(const struct fe *f, const struct fe *g)
{
	const uint64_t *a = f->l, *b = g->l;

	return (struct fe){ { a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4] } };
}

/* f + 4 p - g: no limb of g is above 2^53 - 76. */
static inline struct fe fe_sub(const struct fe *f, const struct fe *g)
{
	const uint64_t *a = f->l, *b = g->l, low = 4 * (LIMB_MASK - 18), high = 4 * LIMB_MASK;

	return (struct fe){ { a[0] + low - b[0], a[1] + high - b[1], a[2] + high - b[2], a[3] + high - b[3], a[4] + high - b[4] } };
}

/* Columns of a product to limbs of 51 bits, the second of which may be a little above. */
static inline struct fe fe_carry(u128 c0, u128 c1, u128 c2, u128 c3, u128 c4)
{
	uint64_t l0, l1;

	c1 += (uint64_t)(c0 >> LIMB_BITS);
	c2 += (uint64_t)(c1 >> LIMB_BITS);
	c3 += (uint64_t)(c2 >> LIMB_BITS);
	c4 += (uint64_t)(c3 >> LIMB_BITS);
	l0 = ((uint64_t)c0 & LIMB_MASK) + 19 * (uint64_t)(c4 >> LIMB_BITS);
	l1 = ((uint64_t)c1 & LIMB_MASK) + (l0 >> LIMB_BITS);
	return (struct fe){ { l0 & LIMB_MASK, l1, (uint64_t)c2 & LIMB_MASK, (uint64_t)c3 & LIMB_MASK, (uint64_t)c4 & LIMB_MASK } };
}

static inline u128 times(uint64_t a, uint64_t b)
{
	return (u128)a * b;
}

static struct fe fe_mul(const struct fe *f, const struct fe *g)
{
	const uint64_t *a = f->l, *b = g->l;
	uint64_t b1 = 19 * b[1], b2 = 19 * b[2], b3 = 19 * b[3], b4 = 19 * b[4];
	u128 c0 = times(a[0], b[0]) + times(a[1], b4) + times(a[2], b3) + times(a[3], b2) + times(a[4], b1);
	u128 c1 = times(a[0], b[1]) + times(a[1], b[0]) + times(a[2], b4) + times(a[3], b3) + times(a[4], b2);
	u128 c2 = times(a[0], b[2]) + times(a[1], b[1]) + times(a[2], b[0]) + times(a[3], b4) + times(a[4], b3);
	u128 c3 = times(a[0], b[3]) + times(a[1], b[2]) + times(a[2], b[1]) + times(a[3], b[0]) + times(a[4], b4);
	u128 c4 = times(a[0], b[4]) + times(a[1], b[3]) + times(a[2], b[2]) + times(a[3], b[1]) + times(a[4], b[0]);

	return fe_carry(c0, c1, c2, c3, c4);
}

static inline struct fe fe_square(const struct fe *f)
{
	const uint64_t *a = f->l;
	uint64_t a0 = 2 * a[0], a1 = 2 * a[1], a2 = 2 * a[2], a3 = 19 * a[3], a4 = 19 * a[4];
	u128 c0 = times(a[0], a[0]) + times(a1, a4) + times(a2, a3);
	u128 c1 = times(a0, a[1]) + times(a2, a4) + times(a[3], a3);
	u128 c2 = times(a0, a[2]) + times(a[1], a[1]) + times(2 * a[3], a4);
	u128 c3 = times(a0, a[3]) + times(a1, a[2]) + times(a[4], a4);
	u128 c4 = times(a0, a[4]) + times(a1, a[3]) + times(a[2], a[2]);

	return fe_carry(c0, c1, c2, c3, c4);
}

static struct fe fe_squares(struct fe f, int times_squared)
{
	for (int i = 0; i < times_squared; i++)
		f = fe_square(&f);
	return f;
}

/* f^(p - 2), its inverse; fN is f^(2^N - 1). */
static struct fe fe_invert(const struct fe *f)
{
	struct fe f2 = fe_square(f), f9 = fe_squares(f2, 2), f11, f5, f10, f20, f40, f50, f100, t;

	f9 = fe_mul(&f9, f);
	f11 = fe_mul(&f9, &f2);
	t = fe_square(&f11);
	f5 = fe_mul(&t, &f9);
	t = fe_squares(f5, 5);
	f10 = fe_mul(&t, &f5);
	t = fe_squares(f10, 10);
	f20 = fe_mul(&t, &f10);
	t = fe_squares(f20, 20);
	f40 = fe_mul(&t, &f20);
	t = fe_squares(f40, 10);
	f50 = fe_mul(&t, &f10);
	t = fe_squares(f50, 50);
	f100 = fe_mul(&t, &f50);
	t = fe_squares(f100, 100);
	t = fe_mul(&t, &f100);
	t = fe_squares(t, 50);
	t = fe_mul(&t, &f50);
	t = fe_squares(t, 5);
	return fe_mul(&t, &f11);
}

static struct fe fe_of(const uint8_t in[CRYPTO_X25519_LEN])
{
	struct fe r = fe_zero;

	for (unsigned bit = 0; bit < LIMBS * LIMB_BITS; bit++)
		r.l[bit / LIMB_BITS] |= (uint64_t)(in[bit / 8] >> bit % 8 & 1) << bit % LIMB_BITS;
	return r;
}

/* The one representative below p. */
static void fe_write(struct fe f, uint8_t out[CRYPTO_X25519_LEN])
{
	uint64_t over = 19;

	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i + 1 < LIMBS; i++) {
			f.l[i + 1] += f.l[i] >> LIMB_BITS;
			f.l[i] &= LIMB_MASK;
		}
		f.l[0] += 19 * (f.l[4] >> LIMB_BITS);
		f.l[4] &= LIMB_MASK;
	}
	for (int i = 0; i < LIMBS; i++)
		over = (f.l[i] + over) >> LIMB_BITS; /* 1: f is p or above */
	f.l[0] += 19 * over;
	for (int i = 0; i + 1 < LIMBS; i++) {
		f.l[i + 1] += f.l[i] >> LIMB_BITS;
		f.l[i] &= LIMB_MASK;
	}
	memset(out, 0, CRYPTO_X25519_LEN);
	for (unsigned bit = 0; bit < LIMBS * LIMB_BITS; bit++)
		out[bit / 8] = (uint8_t)(out[bit / 8] | (f.l[bit / LIMB_BITS] >> bit % LIMB_BITS & 1) << bit % 8);
}

/* ---- the curve ---- */

/* E, F, G and H of both formulas below to a point. */
static struct point point_of(const struct fe *e, const struct fe *f, const struct fe *g, const struct fe *h)
{
	return (struct point){ .x = fe_mul(e, f), .y = fe_mul(g, h), .z = fe_mul(f, g), .t = fe_mul(e, h) };
}

static struct point point_add(const struct point *p, const struct addend *q)
{
	struct fe a = fe_sub(&p->y, &p->x), b = fe_add(&p->y, &p->x), c = fe_mul(&p->t, &q->product), d = fe_add(&p->z, &p->z);
	struct fe e, f, g, h;

	a = fe_mul(&a, &q->difference);
	b = fe_mul(&b, &q->sum);
	e = fe_sub(&b, &a);
	f = fe_sub(&d, &c);
	g = fe_add(&d, &c);
	h = fe_add(&b, &a);
	return point_of(&e, &f, &g, &h);
}

static struct point point_double(const struct point *p)
{
	struct fe a = fe_square(&p->x), b = fe_square(&p->y), c = fe_square(&p->z), s = fe_add(&p->x, &p->y);
	struct fe e, f, g, h = fe_add(&a, &b);

	s = fe_square(&s);
	e = fe_sub(&h, &s);
	g = fe_sub(&a, &b);
	c = fe_add(&c, &c);
	f = fe_add(&c, &g);
	return point_of(&e, &f, &g, &h);
}

static struct point point_times_16(struct point p)
{
	for (int i = 0; i < 4; i++)
		p = point_double(&p);
	return p;
}

/* ---- the table ---- */

static const struct addend addend_zero = { { { 1 } }, { { 1 } }, { { 0 } } };

/* d = -121665 / 121666. */
static struct fe curve_d(void)
{
	struct fe over = fe_small(121665), under = fe_small(121666);

	over = fe_sub(&fe_zero, &over);
	under = fe_invert(&under);
	return fe_mul(&over, &under);
}

/* y = 4 / 5. */
static struct point base_point(void)
{
	struct fe over = fe_small(4), under = fe_small(5);
	struct point p = { .x = fe_of(base_x), .z = fe_one };

	under = fe_invert(&under);
	p.y = fe_mul(&over, &under);
	p.t = fe_mul(&p.x, &p.y);
	return p;
}

static struct addend addend_of(const struct point *p, const struct fe *d)
{
	struct fe z = fe_invert(&p->z), x = fe_mul(&p->x, &z), y = fe_mul(&p->y, &z), xy = fe_mul(&x, &y);

	xy = fe_mul(&xy, d);
	return (struct addend){ .sum = fe_add(&y, &x), .difference = fe_sub(&y, &x), .product = fe_add(&xy, &xy) };
}

enum err crypto_x25519_new(struct crypto_x25519 **out)
{
	struct crypto_x25519 *t = (struct crypto_x25519 *)calloc(1, sizeof(*t));
	struct point first = base_point();
	struct fe d = curve_d();

	if (t == NULL)
		return ERR_NOMEM;
	for (int i = 0; i < WINDOWS; i++) {
		struct point p = first;

		t->multiple[i][0] = addend_of(&first, &d);
		for (int j = 1; j < MULTIPLES; j++) {
			p = point_add(&p, &t->multiple[i][0]);
			t->multiple[i][j] = addend_of(&p, &d);
		}
		first = point_times_16(first);
		first = point_times_16(first);
	}
	*out = t;
	return ERR_OK;
}

void crypto_x25519_free(struct crypto_x25519 *t)
{
	free(t);
}

/* ---- multiplication ---- */

/* All bits set if a is b, else none. */
static uint64_t mask_equal(unsigned a, unsigned b)
{
	return (uint64_t)0 - (uint64_t)(((a ^ b) - 1U) >> 31);
}

static inline void fe_choose(struct fe *f, const struct fe *other, uint64_t mask)
{
	const uint64_t *b = other->l;
	uint64_t *a = f->l;

	a[0] ^= mask & (a[0] ^ b[0]);
	a[1] ^= mask & (a[1] ^ b[1]);
	a[2] ^= mask & (a[2] ^ b[2]);
	a[3] ^= mask & (a[3] ^ b[3]);
	a[4] ^= mask & (a[4] ^ b[4]);
}

/* digit * 256^window times the base point, -8 <= digit <= 8: all multiples are read. */
static struct addend choose(const struct crypto_x25519 *t, unsigned window, int digit)
{
	uint64_t negative = (uint64_t)0 - ((unsigned)digit >> 31);
	unsigned size = (unsigned)(digit - 2 * (digit & (int)negative));
	struct addend r = addend_zero;
	struct fe sum, minus;

	for (unsigned j = 0; j < MULTIPLES; j++) {
		const struct addend *m = &t->multiple[window][j];
		uint64_t mask = mask_equal(size, j + 1);

		fe_choose(&r.sum, &m->sum, mask);
		fe_choose(&r.difference, &m->difference, mask);
		fe_choose(&r.product, &m->product, mask);
	}
	sum = r.sum;
	minus = fe_sub(&fe_zero, &r.product);
	fe_choose(&r.sum, &r.difference, negative);
	fe_choose(&r.difference, &sum, negative);
	fe_choose(&r.product, &minus, negative);
	return r;
}

/* The key's bits as RFC7748-5 clamps them, as digits from -8 to 7 to the base of 16, the last one up to 8. */
static void digits_of(const uint8_t key[CRYPTO_X25519_LEN], int digit[DIGITS])
{
	int carry = 0;

	for (int i = 0; i < DIGITS; i++)
		digit[i] = key[i / 2] >> 4 * (i % 2) & 15;
	digit[0] &= 8;
	digit[DIGITS - 1] = (digit[DIGITS - 1] & 7) | 4;
	for (int i = 0; i + 1 < DIGITS; i++) {
		digit[i] += carry;
		carry = (digit[i] + 8) >> 4;
		digit[i] -= carry * 16;
	}
	digit[DIGITS - 1] += carry;
}

static struct point add_digits(const struct crypto_x25519 *t, struct point p, const int digit[DIGITS], unsigned from)
{
	for (unsigned i = from; i < DIGITS; i += 2) {
		struct addend q = choose(t, i / 2, digit[i]);

		p = point_add(&p, &q);
	}
	return p;
}

void crypto_x25519_public(const struct crypto_x25519 *t, const uint8_t key[CRYPTO_X25519_LEN], uint8_t out[CRYPTO_X25519_LEN])
{
	struct point p = { .y = fe_one, .z = fe_one };
	struct fe over, under;
	int digit[DIGITS];

	digits_of(key, digit);
	p = add_digits(t, p, digit, 1);
	p = point_times_16(p);
	p = add_digits(t, p, digit, 0);
	over = fe_add(&p.z, &p.y);
	under = fe_sub(&p.z, &p.y);
	under = fe_invert(&under);
	over = fe_mul(&over, &under);
	fe_write(over, out);
	bytes_wipe(digit, sizeof(digit));
	bytes_wipe(&under, sizeof(under));
	bytes_wipe(&p, sizeof(p));
}
