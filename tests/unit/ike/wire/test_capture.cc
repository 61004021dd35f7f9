/*
 * Real messages: sessions between two strongSwan daemons are decrypted with OpenSSL and walked payload by payload, and
 * each payload that Nave can write comes out of its builder byte by byte as it came in.
 */
#include "wire.h"

#define ERR_STATE openssl_err_state /* a type of OpenSSL's; ours is in base/err.h */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#undef ERR_STATE

#include "capture.h"
#include "ike/wire/authdata.h"
#include "ike/wire/build.h"
#include "ike/wire/cert.h"
#include "ike/wire/cp.h"
#include "ike/wire/delete.h"
#include "ike/wire/eap.h"
#include "ike/wire/id.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"
#include "ike/wire/rule.h"
#include "ike/wire/select.h"
#include "ike/wire/ts.h"

static const struct ike_sk_shape gcm_shape = { 8, 1, 16 };
static const struct ike_sk_shape cbc_shape = { 16, 16, 16 };

static const capture_session &session(const char *name)
{
	for (const capture_session &s : capture_sessions)
		if (strcmp(s.name, name) == 0)
			return s;
	ADD_FAILURE() << name;
	return capture_sessions[0];
}

static Octets open_gcm(const capture_session &s, const struct ike_msg &msg, const struct ike_sk &sk)
{
	Octets key = unhex(ike_hdr_from_initiator(&msg.hdr) ? s.sk_ei : s.sk_er), nonce(key.end() - 4, key.end());
	Octets text(sk.text.len);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int len = 0;

	nonce.insert(nonce.end(), sk.iv.data, sk.iv.data + sk.iv.len); /* RFC5282-4: salt, then IV */
	key.resize(key.size() - 4);
	EXPECT_EQ(1, EVP_DecryptInit_ex(ctx, key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL, key.data(), nonce.data()));
	EXPECT_EQ(1, EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)sk.icv.len, (void *)sk.icv.data));
	EXPECT_EQ(1, EVP_DecryptUpdate(ctx, NULL, &len, sk.aad.data, (int)sk.aad.len));
	EXPECT_EQ(1, EVP_DecryptUpdate(ctx, text.data(), &len, sk.text.data, (int)sk.text.len));
	EXPECT_EQ(1, EVP_DecryptFinal_ex(ctx, text.data() + len, &len)) << s.name;
	EVP_CIPHER_CTX_free(ctx);
	return text;
}

static Octets open_cbc(const capture_session &s, const struct ike_msg &msg, const struct ike_sk &sk)
{
	bool initiator = ike_hdr_from_initiator(&msg.hdr);
	Octets key = unhex(initiator ? s.sk_ei : s.sk_er), integ = unhex(initiator ? s.sk_ai : s.sk_ar);
	Octets text(sk.text.len), mac(32);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned mac_len = 0;
	int len = 0;

	HMAC(EVP_sha256(), integ.data(), (int)integ.size(), sk.covered.data, sk.covered.len, mac.data(), &mac_len);
	mac.resize(16);
	EXPECT_EQ(octets(sk.icv), mac);
	EXPECT_EQ(1, EVP_DecryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, key.data(), sk.iv.data));
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	EXPECT_EQ(1, EVP_DecryptUpdate(ctx, text.data(), &len, sk.text.data, (int)sk.text.len));
	EVP_CIPHER_CTX_free(ctx);
	return text;
}

/* One message, decrypted; 'text' holds what its inner views borrow. */
struct opened {
	Octets datagram, text;
	struct ike_msg msg;
	struct ike_sk sk = {};
	struct bytes inner = {};

	opened(const capture_session &s, unsigned index) : datagram(unhex(s.messages[index].hex))
	{
		const struct ike_sk_shape &shape = s.cbc ? cbc_shape : gcm_shape;

		EXPECT_EQ(ERR_OK, ike_msg_parse(view(datagram), &msg));
		if (ike_msg_sk(&msg) == NULL)
			return;
		EXPECT_EQ(ERR_OK, ike_sk_parse(&msg, &shape, &sk));
		text = s.cbc ? open_cbc(s, msg, sk) : open_gcm(s, msg, sk);
		EXPECT_EQ(ERR_OK, ike_sk_unpad(view(text), &inner));
		if (ike_msg_find(&msg, IKE_P_SK) != NULL) {
			EXPECT_EQ(ERR_OK, ike_msg_parse_inner(&msg, msg.inner_first, inner));
		}
	}
};

