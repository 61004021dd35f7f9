#ifndef TESTS_CRYPTO_TOYKEM_H
#define TESTS_CRYPTO_TOYKEM_H

/*
 * ML-KEM for a library that has none: a provider whose keys, ciphertexts and secrets have the right sizes and behave alike (repeatable by
 * seed and entropy, checked on import, implicit rejection), and which protects nothing.  It takes the way that OpenSSL 3.5's takes, through
 * EVP, so that all but the lattice is tested.
 */

/* Loads it, once for the process: a struct crypto that is made afterwards has the algorithms.  Nothing where the library has its own. */
void toykem_load();

#endif
