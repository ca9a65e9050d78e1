/* SPDX-License-Identifier: MIT */
/* Long-lived worker processes that take task after task. A task and its answer are blocks of bytes.
 * Processes and not threads, since a run may crash, hang or eat all memory: the worker dies, its
 * task is answered with the reason, and another worker takes its place.
 *
 *     WorkerPool *pool = worker_pool_new(&options, &error);       forks the workers
 *     while (there is more, or worker_pool_pending(pool) > 0) {
 *         while (there is more && worker_pool_has_room(pool)) {
 *             worker_pool_submit(pool, ticket, bytes, size);
 *         }
 *         worker_pool_wait(pool, -1, &error);                     delivers results
 *     }
 *     worker_pool_free(pool);                                     kills whoever still works
 *
 * A worker is a copy of this process at the time of the fork, so work_data need not be sent; what
 * changes later in the parent it does not see, and what it does with a file descriptor of the
 * parent reaches nothing: all are closed. The process that owns a pool has one thread. Results come
 * in any order. */
#ifndef SCENARIOS_WORKER_POOL_H
#define SCENARIOS_WORKER_POOL_H

#include "scenarios/worker_process.h"

typedef enum WorkerOutcome {
    WORKER_DONE,
    WORKER_CRASHED,
    WORKER_TIMED_OUT,
    WORKER_OUT_OF_MEMORY,
} WorkerOutcome;

typedef struct WorkerResult {
    uint64_t ticket; /* of the task */
    WorkerOutcome outcome;
    const void *answer; /* WORKER_DONE; borrowed for the call, as is the reason */
    size_t answer_size_bytes;
    const char *reason; /* any other outcome: `took longer than 5 s` */
} WorkerResult;

typedef struct WorkerPoolOptions {
    unsigned worker_count; /* at least 1 */
    WorkerFunction work;   /* in the worker */
    void *work_data;
    void (*deliver)(void *data, const WorkerResult *result); /* in this process */
    void *deliver_data;
    int64_t timeout_us;       /* of a task, by the clock on the wall; 0: none */
    int64_t memory_bytes_max; /* of a worker's resident memory, looked at 20 times a second; 0: no
                                 limit */
} WorkerPoolOptions;

typedef struct WorkerPool WorkerPool;

WorkerPool *worker_pool_new(const WorkerPoolOptions *options, GError **error);
void worker_pool_free(WorkerPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WorkerPool, worker_pool_free)

/* True when another task would start soon: a worker is idle, or will be within some 100 ms as far
 * as the tasks until now tell. A worker has a few short tasks in store, so that it need not wait
 * while this process writes to the disk. */
bool worker_pool_has_room(const WorkerPool *pool);

/* Tasks that are not answered yet. */
unsigned worker_pool_pending(const WorkerPool *pool);

/* Only with room. The bytes are copied; a task in store must fit into a socket beside others. */
#define WORKER_TASK_SIZE_MAX 2048
void worker_pool_submit(WorkerPool *pool, uint64_t ticket, const void *task, size_t size_bytes);

/* Delivers what there is; waits until there is something, until limit_us have passed (-1: without
 * limit) or a signal has arrived. False when a worker that died could not be replaced; all results
 * until then have been delivered. */
bool worker_pool_wait(WorkerPool *pool, int64_t limit_us, GError **error);

#endif
