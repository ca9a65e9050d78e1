/* SPDX-License-Identifier: MIT */
#include "scenarios/sweep.h"

#include "scenarios/sweep_compare.h"
#include "scenarios/sweep_run.h"
#include "scenarios/worker_pool.h"
#include "sim/error.h"

#include <math.h>

/* How often progress is told when nothing happens. */
#define TICK_US 100000

enum { MISSING, QUEUED, DONE, FAILED };

typedef struct CellState {
    const SweepCell *cell;
    GByteArray *runs; /* one of the above for each repetition */
    unsigned wanted;  /* repetitions, for now */
    unsigned done;    /* of those wanted */
    unsigned failed;
} CellState;

typedef struct Sweep {
    const SweepPlan *plan;
    SweepDatabase *database;
    const SweepOptions *options;
    CellState *cells;
    unsigned cell_count;
    GArray *tasks; /* of SweepTask, from next on not yet given out */
    guint next;
    SweepReport report;
    GError *problem; /* of the database, found while a result was delivered */
} Sweep;

static void sweep_clear(Sweep *sweep)
{
    for (unsigned i = 0; i < sweep->cell_count; i++) {
        g_byte_array_unref(sweep->cells[i].runs);
    }
    g_free(sweep->cells);
    g_array_unref(sweep->tasks);
    g_clear_error(&sweep->problem);
}

bool sweep_has_cell(const SweepOptions *options, unsigned cell)
{
    return options->shard_count == 0 || cell % options->shard_count == options->shard - 1;
}

static uint8_t *run_state(CellState *state, unsigned repetition)
{
    g_assert(repetition >= 1);
    if (state->runs->len < repetition) {
        const guint before = state->runs->len;
        g_byte_array_set_size(state->runs, repetition);
        memset(state->runs->data + before, MISSING, repetition - before);
    }
    return &state->runs->data[repetition - 1];
}

static void remark(const Sweep *sweep, char *text)
{
    if (sweep->options->remark != NULL) {
        sweep->options->remark(sweep->options->data, text);
    }
    g_free(text);
}

/* -- What is to be done -- */

/* Counts what there is among the first `wanted` repetitions. */
static void want(Sweep *sweep, CellState *state, unsigned wanted)
{
    const unsigned before = state->wanted;
    for (unsigned i = before + 1; i <= wanted; i++) {
        if (*run_state(state, i) == DONE) {
            state->done++;
            sweep->report.progress.done++;
            sweep->report.progress.kept++;
        }
    }
    state->wanted = wanted;
    sweep->report.progress.total += wanted - before;
}

static void queue_missing(Sweep *sweep, unsigned cell, unsigned repetition)
{
    CellState *state = &sweep->cells[cell];
    uint8_t *run = run_state(state, repetition);
    if (repetition <= state->wanted && *run == MISSING) {
        const SweepTask task = {.cell = cell, .repetition = repetition};
        *run = QUEUED;
        g_array_append_val(sweep->tasks, task);
    }
}

/* With `until`, a cell whose wanted repetitions are all there may want more. */
static bool look(Sweep *sweep, unsigned index, GError **error)
{
    CellState *state = &sweep->cells[index];
    const SweepExperiment *experiment = state->cell->experiment;
    const SweepUntil *until = &experiment->until;
    while (until->statistic != NULL && state->done == state->wanted) {
        double halfwidth = 0, mean = 0;
        if (!sweep->options->halfwidth(sweep->options->data,
                                       sweep_database_connection(sweep->database), state->cell,
                                       state->wanted, &halfwidth, &mean, error)) {
            return false;
        }
        const double limit = until->is_relative ? until->limit * fabs(mean) : until->limit;
        if (halfwidth < limit || (until->is_relative && halfwidth == 0)) {
            return true;
        }
        if (state->wanted == experiment->repeat) {
            remark(sweep, g_strdup_printf(
                              "cell '%s': after %u repetitions, the most allowed, the interval "
                              "still is %.3g%s to each side",
                              state->cell->text, state->wanted,
                              until->is_relative ? 100 * halfwidth / fabs(mean) : halfwidth,
                              until->is_relative ? " % of the mean" : ""));
            return true;
        }
        const unsigned before = state->wanted;
        want(sweep, state, sweep_next_look(experiment, before));
        for (unsigned i = before + 1; i <= state->wanted; i++) {
            queue_missing(sweep, index, i);
        }
    }
    return true;
}

