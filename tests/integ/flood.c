/*
 * flood: sends forged IKE_SA_INIT requests at a rate, each from a source address of its own choice, with a fresh SPI, nonce and public
 * value; at the end it prints what it really sent.  For tests/integ/t_flood.sh, in a network namespace.
 */
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/wr.h"

enum { FLOOD_BATCH = 64, FLOOD_PACKET = 256, FLOOD_IKE = 500, FLOOD_PAUSE_US = 200 };
enum { IKE_HEADER = 28, IKE_AT = sizeof(struct iphdr) + sizeof(struct udphdr), FRESH = 32 };

struct flood {
	int fd;
	struct addr_prefix from;
	struct sockaddr_storage to;
	socklen_t to_len;
	uint64_t random;
	size_t len, ke_at, nonce_at;
	uint8_t packet[FLOOD_BATCH][FLOOD_PACKET];
	struct iovec iov[FLOOD_BATCH];
	struct mmsghdr msg[FLOOD_BATCH];
};

static uint64_t next_random(struct flood *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random;
}

static void fill_random(struct flood *f, uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t value = next_random(f);

		memcpy(at + i, &value, sizeof(value));
	}
}

static void put_transform(struct wr *w, bool last, uint8_t type, uint16_t id)
{
	bool aes = type == 1;

	wr_u8(w, last ? 0 : 3);
	wr_u8(w, 0);
	wr_u16(w, aes ? 12 : 8);
	wr_u8(w, type);
	wr_u8(w, 0);
	wr_u16(w, id);
	if (aes) /* key length */
		wr_u32(w, 0x800e0080);
}

/* AES-GCM-128, HMAC-SHA2-256, X25519: RFC7296-3.3 */
static void put_sa(struct wr *w)
{
	enum { TRANSFORMS = 12 + 8 + 8, PROPOSAL = 8 + TRANSFORMS };

	wr_u16(w, 34 << 8); /* KE is next */
	wr_u16(w, 4 + PROPOSAL);
	wr_u16(w, 0);
	wr_u16(w, PROPOSAL);
	wr_u32(w, 0x01010003); /* proposal 1, IKE, no SPI, three transforms */
	put_transform(w, false, 1, 20);
	put_transform(w, false, 2, 5);
	put_transform(w, true, 4, 31);
}

static void make_packet(struct flood *f, const struct addr *to)
{
	uint8_t zeroes[FRESH] = { 0 };
	struct wr w = wr_of(f->packet[0], FLOOD_PACKET);
	struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP };
	struct udphdr udp = { .uh_sport = htons(FLOOD_IKE), .uh_dport = htons(FLOOD_IKE) };
	uint32_t ike_len;

	memcpy(&ip.daddr, to->b, sizeof(ip.daddr));
	wr_bytes(&w, bytes_of(&ip, sizeof(ip)));
	wr_bytes(&w, bytes_of(&udp, sizeof(udp)));
	wr_bytes(&w, bytes_of(zeroes, 16)); /* SPIs */
	wr_u32(&w, 0x21202208);             /* SA, version 2.0, IKE_SA_INIT, from the initiator */
	wr_u32(&w, 0);
	wr_u32(&w, 0); /* length, below */
	put_sa(&w);
	wr_u16(&w, 40 << 8); /* Nonce is next */
	wr_u16(&w, 8 + FRESH);
	wr_u32(&w, 31 << 16);
	f->ke_at = wr_view(&w).len;
	wr_bytes(&w, bytes_of(zeroes, FRESH));
	wr_u16(&w, 0);
	wr_u16(&w, 4 + FRESH);
	f->nonce_at = wr_view(&w).len;
	wr_bytes(&w, bytes_of(zeroes, FRESH));
	f->len = wr_view(&w).len;
	ike_len = htonl((uint32_t)(f->len - IKE_AT));
	memcpy(f->packet[0] + IKE_AT + IKE_HEADER - sizeof(ike_len), &ike_len, sizeof(ike_len));
	udp.uh_ulen = htons((uint16_t)(f->len - sizeof(ip)));
	memcpy(f->packet[0] + sizeof(ip), &udp, sizeof(udp)); /* no checksum: IPv4 allows it */
}

static void make_batch(struct flood *f)
{
	for (unsigned i = 0; i < FLOOD_BATCH; i++) {
		memcpy(f->packet[i], f->packet[0], f->len);
		f->iov[i] = (struct iovec){ .iov_base = f->packet[i], .iov_len = f->len };
		f->msg[i].msg_hdr = (struct msghdr){ .msg_name = &f->to, .msg_namelen = f->to_len, .msg_iov = &f->iov[i], .msg_iovlen = 1 };
	}
}

static void freshen(struct flood *f, unsigned count)
{
	uint32_t hosts = f->from.len == 0 ? UINT32_MAX : (UINT32_C(1) << (32 - f->from.len)) - 1;

	for (unsigned i = 0; i < count; i++) {
		uint32_t source = htonl(addr_u32(&f->from.addr) | ((uint32_t)next_random(f) & hosts));

		memcpy(f->packet[i] + offsetof(struct iphdr, saddr), &source, sizeof(source));
		fill_random(f, f->packet[i] + IKE_AT, sizeof(uint64_t));
		fill_random(f, f->packet[i] + f->ke_at, FRESH);
		fill_random(f, f->packet[i] + f->nonce_at, FRESH);
	}
}

/* At 'rate' a second for 'seconds'; returns how many went out. */
static uint64_t run(struct flood *f, uint64_t rate, uint64_t seconds)
{
	uint64_t begin = clock_now_ms(), sent = 0, now = begin;

	while ((now = clock_now_ms()) < begin + seconds * 1000) {
		uint64_t due = rate * (now - begin + 1) / 1000;
		unsigned count = due - sent < FLOOD_BATCH ? (unsigned)(due - sent) : FLOOD_BATCH;
		int n;

		freshen(f, count);
		n = count == 0 ? 0 : sendmmsg(f->fd, f->msg, count, 0);
		sent += n > 0 ? (uint64_t)n : 0;
		if (due <= sent)
			(void)usleep(FLOOD_PAUSE_US);
	}
	return sent;
}

int main(int argc, char **argv)
{
	struct flood *f = (struct flood *)calloc(1, sizeof(*f));
	struct addr_port to = { .port = 0 };
	uint64_t rate, seconds, sent;

	if (argc != 5 || f == NULL || addr_parse(argv[1], &to.addr) != ERR_OK || addr_parse_prefix(argv[2], &f->from) != ERR_OK ||
		to.addr.family != AF_INET || f->from.addr.family != AF_INET) {
		(void)fputs("usage: flood TO SOURCES/LEN RATE SECONDS (IPv4)\n", stderr);
		return 2;
	}
	rate = strtoull(argv[3], NULL, 10);
	seconds = strtoull(argv[4], NULL, 10);
	f->fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (f->fd < 0 || seconds == 0 || getrandom(&f->random, sizeof(f->random), 0) != sizeof(f->random)) {
		perror("flood");
		return 1;
	}
	f->to_len = addr_to_sockaddr(&to, &f->to);
	make_packet(f, &to.addr);
	make_batch(f);
	sent = run(f, rate, seconds);
	(void)printf("%llu sent, %llu a second\n", (unsigned long long)sent, (unsigned long long)(sent / seconds));
	(void)close(f->fd);
	free(f);
	return 0;
}
