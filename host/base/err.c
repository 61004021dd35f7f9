#include "base/err.h"

#include <errno.h>

const char *err_str(enum err err)
{
	static const char *const text[ERR_COUNT] = { "no error",
#define ERR_TEXT(name, text) text,
		ERR_LIST(ERR_TEXT)
#undef ERR_TEXT
	};

	return (unsigned)err < ERR_COUNT ? text[err] : "unknown error";
}

const char *err_name(enum err err)
{
	static const char *const name[ERR_COUNT] = { "OK",
#define ERR_NAME(name, text) #name,
		ERR_LIST(ERR_NAME)
#undef ERR_NAME
	};

	return (unsigned)err < ERR_COUNT ? name[err] : "UNKNOWN";
}

enum err err_of_errno(int number)
{
	switch (number) {
	case 0:
		return ERR_OK;
	case ENOMEM:
		return ERR_NOMEM;
	case EEXIST:
	case EADDRINUSE:
		return ERR_EXISTS;
	case ENOENT:
	case ENODEV:
	case ESRCH:
	case EADDRNOTAVAIL:
		return ERR_ABSENT;
	case EBUSY:
		return ERR_BUSY;
	case EAGAIN:
	case EINPROGRESS:
		return ERR_AGAIN;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	case EPIPE:
	case ECONNRESET:
	case ECONNREFUSED:
		return ERR_CLOSED;
	case EPERM:
	case EACCES:
		return ERR_DENIED;
	case ENOTSUP:
	case ENOSYS:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
		return ERR_UNSUPPORTED;
	case EINVAL:
	case EBADMSG:
		return ERR_MALFORMED;
	case ERANGE:
	case EMSGSIZE:
		return ERR_RANGE;
	case ENOSPC:
	case ENOBUFS:
		return ERR_FULL;
	default:
		return ERR_IO;
	}
}
