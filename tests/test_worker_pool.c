/* SPDX-License-Identifier: MIT */
/* A task is one letter, which says what the worker shall do, and a number. */
#include "config.h"

#include "scenarios/worker_pool.h"
#include "tests/suite.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMORY_MAX ((int64_t)256 << 20)
#define TICKETS_MAX 1000

typedef struct Order {
    char what; /* d)ouble, a)ssert, k)ill, h)ang, m)emory, l)arge answer, f)ile */
    int64_t number;
} Order;

typedef struct Bench {
    WorkerPool *pool;
    unsigned seen[TICKETS_MAX]; /* answers for each ticket */
    WorkerOutcome outcomes[TICKETS_MAX];
    int64_t answers[TICKETS_MAX];
    char *reasons[TICKETS_MAX];
    size_t sizes[TICKETS_MAX];
    unsigned count;
} Bench;

static void hang(void)
{
    for (;;) {
        pause();
    }
}

static void work(void *data, const void *task, size_t task_size_bytes, GByteArray *answer)
{
    const struct rlimit no_core = {0};
    Order order;
    g_assert(task_size_bytes == sizeof order);
    memcpy(&order, task, sizeof order);
    setrlimit(RLIMIT_CORE, &no_core);
    int64_t result = 2 * order.number + *(const int64_t *)data;
    switch (order.what) {
    case 'a':
        g_assert(order.number == 12345);
        break;
    case 'k':
        kill(getpid(), SIGKILL);
        break;
    case 'h':
        hang();
        break;
    case 'm': {
        volatile char *all = g_malloc((size_t)MEMORY_MAX * 2);
        for (size_t i = 0; i < (size_t)MEMORY_MAX * 2; i += 1024) {
            all[i] = 1;
        }
        hang();
        break;
    }
    case 'l':
        g_byte_array_set_size(answer, (guint)order.number);
        memset(answer->data, 7, answer->len);
        return;
    case 'f':
        result = fcntl((int)order.number, F_GETFD);
        break;
    default:
        break;
    }
    g_byte_array_append(answer, (const guint8 *)&result, sizeof result);
}

static void deliver(void *data, const WorkerResult *result)
{
    Bench *bench = data;
    g_assert(result->ticket < TICKETS_MAX);
    bench->seen[result->ticket]++;
    bench->outcomes[result->ticket] = result->outcome;
    bench->reasons[result->ticket] = g_strdup(result->reason);
    bench->sizes[result->ticket] = result->answer_size_bytes;
    if (result->answer_size_bytes == sizeof bench->answers[0]) {
        memcpy(&bench->answers[result->ticket], result->answer, sizeof bench->answers[0]);
    }
    bench->count++;
}

static void bench_open(Bench *bench, unsigned workers, int64_t timeout_us, int64_t memory_bytes_max)
{
    static int64_t offset = 1;
    g_autoptr(GError) error = NULL;
    memset(bench, 0, sizeof *bench);
    bench->pool = worker_pool_new(&(WorkerPoolOptions){.worker_count = workers,
                                                       .work = work,
                                                       .work_data = &offset,
                                                       .deliver = deliver,
                                                       .deliver_data = bench,
                                                       .timeout_us = timeout_us,
                                                       .memory_bytes_max = memory_bytes_max},
                                  &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bench->pool);
}

/* One task for each letter, with its position as its ticket and its number, to the last answer. */
static void bench_do(Bench *bench, const char *letters)
{
    g_autoptr(GError) error = NULL;
    const unsigned count = (unsigned)strlen(letters);
    for (unsigned sent = 0; sent < count || worker_pool_pending(bench->pool) > 0;) {
        while (sent < count && worker_pool_has_room(bench->pool)) {
            const Order order = {.what = letters[sent], .number = sent};
            worker_pool_submit(bench->pool, sent++, &order, sizeof order);
        }
        CU_ASSERT_TRUE_FATAL(worker_pool_wait(bench->pool, -1, &error));
    }
    CU_ASSERT_EQUAL(bench->count, count);
    for (unsigned i = 0; i < count; i++) {
        CU_ASSERT_EQUAL(bench->seen[i], 1);
        if (letters[i] == 'd') {
            CU_ASSERT_EQUAL(bench->outcomes[i], WORKER_DONE);
            CU_ASSERT_EQUAL(bench->answers[i], 2 * (int64_t)i + 1);
        }
    }
}

static void bench_close(Bench *bench)
{
    worker_pool_free(bench->pool);
    for (unsigned i = 0; i < TICKETS_MAX; i++) {
        g_free(bench->reasons[i]);
    }
}

static void worker_pool_every_task_has_one_answer(void)
{
    Bench bench;
    char letters[TICKETS_MAX + 1] = {0};
    memset(letters, 'd', TICKETS_MAX);
    bench_open(&bench, 3, 0, 0);
    bench_do(&bench, letters);
    bench_close(&bench);
}

static void worker_pool_a_killed_worker_is_replaced(void)
{
    Bench bench;
    const char *letters = "ddddkdddddddkddddddddkkkkddddddddddd";
    bench_open(&bench, 2, 0, 0);
    bench_do(&bench, letters);
    for (unsigned i = 0; letters[i] != '\0'; i++) {
        if (letters[i] == 'k') {
            CU_ASSERT_EQUAL(bench.outcomes[i], WORKER_CRASHED);
            CU_ASSERT_PTR_NOT_NULL_FATAL(bench.reasons[i]);
            CU_ASSERT_PTR_NOT_NULL(strstr(bench.reasons[i], "signal 9"));
        }
    }
    bench_close(&bench);
}

