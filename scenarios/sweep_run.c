/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "scenarios/sweep_run.h"

#include "scenarios/expectation.h"

#include <string.h>
#include <time.h>

struct SweepRunner {
    const SweepPlan *plan;
    Scenario *scenario;    /* of the cell; NULL: none yet */
    const SweepCell *cell; /* that it belongs to */
    uint64_t base_seed;
};

typedef struct AnswerHeader {
    int64_t cpu_ns;
    uint32_t is_complete, holds;
    uint64_t reason_size_bytes; /* with its NUL; 0: none */
} AnswerHeader;

SweepRunner *sweep_runner_new(const SweepPlan *plan)
{
    SweepRunner *runner = g_new0(SweepRunner, 1);
    runner->plan = plan;
    return runner;
}

void sweep_runner_free(SweepRunner *runner)
{
    if (runner != NULL) {
        scenario_free(runner->scenario);
        g_free(runner);
    }
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A run adds only defaults to the values of its scenario, so the next one can have it. */
static bool use_cell(SweepRunner *runner, const SweepCell *cell, GError **error)
{
    if (runner->cell == cell) {
        return true;
    }
    g_clear_pointer(&runner->scenario, scenario_free);
    runner->cell = NULL;
    runner->scenario = sweep_plan_scenario(runner->plan, cell, error);
    if (runner->scenario == NULL) {
        return false;
    }
    runner->cell = cell;
    runner->base_seed = runner->scenario->seed;
    return true;
}

static bool execute(SweepRunner *runner, const SweepTask *task, GByteArray *answer,
                    AnswerHeader *header, char **ret_reason, GError **error)
{
    const SweepCell *cell = sweep_plan_cell(runner->plan, task->cell);
    if (!use_cell(runner, cell, error)) {
        return false;
    }
    runner->scenario->seed = sweep_plan_seed(cell, runner->base_seed, task->repetition);
    const RunOptions options = {.block = answer,
                                .experiment = cell->experiment->name,
                                .cell = cell->text,
                                .repetition = task->repetition};
    g_autoptr(Run) run = run_new(runner->scenario, &options, error);
    if (run == NULL || !run_execute(run, error)) {
        return false;
    }
    header->is_complete = run_status(run) == RUN_COMPLETE;
    header->holds = run_holds(run);
    *ret_reason = g_strdup(run_failure(run));
    return true;
}

void sweep_run(void *data, const void *task, size_t task_size_bytes, GByteArray *answer)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) rows = g_byte_array_new();
    g_autofree char *reason = NULL;
    AnswerHeader header = {.cpu_ns = -cpu_ns()};
    SweepTask own;
    g_assert(task_size_bytes == sizeof own);
    memcpy(&own, task, sizeof own);
    if (!execute(data, &own, rows, &header, &reason, &error)) {
        g_byte_array_set_size(rows, 0);
        reason = g_strdup(error->message);
    }
    header.cpu_ns += cpu_ns();
    header.reason_size_bytes = reason == NULL ? 0 : strlen(reason) + 1;
    g_byte_array_append(answer, (const guint8 *)&header, sizeof header);
    if (reason != NULL) {
        g_byte_array_append(answer, (const guint8 *)reason, (guint)header.reason_size_bytes);
    }
    if (rows->len > 0) {
        g_byte_array_append(answer, rows->data, rows->len);
    }
}

bool sweep_answer_read(const void *bytes, size_t size_bytes, SweepAnswer *ret_answer)
{
    AnswerHeader header;
    if (size_bytes < sizeof header) {
        return false;
    }
    memcpy(&header, bytes, sizeof header);
    const char *reason = (const char *)bytes + sizeof header;
    const size_t left_bytes = size_bytes - sizeof header;
    if (header.reason_size_bytes > left_bytes ||
        (header.reason_size_bytes > 0 && reason[header.reason_size_bytes - 1] != '\0')) {
        return false;
    }
    *ret_answer = (SweepAnswer){
        .is_complete = header.is_complete != 0,
        .holds = header.holds != 0,
        .cpu_ns = header.cpu_ns,
        .reason = header.reason_size_bytes == 0 ? NULL : reason,
        .rows = reason + header.reason_size_bytes,
        .rows_size_bytes = left_bytes - header.reason_size_bytes,
    };
    return true;
}

/* A statistic is what an expectation begins with. */
static bool check_statistic(const SweepUntil *until, const Network *network, GError **error)
{
    const unsigned count = network_metric_count(network);
    g_autofree const char **names = g_new(const char *, count + 1);
    g_autofree const char **units = g_new(const char *, count + 1);
    for (unsigned i = 0; i < count; i++) {
        names[i] = network_metric_name(network, i);
        units[i] = network_metric_unit(network, i);
    }
    const MetricCatalogue metrics = {names, units, count};
    g_autofree char *text = g_strconcat(until->statistic, " >= 0", NULL);
    g_autoptr(Expectation) expectation = expectation_new(text, &metrics, error);
    return expectation != NULL || text_place_blame(&until->place, "sweep.until", error);
}

bool sweep_run_check(const SweepPlan *plan, const SweepCell *cell, GError **error)
{
    g_autoptr(Scenario) scenario = sweep_plan_scenario(plan, cell, error);
    const RunOptions options = {0};
    g_autoptr(Run) run = scenario == NULL ? NULL : run_new(scenario, &options, error);
    const SweepUntil *until = &cell->experiment->until;
    return run != NULL &&
           (until->statistic == NULL || check_statistic(until, run_network(run), error));
}
