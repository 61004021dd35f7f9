/*
 * Tickets of session resumption.  The first octet says what the rest is: a ticket as it comes in from anybody, what one holds
 * once it is decrypted, or a client's bundle; what reads is written again to the same octets.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"
#include "crypto/rand.h"
#include "ike/resume/resume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum what { TICKET, PAST, PASS, KINDS };

static enum err zeroes(void *ctx, void *out, size_t len)
{
	(void)ctx;
	memset(out, 0, len);
	return ERR_OK;
}

/* A gateway with a key that the corpus knows. */
static void fuzz_ticket(struct bytes ticket)
{
	struct crypto_rand rand = { .fill = zeroes };
	struct ike_vault v = { { { .generation = 0 } } };
	struct ike_vault_content content = { .stub = { .generation = 0 } };
	struct crypto *c;

	if (crypto_new(&c) != ERR_OK || ike_vault_refresh(&v, &rand, 1) != ERR_OK)
		abort();
	v.key[0].serials = 2;
	if (ike_vault_open(&v, c, 2, ticket, &content) == ERR_OK) {
		assert(content.stub.generation == 1 && content.stub.serial < 2);
		assert(content.text.len + IKE_VAULT_HEAD + IKE_VAULT_ICV == ticket.len);
		assert(ike_vault_spend(&v, &content.stub));
	}
	secret_fini(&content.text);
	ike_vault_fini(&v);
	crypto_free(c);
}

static void fuzz_past(struct bytes text)
{
	uint8_t buf[8192];
	struct wr w = wr_of(buf, sizeof(buf));
	struct rd r = rd_of(text);
	struct ike_past past;

	if (ike_past_parse(&r, &past) != ERR_OK)
		return;
	ike_past_build(&w, &past);
	assert(wr_done(&w) == ERR_OK && w.len == text.len);
}

static void fuzz_pass(struct bytes pass)
{
	struct ike_resume *resume;
	struct secret again = { 0 };

	if (pass.len > SECRET_MAX / 2 || ike_resume_unpack(pass, &resume) != ERR_OK)
		return;
	assert(resume->ticket.len != 0);
	assert(ike_resume_pack(&resume->past, ike_blob_view(&resume->ticket), &again) == ERR_OK && again.len == pass.len);
	secret_fini(&again);
	ike_resume_free(resume);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest;

	if (size == 0)
		return 0;
	rest = bytes_of(data + 1, size - 1);
	switch ((enum what)(data[0] % KINDS)) {
	case TICKET:
		fuzz_ticket(rest);
		break;
	case PAST:
		fuzz_past(rest);
		break;
	default:
		fuzz_pass(rest);
	}
	return 0;
}
