/*
 * The payload chain of a message, RFC7296-3.2: first what stands in clear, then, in a second call, what was inside SK.
 * Called by the engine for each datagram on the loop thread.  Nothing here looks into a payload's body.
 */
#include "ike/wire/msg.h"

enum { CRITICAL = 0x80 }; /* RFC7296-3.2: the other bits are ignored on receipt */

bool ike_msg_understood(uint8_t type)
{
	switch (type) {
#define UNDERSTOOD(name, number, text) case number:
		IKE_PAYLOAD_LIST(UNDERSTOOD)
#undef UNDERSTOOD
		return true;
	default:
		return false;
	}
}

static bool is_encrypted_type(uint8_t type)
{
	return type == IKE_P_SK || type == IKE_P_SKF;
}

/* Reads one payload of 'type' and returns the type that follows it. */
static uint8_t read_payload(struct rd *r, uint8_t type, struct ike_payload *out)
{
	uint8_t next = rd_u8(r);
	uint8_t flags = rd_u8(r);
	uint16_t len = rd_u16(r);

	out->type = type;
	out->critical = (flags & CRITICAL) != 0;
	if (r->err == ERR_OK && len < IKE_MSG_GENERIC_LEN)
		rd_fail(r, ERR_MALFORMED);
	out->body = rd_bytes(r, (size_t)len - IKE_MSG_GENERIC_LEN);
	return next;
}

/* Appends the chain in 'r' that begins with 'type'; 'encrypted' says that it stood inside SK, where no SK can. */
static enum err walk(struct ike_msg *msg, struct rd *r, uint8_t type, bool encrypted)
{
	while (type != IKE_P_NONE && r->err == ERR_OK) {
		struct ike_payload *p = &msg->payload[msg->count];
		uint8_t next;

		if (msg->count == IKE_MSG_PAYLOAD_MAX)
			return ERR_LIMIT;
		next = read_payload(r, type, p);
		p->encrypted = encrypted;
		if (r->err != ERR_OK)
			break;
		if (p->critical && !ike_msg_understood(type)) {
			msg->unsupported = type;
			return ERR_UNSUPPORTED;
		}
		msg->count++;
		if (is_encrypted_type(type)) {
			if (encrypted)
				return ERR_MALFORMED;
			msg->inner_first = next;
			next = IKE_P_NONE;
		}
		type = next;
	}
	return rd_done(r);
}

enum err ike_msg_parse(struct bytes datagram, struct ike_msg *out)
{
	struct rd r = rd_of(datagram);
	enum err err;

	out->datagram = datagram;
	out->count = 0;
	out->inner_first = IKE_P_NONE;
	out->unsupported = IKE_P_NONE;
	err = ike_hdr_parse(&r, &out->hdr);
	if (err == ERR_OK)
		err = walk(out, &r, out->hdr.next, false);
	if (err != ERR_OK)
		out->count = 0;
	return err;
}

enum err ike_msg_parse_inner(struct ike_msg *msg, uint8_t first, struct bytes plaintext)
{
	struct rd r = rd_of(plaintext);
	uint8_t outer = msg->count;
	enum err err;

	if (ike_msg_sk(msg) == NULL)
		return ERR_STATE;
	err = walk(msg, &r, first, true);
	if (err != ERR_OK)
		msg->count = outer;
	return err;
}

static const struct ike_payload *find_from(const struct ike_msg *msg, const struct ike_payload *p, uint8_t type)
{
	for (; p < msg->payload + msg->count; p++)
		if (p->type == type)
			return p;
	return NULL;
}

const struct ike_payload *ike_msg_find(const struct ike_msg *msg, uint8_t type)
{
	return find_from(msg, msg->payload, type);
}

const struct ike_payload *ike_msg_next(const struct ike_msg *msg, const struct ike_payload *at)
{
	return find_from(msg, at + 1, at->type);
}

unsigned ike_msg_count(const struct ike_msg *msg, uint8_t type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < msg->count; i++)
		n += msg->payload[i].type == type;
	return n;
}

const struct ike_payload *ike_msg_sk(const struct ike_msg *msg)
{
	for (unsigned i = 0; i < msg->count; i++)
		if (is_encrypted_type(msg->payload[i].type))
			return &msg->payload[i];
	return NULL;
}

bool ike_msg_notify(const struct ike_msg *msg, uint16_t type, struct ike_notify *out)
{
	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_NOTIFY); p != NULL; p = ike_msg_next(msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_notify n;

		if (ike_notify_parse(&r, &n) != ERR_OK || n.type != type)
			continue;
		if (out != NULL)
			*out = n;
		return true;
	}
	return false;
}

bool ike_msg_vendor(const struct ike_msg *msg, enum ike_vendor vendor)
{
	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_VENDOR); p != NULL; p = ike_msg_next(msg, p))
		if (ike_vendor_find(p->body) == vendor)
			return true;
	return false;
}

bool ike_msg_error(const struct ike_msg *msg, struct ike_notify *out)
{
	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_NOTIFY); p != NULL; p = ike_msg_next(msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_notify n;

		if (ike_notify_parse(&r, &n) != ERR_OK || !ike_notify_is_error(n.type))
			continue;
		*out = n;
		return true;
	}
	return false;
}
