/* SPDX-License-Identifier: MIT */
/* One run of a sweep, as a task for a worker process (scenarios/worker_pool.h): the task names cell
 * and repetition, the answer has the rows of the run. */
#ifndef SCENARIOS_SWEEP_RUN_H
#define SCENARIOS_SWEEP_RUN_H

#include "scenarios/run.h"
#include "scenarios/sweep_plan.h"

typedef struct SweepTask {
    uint32_t cell; /* index in the plan */
    uint32_t repetition;
} SweepTask;

typedef struct SweepAnswer {
    bool is_complete; /* else the run failed: see reason; there may be rows all the same */
    bool holds;       /* every expectation of the scenario */
    int64_t cpu_ns;   /* processor time from building the run to its last row */
    const char *reason;
    const void *rows; /* sim/record_block.h; borrowed from the bytes */
    size_t rows_size_bytes;
} SweepAnswer;

/* What a worker keeps between tasks: the scenario of the cell that it had last. */
typedef struct SweepRunner SweepRunner;

SweepRunner *sweep_runner_new(const SweepPlan *plan);
void sweep_runner_free(SweepRunner *runner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepRunner, sweep_runner_free)

/* A WorkerFunction; data is a SweepRunner. */
void sweep_run(void *data, const void *task, size_t task_size_bytes, GByteArray *answer);

/* False when the bytes are no answer. */
bool sweep_answer_read(const void *bytes, size_t size_bytes, SweepAnswer *ret_answer);

/* Builds the first run of a cell, so that bad values are found before anything is started. */
bool sweep_run_check(const SweepPlan *plan, const SweepCell *cell, GError **error);

#endif
