// Death and return of a device.
#include "lab.h"
