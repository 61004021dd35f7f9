/*
 * An IKE datagram from anybody: header, chain, rules, and each payload's body.  What stands in SK or SKF is walked as if
 * it had been decrypted, so that the inner parsers are reached without keys.
 */
#include <assert.h>
#include <string.h>

#include "ike/wire/authdata.h"
#include "ike/wire/cert.h"
#include "ike/wire/cp.h"
#include "ike/wire/delete.h"
#include "ike/wire/eap.h"
#include "ike/wire/id.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"
#include "ike/wire/proposal.h"
#include "ike/wire/rule.h"
#include "ike/wire/select.h"
#include "ike/wire/sk.h"
#include "ike/wire/ts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BUF = 70000 }; /* more than the longest payload */

/* A choice that we answer is one that the offer's own sender accepts, and what is written reads back the same. */
static void fuzz_sa(struct rd *r)
{
	static struct ike_proposals list, again, answer;
	static uint8_t buf[BUF];
	struct wr w = wr_of(buf, sizeof(buf));
	struct ike_choice c;
	struct rd back;

	if (ike_proposal_parse(r, &list) != ERR_OK)
		return;
	if (ike_select_pick(&list, &list, 0, &c) == ERR_OK) {
		assert(ike_select_answer(&c, c.spi, &answer) == ERR_OK);
		assert(ike_select_check(&list, &answer, 0, &c) == ERR_OK);
	}
	for (unsigned i = 0; i < list.count; i++)
		if (list.item[i].protocol < IKE_PROTO_IKE || list.item[i].protocol > IKE_PROTO_ESP)
			return; /* its SPI isn't kept */
	ike_proposal_build(&w, &list);
	assert(wr_done(&w) == ERR_OK);
	back = rd_of(wr_view(&w));
	assert(ike_proposal_parse(&back, &again) == ERR_OK);
	assert(again.count == list.count && again.transform_count == list.transform_count);
}

static void fuzz_ts(struct rd *r)
{
	static struct ike_ts_list list, both;
	char text[IKE_TS_TEXT];

	if (ike_ts_parse(r, &list) != ERR_OK)
		return;
	for (unsigned i = 0; i < list.count; i++)
		assert(strlen(ike_ts_str(&list.item[i], text)) < sizeof(text));
	assert(ike_ts_narrow(&list, &list, &both) == (list.count == 0 ? ERR_TS : ERR_OK));
	assert(both.count <= list.count);
}

static void fuzz_cp(struct rd *r)
{
	static struct ike_cp cp;
	struct addr_prefix p;
	struct addr a;

	if (ike_cp_parse(r, &cp) != ERR_OK)
		return;
	for (unsigned i = 0; i < cp.count; i++) {
		(void)!ike_cp_addr(&cp.attr[i], &a);
		(void)!ike_cp_prefix(&cp.attr[i], &p);
	}
}

static void fuzz_id(struct rd *r)
{
	static char text[IKE_ID_TEXT];
	struct ike_id id;

	if (ike_id_parse(r, &id) == ERR_OK)
		assert(ike_id_str(&id, text, sizeof(text)) == text && ike_id_eq(&id, &id));
}

static void fuzz_delete(struct rd *r)
{
	struct ike_delete d;

	if (ike_delete_parse(r, &d) != ERR_OK)
		return;
	for (unsigned i = 0; i < d.count; i++)
		(void)ike_delete_spi(&d, i);
}

static void fuzz_certreq(struct rd *r)
{
	struct ike_cert c;

	if (ike_cert_parse_request(r, &c) != ERR_OK)
		return;
	for (size_t i = 0; i < ike_cert_authority_count(&c); i++)
		(void)ike_cert_authority(&c, i);
}

static void fuzz_payload(const struct ike_payload *p)
{
	struct rd r = rd_of(p->body);
	struct ike_authdata auth;
	struct ike_notify notify;
	struct ike_cert cert;
	struct bytes nonce;
	struct ike_eap eap;
	struct ike_ke ke;

	switch (p->type) {
	case IKE_P_SA:
		fuzz_sa(&r);
		break;
	case IKE_P_KE:
		(void)!ike_ke_parse(&r, &ke);
		break;
	case IKE_P_IDI:
	case IKE_P_IDR:
		fuzz_id(&r);
		break;
	case IKE_P_CERT:
		(void)!ike_cert_parse(&r, &cert);
		break;
	case IKE_P_CERTREQ:
		fuzz_certreq(&r);
		break;
	case IKE_P_AUTH:
		(void)!ike_authdata_parse(&r, &auth);
		break;
	case IKE_P_NONCE:
		(void)!ike_nonce_parse(&r, &nonce);
		break;
	case IKE_P_NOTIFY:
		(void)!ike_notify_parse(&r, &notify);
		break;
	case IKE_P_DELETE:
		fuzz_delete(&r);
		break;
	case IKE_P_TSI:
	case IKE_P_TSR:
		fuzz_ts(&r);
		break;
	case IKE_P_CP:
		fuzz_cp(&r);
		break;
	case IKE_P_EAP:
		(void)!ike_eap_parse(&r, &eap);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ike_sk_shape clear = { 0, 1, 0 }, gcm = { 8, 1, 16 }, cbc = { 16, 16, 16 };
	static struct ike_msg msg;
	struct ike_rule_result rule;
	struct ike_notify notify;
	struct bytes inner;
	struct ike_sk sk;

	if (ike_msg_parse(bytes_of(data, size), &msg) != ERR_OK)
		return 0;
	(void)!ike_sk_parse(&msg, &gcm, &sk);
	(void)!ike_sk_parse(&msg, &cbc, &sk);
	if (ike_sk_parse(&msg, &clear, &sk) == ERR_OK && ike_sk_unpad(sk.text, &inner) == ERR_OK)
		(void)!ike_msg_parse_inner(&msg, msg.inner_first, inner);
	(void)!ike_rule_check(&msg, &rule);
	(void)ike_msg_notify(&msg, IKE_N_COOKIE, &notify);
	(void)ike_msg_error(&msg, &notify);
	(void)ike_msg_vendor(&msg, IKE_VENDOR_FLEXVPN);
	for (unsigned i = 0; i < msg.count; i++)
		fuzz_payload(&msg.payload[i]);
	return 0;
}
