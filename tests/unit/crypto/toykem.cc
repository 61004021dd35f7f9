#include "toykem.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <memory>
#include <openssl/provider.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace
{

using Octets = std::vector<uint8_t>;

enum { HASH = 32, SEED = 64 };

struct Size {
	size_t pub, text;
};

constexpr Size sizes[] = { { 800, 768 }, { 1184, 1088 }, { 1568, 1568 } };

Octets hash(const Octets &in)
{
	Octets out(HASH);
	unsigned len = 0;

	if (EVP_Digest(in.data(), in.size(), out.data(), &len, EVP_sha256(), nullptr) != 1)
		abort();
	return out;
}

/* A hash, and octets that follow from it. */
Octets stretched(const Octets &first, size_t len)
{
	Octets out = first, block = first;

	while (out.size() < len) {
		block = hash(block);
		out.insert(out.end(), block.begin(), block.end());
	}
	out.resize(len);
	return out;
}

Octets operator+(Octets a, const Octets &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

struct Key {
	const Size *size;
	Octets seed, pub;
};

struct Context {
	const Key *key = nullptr;
	Octets entropy;
};

bool octets_of(const OSSL_PARAM params[], const char *name, Octets &out)
{
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, name);
	const void *data = nullptr;
	size_t len = 0;

	if (p == nullptr || OSSL_PARAM_get_octet_string_ptr(p, &data, &len) != 1)
		return false;
	out.assign(static_cast<const uint8_t *>(data), static_cast<const uint8_t *>(data) + len);
	return true;
}

/* ---- keys ---- */

template <int N> void *key_new(void *)
{
	return new Key{ &sizes[N], {}, {} };
}

void key_free(void *key)
{
	delete static_cast<Key *>(key);
}

int key_has(const void *, int)
{
	return 1;
}

int key_import(void *data, int, const OSSL_PARAM params[])
{
	Key *key = static_cast<Key *>(data);
	Octets first;

	if (octets_of(params, "seed", key->seed)) {
		key->pub = stretched(hash(key->seed), key->size->pub);
		return key->seed.size() == SEED;
	}
	if (!octets_of(params, OSSL_PKEY_PARAM_PUB_KEY, key->pub) || key->pub.size() != key->size->pub)
		return 0;
	first.assign(key->pub.begin(), key->pub.begin() + HASH);
	return stretched(first, key->size->pub) == key->pub;
}

const OSSL_PARAM *key_import_types(int)
{
	static const OSSL_PARAM types[] = { OSSL_PARAM_octet_string("seed", nullptr, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0), OSSL_PARAM_END };

	return types;
}

int key_get(void *data, OSSL_PARAM params[])
{
	const Key *key = static_cast<const Key *>(data);
	OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_PKEY_PARAM_PUB_KEY);

	return p == nullptr || OSSL_PARAM_set_octet_string(p, key->pub.data(), key->pub.size());
}

const OSSL_PARAM *key_gettable(void *)
{
	static const OSSL_PARAM types[] = { OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0), OSSL_PARAM_END };

	return types;
}

/* ---- encapsulation ---- */

void *context_new(void *)
{
	return new Context;
}

void context_free(void *c)
{
	delete static_cast<Context *>(c);
}

int begin(void *c, void *key, const OSSL_PARAM params[])
{
	Context *context = static_cast<Context *>(c);

	context->key = static_cast<const Key *>(key);
	if (params != nullptr)
		(void)octets_of(params, "ikme", context->entropy);
	return 1;
}

int encapsulate(void *c, unsigned char *out, size_t *len, unsigned char *secret, size_t *secret_len)
{
	const Context *context = static_cast<const Context *>(c);

	if (context->entropy.size() != HASH || *len < context->key->size->text || *secret_len < HASH)
		return 0;
	Octets text = stretched(context->entropy, context->key->size->text), shared = hash(context->key->pub + context->entropy);
	memcpy(out, text.data(), text.size());
	memcpy(secret, shared.data(), shared.size());
	*len = text.size();
	*secret_len = shared.size();
	return 1;
}

