#ifndef BASE_ERR_H
#define BASE_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

#define MUST_USE __attribute__((warn_unused_result))

/* Every way in which a Nave function can fail: name and the text that operators read. */
#define ERR_LIST(X)                                       \
	X(TRUNCATED, "input ends before the field does")  \
	X(TRAILING, "input goes on after its last field") \
	X(MALFORMED, "input breaks the format")           \
	X(RANGE, "value out of range")                    \
	X(UNSUPPORTED, "not supported")                   \
	X(VERSION, "versions do not agree")               \
	X(NOMEM, "out of memory")                         \
	X(FULL, "table or queue is full")                 \
	X(EXISTS, "exists already")                       \
	X(ABSENT, "no such object")                       \
	X(STALE, "handle of an object that is gone")      \
	X(BUSY, "in use")                                 \
	X(STATE, "not allowed in this state")             \
	X(INCOMPLETE, "object lacks a mandatory part")    \
	X(LIMIT, "rate or count limit reached")           \
	X(AGAIN, "no answer yet")                         \
	X(TIMEOUT, "no answer in time")                   \
	X(CLOSED, "connection is closed")                 \
	X(IO, "input or output failed")                   \
	X(DENIED, "not permitted")                        \
	X(CRYPTO, "cryptographic operation failed")       \
	X(AUTH, "authentication failed")                  \
	X(REPLAY, "seen before, or too old")              \
	X(NO_PROPOSAL, "no common proposal")              \
	X(TS, "traffic selectors unacceptable")           \
	X(DEVICE, "device failed")                        \
	X(NEEDS_REKEY, "state of the key is lost: needs a rekey")

enum err {
	ERR_OK,
#define ERR_ENUM(name, text) ERR_##name,
	ERR_LIST(ERR_ENUM)
#undef ERR_ENUM
		ERR_COUNT
};

/* The text of 'err'; never NULL, also for values out of range. */
const char *err_str(enum err err);

/* The name of 'err' as logs and JSON carry it ("TRUNCATED"); never NULL. */
const char *err_name(enum err err);

/* The nearest err for an errno value (0 gives ERR_OK). */
enum err err_of_errno(int number);

#ifdef __cplusplus
}
#endif
#endif