static void worker_pool_a_crash_tells_its_reason(void)
{
    Bench bench;
    const char *letters = "dadaaaddddadaddddaaa";
    bench_open(&bench, 1, 0, 0);
    bench_do(&bench, letters);
    for (unsigned i = 0; letters[i] != '\0'; i++) {
        if (letters[i] == 'a') {
            CU_ASSERT_EQUAL(bench.outcomes[i], WORKER_CRASHED);
            CU_ASSERT_PTR_NOT_NULL_FATAL(bench.reasons[i]);
            CU_ASSERT_PTR_NOT_NULL(strstr(bench.reasons[i], "order.number == 12345"));
        }
    }
    bench_close(&bench);
}

static void worker_pool_a_task_that_hangs_is_ended(void)
{
    Bench bench;
    bench_open(&bench, 2, 200000, 0);
    bench_do(&bench, "dddhddd");
    CU_ASSERT_EQUAL(bench.outcomes[3], WORKER_TIMED_OUT);
    CU_ASSERT_STRING_EQUAL(bench.reasons[3], "took longer than 0.2 s");
    bench_close(&bench);
}

static void worker_pool_a_task_that_eats_memory_is_ended(void)
{
    Bench bench;
    bench_open(&bench, 2, 0, MEMORY_MAX);
    bench_do(&bench, "ddmdd");
    CU_ASSERT_EQUAL(bench.outcomes[2], WORKER_OUT_OF_MEMORY);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bench.reasons[2]);
    CU_ASSERT_PTR_NOT_NULL(strstr(bench.reasons[2], "more than the 256.0 MiB allowed"));
    bench_close(&bench);
}

static void worker_pool_answers_may_be_large(void)
{
    g_autoptr(GError) error = NULL;
    Bench bench;
    bench_open(&bench, 2, 0, 0);
    for (unsigned i = 0; i < 6; i++) {
        const Order order = {.what = 'l', .number = i % 2 == 0 ? 5000000 + i : 3};
        while (!worker_pool_has_room(bench.pool)) {
            CU_ASSERT_TRUE_FATAL(worker_pool_wait(bench.pool, -1, &error));
        }
        worker_pool_submit(bench.pool, i, &order, sizeof order);
    }
    while (worker_pool_pending(bench.pool) > 0) {
        CU_ASSERT_TRUE_FATAL(worker_pool_wait(bench.pool, -1, &error));
    }
    for (unsigned i = 0; i < 6; i++) {
        CU_ASSERT_EQUAL(bench.sizes[i], i % 2 == 0 ? 5000000 + i : 3);
    }
    bench_close(&bench);
}

/* A worker that keeps the parent's files open would keep their locks, too. */
static void worker_pool_workers_close_files_of_the_parent(void)
{
    g_autoptr(GError) error = NULL;
    Bench bench;
    const int file = open("/dev/null", O_RDONLY);
    const Order order = {.what = 'f', .number = file};
    bench_open(&bench, 1, 0, 0);
    CU_ASSERT_NOT_EQUAL(fcntl(file, F_GETFD), -1);
    worker_pool_submit(bench.pool, 0, &order, sizeof order);
    while (bench.count == 0) {
        CU_ASSERT_TRUE_FATAL(worker_pool_wait(bench.pool, -1, &error));
    }
    CU_ASSERT_EQUAL(bench.answers[0], -1);
    close(file);
    bench_close(&bench);
}

/* Nobody waits for what is not wanted any more. */
static void worker_pool_is_freed_with_work_left(void)
{
    Bench bench;
    const Order order = {.what = 'h'};
    bench_open(&bench, 2, 0, 0);
    worker_pool_submit(bench.pool, 0, &order, sizeof order);
    worker_pool_submit(bench.pool, 1, &order, sizeof order);
    CU_ASSERT_EQUAL(worker_pool_pending(bench.pool), 2);
    CU_ASSERT_FALSE(worker_pool_has_room(bench.pool));
    bench_close(&bench);
    CU_ASSERT_EQUAL(bench.count, 0);
}

CU_TestInfo suite_worker_pool[] = {
    {"worker_pool_every_task_has_one_answer", worker_pool_every_task_has_one_answer},
    {"worker_pool_a_killed_worker_is_replaced", worker_pool_a_killed_worker_is_replaced},
    {"worker_pool_a_crash_tells_its_reason", worker_pool_a_crash_tells_its_reason},
    {"worker_pool_a_task_that_hangs_is_ended", worker_pool_a_task_that_hangs_is_ended},
    {"worker_pool_a_task_that_eats_memory_is_ended", worker_pool_a_task_that_eats_memory_is_ended},
    {"worker_pool_answers_may_be_large", worker_pool_answers_may_be_large},
    {"worker_pool_workers_close_files_of_the_parent",
     worker_pool_workers_close_files_of_the_parent},
    {"worker_pool_is_freed_with_work_left", worker_pool_is_freed_with_work_left},
    CU_TEST_INFO_NULL,
};
