/*
 * Which payloads a message must, may and can't have, RFC7296-C, as one table.  Called by the engine on the loop thread once
 * a message is decrypted; after it an exchange finds each payload as often as its form says.
 */
#include "ike/wire/rule.h"

/* A set of payload types, one bit each. */
enum bit {
#define BIT(name, number, text) B_##name = 1 << (number - IKE_P_SA),
	IKE_PAYLOAD_LIST(BIT)
#undef BIT
		B_CHILD = B_SA | B_TSI | B_TSR,
	B_CERTS = B_CERT | B_CERTREQ,
	B_ANYWHERE = B_NOTIFY | B_VENDOR /* RFC7296-C */
};

/*
 * A form is the first of its exchange and direction that has all payloads of 'key'.  What is in none of its sets
 * doesn't belong there.
 */
struct rule_form {
	uint8_t exchange;
	bool response;
	uint32_t key;
	uint32_t one;  /* exactly once */
	uint32_t opt;  /* at most once */
	uint32_t any;  /* any number of times, beside B_ANYWHERE */
	uint32_t some; /* at least once */
};

enum { REQ = false, RESP = true };

static const struct rule_form forms[IKE_FORM_COUNT] = {
	/* RFC7296-C.1 */
	[IKE_FORM_INIT_REQUEST] = { IKE_X_IKE_SA_INIT, REQ, 0, B_SA | B_KE | B_NONCE, 0, 0, 0 },
	[IKE_FORM_INIT_RESPONSE] = { IKE_X_IKE_SA_INIT, RESP, B_SA, B_SA | B_KE | B_NONCE, 0, B_CERTREQ, 0 },
	[IKE_FORM_INIT_REFUSAL] = { IKE_X_IKE_SA_INIT, RESP, 0, 0, 0, 0, B_NOTIFY },

	/* RFC5723-4.3.2: the ticket is in a notify */
	[IKE_FORM_RESUME_REQUEST] = { IKE_X_IKE_SESSION_RESUME, REQ, 0, B_NONCE, 0, 0, B_NOTIFY },
	[IKE_FORM_RESUME_RESPONSE] = { IKE_X_IKE_SESSION_RESUME, RESP, B_NONCE, B_NONCE, 0, 0, 0 },
	[IKE_FORM_RESUME_REFUSAL] = { IKE_X_IKE_SESSION_RESUME, RESP, 0, 0, 0, 0, B_NOTIFY },

	/* RFC9242-3.2 with what RFC9370-2.2.2 puts into it */
	[IKE_FORM_INTER_REQUEST] = { IKE_X_IKE_INTERMEDIATE, REQ, 0, B_KE, 0, 0, 0 },
	[IKE_FORM_INTER_RESPONSE] = { IKE_X_IKE_INTERMEDIATE, RESP, B_KE, B_KE, 0, 0, 0 },
	[IKE_FORM_INTER_REFUSAL] = { IKE_X_IKE_INTERMEDIATE, RESP, 0, 0, 0, 0, B_NOTIFY },

	/* RFC7296-C.2, -C.3: a request without AUTH wants EAP */
	[IKE_FORM_AUTH_REQUEST] = { IKE_X_IKE_AUTH, REQ, B_IDI | B_SA, B_IDI | B_CHILD, B_IDR | B_AUTH | B_CP, B_CERTS, 0 },
	[IKE_FORM_AUTH_BARE] = { IKE_X_IKE_AUTH, REQ, B_IDI, B_IDI, B_IDR | B_AUTH | B_CP, B_CERTS, 0 },
	[IKE_FORM_AUTH_EAP_REQUEST] = { IKE_X_IKE_AUTH, REQ, B_EAP, B_EAP, 0, 0, 0 },
	[IKE_FORM_AUTH_LAST_REQUEST] = { IKE_X_IKE_AUTH, REQ, 0, B_AUTH, 0, 0, 0 },
	[IKE_FORM_AUTH_EAP_START] = { IKE_X_IKE_AUTH, RESP, B_IDR | B_EAP, B_IDR | B_EAP, B_AUTH, B_CERT, 0 },
	[IKE_FORM_AUTH_RESPONSE] = { IKE_X_IKE_AUTH, RESP, B_IDR | B_SA, B_IDR | B_AUTH | B_CHILD, B_CP, B_CERT, 0 },
	[IKE_FORM_AUTH_CHILDLESS] = { IKE_X_IKE_AUTH, RESP, B_IDR, B_IDR | B_AUTH, B_CP, B_CERT, 0 },
	[IKE_FORM_AUTH_EAP_RESPONSE] = { IKE_X_IKE_AUTH, RESP, B_EAP, B_EAP, 0, 0, 0 },
	[IKE_FORM_AUTH_LAST_RESPONSE] = { IKE_X_IKE_AUTH, RESP, B_AUTH | B_SA, B_AUTH | B_CHILD, B_CP, 0, 0 },
	[IKE_FORM_AUTH_LAST_CHILDLESS] = { IKE_X_IKE_AUTH, RESP, B_AUTH, B_AUTH, B_CP, 0, 0 },
	[IKE_FORM_AUTH_REFUSAL] = { IKE_X_IKE_AUTH, RESP, 0, 0, 0, 0, B_NOTIFY },

	/* RFC7296-C.4, -C.5 */
	[IKE_FORM_CHILD_REQUEST] = { IKE_X_CREATE_CHILD_SA, REQ, B_TSI, B_NONCE | B_CHILD, B_KE | B_CP, 0, 0 },
	[IKE_FORM_REKEY_REQUEST] = { IKE_X_CREATE_CHILD_SA, REQ, 0, B_SA | B_NONCE | B_KE, 0, 0, 0 },
	[IKE_FORM_CHILD_RESPONSE] = { IKE_X_CREATE_CHILD_SA, RESP, B_TSI, B_NONCE | B_CHILD, B_KE | B_CP, 0, 0 },
	[IKE_FORM_REKEY_RESPONSE] = { IKE_X_CREATE_CHILD_SA, RESP, B_SA, B_SA | B_NONCE | B_KE, 0, 0, 0 },
	[IKE_FORM_CHILD_REFUSAL] = { IKE_X_CREATE_CHILD_SA, RESP, 0, 0, 0, 0, B_NOTIFY },

	/* RFC9370-2.2.4 */
	[IKE_FORM_FOLLOWUP_REQUEST] = { IKE_X_IKE_FOLLOWUP_KE, REQ, 0, B_KE, 0, 0, 0 },
	[IKE_FORM_FOLLOWUP_RESPONSE] = { IKE_X_IKE_FOLLOWUP_KE, RESP, B_KE, B_KE, 0, 0, 0 },
	[IKE_FORM_FOLLOWUP_REFUSAL] = { IKE_X_IKE_FOLLOWUP_KE, RESP, 0, 0, 0, 0, B_NOTIFY },

	/* RFC7296-C.6 */
	[IKE_FORM_INFO_REQUEST] = { IKE_X_INFORMATIONAL, REQ, 0, 0, B_CP, B_DELETE, 0 },
	[IKE_FORM_INFO_RESPONSE] = { IKE_X_INFORMATIONAL, RESP, 0, 0, B_CP, B_DELETE, 0 },

	/* RFC7296-1.5: of any exchange, either direction; classify finds it by its lack of SK */
	[IKE_FORM_CLEAR] = { .some = B_NOTIFY },
};

