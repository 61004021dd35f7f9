/*
 * The frames of the control socket and the JSON in them.  naved reads requests, which come from whoever may open the
 * socket; navectl reads answers.  Loop thread in naved.
 */
#include "ctl/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "base/wr.h"

enum err ctl_codec_split(struct bytes in, size_t max, struct bytes *body)
{
	struct rd r = rd_of(in);
	size_t len = rd_u32(&r);

	if (r.err != ERR_OK)
		return ERR_AGAIN;
	if (len == 0 || len > max)
		return ERR_RANGE;
	if (rd_left(&r) < len)
		return ERR_AGAIN;
	*body = rd_bytes(&r, len);
	return ERR_OK;
}

enum err ctl_codec_frame(const json_t *json, size_t max, uint8_t **out, size_t *len)
{
	size_t size = json_dumpb(json, NULL, 0, JSON_COMPACT);
	struct wr w;
	uint8_t *buf;

	if (size == 0)
		return ERR_NOMEM;
	if (size > max)
		return ERR_RANGE;
	buf = (uint8_t *)malloc(CTL_HEADER_LEN + size);
	if (buf == NULL)
		return ERR_NOMEM;
	w = wr_of(buf, CTL_HEADER_LEN);
	wr_u32(&w, (uint32_t)size);
	if (json_dumpb(json, (char *)buf + CTL_HEADER_LEN, size, JSON_COMPACT) != size) {
		free(buf);
		return ERR_NOMEM;
	}
	*out = buf;
	*len = CTL_HEADER_LEN + size;
	return ERR_OK;
}

static json_t *load_object(struct bytes body)
{
	json_t *json = json_loadb((const char *)body.data, body.len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

/* Copies the string member 'name' of 'json', which may be absent ("" then). */
static enum err copy_member(const json_t *json, const char *name, char *out, size_t cap)
{
	const json_t *member = json_object_get(json, name);

	out[0] = '\0';
	if (member == NULL)
		return ERR_OK;
	if (!json_is_string(member))
		return ERR_MALFORMED;
	if (json_string_length(member) >= cap)
		return ERR_RANGE;
	memcpy(out, json_string_value(member), json_string_length(member) + 1);
	return ERR_OK;
}

enum err ctl_codec_read_request(struct bytes body, char command[CTL_COMMAND_MAX])
{
	json_t *json = load_object(body);
	enum err err = ERR_MALFORMED;

	if (json == NULL)
		return err;
	if (json_is_integer(json_object_get(json, "version")))
		err = json_integer_value(json_object_get(json, "version")) == CTL_VERSION ? ERR_OK : ERR_VERSION;
	if (err == ERR_OK)
		err = copy_member(json, "command", command, CTL_COMMAND_MAX);
	json_decref(json);
	return err;
}

json_t *ctl_codec_request(const char *command)
{
	return json_pack("{s:i, s:s}", "version", CTL_VERSION, "command", command);
}

json_t *ctl_codec_part(const char *command, json_t *doc, bool more)
{
	json_t *json = json_pack("{s:b, s:s, s:o}", "ok", 1, "command", command, "doc", doc);

	if (json != NULL && more && json_object_set_new(json, "more", json_true()) != 0) {
		json_decref(json);
		return NULL;
	}
	return json;
}

json_t *ctl_codec_refusal(const char *error)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", error);
}

enum err ctl_codec_read_answer(struct bytes body, struct ctl_answer *out)
{
	struct ctl_answer a = { 0 };
	json_t *json = load_object(body);
	json_t *doc;
	enum err err;

	if (json == NULL)
		return ERR_MALFORMED;
	a.ok = json_is_true(json_object_get(json, "ok"));
	a.more = json_is_true(json_object_get(json, "more"));
	err = copy_member(json, "command", a.command, sizeof(a.command));
	if (err == ERR_OK)
		err = copy_member(json, "error", a.error, sizeof(a.error));
	doc = json_object_get(json, "doc");
	if (err == ERR_OK && a.ok != json_is_object(doc))
		err = ERR_MALFORMED;
	if (err == ERR_OK && a.ok)
		a.doc = json_incref(doc);
	json_decref(json);
	if (err == ERR_OK)
		*out = a;
	return err;
}

void ctl_codec_fini(struct ctl_answer *a)
{
	json_decref(a->doc);
	a->doc = NULL;
}

enum err ctl_codec_merge(json_t *into, json_t *part)
{
	const char *name;
	json_t *value;

	json_object_foreach(part, name, value)
	{
		json_t *have = json_object_get(into, name);
		int rc = json_is_array(have) && json_is_array(value) ? json_array_extend(have, value) : json_object_set(into, name, value);

		if (rc != 0)
			return ERR_NOMEM;
	}
	return ERR_OK;
}