/* Parses a body and writes it again: what comes out. */
template <typename Out>
static Octets again(struct bytes body, enum err (*parser)(struct rd *, Out *), void (*builder)(struct wr *, const Out *))
{
	auto out = std::make_unique<Out>();
	struct rd r = rd_of(body);

	EXPECT_EQ(ERR_OK, parser(&r, out.get()));
	return built([&](struct wr *w) { builder(w, out.get()); });
}

static void build_nonce(struct wr *w, const struct bytes *nonce)
{
	ike_nonce_build(w, *nonce);
}

static void build_ts(struct wr *w, const struct ike_ts_list *list)
{
	ike_ts_build(w, list->item, list->count);
}

static void build_cp(struct wr *w, const struct ike_cp *cp)
{
	ike_cp_build(w, cp->type);
	for (unsigned i = 0; i < cp->count; i++)
		ike_cp_build_bytes(w, cp->attr[i].type, cp->attr[i].value);
}

static void build_delete(struct wr *w, const struct ike_delete *d)
{
	EXPECT_EQ(IKE_PROTO_IKE, d->protocol);
	ike_delete_build_ike(w);
}

static Octets rebuilt(const struct ike_payload &p)
{
	struct ike_eap eap;
	struct rd r = rd_of(p.body);

	switch (p.type) {
	case IKE_P_SA:
		return again(p.body, ike_proposal_parse, ike_proposal_build);
	case IKE_P_KE:
		return again(p.body, ike_ke_parse, ike_ke_build);
	case IKE_P_IDI:
	case IKE_P_IDR:
		return again(p.body, ike_id_parse, ike_id_build);
	case IKE_P_CERT:
		return again(p.body, ike_cert_parse, ike_cert_build);
	case IKE_P_CERTREQ:
		return again(p.body, ike_cert_parse_request, ike_cert_build);
	case IKE_P_AUTH:
		return again(p.body, ike_authdata_parse, ike_authdata_build);
	case IKE_P_NONCE:
		return again(p.body, ike_nonce_parse, build_nonce);
	case IKE_P_NOTIFY:
		return again(p.body, ike_notify_parse, ike_notify_build);
	case IKE_P_DELETE:
		return again(p.body, ike_delete_parse, build_delete);
	case IKE_P_TSI:
	case IKE_P_TSR:
		return again(p.body, ike_ts_parse, build_ts);
	case IKE_P_CP:
		return again(p.body, ike_cp_parse, build_cp);
	case IKE_P_EAP:
		EXPECT_EQ(ERR_OK, ike_eap_parse(&r, &eap));
		return octets(eap.packet);
	default:
		return octets(p.body);
	}
}

TEST(IkeCapture, every_payload_comes_out_as_it_came_in)
{
	unsigned payloads = 0;

	for (const capture_session &s : capture_sessions) {
		for (unsigned i = 0; i < s.count; i++) {
			opened m(s, i);

			for (unsigned p = 0; p < m.msg.count; p++, payloads++)
				EXPECT_EQ(octets(m.msg.payload[p].body), rebuilt(m.msg.payload[p]))
					<< s.name << " message " << i << " " << ike_iana_payload_str(m.msg.payload[p].type);
		}
	}
	EXPECT_GT(payloads, 100u);
}

TEST(IkeCapture, every_message_has_its_form)
{
	static const struct {
		const char *name;
		std::vector<enum ike_form> forms;
	} rows[] = {
		{ "gcm", { IKE_FORM_INIT_REQUEST, IKE_FORM_INIT_RESPONSE, IKE_FORM_AUTH_REQUEST, IKE_FORM_AUTH_RESPONSE,
				 IKE_FORM_INFO_REQUEST, IKE_FORM_INFO_RESPONSE, IKE_FORM_INFO_REQUEST, IKE_FORM_INFO_RESPONSE } },
		{ "cbc", { IKE_FORM_INIT_REQUEST, IKE_FORM_INIT_RESPONSE, IKE_FORM_AUTH_REQUEST, IKE_FORM_AUTH_RESPONSE } },
		{ "eap", { IKE_FORM_INIT_REQUEST, IKE_FORM_INIT_RESPONSE, IKE_FORM_AUTH_REQUEST, IKE_FORM_AUTH_EAP_START,
				 IKE_FORM_AUTH_EAP_REQUEST, IKE_FORM_AUTH_EAP_RESPONSE, IKE_FORM_AUTH_EAP_REQUEST,
				 IKE_FORM_AUTH_EAP_RESPONSE, IKE_FORM_AUTH_EAP_REQUEST, IKE_FORM_AUTH_EAP_RESPONSE,
				 IKE_FORM_AUTH_LAST_REQUEST, IKE_FORM_AUTH_LAST_RESPONSE } },
		{ "def", { IKE_FORM_INIT_REQUEST } },
	};

	for (const auto &row : rows) {
		const capture_session &s = session(row.name);

		ASSERT_EQ(s.count, row.forms.size());
		for (unsigned i = 0; i < s.count; i++) {
			opened m(s, i);
			struct ike_rule_result result;

			ASSERT_EQ(ERR_OK, ike_rule_check(&m.msg, &result)) << row.name << " " << i << " " << (int)result.payload;
			EXPECT_STREQ(ike_rule_form_str(row.forms[i]), ike_rule_form_str(result.form));
		}
	}
}

