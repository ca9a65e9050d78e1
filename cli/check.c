/* SPDX-License-Identifier: MIT */
/* skein check: many seeds, and the smallest scenario that fails like the first bad one. */
#include "cli/check_report.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "scenarios/run.h"
#include "sim/error.h"
#include "sim/value_text.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const CommandUsage USAGE = {
    .arguments = "FILE",
    .summary =
        "Runs a scenario under many seeds and judges each run by the properties of its module and "
        "by "
        "expect. Stops\nat a seed that fails, says how to run it again, and shrinks it: fewer "
        "peers "
        "and messages, a shorter timeline,\nsimpler latencies, until no single step makes it "
        "smaller. The result is a scenario file with the latency of\neach message beside it. Exit "
        "status: 0 all seeds hold, 1 one fails, 2 bad input, 3 interrupted.",
    .examples = "  skein check bank.yaml --seeds 10000 -j 8\n"
                "  skein check bank.yaml --set stack.name=datagram -o reordered\n"
                "  skein check bank.yaml --swarm --seeds 5000\n"
                "  skein check lossy-line.yaml --ignore 'every ping is answered'\n"
                "  skein check bank.yaml --no-shrink --json --quiet | jq .failed_seed",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char **sets, **ignored;
    char *seed, *output, *time_limit;
    gint64 seeds;
    int jobs;
    gboolean swarm, no_shrink, force, quiet, json;
} Options;

enum { JOBS_MAX = 1024 };
/* A candidate takes milliseconds; a run that needs more of them than this is not worth waiting for.
 */
enum { SHRINK_RUNS_MAX = 100000 };

static void clear_options(Options *options)
{
    g_strfreev(options->sets);
    g_strfreev(options->ignored);
    g_free(options->seed);
    g_free(options->output);
    g_free(options->time_limit);
}

static bool check_numbers(Options *options, const Scenario *scenario, int64_t *ret_timeout,
                          GError **error)
{
    if (options->seeds < 1 || (uint64_t)options->seeds - 1 > UINT64_MAX - scenario->seed) {
        return skein_refuse(error,
                            "--seeds: found %" PRId64 ", expected at least 1, and no seed above "
                            "18446744073709551615",
                            (int64_t)options->seeds);
    }
    if (options->jobs < 0 || options->jobs > JOBS_MAX) {
        return skein_refuse(error, "-j: found %d, expected a number from 1 to %d", options->jobs,
                            JOBS_MAX);
    }
    if (options->jobs == 0) {
        options->jobs = (int)g_get_num_processors();
    }
    const char *limit = options->time_limit == NULL ? "60s" : options->time_limit;
    if (!value_parse(limit, VALUE_DURATION, ret_timeout, error) ||
        (*ret_timeout < SIM_MILLISECOND &&
         !skein_refuse(error, "found '%s', expected at least 1ms", limit))) {
        g_prefix_error(error, "--time-limit: ");
        return false;
    }
    *ret_timeout /= SIM_MICROSECOND;
    return true;
}

static bool check_ignored(const Options *options, const Scenario *scenario, GError **error)
{
    for (char **ignored = options->ignored; ignored != NULL && *ignored != NULL; ignored++) {
        bool is_known = false;
        const ScenarioProperty *property = scenario->module->properties;
        for (; property != NULL && property->name != NULL; property++) {
            is_known |= strcmp(*ignored, property->name) == 0 ||
                        strcmp(*ignored, property->expectation) == 0;
        }
        const GPtrArray *lines = scenario_file_expectations(scenario->file);
        for (guint i = 0; i < lines->len; i++) {
            is_known |=
                strcmp(*ignored, ((const ScenarioLine *)g_ptr_array_index(lines, i))->text) == 0;
        }
        if (!is_known) {
            return skein_refuse(error,
                                "--ignore: found '%s', expected a property of module %s or a line "
                                "of expect",
                                *ignored, scenario->module->name);
        }
    }
    return true;
}

/* Where the result goes: `folder/stem`, without .yaml. */
static bool settle_output(Options *options, const Scenario *scenario, GError **error)
{
    if (options->output == NULL) {
        options->output = g_strdup_printf("%s-shrunk", scenario->name);
    } else if (g_str_has_suffix(options->output, ".yaml")) {
        options->output[strlen(options->output) - strlen(".yaml")] = '\0';
    }
    static const char *const ENDINGS[] = {".yaml", ".csv", "-edges.csv"};
    g_autofree char *folder = g_path_get_dirname(options->output);
    if (!options->no_shrink && g_access(folder, W_OK) != 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: %s", folder,
                    g_strerror(errno));
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(ENDINGS); i++) {
        g_autofree char *path = g_strconcat(options->output, ENDINGS[i], NULL);
        if (!options->no_shrink && !options->force && g_file_test(path, G_FILE_TEST_EXISTS)) {
            return skein_refuse(error, "%s exists; --force replaces it", path);
        }
    }
    return true;
}

