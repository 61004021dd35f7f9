#include "wire.h"

#include <sstream>

#include "ike/wire/build.h"
#include "ike/wire/rule.h"

/* A message of payloads by their short names; SK's content stands in clear. */
struct message {
	Octets buf = Octets(8192);
	struct ike_msg msg;

	message(const struct ike_hdr &hdr, bool sk, const std::string &names)
	{
		static const struct ike_sk_shape shape = { 0, 1, 0 };
		std::istringstream in(names);
		struct ike_build b;
		struct ike_sk_room room;
		struct bytes out, inner;
		std::string name;

		ike_build_begin(&b, buf.data(), buf.size(), &hdr);
		if (sk)
			ike_build_sk_begin(&b, &shape);
		while (in >> name)
			(void)ike_build_payload(&b, type_of(name));
		if (sk) {
			EXPECT_EQ(ERR_OK, ike_build_sk_end(&b, &room));
		}
		EXPECT_EQ(ERR_OK, ike_build_finish(&b, &out));
		EXPECT_EQ(ERR_OK, ike_msg_parse(out, &msg));
		if (sk) {
			EXPECT_EQ(ERR_OK, ike_sk_unpad(ike_msg_sk(&msg)->body, &inner));
			EXPECT_EQ(ERR_OK, ike_msg_parse_inner(&msg, msg.inner_first, inner));
		}
	}

	static uint8_t type_of(const std::string &name)
	{
		for (unsigned type = IKE_P_SA; type <= IKE_P_SKF; type++)
			if (name == ike_iana_payload_str(type))
				return (uint8_t)type;
		return 200;
	}
};

enum { REQ = 0, RESP = IKE_F_RESPONSE };

static struct ike_hdr header(uint8_t exchange, uint8_t direction)
{
	bool init = exchange == IKE_X_IKE_SA_INIT || exchange == IKE_X_IKE_SESSION_RESUME;
	uint8_t flags = (uint8_t)(direction == RESP ? IKE_F_RESPONSE : IKE_F_INITIATOR);

	return { 0x11, init && direction == REQ ? 0u : 0x22u, 0, IKE_VERSION, exchange, flags, init ? 0u : 1u, 0 };
}

struct form_row {
	uint8_t exchange, direction;
	const char *payloads;
	int form; /* -1: the rules are broken */
	uint8_t offender;
};

static void expect_row(const struct form_row &row)
{
	struct ike_hdr h = header(row.exchange, row.direction);
	message m(h, !ike_hdr_opens(&h), row.payloads);
	struct ike_rule_result result;
	enum err err = ike_rule_check(&m.msg, &result);

	ASSERT_EQ(row.form < 0 ? ERR_MALFORMED : ERR_OK, err) << row.payloads;
	EXPECT_EQ(row.offender, result.payload) << row.payloads;
	if (row.form >= 0) {
		EXPECT_STREQ(ike_rule_form_str((enum ike_form)row.form), ike_rule_form_str(result.form)) << row.payloads;
	}
}

/* RFC5723-4.3.2 */
TEST(IkeRule, RFC5723_4_3_2_forms)
{
	static const struct form_row rows[] = {
		{ IKE_X_IKE_SESSION_RESUME, REQ, "Nonce N", IKE_FORM_RESUME_REQUEST, 0 },
		{ IKE_X_IKE_SESSION_RESUME, REQ, "N Nonce N N V", IKE_FORM_RESUME_REQUEST, 0 },
		{ IKE_X_IKE_SESSION_RESUME, REQ, "Nonce", -1, IKE_P_NOTIFY },
		{ IKE_X_IKE_SESSION_RESUME, REQ, "N", -1, IKE_P_NONCE },
		{ IKE_X_IKE_SESSION_RESUME, REQ, "Nonce N KE", -1, IKE_P_KE },
		{ IKE_X_IKE_SESSION_RESUME, RESP, "Nonce N V", IKE_FORM_RESUME_RESPONSE, 0 },
		{ IKE_X_IKE_SESSION_RESUME, RESP, "N", IKE_FORM_RESUME_REFUSAL, 0 },
		{ IKE_X_IKE_SESSION_RESUME, RESP, "V", -1, IKE_P_NOTIFY },
	};

	for (const auto &row : rows)
		expect_row(row);
}

