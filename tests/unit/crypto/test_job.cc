#include <poll.h>

#include <vector>

#include "crypto/digest.h"
#include "crypto/job.h"
#include "fixture.h"

namespace
{

struct Hash {
	struct crypto_job job;
	uint32_t input;
	uint8_t sum[CRYPTO_SHA256_LEN];
	enum err err;
};

/* The owners: results for those that died are dropped. */
struct Owner {
	struct slab slab;
	std::vector<uint32_t> arrived;
	unsigned stale = 0, cancelled = 0;
};

void run(struct crypto_job *job, struct crypto *c)
{
	Hash *h = list_of(&job->link, Hash, job.link);
	struct bytes in = bytes_of(&h->input, sizeof(h->input));

	h->err = crypto_digest_sha256(c, crypto_parts_of(&in, 1), h->sum);
}

void done(struct crypto_job *job, void *ctx)
{
	Hash *h = list_of(&job->link, Hash, job.link);
	Owner *o = static_cast<Owner *>(ctx);

	if (!job->ran)
		o->cancelled++;
	else if (slab_get(&o->slab, job->owner) == nullptr)
		o->stale++;
	else
		o->arrived.push_back(h->input);
	delete h;
}

Hash *make(struct slab_handle owner, uint32_t input)
{
	Hash *h = new Hash();

	h->job.owner = owner;
	h->job.run = run;
	h->job.done = done;
	h->input = input;
	return h;
}

} // namespace

TEST(CryptoJob, results_arrive_and_those_for_the_dead_are_dropped)
{
	enum { JOBS = 400 };
	struct crypto_jobs *pool = nullptr;
	Owner o = {};
	std::vector<struct slab_handle> handles(JOBS);

	slab_init(&o.slab, 16, JOBS);
	ASSERT_EQ(crypto_job_pool_new(&pool, 3, JOBS), ERR_OK);
	for (uint32_t i = 0; i < JOBS; i++) {
		ASSERT_NE(slab_new(&o.slab, &handles[i]), nullptr);
		ASSERT_EQ(crypto_job_submit(pool, &make(handles[i], i)->job), ERR_OK);
	}
	for (uint32_t i = 0; i < JOBS; i += 4)
		slab_free(&o.slab, handles[i]);
	while (o.arrived.size() + o.stale < JOBS) {
		struct pollfd p = { crypto_job_fd(pool), POLLIN, 0 };

		ASSERT_EQ(poll(&p, 1, 10000), 1);
		crypto_job_collect(pool, &o);
	}
	EXPECT_EQ(o.stale, JOBS / 4u);
	crypto_job_pool_free(pool, &o);
	EXPECT_EQ(o.cancelled, 0u);
	slab_fini(&o.slab);
}

TEST(CryptoJob, a_full_pool_refuses_and_ending_loses_no_job)
{
	struct crypto_jobs *pool = nullptr;
	Owner o = {};
	struct slab_handle owner;
	unsigned taken = 0;

	slab_init(&o.slab, 16, 1);
	slab_new(&o.slab, &owner);
	ASSERT_EQ(crypto_job_pool_new(&pool, 1, 50), ERR_OK);
	for (;;) {
		Hash *h = make(owner, taken);

		if (crypto_job_submit(pool, &h->job) != ERR_OK) {
			delete h;
			break;
		}
		taken++;
	}
	EXPECT_EQ(taken, 50u);
	crypto_job_pool_free(pool, &o);
	EXPECT_EQ(o.cancelled + o.arrived.size(), 50u);
	slab_fini(&o.slab);
}
