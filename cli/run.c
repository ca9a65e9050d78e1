/* SPDX-License-Identifier: MIT */
/* skein run: a scenario file into a database. */
#include "cli/command.h"
#include "cli/execution_options.h"
#include "cli/interrupt.h"
#include "cli/log_lines.h"
#include "cli/memory_table.h"
#include "cli/plot_line.h"
#include "cli/progress.h"
#include "cli/run_summary.h"
#include "cli/swept_run.h"

static const CommandUsage USAGE = {
    .arguments = "FILE",
    .summary = "Runs a scenario and writes what happened into a database. Ctrl-C ends the run and "
               "saves what there is;\na second one leaves nothing. Exit status: 0 complete, 1 the "
               "run failed or an expectation does not\nhold, 2 bad input, 3 interrupted or a full "
               "disk.",
    .examples = "  skein run ping.yaml\n"
                "  skein run ping.yaml --seed 7 --set link.loss=2% -o lossy.db\n"
                "  skein run ping-100000.yaml -j 2\n"
                "  skein run ping.yaml --force --log all=info --log 3=off\n"
                "  skein run loss.yaml --cell link.loss=5% --repetition 3\n"
                "  skein run ping.yaml --json --quiet | jq .fingerprint",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char **sets, **logs;
    char *seed, *output, *queue;
    int partitions, jobs;
    gboolean force, quiet, json, memory;
    SweptRun swept;
} Options;

static void clear_options(Options *options)
{
    g_strfreev(options->sets);
    g_strfreev(options->logs);
    g_free(options->seed);
    g_free(options->output);
    g_free(options->queue);
    swept_run_clear(&options->swept);
}

/* The file's name with another extension, in the working directory. */
static char *default_output(const Scenario *scenario)
{
    return g_strdup_printf("%s.db", scenario->name);
}

static Scenario *load(const char *path, Options *options, RunOptions *run_options, GError **error)
{
    const char *const *sets = (const char *const *)options->sets;
    return swept_run_is_given(&options->swept)
               ? swept_run_load(&options->swept, path, sets, options->seed, run_options, error)
               : scenario_load(path, sets, options->seed, error);
}

static bool execute(const char *path, Options *options, int *ret_status, GError **error)
{
    g_autoptr(LogLines) log = log_lines_new((const char *const *)options->logs, error);
    if (log == NULL) {
        return false;
    }
    RunOptions run_options = {0};
    g_autoptr(Scenario) scenario = load(path, options, &run_options, error);
    if (scenario == NULL) {
        return false;
    }
    if (options->output == NULL) {
        options->output = default_output(scenario);
    }
    Progress progress;
    progress_init(&progress, scenario->stop);
    run_options.database = options->output;
    run_options.replace = options->force;
    run_options.interrupt = interrupt_arm();
    run_options.progress =
        options->quiet || log_lines_level(log) > LOG_OFF ? NULL : progress_update;
    run_options.progress_data = &progress;
    run_options.log_level = log_lines_level(log);
    run_options.log_line = log_lines_print;
    run_options.log_data = log;
    if (!execution_options_read(options->queue, options->partitions, options->jobs, &run_options,
                                error)) {
        return false;
    }
    g_autoptr(Run) run = run_new(scenario, &run_options, error);
    if (run == NULL || !plot_lines_check(run, error)) {
        return false;
    }
    log_lines_set_network(log, run_network(run));
    interrupt_guard(run_partial_path(run));
    const unsigned remarks = options->quiet ? 0 : run_summary_print_remarks(run, 0);
    const bool is_executed = run_execute(run, error);
    progress_clear(&progress);
    interrupt_guard(NULL);
    if (!is_executed) {
        return false;
    }
    if (!options->quiet) {
        run_summary_print_remarks(run, remarks);
    }
    if (options->json) {
        run_summary_print_json(run, options->output);
    } else if (!options->quiet) {
        run_summary_print(run, options->output);
    }
    if (options->memory && !options->json) {
        memory_table_print(run_memory(run));
    }
    *ret_status = run_summary_exit_status(run);
    return true;
}

int command_run(int argc, char **argv)
{
    Options options = {.partitions = 1, .jobs = 1};
    const GOptionEntry entries[] = {
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Override a setting of the file; may be repeated", "SECTION.KEY=VALUE"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "Short for --set scenario.seed=N", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "The database (default: the file's name with .db, in the working directory)", "DB"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &options.force, "Replace an existing database", NULL},
        {"cell", 0, 0, G_OPTION_ARG_STRING, &options.swept.cell,
         "Run this cell of the file's sweep, with the seed it has there", "KEY=VALUE, ..."},
        {"repetition", 0, 0, G_OPTION_ARG_INT, &options.swept.repetition,
         "Which repetition of the cell (default: 1)", "N"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &options.swept.only,
         "The experiment that the cell belongs to", "NAME"},
        {"queue", 0, 0, G_OPTION_ARG_STRING, &options.queue,
         "The event queue; results do not depend on it", "NAME"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs,
         "Run in N threads; results do not depend on it", "N"},
        {"partitions", 0, 0, G_OPTION_ARG_INT, &options.partitions,
         "Cut the peers into N parts, at least one for each thread, that advance in turns; results "
         "do not depend on it",
         "N"},
        {"log", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.logs,
         "Print log lines of peers to stderr: PEER is all, coordinator, or a number or name with * "
         "and ?; LEVEL is info or off; the last that fits decides",
         "PEER=LEVEL"},
        {"memory", 0, 0, G_OPTION_ARG_NONE, &options.memory,
         "Print how many bytes a peer, a connection, a stream and an event take, and all of them",
         NULL},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &options.quiet, "No progress, remarks and summary",
         NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print the summary as one JSON object",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    int status = 0;
    const bool is_fine = command_parse(&USAGE, entries, &argc, &argv, &error) &&
                         execute(argv[1], &options, &status, &error);
    clear_options(&options);
    return is_fine ? status : command_fail(error);
}
