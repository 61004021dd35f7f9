#include "ike/ports.h"

const char *ike_ports_down_str(enum ike_down reason)
{
	static const char *const word[IKE_DOWN_COUNT] = {
#define WORD(name, word, text) [IKE_DOWN_##name] = (word),
		IKE_DOWN_LIST(WORD)
#undef WORD
	};

	return (unsigned)reason < IKE_DOWN_COUNT ? word[reason] : "unknown";
}
