#ifndef IKE_RULE_H
#define IKE_RULE_H

#include "base/err.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The forms that a message may take, RFC7296-C: X(name, text).  An exchange's message has several where a peer may refuse
 * or has to ask further; which it is, its payloads tell.
 */
#define IKE_FORM_LIST(X)                                                                          \
	X(INIT_REQUEST, "IKE_SA_INIT request")                                                    \
	X(INIT_RESPONSE, "IKE_SA_INIT response")                                                  \
	X(INIT_REFUSAL, "IKE_SA_INIT refusal")          /* COOKIE, INVALID_KE_PAYLOAD, … */     \
	X(RESUME_REQUEST, "IKE_SESSION_RESUME request") /* RFC5723-4.3.2 */                       \
	X(RESUME_RESPONSE, "IKE_SESSION_RESUME response")                                         \
	X(RESUME_REFUSAL, "IKE_SESSION_RESUME refusal") /* COOKIE, TICKET_NACK, … */            \
	X(INTER_REQUEST, "IKE_INTERMEDIATE request")                                              \
	X(INTER_RESPONSE, "IKE_INTERMEDIATE response")                                            \
	X(INTER_REFUSAL, "IKE_INTERMEDIATE refusal")                                              \
	X(AUTH_REQUEST, "IKE_AUTH request")        /* the first */                                \
	X(AUTH_BARE, "IKE_AUTH request, no child") /* RFC6023-3 */                                \
	X(AUTH_EAP_REQUEST, "IKE_AUTH EAP request")                                               \
	X(AUTH_LAST_REQUEST, "IKE_AUTH last request") /* AUTH after EAP */                        \
	X(AUTH_EAP_START, "IKE_AUTH EAP start")       /* IDr and the first EAP packet */          \
	X(AUTH_RESPONSE, "IKE_AUTH response")                                                     \
	X(AUTH_CHILDLESS, "IKE_AUTH response, no child") /* the child was refused, RFC7296-1.2 */ \
	X(AUTH_EAP_RESPONSE, "IKE_AUTH EAP response")                                             \
	X(AUTH_LAST_RESPONSE, "IKE_AUTH last response")                                           \
	X(AUTH_LAST_CHILDLESS, "IKE_AUTH last response, no child")                                \
	X(AUTH_REFUSAL, "IKE_AUTH refusal")                                                       \
	X(CHILD_REQUEST, "CREATE_CHILD_SA request") /* new or rekeyed child */                    \
	X(REKEY_REQUEST, "CREATE_CHILD_SA IKE rekey request")                                     \
	X(CHILD_RESPONSE, "CREATE_CHILD_SA response")                                             \
	X(REKEY_RESPONSE, "CREATE_CHILD_SA IKE rekey response")                                   \
	X(CHILD_REFUSAL, "CREATE_CHILD_SA refusal")                                               \
	X(FOLLOWUP_REQUEST, "IKE_FOLLOWUP_KE request")                                            \
	X(FOLLOWUP_RESPONSE, "IKE_FOLLOWUP_KE response")                                          \
	X(FOLLOWUP_REFUSAL, "IKE_FOLLOWUP_KE refusal")                                            \
	X(INFO_REQUEST, "INFORMATIONAL request")                                                  \
	X(INFO_RESPONSE, "INFORMATIONAL response")                                                \
	X(CLEAR, "notify in clear") /* RFC7296-1.5: a hint, never believed */

enum ike_form {
#define IKE_FORM_ENUM(name, text) IKE_FORM_##name,
	IKE_FORM_LIST(IKE_FORM_ENUM)
#undef IKE_FORM_ENUM
		IKE_FORM_COUNT
};

const char *ike_rule_form_str(enum ike_form form);

/*
 * Which form 'msg', decrypted, has, and whether it keeps that form's rules: each payload as often as allowed, inside SK where it must be,
 * and the header's SPIs, flags and message id of IKE_SA_INIT.  Payloads that Nave doesn't understand are passed over.
 * ERR_UNSUPPORTED for another exchange; ERR_MALFORMED with out->payload for a broken rule.
 */
struct ike_rule_result {
	enum ike_form form;
	uint8_t payload; /* the type that broke a rule; 0: the header did */
};
MUST_USE enum err ike_rule_check(const struct ike_msg *msg, struct ike_rule_result *out);

#ifdef __cplusplus
}
#endif
#endif
