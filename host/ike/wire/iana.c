/* The texts of the IANA registry's numbers, for logs and show commands. */
#include "ike/wire/iana.h"

#define CASE(name, number, text) \
	case number:             \
		return text;
#define CASE_ENCR(name, number, aead, text) CASE(name, number, text)

static const char unknown[] = "unknown";

const char *ike_iana_exchange_str(unsigned number)
{
	switch (number) {
		IKE_EXCHANGE_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_payload_str(unsigned number)
{
	switch (number) {
		IKE_PAYLOAD_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_proto_str(unsigned number)
{
	switch (number) {
		IKE_PROTO_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_id_str(unsigned number)
{
	switch (number) {
		IKE_ID_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_cert_str(unsigned number)
{
	switch (number) {
		IKE_CERT_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_auth_str(unsigned number)
{
	switch (number) {
		IKE_AUTH_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_cp_str(unsigned number)
{
	switch (number) {
		IKE_CP_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_cfg_str(unsigned number)
{
	switch (number) {
		IKE_CFG_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_notify_str(unsigned number)
{
	switch (number) {
		IKE_NOTIFY_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_transform_type_str(unsigned type)
{
	switch (type) {
		IKE_TRANSFORM_LIST(CASE)
	default:
		return unknown;
	}
}

static const char *encr_str(unsigned id)
{
	switch (id) {
		CRYPTO_ENCR_LIST(CASE_ENCR)
	default:
		return unknown;
	}
}

static const char *prf_str(unsigned id)
{
	switch (id) {
		CRYPTO_PRF_LIST(CASE)
	default:
		return unknown;
	}
}

static const char *integ_str(unsigned id)
{
	switch (id) {
		CRYPTO_INTEG_LIST(CASE)
	default:
		return unknown;
	}
}

static const char *group_str(unsigned id)
{
	switch (id) {
		CRYPTO_GROUP_LIST(CASE)
	default:
		return unknown;
	}
}

static const char *esn_str(unsigned id)
{
	switch (id) {
		CRYPTO_ESN_LIST(CASE)
	default:
		return unknown;
	}
}

const char *ike_iana_transform_str(unsigned type, unsigned id)
{
	switch (type) {
	case IKE_TRANSFORM_ENCR:
		return encr_str(id);
	case IKE_TRANSFORM_PRF:
		return prf_str(id);
	case IKE_TRANSFORM_INTEG:
		return integ_str(id);
	case IKE_TRANSFORM_GROUP:
	case IKE_TRANSFORM_ADDKE1:
	case IKE_TRANSFORM_ADDKE2:
	case IKE_TRANSFORM_ADDKE3:
	case IKE_TRANSFORM_ADDKE4:
	case IKE_TRANSFORM_ADDKE5:
	case IKE_TRANSFORM_ADDKE6:
	case IKE_TRANSFORM_ADDKE7:
		return group_str(id);
	case IKE_TRANSFORM_ESN:
		return esn_str(id);
	default:
		return unknown;
	}
}
