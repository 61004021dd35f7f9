#ifndef FWI_STATUS_H
#define FWI_STATUS_H

/*
 * The outcome of a command, in its completion.  Section 5.4.  Numbers are never reused; those from 0x80 on are
 * never sent by a device: the host's transport uses them for what it finds out by itself.
 */
#define FWI_STATUS_LIST(X)                                                         \
	X(OK, 0x00, "ok")                                                          \
	X(OPCODE, 0x01, "unknown opcode")                                          \
	X(FIELD, 0x02, "field out of range or reserved field not zero")            \
	X(ADDRESS, 0x03, "address outside of the driver's regions, or misaligned") \
	X(STATE, 0x04, "not allowed in this state")                                \
	X(EPOCH, 0x05, "command of another epoch")                                 \
	X(EXISTS, 0x06, "slot is in use")                                          \
	X(ABSENT, 0x07, "no such object")                                          \
	X(STALE, 0x08, "slot holds another generation")                            \
	X(IN_USE, 0x09, "a flow refers to the SA")                                 \
	X(NOMEM, 0x0a, "device out of memory")                                     \
	X(SA_FULL, 0x10, "SA table full: index at or beyond its size")             \
	X(FLOW_FULL, 0x11, "flow table full: index at or beyond its size")         \
	X(ADDR_FULL, 0x12, "local address table full")                             \
	X(GUARD_FULL, 0x13, "more guard rules than the device holds")              \
	X(NO_SUITE, 0x20, "algorithm not supported")                               \
	X(NO_MODE, 0x21, "encapsulation mode not supported")                       \
	X(NO_UDP_ENCAP, 0x22, "UDP encapsulation not supported")                   \
	X(NO_ESN, 0x23, "extended sequence numbers not supported")                 \
	X(NO_WINDOW, 0x24, "replay window size not supported")                     \
	X(NO_SPI_SLOT, 0x25, "SPI does not name its slot on this device")          \
	X(NO_FEATURE, 0x26, "feature not offered by this device")                  \
	X(DENIED, 0x30, "fault injection is not allowed on this device")           \
	X(INTERNAL, 0x31, "device failed to carry out the command")                \
	X(H_CLOSED, 0x80, "device is gone")                                        \
	X(H_TIMEOUT, 0x81, "no completion in time")                                \
	X(H_COMPLETION, 0x82, "device broke the completion protocol")              \
	X(H_VERSION, 0x83, "ABI versions do not agree")                            \
	X(H_BUSY, 0x84, "another driver is attached")                              \
	X(H_FULL, 0x85, "all tags are in flight")                                  \
	X(H_SYSTEM, 0x86, "operating system refused memory or a descriptor")       \
	X(H_MEMORY, 0x87, "device refused the memory region")                      \
	X(H_PENDING, 0x88, "no completion yet")

enum fwi_status {
#define FWI_STATUS_ENUM(name, number, text) FWI_ST_##name = (number),
	FWI_STATUS_LIST(FWI_STATUS_ENUM)
#undef FWI_STATUS_ENUM
};

/* The text of 'status'; never NULL, also for numbers that no list has. */
static inline const char *fwi_status_str(unsigned status)
{
	switch (status) {
#define FWI_STATUS_CASE(name, number, text) \
	case (number):                      \
		return (text);
		FWI_STATUS_LIST(FWI_STATUS_CASE)
#undef FWI_STATUS_CASE
	default:
		return "unknown status";
	}
}

#endif