TEST(IkeCapture, fragments_join)
{
	/* RFC7383-2.6 */
	const capture_session &s = session("rsa");

	for (unsigned i = 2; i < s.count; i += 2) {
		opened first(s, i), second(s, i + 1);
		Octets joined = octets(first.inner);
		struct ike_rule_result result;

		EXPECT_EQ(1, first.sk.frag.number);
		EXPECT_EQ(2, second.sk.frag.number);
		EXPECT_EQ(2, second.sk.frag.total);
		EXPECT_EQ(IKE_P_NONE, second.msg.inner_first);
		joined.insert(joined.end(), second.inner.data, second.inner.data + second.inner.len);
		ASSERT_EQ(ERR_OK, ike_msg_parse_inner(&first.msg, first.msg.inner_first, view(joined)));
		ASSERT_EQ(ERR_OK, ike_rule_check(&first.msg, &result));
		EXPECT_EQ(i == 2 ? IKE_FORM_AUTH_REQUEST : IKE_FORM_AUTH_RESPONSE, result.form);
		for (unsigned p = 0; p < first.msg.count; p++)
			EXPECT_EQ(octets(first.msg.payload[p].body), rebuilt(first.msg.payload[p]));
		EXPECT_EQ(1u, ike_msg_count(&first.msg, IKE_P_CERT));
	}
}

TEST(IkeCapture, what_the_spoke_asks_and_gets)
{
	const capture_session &s = session("gcm");
	opened request(s, 2), response(s, 3);
	auto cp = std::make_unique<struct ike_cp>();
	auto ts = std::make_unique<struct ike_ts_list>();
	char text[IKE_ID_TEXT], ts_text[IKE_TS_TEXT], addr_text[ADDR_TEXT];
	struct ike_id id;
	struct addr a;
	struct rd r = rd_of(ike_msg_find(&request.msg, IKE_P_IDI)->body);

	ASSERT_EQ(ERR_OK, ike_id_parse(&r, &id));
	EXPECT_STREQ("s1@psk.lab", ike_id_str(&id, text, sizeof(text)));
	EXPECT_TRUE(ike_msg_notify(&request.msg, IKE_N_INITIAL_CONTACT, NULL));

	r = rd_of(ike_msg_find(&response.msg, IKE_P_CP)->body);
	ASSERT_EQ(ERR_OK, ike_cp_parse(&r, cp.get()));
	EXPECT_EQ(IKE_CP_REPLY, cp->type);
	ASSERT_NE(nullptr, ike_cp_find(cp.get(), IKE_CFG_IP4_ADDRESS));
	ASSERT_EQ(ERR_OK, ike_cp_addr(ike_cp_find(cp.get(), IKE_CFG_IP4_ADDRESS), &a));
	EXPECT_STREQ("198.19.0.1", addr_str(&a, addr_text));

	r = rd_of(ike_msg_find(&response.msg, IKE_P_TSR)->body);
	ASSERT_EQ(ERR_OK, ike_ts_parse(&r, ts.get()));
	ASSERT_EQ(1, ts->count);
	EXPECT_STREQ("192.0.2.0/24", ike_ts_str(&ts->item[0], ts_text));
}

static std::unique_ptr<struct ike_proposals> proposals_of(const opened &m)
{
	auto list = std::make_unique<struct ike_proposals>();
	struct rd r = rd_of(ike_msg_find(&m.msg, IKE_P_SA)->body);

	EXPECT_EQ(ERR_OK, ike_proposal_parse(&r, list.get()));
	return list;
}

