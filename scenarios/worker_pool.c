/* SPDX-License-Identifier: MIT */
#include "scenarios/worker_pool.h"

#include <unistd.h>

/* How far ahead a worker is given tasks. */
#define STORE_US 100000
#define STORE_COUNT_MAX 32
#define MEMORY_INTERVAL_US 50000

typedef struct Task {
    uint64_t ticket;
    GBytes *bytes;
} Task;

typedef struct Worker {
    WorkerProcess process;
    GByteArray *answers; /* what arrived and is not a whole answer yet */
    GQueue tasks;        /* of Task, sent; the first is being worked on */
    int64_t started_us;  /* the first task */
} Worker;

struct WorkerPool {
    WorkerPoolOptions options;
    Worker *workers;
    int64_t task_us; /* how long tasks take, lately; 0: not known */
    int64_t memory_seen_us;
    unsigned pending;
};

static void task_free(void *data)
{
    Task *task = data;
    g_bytes_unref(task->bytes);
    g_free(task);
}

WorkerPool *worker_pool_new(const WorkerPoolOptions *options, GError **error)
{
    g_assert(options->worker_count > 0);
    g_autoptr(WorkerPool) pool = g_new0(WorkerPool, 1);
    pool->options = *options;
    pool->workers = g_new0(Worker, options->worker_count);
    for (unsigned i = 0; i < options->worker_count; i++) {
        Worker *worker = &pool->workers[i];
        worker->answers = g_byte_array_new();
        g_queue_init(&worker->tasks);
    }
    for (unsigned i = 0; i < options->worker_count; i++) {
        if (!worker_process_start(&pool->workers[i].process, options->work, options->work_data,
                                  error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&pool);
}

void worker_pool_free(WorkerPool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (unsigned i = 0; i < pool->options.worker_count; i++) {
        Worker *worker = &pool->workers[i];
        g_free(worker_process_end(&worker->process));
        g_queue_clear_full(&worker->tasks, task_free);
        g_byte_array_unref(worker->answers);
    }
    g_free(pool->workers);
    g_free(pool);
}

/* Whether one more task for this worker is no burden to those that are idle. */
static bool has_room(const WorkerPool *pool, const Worker *worker)
{
    const guint stored = worker->tasks.length;
    return stored == 0 || (stored < STORE_COUNT_MAX && pool->task_us > 0 &&
                           pool->task_us * (int64_t)stored < STORE_US);
}

static Worker *least_loaded(const WorkerPool *pool)
{
    Worker *best = &pool->workers[0];
    for (unsigned i = 1; i < pool->options.worker_count; i++) {
        Worker *worker = &pool->workers[i];
        best = worker->tasks.length < best->tasks.length ? worker : best;
    }
    return best;
}

bool worker_pool_has_room(const WorkerPool *pool)
{
    return has_room(pool, least_loaded(pool));
}

unsigned worker_pool_pending(const WorkerPool *pool)
{
    return pool->pending;
}

static void send_task(Worker *worker, const Task *task)
{
    gsize size_bytes = 0;
    const void *bytes = g_bytes_get_data(task->bytes, &size_bytes);
    worker_process_send(&worker->process, bytes, size_bytes);
}

void worker_pool_submit(WorkerPool *pool, uint64_t ticket, const void *task, size_t size_bytes)
{
    Worker *worker = least_loaded(pool);
    g_assert(has_room(pool, worker));
    g_assert(size_bytes <= WORKER_TASK_SIZE_MAX);
    Task *copy = g_new0(Task, 1);
    copy->ticket = ticket;
    copy->bytes = g_bytes_new(task, size_bytes);
    if (g_queue_is_empty(&worker->tasks)) {
        worker->started_us = g_get_monotonic_time();
    }
    g_queue_push_tail(&worker->tasks, copy);
    pool->pending++;
    send_task(worker, copy);
}

/* The first task of the worker is over. */
static void deliver(WorkerPool *pool, Worker *worker, WorkerResult result)
{
    Task *task = g_queue_pop_head(&worker->tasks);
    result.ticket = task->ticket;
    worker->started_us = g_get_monotonic_time();
    pool->pending--;
    task_free(task);
    pool->options.deliver(pool->options.deliver_data, &result);
}

static void note_duration(WorkerPool *pool, int64_t task_us)
{
    task_us = MAX(task_us, 1);
    pool->task_us = pool->task_us == 0 ? task_us : (3 * pool->task_us + task_us) / 4;
}

/* Several answers may have arrived together: they took the time between them. */
static void deliver_answers(WorkerPool *pool, Worker *worker)
{
    const int64_t started_us = worker->started_us;
    unsigned count = 0;
    size_t size_bytes = 0;
    while (worker_process_answer(worker->answers, &size_bytes)) {
        g_assert(!g_queue_is_empty(&worker->tasks));
        deliver(pool, worker,
                (WorkerResult){.outcome = WORKER_DONE,
                               .answer = worker->answers->data + WORKER_HEADER_SIZE,
                               .answer_size_bytes = size_bytes});
        g_byte_array_remove_range(worker->answers, 0, (guint)(WORKER_HEADER_SIZE + size_bytes));
        count++;
    }
    if (count > 0) {
        note_duration(pool, (worker->started_us - started_us) / count);
        worker_process_read_messages(&worker->process);
    }
}

/* A new process takes over, with the tasks that the old one had in store. */
static bool replace(WorkerPool *pool, Worker *worker, GError **error)
{
    g_byte_array_set_size(worker->answers, 0);
    if (!worker_process_start(&worker->process, pool->options.work, pool->options.work_data,
                              error)) {
        return false;
    }
    worker->started_us = g_get_monotonic_time();
    for (const GList *item = worker->tasks.head; item != NULL; item = item->next) {
        send_task(worker, item->data);
    }
    return true;
}

static bool bury(WorkerPool *pool, Worker *worker, WorkerOutcome outcome, char *reason,
                 GError **error)
{
    g_autofree char *end = worker_process_end(&worker->process);
    g_autofree char *told = reason != NULL ? reason : g_strdup_printf("the run crashed: %s", end);
    if (!g_queue_is_empty(&worker->tasks)) {
        deliver(pool, worker, (WorkerResult){.outcome = outcome, .reason = told});
    }
    return replace(pool, worker, error);
}

static bool check_worker(WorkerPool *pool, Worker *worker, bool sees_memory, int64_t now_us,
                         GError **error)
{
    const WorkerPoolOptions *options = &pool->options;
    if (g_queue_is_empty(&worker->tasks)) {
        return true;
    }
    if (options->timeout_us > 0 && now_us - worker->started_us >= options->timeout_us) {
        return bury(pool, worker, WORKER_TIMED_OUT,
                    g_strdup_printf("took longer than %g s", (double)options->timeout_us / 1e6),
                    error);
    }
    const int64_t memory_bytes = sees_memory ? worker_process_memory(&worker->process) : 0;
    if (options->memory_bytes_max > 0 && memory_bytes > options->memory_bytes_max) {
        return bury(pool, worker, WORKER_OUT_OF_MEMORY,
                    g_strdup_printf("used %.1f MiB of memory, more than the %.1f MiB allowed",
                                    (double)memory_bytes / 1048576,
                                    (double)options->memory_bytes_max / 1048576),
                    error);
    }
    return true;
}

/* What is over its limits is killed, after what has arrived in time was delivered. */
static bool check_limits(WorkerPool *pool, GError **error)
{
    const int64_t now_us = g_get_monotonic_time();
    const bool sees_memory =
        pool->options.memory_bytes_max > 0 && now_us - pool->memory_seen_us >= MEMORY_INTERVAL_US;
    if (sees_memory) {
        pool->memory_seen_us = now_us;
    }
    for (unsigned i = 0; i < pool->options.worker_count; i++) {
        if (!check_worker(pool, &pool->workers[i], sees_memory, now_us, error)) {
            return false;
        }
    }
    return true;
}

/* Until the next limit has to be looked at, in milliseconds for poll: rounded up. */
static int wait_ms(const WorkerPool *pool, int64_t limit_us)
{
    const int64_t now_us = g_get_monotonic_time();
    int64_t wait_us = limit_us < 0 ? INT64_MAX : limit_us;
    if (pool->options.memory_bytes_max > 0 && pool->pending > 0) {
        wait_us = MIN(wait_us, MEMORY_INTERVAL_US);
    }
    for (unsigned i = 0; pool->options.timeout_us > 0 && i < pool->options.worker_count; i++) {
        const Worker *worker = &pool->workers[i];
        if (worker->tasks.length > 0) {
            wait_us = MIN(wait_us, worker->started_us + pool->options.timeout_us - now_us);
        }
    }
    return wait_us == INT64_MAX ? -1 : (int)MIN(MAX(wait_us, 0) / 1000 + 1, 3600000);
}

bool worker_pool_wait(WorkerPool *pool, int64_t limit_us, GError **error)
{
    const unsigned count = pool->options.worker_count;
    g_autofree GPollFD *sockets = g_new0(GPollFD, count);
    for (unsigned i = 0; i < count; i++) {
        sockets[i] = (GPollFD){.fd = pool->workers[i].process.task_socket, .events = G_IO_IN};
    }
    if (g_poll(sockets, count, wait_ms(pool, limit_us)) > 0) {
        for (unsigned i = 0; i < count; i++) {
            Worker *worker = &pool->workers[i];
            if (sockets[i].revents == 0) {
                continue;
            }
            const bool lives = worker_process_receive(&worker->process, worker->answers);
            deliver_answers(pool, worker);
            if (!lives && !bury(pool, worker, WORKER_CRASHED, NULL, error)) {
                return false;
            }
        }
    }
    return check_limits(pool, error);
}
