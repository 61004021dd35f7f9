#pragma once

#include <unistd.h>

#include <cstdint>

/* The test's own UDP port of number 0 to 7: tests run beside each other, each in a process. */
inline uint16_t own_port(unsigned number)
{
	return static_cast<uint16_t>(20000 + static_cast<unsigned>(getpid()) % 1500 * 8 + number);
}
