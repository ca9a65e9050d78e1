/* SPDX-License-Identifier: MIT */
/* skein sweep: all combinations of a scenario file's sweep into one database. */
#include "scenarios/sweep.h"

#include "analysis/halfwidth.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/plot_line.h"
#include "cli/share.h"
#include "cli/sweep_progress.h"
#include "cli/sweep_script.h"
#include "scenarios/sweep_compare.h"
#include "sim/error.h"
#include "sim/value_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define WORKERS_MAX 1024

static const CommandUsage USAGE = {
    .arguments = "FILE",
    .summary =
        "Runs every combination of the values in the section 'sweep' of a scenario file, as often "
        "as\n'repeat' says, on all processors, into one database. It may be interrupted or killed "
        "at "
        "any time:\n--resume goes on where it was. Exit status: 0 complete, 1 runs failed, 2 bad "
        "input, 3 interrupted\nor a full disk.",
    .examples = "  skein sweep loss.yaml --dry-run\n"
                "  skein sweep loss.yaml -j 8 -o loss.db\n"
                "  skein sweep loss.yaml -o loss.db --resume\n"
                "  skein sweep loss.yaml --shard 2/5 -o part2.db",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char **sets;
    char *seed, *output, *only, *shard, *timeout, *memory, *progress;
    int workers, shares;
    gboolean resume, force, dry_run, fail_fast, quiet, json, slurm, parallel;
    Share share;
} Options;

static void clear_options(Options *options)
{
    g_strfreev(options->sets);
    g_free(options->seed);
    g_free(options->output);
    g_free(options->only);
    g_free(options->shard);
    g_free(options->timeout);
    g_free(options->memory);
    g_free(options->progress);
}

static bool read_limit(const char *option, const char *text, ValueUnit unit, int64_t *ret_value,
                       GError **error)
{
    if (text == NULL) {
        return true;
    }
    GError *problem = NULL;
    if (!value_parse(text, unit, ret_value, &problem)) {
        g_propagate_prefixed_error(error, problem, "%s: ", option);
        return false;
    }
    return *ret_value > 0 ||
           skein_refuse(error, "%s: found '%s', expected more than 0", option, text);
}

static bool read_sweep_options(const Options *options, SweepOptions *sweep, GError **error)
{
    int64_t timeout_ns = 0;
    if (options->workers < 0 || options->workers > WORKERS_MAX) {
        return skein_refuse(error, "-j: found %d, expected a number from 1 to %d", options->workers,
                            WORKERS_MAX);
    }
    sweep->worker_count =
        options->workers == 0 ? g_get_num_processors() : (unsigned)options->workers;
    sweep->fail_fast = options->fail_fast;
    if (!read_limit("--timeout", options->timeout, VALUE_DURATION, &timeout_ns, error) ||
        !read_limit("--memory", options->memory, VALUE_SIZE, &sweep->memory_bytes_max, error)) {
        return false;
    }
    sweep->timeout_us = timeout_ns == 0 ? 0 : MAX(timeout_ns / 1000, 1);
    return true;
}

/* -- Dry run -- */

static void list_cells(const SweepPlan *plan, const SweepOptions *sweep)
{
    const GPtrArray *experiments = sweep_plan_experiments(plan);
    uint64_t runs = 0;
    unsigned cells = 0;
    bool is_open = false;
    for (unsigned i = 0; i < sweep_plan_cell_count(plan); i++) {
        const SweepCell *cell = sweep_plan_cell(plan, i);
        const SweepExperiment *experiment = cell->experiment;
        const bool has_until = experiment->until.statistic != NULL;
        if (!sweep_has_cell(sweep, i)) {
            continue;
        }
        printf("%s%s%s\n", experiments->len > 1 ? experiment->name : "",
               experiments->len > 1 ? ": " : "",
               cell->text[0] == '\0' ? "(base values)" : cell->text);
        cells++;
        runs += has_until ? SWEEP_FIRST_LOOK : experiment->repeat;
        is_open = is_open || has_until;
    }
    printf("%u cells, %s%" PRIu64 " runs\n", cells, is_open ? "at least " : "", runs);
}

/* -- What the database has -- */