const char *ike_rule_form_str(enum ike_form form)
{
	static const char *const texts[IKE_FORM_COUNT] = {
#define TEXT(name, text) [IKE_FORM_##name] = (text),
		IKE_FORM_LIST(TEXT)
#undef TEXT
	};

	return texts[form];
}

/* 0 for a type that isn't understood. */
static uint32_t bit_of(uint8_t type)
{
	return ike_msg_understood(type) ? 1U << (type - IKE_P_SA) : 0;
}

static enum err classify(const struct ike_msg *msg, enum ike_form *out)
{
	bool response = ike_hdr_is_response(&msg->hdr);
	uint32_t held = 0;

	for (unsigned i = 0; i < msg->count; i++)
		held |= bit_of(msg->payload[i].type);
	if (!ike_hdr_opens(&msg->hdr) && ike_msg_sk(msg) == NULL) {
		*out = IKE_FORM_CLEAR;
		return ERR_OK;
	}
	for (unsigned i = 0; i < IKE_FORM_CLEAR; i++) {
		if (forms[i].exchange != msg->hdr.exchange || forms[i].response != response || (forms[i].key & ~held) != 0)
			continue;
		*out = (enum ike_form)i;
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

/* RFC7296-2.2, -2.6, -3.1, RFC5723-4.3.2: what opens is message 0, and its sender's role is its direction. */
static bool header_ok(const struct ike_hdr *h, enum ike_form form)
{
	if (form == IKE_FORM_CLEAR)
		return true;
	if (!ike_hdr_opens(h))
		return h->spi_r != 0;
	return h->message_id == 0 && ike_hdr_from_initiator(h) != ike_hdr_is_response(h) && (ike_hdr_is_response(h) || h->spi_r == 0);
}

/* What is protected is protected as a whole; SK itself stands outside. */
static bool place_ok(const struct ike_payload *p, bool in_sk)
{
	if (p->type == IKE_P_SK || p->type == IKE_P_SKF)
		return in_sk;
	return p->encrypted == in_sk;
}

static bool count_ok(const struct rule_form *f, uint32_t bit, unsigned count)
{
	if (count == 0)
		return ((f->one | f->some) & bit) == 0;
	if (count == 1)
		return ((f->one | f->opt | f->any | f->some | B_ANYWHERE) & bit) != 0;
	return ((f->any | f->some | B_ANYWHERE) & bit) != 0;
}

/* The type of a payload that is missing, too many or misplaced; IKE_P_NONE when all is well. */
static uint8_t find_offender(const struct ike_msg *msg, const struct rule_form *f, bool in_sk)
{
	for (unsigned i = 0; i < msg->count; i++)
		if (ike_msg_understood(msg->payload[i].type) && !place_ok(&msg->payload[i], in_sk))
			return msg->payload[i].type;
	for (uint8_t type = IKE_P_SA; type <= IKE_P_SKF; type++) {
		uint32_t bit = bit_of(type);

		if (bit != 0 && bit != B_SK && bit != B_SKF && !count_ok(f, bit, ike_msg_count(msg, type)))
			return type;
	}
	return IKE_P_NONE;
}

enum err ike_rule_check(const struct ike_msg *msg, struct ike_rule_result *out)
{
	bool in_sk = !ike_hdr_opens(&msg->hdr) && ike_msg_sk(msg) != NULL;
	enum err err = classify(msg, &out->form);

	if (err != ERR_OK)
		return err;
	out->payload = IKE_P_NONE;
	if (!header_ok(&msg->hdr, out->form))
		return ERR_MALFORMED;
	out->payload = find_offender(msg, &forms[out->form], in_sk);
	return out->payload == IKE_P_NONE ? ERR_OK : ERR_MALFORMED;
}
