#ifndef CTL_CODEC_H
#define CTL_CODEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What passes over the control socket (docs/ctl.md): frames, each a length in four bytes, big-endian, and so many bytes of
 * one JSON object.
 *
 *   request  {"version":1,"command":"show crypto session"}
 *   answer   {"ok":true,"command":"show crypto session","more":true,"doc":{…}}   one part, others follow
 *            {"ok":true,"command":"show crypto session","doc":{…}}               the last part
 *            {"ok":false,"error":"…"}                                            refused; also ends an answer that began
 *
 * The document is what ctl_codec_merge makes of the parts: long tables come a page at a time.
 */
enum {
	CTL_VERSION = 1,
	CTL_HEADER_LEN = 4,
	CTL_COMMAND_MAX = 512,    /* bytes of a command, with NUL */
	CTL_REQUEST_MAX = 2048,   /* bytes of a request's JSON */
	CTL_ANSWER_MAX = 1 << 20, /* bytes of JSON of one part of an answer */
	CTL_ERROR_MAX = 512       /* bytes of an error's text, with NUL */
};

/*
 * The frame that 'in' begins with: its JSON in '*body', which borrows; CTL_HEADER_LEN + body->len bytes are used up.
 * ERR_AGAIN: more bytes are needed; ERR_RANGE: empty, or longer than 'max', and the stream can't be read on.
 */
MUST_USE enum err ctl_codec_split(struct bytes in, size_t max, struct bytes *body);

/* Prints 'json' as a frame into memory that the caller frees.  ERR_RANGE: longer than 'max' bytes of JSON. */
MUST_USE enum err ctl_codec_frame(const json_t *json, size_t max, uint8_t **out, size_t *len);

/* The command of a request, as it was typed.  ERR_MALFORMED, ERR_VERSION, ERR_RANGE (command too long). */
MUST_USE enum err ctl_codec_read_request(struct bytes body, char command[CTL_COMMAND_MAX]);

/* NULL: out of memory, or not UTF-8. */
json_t *ctl_codec_request(const char *command);
json_t *ctl_codec_part(const char *command, json_t *doc, bool more); /* takes 'doc', also when it fails */
json_t *ctl_codec_refusal(const char *error);

/* One part of an answer; 'doc' is NULL and 'error' says why unless 'ok'. */
struct ctl_answer {
	bool ok;
	bool more;
	char command[CTL_COMMAND_MAX]; /* in full spelling: it names the document's kind */
	char error[CTL_ERROR_MAX];
	json_t *doc;
};

MUST_USE enum err ctl_codec_read_answer(struct bytes body, struct ctl_answer *out);
void ctl_codec_fini(struct ctl_answer *a); /* safe on all-zero */

/* Adds a part to the document 'into', both objects: arrays grow by the part's, other members are set. */
MUST_USE enum err ctl_codec_merge(json_t *into, json_t *part);

#ifdef __cplusplus
}
#endif
#endif