/* As a shell reads it. */
static void append_word(GString *text, const char *option, const char *word)
{
    static const char PLAIN[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/+-="
        ":,%@";
    g_autofree char *quoted = g_shell_quote(word);
    g_string_append_printf(text, " %s%s", option,
                           *word != '\0' && strspn(word, PLAIN) == strlen(word) ? word : quoted);
}

/* Faults that were drawn are no settings: then the whole scenario is written. */
static char *write_seed(Scenario *scenario, const Options *options, GError **error)
{
    g_autoptr(Run) run = run_new(scenario, &(RunOptions){0}, error);
    if (run == NULL) {
        return NULL;
    }
    g_autofree char *stem = g_strdup_printf("%s-seed-%" PRIu64, scenario->name, scenario->seed);
    g_autofree char *name = g_strconcat(stem, ".yaml", NULL);
    g_autofree char *comment = g_strdup_printf(
        "What skein check --swarm made of %s for seed %" PRIu64, scenario->name, scenario->seed);
    if (!options->force && g_file_test(name, G_FILE_TEST_EXISTS)) {
        skein_refuse(error, "%s exists; --force replaces it", name);
        return NULL;
    }
    g_autoptr(Draft) draft = draft_new(scenario, run_network(run));
    DraftText text = draft_text(draft, stem, comment);
    const bool is_written = draft_text_write(&text, ".", stem, error);
    draft_text_clear(&text);
    return is_written ? g_strconcat("skein run ", name, NULL) : NULL;
}

/* The command that runs the failing seed. */
static bool settle_replay(const CampaignOptions *campaign_options, const Options *options,
                          CheckReport *report, GError **error)
{
    report->sets = g_ptr_array_new_with_free_func(g_free);
    report->rows = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Scenario) scenario =
        campaign_scenario(campaign_options, report->seed, report->sets, report->rows, error);
    if (scenario == NULL) {
        return false;
    }
    if (report->rows->len > 0) {
        report->replay = write_seed(scenario, options, error);
        return report->replay != NULL;
    }
    g_autofree char *seed = g_strdup_printf("%" PRIu64, report->seed);
    GString *text = g_string_new("skein run");
    append_word(text, "", campaign_options->path);
    append_word(text, "--seed ", seed);
    for (char **set = options->sets; set != NULL && *set != NULL; set++) {
        append_word(text, "--set ", *set);
    }
    for (guint i = 0; i < report->sets->len; i++) {
        append_word(text, "--set ", g_ptr_array_index(report->sets, i));
    }
    report->replay = g_string_free(text, FALSE);
    return true;
}

static bool write_result(CheckReport *report, const Options *options, const char *path,
                         GError **error)
{
    g_autofree char *stem = g_path_get_basename(options->output);
    g_autofree char *folder = g_path_get_dirname(options->output);
    g_autofree char *comment =
        g_strdup_printf("Shrunk by skein check from %s, seed %" PRIu64 ".\nFails: %s; there, %s.",
                        path, report->seed, report->failure->key, report->failure->found);
    g_strdelimit(comment + strlen("Shrunk by skein check from "), "\r", ' ');
    DraftText text = draft_text(report->counterexample->draft, stem, comment);
    const bool is_written = draft_text_write(&text, folder, stem, error);
    draft_text_clear(&text);
    report->output = g_strconcat(options->output, ".yaml", NULL);
    return is_written;
}

/* The failing seed again, watched, and made smaller. */
static bool shrink_seed(Campaign *campaign, const CampaignOptions *campaign_options,
                        const Options *options, const char *path, CheckProgress *progress,
                        CheckReport *report, GError **error)
{
    g_autoptr(Trial) watched = campaign_watch(campaign, report->seed, error);
    if (watched == NULL) {
        return false;
    }
    const TrialFailure *failure = trial_failure(watched, report->failure->key);
    if (failure == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_FAILED,
                    "seed %" PRIu64 " failed once and not again: the run is not deterministic; see "
                    "skein verify",
                    report->seed);
        return false;
    }
    g_autoptr(Scenario) scenario =
        campaign_scenario(campaign_options, report->seed, NULL, NULL, error);
    if (scenario == NULL) {
        return false;
    }
    const CounterexampleOptions shrink_options = {.batch = campaign_options->job_count,
                                                  .tries_max = SHRINK_RUNS_MAX,
                                                  .progress = check_progress_shrinking,
                                                  .data = progress,
                                                  .interrupt = campaign_options->interrupt};
    report->counterexample =
        counterexample_new(campaign, scenario, watched, failure, &shrink_options, error);
    return report->counterexample != NULL && write_result(report, options, path, error);
}

