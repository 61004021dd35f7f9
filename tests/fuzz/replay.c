/*
 * Runs a fuzz target over its committed corpus once.  Linked with a fuzz_*.c in every preset but fuzz, so that each
 * input that ever broke a parser is tried by every run of the tests, under asan too.
 */
#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

/* A copy of exactly the file's size, so that asan sees a read past its end. */
static bool run_file(const char *path)
{
	static uint8_t buf[INPUT_MAX];
	FILE *f = fopen(path, "rb");
	uint8_t *exact;
	size_t len;

	if (f == NULL)
		return false;
	len = fread(buf, 1, sizeof(buf), f);
	(void)fclose(f);
	exact = (uint8_t *)malloc(len == 0 ? 1 : len);
	if (exact == NULL)
		return false;
	memcpy(exact, buf, len);
	(void)LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return true;
}

/* The number of inputs run; -1 when one could not be read. */
static int run_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];
	int count = 0;

	if (dir == NULL)
		return -1;
	while (count >= 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		count = run_file(path) ? count + 1 : -1;
	}
	(void)closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	int count;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 2;
	}
	count = run_folder(argv[1]);
	if (count <= 0) {
		(void)fprintf(stderr, "%s: %s\n", argv[1], count == 0 ? "no input" : "cannot read");
		return 1;
	}
	(void)printf("%d inputs replayed\n", count);
	return 0;
}