int decapsulate(void *c, unsigned char *secret, size_t *secret_len, const unsigned char *in, size_t len)
{
	const Key *key = static_cast<const Context *>(c)->key;
	Octets text(in, in + len);

	if (len != key->size->text || *secret_len < HASH)
		return 0;
	Octets entropy(text.begin(), text.begin() + HASH);
	Octets shared = stretched(entropy, len) == text ? hash(key->pub + entropy) : hash(key->seed + text);
	memcpy(secret, shared.data(), shared.size());
	*secret_len = shared.size();
	return 1;
}

/* ---- the provider ---- */

using Function = void (*)();

template <typename F> constexpr Function call(F f)
{
	return reinterpret_cast<Function>(f);
}

template <int N> const OSSL_DISPATCH *key_functions()
{
	static const OSSL_DISPATCH table[] = { { OSSL_FUNC_KEYMGMT_NEW, call(key_new<N>) }, { OSSL_FUNC_KEYMGMT_FREE, call(key_free) },
		{ OSSL_FUNC_KEYMGMT_HAS, call(key_has) }, { OSSL_FUNC_KEYMGMT_IMPORT, call(key_import) },
		{ OSSL_FUNC_KEYMGMT_IMPORT_TYPES, call(key_import_types) }, { OSSL_FUNC_KEYMGMT_GET_PARAMS, call(key_get) },
		{ OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, call(key_gettable) }, { 0, nullptr } };

	return table;
}

const OSSL_DISPATCH *kem_functions()
{
	static const OSSL_DISPATCH table[] = { { OSSL_FUNC_KEM_NEWCTX, call(context_new) }, { OSSL_FUNC_KEM_FREECTX, call(context_free) },
		{ OSSL_FUNC_KEM_ENCAPSULATE_INIT, call(begin) }, { OSSL_FUNC_KEM_ENCAPSULATE, call(encapsulate) },
		{ OSSL_FUNC_KEM_DECAPSULATE_INIT, call(begin) }, { OSSL_FUNC_KEM_DECAPSULATE, call(decapsulate) }, { 0, nullptr } };

	return table;
}

const OSSL_ALGORITHM *query(void *, int operation, int *no_store)
{
	static const OSSL_ALGORITHM keys[] = { { "ML-KEM-512", "provider=toykem", key_functions<0>(), "" },
		{ "ML-KEM-768", "provider=toykem", key_functions<1>(), "" }, { "ML-KEM-1024", "provider=toykem", key_functions<2>(), "" },
		{ nullptr, nullptr, nullptr, nullptr } };
	static const OSSL_ALGORITHM kems[] = { { "ML-KEM-512", "provider=toykem", kem_functions(), "" },
		{ "ML-KEM-768", "provider=toykem", kem_functions(), "" }, { "ML-KEM-1024", "provider=toykem", kem_functions(), "" },
		{ nullptr, nullptr, nullptr, nullptr } };

	*no_store = 0;
	return operation == OSSL_OP_KEYMGMT ? keys : operation == OSSL_OP_KEM ? kems : nullptr;
}

int provider_init(const OSSL_CORE_HANDLE *, const OSSL_DISPATCH *, const OSSL_DISPATCH **out, void **context)
{
	static const OSSL_DISPATCH table[] = { { OSSL_FUNC_PROVIDER_QUERY_OPERATION, call(query) }, { 0, nullptr } };
	static int something;

	*out = table;
	*context = &something;
	return 1;
}

} // namespace

static OSSL_PROVIDER *load()
{
	EVP_PKEY_CTX *real = EVP_PKEY_CTX_new_from_name(nullptr, "ML-KEM-768", nullptr);
	OSSL_PROVIDER *toy = nullptr;

	if (real == nullptr && OSSL_PROVIDER_add_builtin(nullptr, "toykem", provider_init) == 1)
		toy = OSSL_PROVIDER_try_load(nullptr, "toykem", 1);
	if (real == nullptr && toy == nullptr)
		abort();
	EVP_PKEY_CTX_free(real);
	return toy;
}

void toykem_load()
{
	static const std::unique_ptr<OSSL_PROVIDER, int (*)(OSSL_PROVIDER *)> toy(load(), OSSL_PROVIDER_unload);
}
