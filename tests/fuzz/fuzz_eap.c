/*
 * EAP packets to both ends: the first octet chooses end and method, then come packets, each after its length in one octet.  Neither
 * end may say more than fits, nor go on once it is over; and what the codec reads is written again the same.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/tls.h"
#include "eap/peer.h"
#include "eap/server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err fill(void *ctx, void *out, size_t len)
{
	(void)ctx;
	memset(out, 0, len);
	return ERR_OK;
}

static enum err password(void *ctx, struct bytes user, struct secret *out)
{
	(void)ctx;
	return user.len == 0 ? ERR_ABSENT : secret_set(out, bytes_str("wonderland"));
}

static bool judge(void *ctx, const struct bytes *cert, unsigned count)
{
	(void)ctx;
	return count != 0 && cert[0].len != 0;
}

static void check_codec(struct bytes in)
{
	uint8_t buf[UINT8_MAX];
	struct eap_packet p;
	struct wr w;

	if (eap_packet_parse(in, &p) != ERR_OK)
		return;
	w = eap_packet_begin(buf, sizeof(buf), (enum eap_code)p.code, p.id, p.type);
	wr_bytes(&w, p.data);
	if (eap_packet_end(&w) != ERR_OK || memcmp(buf, in.data, w.len) != 0)
		abort();
}

static void check_reply(const struct eap_reply *r)
{
	struct eap_packet p;

	if ((r->verdict == EAP_REFUSED && r->why == NULL) || (r->verdict == EAP_ACCEPTED && r->why != NULL))
		abort();
	if (r->packet.len != 0 && eap_packet_parse(r->packet, &p) != ERR_OK)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t methods[EAP_METHODS] = { EAP_TYPE_MSCHAPV2, EAP_TYPE_MD5, EAP_TYPE_GTC, EAP_TYPE_TLS };
	static struct crypto *c; /* one for all runs */
	struct crypto_tls_config tls = { .judge = judge };
	struct crypto_rand rand = { .fill = fill };
	struct rd r = rd_of(bytes_of(data, size));
	uint8_t choice = rd_u8(&r);
	struct eap_means means = { .rand = &rand, .tls = &tls, .password = password, .method_count = EAP_METHODS };
	struct secret key = { 0 };
	struct eap_server *server = NULL;
	struct eap_peer *peer = NULL;
	struct eap_reply reply;

	if (c == NULL && crypto_new(&c) != ERR_OK)
		abort();
	means.crypto = c;
	for (unsigned i = 0; i < EAP_METHODS; i++)
		means.method[i] = methods[(i + choice) % EAP_METHODS];
	if (secret_set(&key, bytes_str("wonderland")) != ERR_OK)
		abort();
	if (eap_server_new(&server, &means, bytes_str("alice"), (choice & 0x80) != 0) != ERR_OK ||
		eap_peer_new(&peer, &means, bytes_str("alice"), &key) != ERR_OK)
		abort();
	eap_server_begin(server, &reply);
	while (rd_left(&r) != 0) {
		struct bytes packet = rd_bytes(&r, rd_u8(&r));

		check_codec(packet);
		if ((choice & 0x40) != 0)
			eap_server_take(server, packet, &reply);
		else
			eap_peer_take(peer, packet, &reply);
		check_reply(&reply);
		if (reply.verdict != EAP_GOES_ON)
			break;
	}
	eap_server_free(server);
	eap_peer_free(peer);
	secret_fini(&key);
	return 0;
}