static bool hunt(const CampaignOptions *campaign_options, const Options *options, const char *path,
                 CheckReport *report, GError **error)
{
    CheckProgress progress;
    check_progress_init(&progress, options->quiet);
    g_autoptr(Campaign) campaign = campaign_new(campaign_options, error);
    if (campaign == NULL) {
        return false;
    }
    const CampaignHunt hunted = {.first_seed = report->first_seed,
                                 .count = (uint64_t)options->seeds,
                                 .progress = check_progress_seeds,
                                 .data = &progress};
    Trial *failed = NULL;
    const int64_t start_us = g_get_monotonic_time();
    bool is_fine =
        campaign_hunt(campaign, &hunted, &report->progress, &failed, &report->seed, error);
    report->wall_seconds = (double)(g_get_monotonic_time() - start_us) / 1e6;
    report->is_interrupted = *campaign_options->interrupt != 0;
    if (is_fine && failed != NULL) {
        report->failed = failed;
        report->failure = trial_failure(failed, NULL);
        is_fine = settle_replay(campaign_options, options, report, error);
        if (is_fine && !options->no_shrink && !report->is_interrupted) {
            is_fine =
                shrink_seed(campaign, campaign_options, options, path, &progress, report, error);
        }
    }
    check_progress_clear(&progress);
    return is_fine;
}

static void clear_report(CheckReport *report)
{
    trial_free((Trial *)(uintptr_t)report->failed);
    counterexample_free((Counterexample *)(uintptr_t)report->counterexample);
    g_clear_pointer(&report->sets, g_ptr_array_unref);
    g_clear_pointer(&report->rows, g_ptr_array_unref);
    g_free(report->replay);
    g_free(report->output);
}

static bool check(const char *path, Options *options, int *ret_status, GError **error)
{
    g_autoptr(Scenario) scenario =
        scenario_load(path, (const char *const *)options->sets, options->seed, error);
    int64_t timeout_us;
    if (scenario == NULL || !check_numbers(options, scenario, &timeout_us, error) ||
        !check_ignored(options, scenario, error) || !settle_output(options, scenario, error)) {
        return false;
    }
    /* What is wrong with the input is said before anything starts. */
    Run *run = run_new(scenario, &(RunOptions){0}, error);
    if (run == NULL) {
        return false;
    }
    run_free(run);
    const CampaignOptions campaign_options = {
        .path = path,
        .sets = (const char *const *)options->sets,
        .ignored = (const char *const *)options->ignored,
        .is_swarm = options->swarm,
        .job_count = (unsigned)options->jobs,
        .timeout_us = timeout_us,
        .interrupt = interrupt_arm(),
    };
    CheckReport report = {
        .scenario = scenario, .ignored = campaign_options.ignored, .first_seed = scenario->seed};
    bool is_fine = hunt(&campaign_options, options, path, &report, error);
    if (is_fine || report.replay != NULL) {
        if (options->json) {
            check_report_print_json(&report);
        } else {
            check_report_print(&report);
        }
        *ret_status = report.failed != NULL   ? SKEIN_ERROR_FAILED
                      : report.is_interrupted ? SKEIN_ERROR_ENVIRONMENT
                                              : 0;
    }
    clear_report(&report);
    return is_fine;
}

int command_check(int argc, char **argv)
{
    Options options = {.seeds = 1000};
    const GOptionEntry entries[] = {
        {"seeds", 0, 0, G_OPTION_ARG_INT64, &options.seeds, "How many seeds (default: 1000)", "N"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &options.seed,
         "The first seed (default: that of the scenario)", "N"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs,
         "Runs at a time (default: one for each processor)", "N"},
        {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sets,
         "Override a setting of the file; may be repeated", "SECTION.KEY=VALUE"},
        {"ignore", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.ignored,
         "Leave out a property, by its name, or a line of expect; may be repeated", "TEXT"},
        {"time-limit", 0, 0, G_OPTION_ARG_STRING, &options.time_limit,
         "A run that takes longer has failed, too (default: 60s)", "DURATION"},
        {"swarm", 0, 0, G_OPTION_ARG_NONE, &options.swarm,
         "Let the seed choose settings, too: from section swarm of the file, or ties and latency",
         NULL},
        {"no-shrink", 0, 0, G_OPTION_ARG_NONE, &options.no_shrink, "Only find a seed that fails",
         NULL},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "The shrunk scenario, NAME.yaml, with NAME.csv and perhaps NAME-edges.csv (default: the "
         "scenario's name with -shrunk, in the working directory)",
         "NAME"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &options.force, "Replace an existing scenario", NULL},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &options.quiet, "No progress", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "Print the result as one JSON object",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    int status = 0;
    const bool is_fine = command_parse(&USAGE, entries, &argc, &argv, &error) &&
                         check(argv[1], &options, &status, &error);
    clear_options(&options);
    return is_fine ? status : command_fail(error);
}
