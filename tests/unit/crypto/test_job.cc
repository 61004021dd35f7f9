#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
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

namespace
{

/* Holds its worker up until 'go'. */
struct Gate {
	struct crypto_job job;
	std::atomic<bool> go;
};

void wait_at(struct crypto_job *job, struct crypto *c)
{
	(void)c;
	while (!list_of(&job->link, Gate, job.link)->go)
		usleep(100);
}

void pass(struct crypto_job *job, void *ctx)
{
	(void)job;
	(void)ctx;
}

} // namespace

TEST(CryptoJob, R_DEF_what_is_urgent_is_done_first_and_the_collector_is_woken_once)
{
	struct crypto_jobs *pool = nullptr;
	struct slab_handle owner;
	Gate gate = {};
	Owner o = {};
	eventfd_t wakes;

	slab_init(&o.slab, 16, 1);
	slab_new(&o.slab, &owner);
	ASSERT_EQ(crypto_job_pool_new(&pool, 1, 10), ERR_OK);
	gate.job.run = wait_at;
	gate.job.done = pass;
	gate.job.urgency = CRYPTO_JOB_URGENT;
	ASSERT_EQ(crypto_job_submit(pool, &gate.job), ERR_OK);
	for (enum crypto_urgency u : { CRYPTO_JOB_IDLE, CRYPTO_JOB_NORMAL, CRYPTO_JOB_URGENT }) {
		Hash *h = make(owner, static_cast<uint32_t>(u));

		h->job.urgency = u;
		ASSERT_EQ(crypto_job_submit(pool, &h->job), ERR_OK);
	}
	gate.go = true;
	while (o.arrived.size() < 3) {
		ASSERT_EQ(eventfd_read(crypto_job_fd(pool), &wakes) == 0 || errno == EAGAIN, true);
		usleep(100);
		crypto_job_collect(pool, &o);
	}
	EXPECT_EQ(o.arrived, (std::vector<uint32_t>{ CRYPTO_JOB_URGENT, CRYPTO_JOB_NORMAL, CRYPTO_JOB_IDLE }));
	EXPECT_EQ(crypto_job_count(pool), 0u);
	crypto_job_pool_free(pool, &o);
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