/* R-IKE-01, R-IKE-02: what each exchange's messages may hold.  RFC7296-C */
/* RFC7296-2.5-j RFC7296-2.18-a */
TEST(IkeRule, R_IKE_02_forms)
{
	static const struct form_row rows[] = {
		{ IKE_X_IKE_SA_INIT, REQ, "SA KE Nonce", IKE_FORM_INIT_REQUEST, 0 },
		{ IKE_X_IKE_SA_INIT, REQ, "N SA KE Nonce N N V V other", IKE_FORM_INIT_REQUEST, 0 },
		{ IKE_X_IKE_SA_INIT, REQ, "KE Nonce", -1, IKE_P_SA },
		{ IKE_X_IKE_SA_INIT, REQ, "SA Nonce", -1, IKE_P_KE },
		{ IKE_X_IKE_SA_INIT, REQ, "SA KE", -1, IKE_P_NONCE },
		{ IKE_X_IKE_SA_INIT, REQ, "SA SA KE Nonce", -1, IKE_P_SA },
		{ IKE_X_IKE_SA_INIT, REQ, "SA KE KE Nonce", -1, IKE_P_KE },
		{ IKE_X_IKE_SA_INIT, REQ, "SA KE Nonce IDi", -1, IKE_P_IDI },
		{ IKE_X_IKE_SA_INIT, REQ, "SA KE Nonce CERTREQ", -1, IKE_P_CERTREQ },
		{ IKE_X_IKE_SA_INIT, REQ, "", -1, IKE_P_SA },
		{ IKE_X_IKE_SA_INIT, RESP, "SA KE Nonce CERTREQ CERTREQ N V", IKE_FORM_INIT_RESPONSE, 0 },
		{ IKE_X_IKE_SA_INIT, RESP, "SA Nonce", -1, IKE_P_KE },
		{ IKE_X_IKE_SA_INIT, RESP, "N", IKE_FORM_INIT_REFUSAL, 0 },
		{ IKE_X_IKE_SA_INIT, RESP, "N V", IKE_FORM_INIT_REFUSAL, 0 },
		{ IKE_X_IKE_SA_INIT, RESP, "V", -1, IKE_P_NOTIFY },
		{ IKE_X_IKE_SA_INIT, RESP, "N KE", -1, IKE_P_KE },

		{ IKE_X_IKE_INTERMEDIATE, REQ, "KE", IKE_FORM_INTER_REQUEST, 0 },
		{ IKE_X_IKE_INTERMEDIATE, REQ, "KE N V", IKE_FORM_INTER_REQUEST, 0 },
		{ IKE_X_IKE_INTERMEDIATE, REQ, "KE KE", -1, IKE_P_KE },
		{ IKE_X_IKE_INTERMEDIATE, REQ, "N", -1, IKE_P_KE },
		{ IKE_X_IKE_INTERMEDIATE, RESP, "KE", IKE_FORM_INTER_RESPONSE, 0 },
		{ IKE_X_IKE_INTERMEDIATE, RESP, "N", IKE_FORM_INTER_REFUSAL, 0 },
		{ IKE_X_IKE_INTERMEDIATE, RESP, "Nonce N", -1, IKE_P_NONCE },
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH SA TSi TSr", IKE_FORM_AUTH_REQUEST, 0 },
		{ IKE_X_IKE_AUTH, REQ, "IDi CERT CERT CERTREQ IDr AUTH CP SA TSi TSr N V", IKE_FORM_AUTH_REQUEST, 0 },
		{ IKE_X_IKE_AUTH, REQ, "IDi SA TSi TSr", IKE_FORM_AUTH_REQUEST, 0 }, /* R-IKE-16: wants EAP */
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH SA TSi", -1, IKE_P_TSR },
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH", IKE_FORM_AUTH_BARE, 0 }, /* RFC6023-3 */
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH TSi TSr", -1, IKE_P_TSI },
		{ IKE_X_IKE_AUTH, REQ, "IDi IDi AUTH SA TSi TSr", -1, IKE_P_IDI },
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH AUTH SA TSi TSr", -1, IKE_P_AUTH },
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH CP CP SA TSi TSr", -1, IKE_P_CP },
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH SA TSi TSr KE", -1, IKE_P_KE },
		{ IKE_X_IKE_AUTH, REQ, "IDi AUTH SA TSi TSr D", -1, IKE_P_DELETE },
		{ IKE_X_IKE_AUTH, REQ, "EAP", IKE_FORM_AUTH_EAP_REQUEST, 0 },
		{ IKE_X_IKE_AUTH, REQ, "EAP EAP", -1, IKE_P_EAP },
		{ IKE_X_IKE_AUTH, REQ, "AUTH", IKE_FORM_AUTH_LAST_REQUEST, 0 },
		{ IKE_X_IKE_AUTH, REQ, "N", -1, IKE_P_AUTH },
		{ IKE_X_IKE_AUTH, RESP, "IDr CERT AUTH CP SA TSi TSr N", IKE_FORM_AUTH_RESPONSE, 0 },
		{ IKE_X_IKE_AUTH, RESP, "IDr SA TSi TSr", -1, IKE_P_AUTH },
		{ IKE_X_IKE_AUTH, RESP, "IDr AUTH N", IKE_FORM_AUTH_CHILDLESS, 0 }, /* R-TUN-13: TS_UNACCEPTABLE for the child only */
		{ IKE_X_IKE_AUTH, RESP, "IDr N", -1, IKE_P_AUTH },
		{ IKE_X_IKE_AUTH, RESP, "IDr AUTH TSi TSr", -1, IKE_P_TSI },
		{ IKE_X_IKE_AUTH, RESP, "IDr CERT AUTH EAP", IKE_FORM_AUTH_EAP_START, 0 },
		{ IKE_X_IKE_AUTH, RESP, "IDr EAP", IKE_FORM_AUTH_EAP_START, 0 },
		{ IKE_X_IKE_AUTH, RESP, "IDr EAP AUTH SA TSi TSr", -1, IKE_P_SA },
		{ IKE_X_IKE_AUTH, RESP, "EAP", IKE_FORM_AUTH_EAP_RESPONSE, 0 },
		{ IKE_X_IKE_AUTH, RESP, "AUTH CP SA TSi TSr N", IKE_FORM_AUTH_LAST_RESPONSE, 0 },
		{ IKE_X_IKE_AUTH, RESP, "AUTH N", IKE_FORM_AUTH_LAST_CHILDLESS, 0 },
		{ IKE_X_IKE_AUTH, RESP, "N", IKE_FORM_AUTH_REFUSAL, 0 }, /* R-IKE-17: AUTHENTICATION_FAILED */
		{ IKE_X_IKE_AUTH, RESP, "", -1, IKE_P_NOTIFY },

		{ IKE_X_CREATE_CHILD_SA, REQ, "SA Nonce TSi TSr", IKE_FORM_CHILD_REQUEST, 0 },
		{ IKE_X_CREATE_CHILD_SA, REQ, "N SA Nonce KE TSi TSr", IKE_FORM_CHILD_REQUEST, 0 },
		{ IKE_X_CREATE_CHILD_SA, REQ, "SA TSi TSr", -1, IKE_P_NONCE },
		{ IKE_X_CREATE_CHILD_SA, REQ, "SA Nonce TSi", -1, IKE_P_TSR },
		{ IKE_X_CREATE_CHILD_SA, REQ, "SA Nonce KE", IKE_FORM_REKEY_REQUEST, 0 },
		{ IKE_X_CREATE_CHILD_SA, REQ, "SA Nonce", -1, IKE_P_KE },
		{ IKE_X_CREATE_CHILD_SA, RESP, "SA Nonce TSi TSr", IKE_FORM_CHILD_RESPONSE, 0 },
		{ IKE_X_CREATE_CHILD_SA, RESP, "SA Nonce KE", IKE_FORM_REKEY_RESPONSE, 0 },
		{ IKE_X_CREATE_CHILD_SA, RESP, "N", IKE_FORM_CHILD_REFUSAL, 0 },
		{ IKE_X_CREATE_CHILD_SA, RESP, "Nonce", -1, IKE_P_NONCE },

		{ IKE_X_IKE_FOLLOWUP_KE, REQ, "KE N", IKE_FORM_FOLLOWUP_REQUEST, 0 }, /* RFC9370-2.2.4 */
		{ IKE_X_IKE_FOLLOWUP_KE, REQ, "N", -1, IKE_P_KE },
		{ IKE_X_IKE_FOLLOWUP_KE, REQ, "KE Nonce", -1, IKE_P_NONCE },
		{ IKE_X_IKE_FOLLOWUP_KE, RESP, "KE N", IKE_FORM_FOLLOWUP_RESPONSE, 0 },
		{ IKE_X_IKE_FOLLOWUP_KE, RESP, "N", IKE_FORM_FOLLOWUP_REFUSAL, 0 },
		{ IKE_X_IKE_FOLLOWUP_KE, RESP, "", -1, IKE_P_NOTIFY },

		{ IKE_X_INFORMATIONAL, REQ, "", IKE_FORM_INFO_REQUEST, 0 }, /* R-IKE-22: liveness */
		{ IKE_X_INFORMATIONAL, RESP, "", IKE_FORM_INFO_RESPONSE, 0 },
		{ IKE_X_INFORMATIONAL, REQ, "D D N N", IKE_FORM_INFO_REQUEST, 0 },
		{ IKE_X_INFORMATIONAL, REQ, "CP", IKE_FORM_INFO_REQUEST, 0 }, /* R-RTE-04: CFG_SET */
		{ IKE_X_INFORMATIONAL, RESP, "CP", IKE_FORM_INFO_RESPONSE, 0 },
		{ IKE_X_INFORMATIONAL, REQ, "CP CP", -1, IKE_P_CP },
		{ IKE_X_INFORMATIONAL, REQ, "SA", -1, IKE_P_SA },
	};

	for (const auto &row : rows)
		expect_row(row);
}