/* RFC7296-2.7-c */
TEST(IkeCapture, responders_choice_is_among_the_offers)
{
	for (const char *name : { "gcm", "cbc", "rsa", "eap" }) {
		opened request(session(name), 0), response(session(name), 1);
		struct ike_choice c;

		ASSERT_EQ(ERR_OK, ike_select_check(proposals_of(request).get(), proposals_of(response).get(), 0, &c)) << name;
		EXPECT_EQ(name == std::string("cbc") ? CRYPTO_ENCR_AES_CBC : CRYPTO_ENCR_AES_GCM_16, c.encr);
	}
	for (const char *name : { "gcm", "cbc" }) {
		opened request(session(name), 2), response(session(name), 3);
		struct ike_choice c;

		ASSERT_EQ(ERR_OK, ike_select_check(proposals_of(request).get(), proposals_of(response).get(), IKE_SELECT_NO_GROUP, &c))
			<< name;
		EXPECT_EQ(IKE_PROTO_ESP, c.protocol);
		EXPECT_EQ(CRYPTO_ESN_NO, c.esn);
		EXPECT_NE(0u, c.spi);
	}
}

/* RFC7296-2-a */
TEST(IkeCapture, big_offer_fits)
{
	/* strongSwan's default: two proposals with half a hundred transforms each */
	opened request(session("def"), 0);
	auto theirs = proposals_of(request), ours = std::make_unique<struct ike_proposals>();
	struct ike_choice c;

	EXPECT_EQ(2, theirs->count);
	EXPECT_GT(theirs->transform_count, 60);
	ike_proposal_init(ours.get());
	ASSERT_EQ(ERR_OK, ike_proposal_begin(ours.get(), IKE_PROTO_IKE, 0, 0));
	ASSERT_EQ(ERR_OK, ike_proposal_add(ours.get(), IKE_TRANSFORM_ENCR, CRYPTO_ENCR_AES_GCM_16, 256));
	ASSERT_EQ(ERR_OK, ike_proposal_add(ours.get(), IKE_TRANSFORM_PRF, CRYPTO_PRF_HMAC_SHA2_384, 0));
	ASSERT_EQ(ERR_OK, ike_proposal_add(ours.get(), IKE_TRANSFORM_GROUP, CRYPTO_GROUP_ECP_384, 0));
	ASSERT_EQ(ERR_OK, ike_select_pick(ours.get(), theirs.get(), 0, &c));
	EXPECT_EQ(2, c.number);
}

/* RFC7296-2.5-f */
TEST(IkeCapture, whole_messages_are_rebuilt)
{
	for (const capture_session &s : capture_sessions) {
		for (unsigned i = 0; i < s.count; i++) {
			opened m(s, i);
			Octets buf(4096);
			struct ike_build b;
			struct ike_sk_room room;
			struct bytes out;
			const struct ike_payload *sk = ike_msg_sk(&m.msg);
			const struct ike_sk_shape &shape = s.cbc ? cbc_shape : gcm_shape;

			ike_build_begin(&b, buf.data(), buf.size(), &m.msg.hdr);
			if (sk != NULL && sk->type == IKE_P_SKF)
				wr_bytes(ike_build_skf_begin(&b, &shape, m.msg.inner_first, &m.sk.frag), m.inner);
			else if (sk != NULL)
				ike_build_sk_begin(&b, &shape);
			for (unsigned p = sk == NULL ? 0 : 1; p < m.msg.count; p++)
				wr_bytes(ike_build_payload(&b, m.msg.payload[p].type), m.msg.payload[p].body);
			if (sk != NULL) {
				ASSERT_EQ(ERR_OK, ike_build_sk_end(&b, &room));
				ASSERT_EQ(m.sk.text.len, room.text_len) << s.name << " " << i;
				EXPECT_EQ(octets(m.inner), Octets(room.text, room.text + m.inner.len));
				/* what the crypto step would fill in */
				memcpy(room.iv, m.sk.iv.data, m.sk.iv.len);
				memcpy(room.text, m.sk.text.data, m.sk.text.len);
				memcpy(room.icv, m.sk.icv.data, m.sk.icv.len);
			}
			ASSERT_EQ(ERR_OK, ike_build_finish(&b, &out));
			EXPECT_EQ(m.datagram, octets(out)) << s.name << " " << i;
		}
	}
}
