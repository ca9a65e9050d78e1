/* SPDX-License-Identifier: MIT */
/* Building, executing and judging a run. What is written about it is in run_rows.c. */
#include "scenarios/run.h"

#include "scenarios/run_rows.h"
#include "sim/error.h"

/* Between two looks at the disk and the progress: some 10 ms. */
#define SLICE_EVENTS 50000

#define RUN_ID 1

struct Run {
    Scenario *scenario;
    RunOptions options;
    Recorder *recorder; /* NULL: nothing is recorded; outlives the network */
    Network *network;
    Judge *judge;
    GPtrArray *remarks;     /* of char *, NULL-terminated */
    unsigned warning_count; /* of the network's that are among them */
    RunStatus status;
    char *failure;
    double wall_seconds;
    NetworkMemory memory;
};

const char *run_status_name(RunStatus status)
{
    static const char *const NAMES[] = {
        [RUN_COMPLETE] = "complete",
        [RUN_STOPPED] = "interrupted",
        [RUN_BROKEN] = "failed",
    };
    return NAMES[status];
}

void run_free(Run *run)
{
    if (run == NULL) {
        return;
    }
    network_free(run->network);
    recorder_free(run->recorder);
    judge_free(run->judge);
    g_ptr_array_unref(run->remarks);
    g_free(run->failure);
    g_free(run);
}

static Network *new_network(const Run *run, GError **error)
{
    const Scenario *scenario = run->scenario;
    const NetworkOptions options = {
        .application = scenario->module->application,
        .application_settings = scenario->module_settings,
        .values = scenario_file_values(scenario->file),
        .directory = scenario_file_directory(scenario->file),
        .seed = scenario->seed,
        .until_idle = scenario->until_idle,
        .queue = run->options.queue,
        .partition_count = run->options.partition_count,
        .thread_count = run->options.thread_count,
        .permute_ties = scenario->permute_ties,
        .interrupt = run->options.interrupt,
        .log_level = run->options.log_level,
        .log_line = run->options.log_line,
        .log_data = run->options.log_data,
        .witness = run->options.witness,
    };
    return network_new(&options, error);
}

/* An empty plan for the network. */
static FaultPlan *new_plan(const Run *run)
{
    return fault_plan_new(&(FaultPlanContext){
        .application = network_application(run->network),
        .peer_count = network_peer_count(run->network),
        .peer_names = network_peer_names(run->network),
        .directory = scenario_file_directory(run->scenario->file),
    });
}

static bool add_row(FaultPlan *plan, const TimelineRow *row, GError **error)
{
    return fault_plan_add(plan, row->time, row->action, error) ||
           text_place_blame(&row->place, "timeline", error);
}

static FaultPlan *build_plan(const Run *run, GError **error)
{
    g_autoptr(FaultPlan) plan = new_plan(run);
    const GPtrArray *timeline = scenario_file_timeline(run->scenario->file);
    for (guint i = 0; i < timeline->len; i++) {
        if (!add_row(plan, g_ptr_array_index(timeline, i), error)) {
            return NULL;
        }
    }
    return g_steal_pointer(&plan);
}

/* The network could not make a model of what some row sets, and does not know the rows' places:
 * tries them one by one. Returns false. */
static bool blame_row(const Run *run, GError **error)
{
    const GPtrArray *timeline = scenario_file_timeline(run->scenario->file);
    for (guint i = 0; i < timeline->len; i++) {
        const TimelineRow *row = g_ptr_array_index(timeline, i);
        g_autoptr(Network) network = new_network(run, NULL);
        g_autoptr(FaultPlan) plan = new_plan(run);
        g_autoptr(GError) problem = NULL;
        if (network != NULL && add_row(plan, row, NULL) &&
            !network_prepare(network, g_steal_pointer(&plan), NULL, RUN_ID, &problem)) {
            return text_place_blame(&row->place, NULL, error);
        }
    }
    g_prefix_error(error, "%s: ", scenario_file_name(run->scenario->file));
    return false;
}

static void note_remarks(Run *run)
{
    for (guint i = 0; i < run->scenario->remarks->len; i++) {
        g_ptr_array_add(run->remarks, g_strdup(g_ptr_array_index(run->scenario->remarks, i)));
    }
    for (const char *const *warning = network_warnings(run->network); *warning != NULL; warning++) {
        g_ptr_array_add(run->remarks, g_strdup(*warning));
    }
}

/* A witness sees one event after another. */
static void choose_execution(RunOptions *options)
{
    if (options->queue == NULL) {
        options->queue = event_queue_kind(event_queue_names()[0]);
    }
    if (options->witness != NULL) {
        options->partition_count = options->thread_count = 1;
    }
}