/* Takes over what the database has. */
static bool read_records(Sweep *sweep, GError **error)
{
    g_autoptr(GArray) records = sweep_compare_records(sweep->database, sweep->plan, error);
    unsigned foreign = 0;
    if (records == NULL) {
        return false;
    }
    for (guint i = 0; i < records->len; i++) {
        const SweepRecord *record = &g_array_index(records, SweepRecord, i);
        if (record->cell == SWEEP_NO_CELL || !sweep_has_cell(sweep->options, record->cell) ||
            record->repetition < 1 || record->repetition > SWEEP_REPEAT_MAX) {
            foreign++;
        } else if (record->is_complete) {
            *run_state(&sweep->cells[record->cell], (unsigned)record->repetition) = DONE;
        }
    }
    if (foreign > 0) {
        remark(sweep, g_strdup_printf("%u runs in the database are of other cells; they stay there",
                                      foreign));
    }
    return true;
}

static bool prepare(Sweep *sweep, GError **error)
{
    unsigned most = 0;
    if (!read_records(sweep, error)) {
        return false;
    }
    for (unsigned i = 0; i < sweep->cell_count; i++) {
        const SweepExperiment *experiment = sweep->cells[i].cell->experiment;
        if (sweep_has_cell(sweep->options, i)) {
            want(sweep, &sweep->cells[i],
                 experiment->until.statistic == NULL ? experiment->repeat
                                                     : sweep_next_look(experiment, 0));
            most = MAX(most, sweep->cells[i].wanted);
        }
    }
    for (unsigned repetition = 1; repetition <= most; repetition++) {
        for (unsigned i = 0; i < sweep->cell_count; i++) {
            queue_missing(sweep, i, repetition);
        }
    }
    for (unsigned i = 0; i < sweep->cell_count; i++) {
        if (sweep_has_cell(sweep->options, i) && !look(sweep, i, error)) {
            return false;
        }
    }
    return true;
}

/* -- Results -- */

static bool note_failure(Sweep *sweep, CellState *state, unsigned repetition, const char *reason,
                         bool has_rows, GError **error)
{
    const Scenario *base = sweep_plan_base(sweep->plan);
    *run_state(state, repetition) = FAILED;
    state->failed++;
    sweep->report.progress.failed++;
    if (sweep->options->failed != NULL) {
        sweep->options->failed(sweep->options->data, state->cell, repetition, reason);
    }
    const RunRow row = {.scenario = base->name,
                        .module = base->module->name,
                        .experiment = state->cell->experiment->name,
                        .cell = state->cell->text,
                        .repetition = repetition,
                        .seed = sweep_plan_seed(state->cell, base->seed, repetition),
                        .status = run_status_name(RUN_BROKEN),
                        .end = RECORD_NO_TIME};
    return has_rows || sweep_database_add_failure(sweep->database, &row, reason, error);
}

static bool take_answer(Sweep *sweep, unsigned cell, unsigned repetition, const SweepAnswer *answer,
                        GError **error)
{
    CellState *state = &sweep->cells[cell];
    sweep->report.cpu_ns += answer->cpu_ns;
    const bool has_rows = answer->rows_size_bytes > 0;
    if (has_rows &&
        !sweep_database_add(sweep->database, answer->rows, answer->rows_size_bytes, error)) {
        return false;
    }
    if (!answer->is_complete) {
        return note_failure(sweep, state, repetition,
                            answer->reason == NULL ? "the run did not end" : answer->reason,
                            has_rows, error);
    }
    *run_state(state, repetition) = DONE;
    state->done++;
    sweep->report.progress.done++;
    sweep->report.violated += answer->holds ? 0 : 1;
    return look(sweep, cell, error);
}

/* The ticket of a task is its place in the queue. */
static void deliver(void *data, const WorkerResult *result)
{
    Sweep *sweep = data;
    const SweepTask task = g_array_index(sweep->tasks, SweepTask, result->ticket);
    CellState *state = &sweep->cells[task.cell];
    SweepAnswer answer;
    if (sweep->problem != NULL) {
        return; /* nothing can be written any more */
    }
    sweep->report.executed++;
    if (result->outcome == WORKER_DONE &&
        sweep_answer_read(result->answer, result->answer_size_bytes, &answer)) {
        take_answer(sweep, task.cell, task.repetition, &answer, &sweep->problem);
    } else {
        note_failure(sweep, state, task.repetition,
                     result->reason == NULL ? "the worker answered nonsense" : result->reason,
                     false, &sweep->problem);
    }
}

/* -- The loop -- */