/* RFC7296-1.4-a */
TEST(IkeRule, in_clear_only_notifies)
{
	/* RFC7296-1.5: INVALID_IKE_SPI and the like, of any exchange; the protected forms are never taken in clear */
	for (uint8_t exchange : { IKE_X_IKE_AUTH, IKE_X_CREATE_CHILD_SA, IKE_X_INFORMATIONAL, IKE_X_IKE_INTERMEDIATE }) {
		struct ike_rule_result result;

		for (uint8_t direction : { (uint8_t)REQ, (uint8_t)RESP }) {
			message hint(header(exchange, direction), false, "N");
			message none(header(exchange, direction), false, "");
			message more(header(exchange, direction), false, "N D");
			message auth(header(exchange, direction), false, "IDi AUTH SA TSi TSr");

			ASSERT_EQ(ERR_OK, ike_rule_check(&hint.msg, &result));
			EXPECT_EQ(IKE_FORM_CLEAR, result.form);
			EXPECT_EQ(ERR_MALFORMED, ike_rule_check(&none.msg, &result));
			EXPECT_EQ(ERR_MALFORMED, ike_rule_check(&more.msg, &result));
			EXPECT_EQ(IKE_P_DELETE, result.payload);
			EXPECT_EQ(ERR_MALFORMED, ike_rule_check(&auth.msg, &result));
		}
	}
}

