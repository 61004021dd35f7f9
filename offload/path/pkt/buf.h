#ifndef PATH_BUF_H
#define PATH_BUF_H

#include <stdint.h>

#include <rte_mbuf.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Packets in the path are of one segment ('classify' sees to it): their ends are moved without rte_pktmbuf_append's and _trim's walk to the
 * last one, which would fetch the mbuf's second line.
 */
static inline uint8_t *path_buf_data(const struct rte_mbuf *m)
{
	return (uint8_t *)m->buf_addr + m->data_off;
}

/* 'len' more bytes in front, NULL when there is no room; or fewer. */
static inline uint8_t *path_buf_push(struct rte_mbuf *m, uint32_t len)
{
	if (len > m->data_off)
		return (uint8_t *)0;
	m->data_off = (uint16_t)(m->data_off - len);
	m->data_len = (uint16_t)(m->data_len + len);
	m->pkt_len = m->data_len;
	return path_buf_data(m);
}

static inline void path_buf_pull(struct rte_mbuf *m, uint32_t len)
{
	m->data_off = (uint16_t)(m->data_off + len);
	m->data_len = (uint16_t)(m->data_len - len);
	m->pkt_len = m->data_len;
}

/* Room behind the packet; 'len' more bytes of it (there is room), or fewer. */
static inline uint32_t path_buf_tailroom(const struct rte_mbuf *m)
{
	return (uint32_t)m->buf_len - m->data_off - m->data_len;
}

static inline uint8_t *path_buf_put(struct rte_mbuf *m, uint32_t len)
{
	uint8_t *end = path_buf_data(m) + m->data_len;

	m->data_len = (uint16_t)(m->data_len + len);
	m->pkt_len = m->data_len;
	return end;
}

/* 'head' more bytes in front and 'tail' more behind; there is room.  The first byte. */
static inline uint8_t *path_buf_wrap(struct rte_mbuf *m, uint32_t head, uint32_t tail)
{
	m->data_off = (uint16_t)(m->data_off - head);
	m->data_len = (uint16_t)(m->data_len + head + tail);
	m->pkt_len = m->data_len;
	return path_buf_data(m);
}

static inline void path_buf_trim(struct rte_mbuf *m, uint32_t len)
{
	m->data_len = (uint16_t)(m->data_len - len);
	m->pkt_len = m->data_len;
}

#ifdef __cplusplus
}
#endif
#endif
