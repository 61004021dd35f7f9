/*
 * The one table of what peers announce in IKE_SA_INIT and IKE_AUTH by a status notify alone.  What an SA is willing to do
 * begins as the engine's configuration and may be changed until its first message is built.
 */
#include "ike/ability.h"

#include "ike/sa.h"

enum announcer { INITIATOR = 1 << IKE_INITIATOR, RESPONDER = 1 << IKE_RESPONDER, BOTH = INITIATOR | RESPONDER };

static const struct {
	uint16_t notify;
	uint8_t exchange;
	uint8_t who; /* enum announcer */
} table[IKE_CAN_COUNT] = {
#define IKE_ABILITY_ROW(name, notify, exchange, who) { IKE_N_##notify, IKE_X_##exchange, who },
	IKE_ABILITY_LIST(IKE_ABILITY_ROW)
#undef IKE_ABILITY_ROW
};

static uint16_t bit(unsigned ability)
{
	return (uint16_t)(1 << ability);
}

const char *ike_ability_str(enum ike_ability ability)
{
	return ike_iana_notify_str(table[ability].notify);
}

static bool announces(const struct ike_sa *sa, unsigned ability)
{
	if ((sa->willing & bit(ability)) == 0 || (table[ability].who & 1 << sa->role) == 0)
		return false;
	return table[ability].who != BOTH || sa->role == IKE_INITIATOR || (sa->agreed & bit(ability)) != 0;
}

void ike_ability_build(struct ike_sa *sa, uint8_t exchange, struct ike_build *b)
{
	for (unsigned i = 0; i < IKE_CAN_COUNT; i++) {
		if (table[i].exchange != exchange || !announces(sa, i))
			continue;
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), table[i].notify, bytes_of(NULL, 0));
		if (table[i].who != BOTH) /* nobody answers it */
			sa->agreed |= bit(i);
	}
}

void ike_ability_take(struct ike_sa *sa, const struct ike_msg *msg)
{
	uint8_t exchange = ike_hdr_opens(&msg->hdr) ? (uint8_t)IKE_X_IKE_SA_INIT : msg->hdr.exchange;

	for (unsigned i = 0; i < IKE_CAN_COUNT; i++)
		if (table[i].exchange == exchange && (table[i].who & ~(1 << sa->role)) != 0 && ike_msg_notify(msg, table[i].notify, NULL))
			sa->agreed |= (uint16_t)(sa->willing & bit(i));
}

void ike_ability_agree(struct ike_sa *sa, enum ike_ability ability)
{
	sa->agreed |= (uint16_t)(sa->willing & bit(ability));
	sa->willing &= (uint16_t)~bit(ability); /* it isn't announced any more */
}

bool ike_ability_agreed(const struct ike_sa *sa, enum ike_ability ability)
{
	return (sa->agreed & bit(ability)) != 0;
}

bool ike_ability_willing(const struct ike_sa *sa, enum ike_ability ability)
{
	return (sa->willing & bit(ability)) != 0;
}

void ike_ability_renounce(struct ike_sa *sa, enum ike_ability ability)
{
	sa->willing &= (uint16_t)~bit(ability);
	sa->agreed &= (uint16_t)~bit(ability);
}