/* RFC7296-3.14-a */
TEST(IkeRule, places)
{
	struct ike_rule_result result;
	/* IKE_SA_INIT is never encrypted */
	message init(header(IKE_X_IKE_SA_INIT, REQ), true, "SA KE Nonce");
	EXPECT_EQ(ERR_MALFORMED, ike_rule_check(&init.msg, &result));
	EXPECT_EQ(IKE_P_SK, result.payload);

	/* nothing stands beside SK */
	message info(header(IKE_X_INFORMATIONAL, REQ), true, "D");
	ASSERT_EQ(ERR_OK, ike_rule_check(&info.msg, &result));
	info.msg.payload[1].encrypted = false;
	EXPECT_EQ(ERR_MALFORMED, ike_rule_check(&info.msg, &result));
	EXPECT_EQ(IKE_P_DELETE, result.payload);
}

/* RFC7296-2.2-a RFC7296-2.6-c RFC7296-3.1-j */
TEST(IkeRule, headers)
{
	static const struct {
		struct ike_hdr hdr;
		bool ok;
	} rows[] = {
		{ { 1, 0, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_INITIATOR, 0, 0 }, true },
		{ { 1, 2, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_INITIATOR, 0, 0 }, false }, /* RFC7296-2.6 */
		{ { 1, 0, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_INITIATOR, 1, 0 }, false }, /* RFC7296-2.2 */
		{ { 1, 0, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, 0, 0, 0 }, false },
		{ { 1, 2, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_RESPONSE, 0, 0 }, true },
		{ { 1, 0, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_RESPONSE, 0, 0 }, true }, /* a cookie's: no state */
		{ { 1, 2, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_RESPONSE, 1, 0 }, false },
		{ { 1, 2, 0, IKE_VERSION, IKE_X_IKE_SA_INIT, IKE_F_RESPONSE | IKE_F_INITIATOR, 0, 0 }, false },
	};

	for (const auto &row : rows) {
		message m(row.hdr, false, "SA KE Nonce");
		struct ike_rule_result result;

		EXPECT_EQ(row.ok ? ERR_OK : ERR_MALFORMED, ike_rule_check(&m.msg, &result)) << &row - rows;
		EXPECT_EQ(0, result.payload);
	}
	struct ike_hdr hdr = header(IKE_X_INFORMATIONAL, REQ);
	hdr.spi_r = 0;
	message m(hdr, true, "");
	struct ike_rule_result result;
	EXPECT_EQ(ERR_MALFORMED, ike_rule_check(&m.msg, &result));
}

TEST(IkeRule, other_exchanges)
{
	for (unsigned exchange : { 33u, 0u, 255u }) {
		message m(header((uint8_t)exchange, REQ), true, "N");
		struct ike_rule_result result;

		EXPECT_EQ(ERR_UNSUPPORTED, ike_rule_check(&m.msg, &result)) << exchange;
	}
}

TEST(IkeRule, every_form_has_a_name)
{
	for (unsigned form = 0; form < IKE_FORM_COUNT; form++)
		EXPECT_STRNE("", ike_rule_form_str((enum ike_form)form));
}
