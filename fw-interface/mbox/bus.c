/* What all buses share. */
#include "mbox/bus.h"

#include <stddef.h>

void mbox_bus_close(struct fwi_bus *bus)
{
	if (bus != NULL)
		bus->ops->close(bus);
}