static bool has_failed_fast(const Sweep *sweep)
{
    return sweep->options->fail_fast && sweep->report.progress.failed > 0;
}

static bool is_stopped(const Sweep *sweep)
{
    return (sweep->options->interrupt != NULL && *sweep->options->interrupt != 0) ||
           has_failed_fast(sweep);
}

static void give_out(Sweep *sweep, WorkerPool *pool)
{
    while (sweep->next < sweep->tasks->len && !is_stopped(sweep) && worker_pool_has_room(pool)) {
        const SweepTask task = g_array_index(sweep->tasks, SweepTask, sweep->next);
        worker_pool_submit(pool, sweep->next++, &task, sizeof task);
    }
}

static bool wait_and_commit(Sweep *sweep, WorkerPool *pool, GError **error)
{
    const int64_t due_us = sweep_database_due_us(sweep->database);
    if (!worker_pool_wait(pool, due_us < 0 ? TICK_US : MIN(due_us, TICK_US), error)) {
        return false;
    }
    if (sweep->problem != NULL) {
        g_propagate_error(error, g_steal_pointer(&sweep->problem));
        return false;
    }
    return sweep_database_due_us(sweep->database) != 0 ||
           sweep_database_commit(sweep->database, error);
}

static bool run_all(Sweep *sweep, WorkerPool *pool, GError **error)
{
    for (;;) {
        give_out(sweep, pool);
        sweep->report.progress.running = worker_pool_pending(pool);
        if (sweep->options->progress != NULL) {
            sweep->options->progress(sweep->options->data, &sweep->report.progress);
        }
        if (worker_pool_pending(pool) == 0 || has_failed_fast(sweep)) {
            return true;
        }
        if (!wait_and_commit(sweep, pool, error)) {
            return false;
        }
    }
}

static bool execute(Sweep *sweep, GError **error)
{
    g_autoptr(SweepRunner) runner = sweep_runner_new(sweep->plan);
    const SweepOptions *options = sweep->options;
    if (!prepare(sweep, error)) {
        return false;
    }
    if (sweep->tasks->len > 0) {
        const WorkerPoolOptions pool_options = {
            .worker_count = options->worker_count,
            .work = sweep_run,
            .work_data = runner,
            .deliver = deliver,
            .deliver_data = sweep,
            .timeout_us = options->timeout_us,
            .memory_bytes_max = options->memory_bytes_max,
        };
        g_autoptr(WorkerPool) pool = worker_pool_new(&pool_options, error);
        if (pool == NULL || !run_all(sweep, pool, error)) {
            return false;
        }
        sweep->report.is_interrupted =
            sweep->next < sweep->tasks->len || worker_pool_pending(pool) > 0;
    }
    sweep->report.is_complete = !sweep->report.is_interrupted && sweep->report.progress.failed == 0;
    return sweep_database_finish(sweep->database, !sweep->report.is_interrupted, error);
}

bool sweep_execute(const SweepPlan *plan, SweepDatabase *database, const SweepOptions *options,
                   SweepReport *ret_report, GError **error)
{
    Sweep sweep = {
        .plan = plan,
        .database = database,
        .options = options,
        .cell_count = sweep_plan_cell_count(plan),
        .tasks = g_array_new(FALSE, FALSE, sizeof(SweepTask)),
    };
    sweep.cells = g_new0(CellState, sweep.cell_count);
    for (unsigned i = 0; i < sweep.cell_count; i++) {
        sweep.cells[i].cell = sweep_plan_cell(plan, i);
        sweep.cells[i].runs = g_byte_array_new();
    }
    const bool is_fine = execute(&sweep, error);
    *ret_report = sweep.report;
    sweep_clear(&sweep);
    return is_fine;
}

bool sweep_check(const SweepPlan *plan, const SweepOptions *options, GError **error)
{
    const unsigned count = sweep_plan_cell_count(plan);
    if (options->shard_count > 0 && options->shard > count) {
        return skein_refuse(error, "shard %u of %u is empty: the sweep has only %u cells",
                            options->shard, options->shard_count, count);
    }
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (unsigned i = 0; i < count; i++) {
        const SweepCell *cell = sweep_plan_cell(plan, i);
        bool is_new = i == 0;
        for (guint k = 0; k < cell->values->len; k++) {
            const SettingValue *value = g_ptr_array_index(cell->values, k);
            is_new =
                g_hash_table_add(seen, g_strjoin("=", value->key, value->text, NULL)) || is_new;
        }
        if (is_new && !sweep_run_check(plan, cell, error)) {
            return false;
        }
    }
    return true;
}
