/* NAT detection, RFC7296-2.23: SHA1(SPIi | SPIr | address | port) of either end, as the sender knows it. */
#include "ike/natd.h"

#include "base/secret.h"
#include "base/wr.h"
#include "crypto/digest.h"

static enum err hash(struct crypto *c, const struct ike_hdr *spis, const struct addr_port *end, uint8_t out[CRYPTO_SHA1_LEN])
{
	uint8_t buf[8 + 8 + 16 + 2];
	struct wr w = wr_of(buf, sizeof(buf));
	struct bytes in;

	wr_u64(&w, spis->spi_i);
	wr_u64(&w, spis->spi_r);
	wr_bytes(&w, addr_bytes(&end->addr));
	wr_u16(&w, end->port);
	in = wr_view(&w);
	return crypto_digest_sha1(c, crypto_parts_of(&in, 1), out);
}

enum err ike_natd_build(struct crypto *c, struct ike_build *b, const struct ike_hdr *spis, const struct ike_path *path, bool pretend)
{
	uint8_t sum[CRYPTO_SHA1_LEN];
	struct addr_port source = path->local;
	enum err err;

	if (pretend)
		source.port = 0;
	err = hash(c, spis, &source, sum);
	if (err != ERR_OK)
		return err;
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_NAT_DETECTION_SOURCE_IP, bytes_of(sum, sizeof(sum)));
	err = hash(c, spis, &path->remote, sum);
	if (err != ERR_OK)
		return err;
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_NAT_DETECTION_DESTINATION_IP, bytes_of(sum, sizeof(sum)));
	return ERR_OK;
}

enum err ike_natd_check(struct crypto *c, const struct ike_msg *msg, const struct ike_path *path, struct ike_natd *out)
{
	uint8_t source[CRYPTO_SHA1_LEN];
	uint8_t destination[CRYPTO_SHA1_LEN];
	bool source_seen = false, source_same = false;
	bool destination_seen = false, destination_same = false;
	enum err err = hash(c, &msg->hdr, &path->remote, source);

	if (err == ERR_OK)
		err = hash(c, &msg->hdr, &path->local, destination);
	if (err != ERR_OK)
		return err;
	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_NOTIFY); p != NULL; p = ike_msg_next(msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_notify n;

		if (ike_notify_parse(&r, &n) != ERR_OK)
			continue;
		if (n.type == IKE_N_NAT_DETECTION_SOURCE_IP) { /* one for each address that it may leave by */
			source_seen = true;
			source_same |= bytes_eq(n.data, bytes_of(source, sizeof(source)));
		} else if (n.type == IKE_N_NAT_DETECTION_DESTINATION_IP) {
			destination_seen = true;
			destination_same |= bytes_eq(n.data, bytes_of(destination, sizeof(destination)));
		}
	}
	out->supported = source_seen && destination_seen;
	out->remote = out->supported && !source_same;
	out->local = out->supported && !destination_same;
	return ERR_OK;
}
