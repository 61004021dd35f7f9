#include "base/secret.h"

#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

/* Workers take and drop secrets of all sizes at once; none ever sees another's bytes. */
TEST(SecretThreads, the_heap_is_shared_safely)
{
	std::vector<std::thread> threads;
	std::vector<int> wrong(4, 0);

	for (int t = 0; t < 4; t++)
		threads.emplace_back([t, &wrong] {
			struct secret held[16] = {};

			for (unsigned i = 0; i < 4000; i++) {
				struct secret *s = &held[i % 16];
				size_t len = 1 + (i * 37) % 700;

				for (size_t j = 0; j < s->len; j++)
					wrong[static_cast<size_t>(t)] += s->data[j] != t + 1;
				if (secret_new(s, len) != ERR_OK)
					wrong[static_cast<size_t>(t)]++;
				else
					memset(s->data, t + 1, len);
			}
			for (struct secret &s : held)
				secret_fini(&s);
		});
	for (std::thread &t : threads)
		t.join();
	EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

/* A secret may die in another thread than it was made in. */
TEST(SecretThreads, made_here_dropped_there)
{
	for (int i = 0; i < 100; i++) {
		struct secret s = {};

		ASSERT_EQ(secret_set(&s, bytes_str("key")), ERR_OK);
		std::thread([&s] {
			EXPECT_TRUE(secret_eq(secret_view(&s), bytes_str("key")));
			secret_fini(&s);
		}).join();
	}
}
