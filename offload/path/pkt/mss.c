/* TCP's maximum segment size on its way.  Workers. */
#include "path/pkt/mss.h"

#include "path/pkt/ip.h"

enum { TCP_SUM = 16, OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2, MSS_LEN = 4 };

/* The option of a whole header of 'len' bytes; NULL: none, or they are broken. */
static uint8_t *find_option(uint8_t *tcp, uint32_t len)
{
	uint32_t at = PATH_TCP;

	while (at + MSS_LEN <= len && tcp[at] != OPTION_END) {
		if (tcp[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (tcp[at] == OPTION_MSS)
			return tcp[at + 1] == MSS_LEN ? tcp + at : NULL;
		if (tcp[at + 1] < 2)
			return NULL;
		at += tcp[at + 1];
	}
	return NULL;
}

/* RFC1624-3, eqn 3: a word at an odd offset counts with its bytes swapped. */
static void mend_sum(uint8_t *tcp, bool odd, uint16_t from, uint16_t to)
{
	uint32_t sum = (uint16_t)~path_ip_get16(tcp + TCP_SUM);

	if (odd) {
		from = __builtin_bswap16(from);
		to = __builtin_bswap16(to);
	}
	sum += (uint16_t)~from;
	sum += to;
	path_ip_put16(tcp + TCP_SUM, (uint16_t)~path_ip_fold(sum));
}

void path_mss_clamp_syn(const struct path_pkt *p, uint16_t mss)
{
	uint8_t *tcp = p->ip + p->l4;
	uint32_t len = (tcp[PATH_TCP_FLAGS - 1] >> 4) * 4u;
	uint8_t *option = len >= PATH_TCP && p->l4 + len <= p->len ? find_option(tcp, len) : NULL;
	uint16_t asked;

	if (option == NULL)
		return;
	asked = path_ip_get16(option + 2);
	if (asked <= mss)
		return;
	path_ip_put16(option + 2, mss);
	mend_sum(tcp, (option - tcp) % 2 != 0, asked, mss);
}