static bool refuse_changes(const char *path, const GPtrArray *reasons, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < reasons->len && i < 10; i++) {
        g_string_append_printf(text, "\n  %s", (const char *)g_ptr_array_index(reasons, i));
    }
    return skein_refuse(error,
                        "%s: the runs in it were made otherwise:%s%s\n--resume --force removes "
                        "those runs and makes them anew; another -o keeps them",
                        path, text->str, reasons->len > 10 ? "\n  ..." : "");
}

/* Removes what failed and, with --force, what would be different now. */
static bool reconcile(const SweepPlan *plan, SweepDatabase *database, const Options *options,
                      GError **error)
{
    g_autofree char *share =
        options->share.count == 0
            ? NULL
            : g_strdup_printf("%u/%u", options->share.number, options->share.count);
    g_autoptr(GArray) changed_ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GArray) records = sweep_compare_records(database, plan, error);
    if (records == NULL || !sweep_compare(database, plan, records, changed_ids, reasons, error)) {
        return false;
    }
    if (changed_ids->len > 0 && !options->force) {
        return refuse_changes(sweep_database_path(database), reasons, error);
    }
    return sweep_database_remove(database, changed_ids, error) &&
           sweep_database_describe(database, sweep_plan_base(plan)->file, share, error) &&
           sweep_database_commit(database, error);
}

/* -- The sweep -- */

/* Of this process and its workers, which have ended. */
static double cpu_seconds(void)
{
    double seconds = 0;
    for (int i = 0; i < 2; i++) {
        struct rusage usage = {0};
        getrusage(i == 0 ? RUSAGE_SELF : RUSAGE_CHILDREN, &usage);
        seconds += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    }
    return seconds;
}

static void print_json(const SweepReport *report, const SweepPlan *plan, const char *path,
                       double wall_seconds)
{
    const SweepProgress *progress = &report->progress;
    printf(
        "{\"database\":\"%s\",\"cells\":%u,\"runs\":%" PRIu64 ",\"done\":%" PRIu64
        ",\"kept\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"violated\":%" PRIu64
        ",\"complete\":%s,\"wall_seconds\":%.6f,\"cpu_seconds\":%.6f,\"run_cpu_seconds\":%.6f}\n",
        path, sweep_plan_cell_count(plan), progress->total, progress->done, progress->kept,
        progress->failed, report->violated, report->is_complete ? "true" : "false", wall_seconds,
        cpu_seconds(), (double)report->cpu_ns / 1e9);
}

static void print_summary(const SweepReport *report, const SweepPlan *plan, const char *path,
                          double wall_seconds)
{
    const SweepProgress *progress = &report->progress;
    printf("%s: %" PRIu64 " of %" PRIu64 " runs in %u cells", path, progress->done, progress->total,
           sweep_plan_cell_count(plan));
    if (progress->kept > 0) {
        printf(", %" PRIu64 " of them from before", progress->kept);
    }
    printf("; %" PRIu64 " executed in %.1f s", report->executed, wall_seconds);
    if (report->executed > 0) {
        printf(" (%.3g runs/s)", (double)report->executed / MAX(wall_seconds, 1e-6));
    }
    printf("\n");
    if (report->violated > 0) {
        printf("in %" PRIu64 " of the executed runs an expectation does not hold\n",
               report->violated);
    }
}

/* A SweepHalfwidth. */
static bool measure(void *data, sqlite3 *database, const SweepCell *cell, unsigned count,
                    double *ret_halfwidth, double *ret_mean, GError **error)
{
    (void)data;
    Halfwidth halfwidth;
    if (!halfwidth_of_cell(database, cell->experiment->name, cell->text, count,
                           cell->experiment->until.statistic, &halfwidth, error)) {
        return false;
    }
    *ret_halfwidth = halfwidth.halfwidth;
    *ret_mean = halfwidth.mean;
    return true;
}

static void add_option(GPtrArray *words, const char *option, const char *value)
{
    if (value != NULL) {
        g_ptr_array_add(words, g_strconcat(option, "=", value, NULL));
    }
}

/* The options that belong to the sweep and not to this call of it; NULL-terminated. */
static GPtrArray *words_for_share(const Options *options)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (char **set = options->sets; set != NULL && *set != NULL; set++) {
        add_option(words, "--set", *set);
    }
    add_option(words, "--seed", options->seed);
    add_option(words, "--only", options->only);
    add_option(words, "--timeout", options->timeout);
    add_option(words, "--memory", options->memory);
    g_ptr_array_add(words, NULL);
    return words;
}

