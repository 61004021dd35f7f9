/* OpenSSL's allocator: the C library's, but nothing is given back as it is.  Any thread. */
#include "crypto/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/evp.h"

static void *take(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(len);
}

static void give(void *old, const char *file, int line)
{
	(void)file;
	(void)line;
	if (old != NULL)
		explicit_bzero(old, malloc_usable_size(old));
	free(old);
}

/* Not realloc: that may leave what it moves. */
static void *resize(void *old, size_t len, const char *file, int line)
{
	size_t had = old == NULL ? 0 : malloc_usable_size(old);
	void *fresh;

	if (old != NULL && len <= had && len != 0)
		return old;
	fresh = len == 0 ? NULL : malloc(len);
	if (fresh == NULL && len != 0)
		return NULL;
	if (old != NULL && fresh != NULL)
		memcpy(fresh, old, had < len ? had : len);
	give(old, file, line);
	return fresh;
}

enum err crypto_wipe_frees(void)
{
	return CRYPTO_set_mem_functions(take, resize, give) == 1 ? ERR_OK : ERR_STATE;
}