Run *run_new(Scenario *scenario, const RunOptions *options, GError **error)
{
    g_autoptr(Run) run = g_new0(Run, 1);
    run->scenario = scenario;
    run->options = *options;
    run->remarks = g_ptr_array_new_null_terminated(0, g_free, TRUE);
    choose_execution(&run->options);
    run->network = new_network(run, error);
    run->judge = run->network == NULL ? NULL : judge_new(scenario, run->network, error);
    if (run->judge == NULL) {
        return NULL;
    }
    g_autoptr(FaultPlan) plan = build_plan(run, error);
    if (plan == NULL) {
        return NULL;
    }
    if (options->block != NULL) {
        run->recorder = recorder_new_block(options->block);
    } else if (options->database != NULL) {
        run->recorder = recorder_new(options->database, options->replace, error);
        if (run->recorder == NULL) {
            return NULL;
        }
    }
    if (!network_prepare(run->network, g_steal_pointer(&plan), run->recorder, RUN_ID, error)) {
        blame_row(run, error);
        return NULL;
    }
    if (run->recorder != NULL && !run_rows_before(recorder_buffer(run->recorder, RUN_ID), scenario,
                                                  run->network, options->block != NULL, error)) {
        return NULL;
    }
    note_remarks(run);
    return g_steal_pointer(&run);
}

/* To the end, in slices. */
static RunOutcome simulate(Run *run)
{
    Simulation *simulation = network_simulation(run->network);
    const Scenario *scenario = run->scenario;
    RunOutcome outcome;
    do {
        outcome = simulation_run(simulation, scenario->stop, scenario->until_idle, SLICE_EVENTS);
        network_flush_log(run->network);
        if (run->options.progress != NULL) {
            run->options.progress(run->options.progress_data, simulation_now(simulation),
                                  simulation_events(simulation));
        }
    } while (outcome == RUN_BUDGET &&
             (run->recorder == NULL || !recorder_has_failed(run->recorder)));
    return outcome;
}

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool commit(Run *run, GError **error)
{
    if (run->recorder == NULL) {
        return true;
    }
    const Simulation *simulation = network_simulation(run->network);
    RecordBuffer *buffer = recorder_buffer(run->recorder, RUN_ID);
    run_rows_execution(buffer, simulation, run->options.queue, run->wall_seconds, run->failure);
    record_run(buffer, &(RunRow){
                           .id = RUN_ID,
                           .scenario = run->scenario->name,
                           .module = run->scenario->module->name,
                           .experiment = text_or_empty(run->options.experiment),
                           .cell = text_or_empty(run->options.cell),
                           .repetition = run->options.repetition,
                           .seed = run->scenario->seed,
                           .status = run_status_name(run->status),
                           .fingerprint = simulation_fingerprint(simulation),
                           .events = (int64_t)simulation_events(simulation),
                           .end = simulation_now(simulation),
                       });
    return recorder_commit(run->recorder, error);
}

bool run_execute(Run *run, GError **error)
{
    const int64_t start_us = g_get_monotonic_time();
    const RunOutcome outcome = simulate(run);
    run->wall_seconds = (double)(g_get_monotonic_time() - start_us) / 1e6;
    run->status = outcome == RUN_INTERRUPTED ? RUN_STOPPED
                  : outcome == RUN_FAILED    ? RUN_BROKEN
                                             : RUN_COMPLETE;
    run->failure = g_strdup(simulation_failure(network_simulation(run->network)));
    run->memory = network_memory(run->network);
    network_finish(run->network);
    if (!commit(run, error)) {
        return false;
    }
    if (run->status == RUN_COMPLETE) {
        judge_run(run->judge, run->network);
    }
    return true;
}

const Scenario *run_scenario(const Run *run)
{
    return run->scenario;
}

Network *run_network(const Run *run)
{
    return run->network;
}

const char *const *run_remarks(const Run *run)
{
    /* GLib gives an empty array no memory, not even for its NULL. */
    static const char *const NONE[] = {NULL};
    return run->remarks->len == 0 ? NONE : (const char *const *)(void *)run->remarks->pdata;
}

const char *run_partial_path(const Run *run)
{
    return run->recorder == NULL ? NULL : recorder_partial_path(run->recorder);
}

RunStatus run_status(const Run *run)
{
    return run->status;
}

const char *run_failure(const Run *run)
{
    return run->failure;
}

const NetworkMemory *run_memory(const Run *run)
{
    return &run->memory;
}

double run_wall_seconds(const Run *run)
{
    return run->wall_seconds;
}

unsigned run_verdict_count(const Run *run)
{
    return judge_verdict_count(run->judge);
}

const RunVerdict *run_verdict(const Run *run, unsigned index)
{
    return judge_verdict(run->judge, index);
}

bool run_holds(const Run *run)
{
    bool holds = run->status == RUN_COMPLETE;
    for (unsigned i = 0; i < run_verdict_count(run); i++) {
        const RunVerdict *verdict = run_verdict(run, i);
        holds = holds && (verdict->holds || verdict->property != NULL);
    }
    return holds;
}