/* In quotes only where the shell needs them. */
static char *shell_word(const char *text)
{
    static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./=%,:+@";
    return text[0] != '\0' && strspn(text, PLAIN) == strlen(text) ? g_strdup(text)
                                                                  : g_shell_quote(text);
}

/* What to type to go on. */
static char *resume_command(const char *file, const char *path, const Options *options)
{
    g_autoptr(GPtrArray) words = words_for_share(options);
    if (options->shard != NULL) {
        g_ptr_array_insert(words, 0, g_strconcat("--shard=", options->shard, NULL));
    }
    g_autoptr(GString) line = g_string_new("skein sweep");
    g_autofree char *quoted_file = shell_word(file);
    g_autofree char *quoted_path = shell_word(path);
    g_string_append_printf(line, " %s -o %s --resume", quoted_file, quoted_path);
    for (guint i = 0; g_ptr_array_index(words, i) != NULL; i++) {
        g_autofree char *word = shell_word(g_ptr_array_index(words, i));
        g_string_append_printf(line, " %s", word);
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

static bool judge(const SweepReport *report, const char *file, const char *path,
                  const Options *options, int *ret_status, GError **error)
{
    const SweepProgress *progress = &report->progress;
    g_autofree char *next = resume_command(file, path, options);
    if (report->is_interrupted) {
        g_set_error(error, SKEIN_ERROR,
                    progress->failed > 0 ? SKEIN_ERROR_FAILED : SKEIN_ERROR_ENVIRONMENT,
                    "%s: %" PRIu64 " of %" PRIu64 " runs are done and safe in %s; to go on: %s",
                    progress->failed > 0 ? "a run failed" : "interrupted", progress->done,
                    progress->total, path, next);
        return false;
    }
    if (progress->failed > 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_FAILED,
                    "%" PRIu64 " runs failed; to try them again: %s", progress->failed, next);
        return false;
    }
    *ret_status = 0;
    return true;
}

static char *database_name(const SweepPlan *plan, const Options *options)
{
    return options->output != NULL ? g_strdup(options->output)
                                   : share_database(&options->share, sweep_plan_base(plan)->name);
}

static bool execute(const SweepPlan *plan, const char *file, const Options *options,
                    SweepOptions *sweep, int *ret_status, GError **error)
{
    const SweepOpening opening = options->resume  ? SWEEP_RESUME
                                 : options->force ? SWEEP_REPLACE
                                                  : SWEEP_CREATE;
    g_autofree char *path = database_name(plan, options);
    SweepDisplay display;
    SweepReport report = {0};
    sweep->interrupt = interrupt_arm();
    if (!sweep_display_init(&display, options->quiet ? "none" : options->progress, sweep->interrupt,
                            error) ||
        !sweep_check(plan, sweep, error)) {
        return false;
    }
    sweep->halfwidth = measure;
    sweep->progress = sweep_display_progress;
    sweep->failed = sweep_display_failed;
    sweep->remark = sweep_display_remark;
    sweep->data = &display;
    g_autoptr(SweepDatabase) database = sweep_database_new(path, opening, error);
    if (database == NULL || !reconcile(plan, database, options, error)) {
        return false;
    }
    const bool is_executed = sweep_execute(plan, database, sweep, &report, error);
    sweep_display_end(&display, &report.progress);
    if (!is_executed) {
        g_prefix_error(error, "%" PRIu64 " of %" PRIu64 " runs were done (--resume goes on): ",
                       report.progress.done, report.progress.total);
        return false;
    }
    const double wall_seconds = (double)(g_get_monotonic_time() - display.started_us) / 1e6;
    if (options->json) {
        print_json(&report, plan, path, wall_seconds);
    } else if (!options->quiet) {
        print_summary(&report, plan, path, wall_seconds);
    }
    return judge(&report, file, path, options, ret_status, error);
}

/* -- Other machines -- */

/* Prints the script; without --shares there are as many as cells, up to 16. */
static bool print_script(const SweepPlan *plan, const char *file, const Options *options,
                         GError **error)
{
    const unsigned cells = sweep_plan_cell_count(plan);
    const unsigned shares = options->shares == 0 ? MIN(cells, 16) : (unsigned)options->shares;
    if (options->shares < 0 || shares > cells) {
        return skein_refuse(error,
                            "--shares: found %d, expected a number from 1 to %u, the number of "
                            "cells",
                            options->shares, cells);
    }
    g_autoptr(GPtrArray) words = words_for_share(options);
    g_autofree char *output = database_name(plan, options);
    const SweepScript script = {.file = file,
                                .name = sweep_plan_base(plan)->name,
                                .output = output,
                                .arguments = (const char *const *)words->pdata,
                                .shares = shares};
    g_autofree char *text =
        options->slurm ? sweep_script_slurm(&script) : sweep_script_parallel(&script);
    fputs(text, stdout);
    return true;
}

static bool sweep_file(const char *file, Options *options, int *ret_status, GError **error)
{
    SweepOptions sweep = {0};
    if (!read_sweep_options(options, &sweep, error) ||
        !share_read(options->shard, &options->share, error)) {
        return false;
    }
    sweep.shard = options->share.number;
    sweep.shard_count = options->share.count;
    g_autoptr(SweepPlan) plan = sweep_plan_new(file, (const char *const *)options->sets,
                                               options->seed, options->only, error);
    if (plan == NULL || !plot_lines_check_scenario(
                            sweep_plan_scenario(plan, sweep_plan_cell(plan, 0), error), error)) {
        return false;
    }
    if (options->dry_run || options->slurm || options->parallel) {
        if (!sweep_check(plan, &sweep, error)) {
            return false;
        }
        if (options->slurm || options->parallel) {
            return print_script(plan, file, options, error);
        }
        list_cells(plan, &sweep);
        return true;
    }
    return execute(plan, file, options, &sweep, ret_status, error);
}

/* `-j2`, as make takes it, which GOption does not know. The texts are to be freed. */
static GPtrArray *spell_out_jobs(int argc, char **argv)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    for (int i = 1; i < argc; i++) {
        if (g_str_has_prefix(argv[i], "-j") && g_ascii_isdigit(argv[i][2])) {
            argv[i] = g_strconcat("--jobs=", argv[i] + 2, NULL);
            g_ptr_array_add(texts, argv[i]);
        }
    }
    return texts;
}

int command_sweep(int argc, char **argv)
{
    GPtrArray *texts = spell_out_jobs(argc, argv);
    Options options = {0};
    const GOptionEntry entries[] = {
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.workers,
         "Worker processes (default: one for each processor); results do not depend on it", "N"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "The database (default: the file's name with .db, in the working directory)", "DB"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &options.resume,
         "Go on with the database: run what is missing or failed", NULL},
        {"force", 0, 0, G_OPTION_ARG_NONE, &options.force,
         "Replace the database; with --resume only the runs whose settings have changed", NULL},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, "List the cells and count the runs",
         NULL},
        {"only", 0, 0, G_OPTION_ARG_STRING, &options.only, "One of the file's experiments", "NAME"},
        {"shard", 0, 0, G_OPTION_ARG_STRING, &options.shard,
         "Only this share of the cells: 2/5, or slurm in the task of an array job", "K/N"},
        {"slurm", 0, 0, G_OPTION_ARG_NONE, &options.slurm,
         "Print a script that runs the shares and the merging on a Slurm cluster", NULL},
        {"parallel", 0, 0, G_OPTION_ARG_NONE, &options.parallel, "The same for GNU parallel", NULL},
        {"shares", 0, 0, G_OPTION_ARG_INT, &options.shares,
         "How many shares such a script has (default: one for each cell, at most 16)", "N"},
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Override a setting that is not swept; may be repeated", "SECTION.KEY=VALUE"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed, "Short for --set scenario.seed=N", "N"},
        {"timeout", 0, 0, G_OPTION_ARG_STRING, &options.timeout,
         "A run that takes longer on the wall clock fails", "DURATION"},
        {"memory", 0, 0, G_OPTION_ARG_STRING, &options.memory, "A run that uses more memory fails",
         "SIZE"},
        {"fail-fast", 0, 0, G_OPTION_ARG_NONE, &options.fail_fast, "End at the first failed run",
         NULL},
        {"progress", 0, 0, G_OPTION_ARG_STRING, &options.progress,
         "auto, plain, json (objects on stderr, one a line) or none", "STYLE"},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &options.quiet, "No progress and no summary", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print the summary as one JSON object",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    int status = 0;
    const bool is_fine = command_parse(&USAGE, entries, &argc, &argv, &error) &&
                         sweep_file(argv[1], &options, &status, &error);
    clear_options(&options);
    g_ptr_array_unref(texts);
    return is_fine ? status : command_fail(error);
}
