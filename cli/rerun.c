/* SPDX-License-Identifier: MIT */
/* skein rerun: a database made once more from what is in it. */
#include "config.h"

#include "analysis/digest.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/stored_run.h"
#include "scenarios/run.h"
#include "sim/error.h"
#include "sim/input_file.h"
#include "sim/json_text.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const CommandUsage USAGE = {
    .arguments = "DB",
    .summary = "Runs the scenario in a database again, from its text and the values that were in "
               "force, and says whether\nthe result is the same. Input files are compared by their "
               "SHA-256 first. Exit status: 0 the same, 1 different,\n2 an input has changed.",
    .examples = "  skein rerun testbed.db\n"
                "  skein rerun testbed.db -o again.db",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char *output;
    gboolean force, quiet, as_json;
} Options;

static bool check_inputs(const StoredRun *stored, GError **error)
{
    for (guint i = 0; i < stored->inputs->len; i++) {
        const StoredInput *input = &g_array_index(stored->inputs, StoredInput, i);
        g_autofree char *path = g_canonicalize_filename(input->name, stored->directory);
        g_autofree char *sha256 = NULL;
        if (!input_file_sha256(path, &sha256, error)) {
            g_prefix_error(error, "input '%s': ", input->name);
            return false;
        }
        if (g_strcmp0(sha256, input->sha256) != 0) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "input '%s' has changed: %s has SHA-256 %s, the run read %s", input->name,
                        path, sha256, input->sha256);
            return false;
        }
    }
    return true;
}

/* The stored values stand after those of the text, so that they hold. */
static Scenario *restore(const StoredRun *stored, GError **error)
{
    g_autoptr(ScenarioFile) file = scenario_file_parse(stored->text, strlen(stored->text),
                                                       stored->path, stored->directory, error);
    if (file == NULL) {
        return NULL;
    }
    for (guint i = 0; i < stored->values->len; i++) {
        const SettingValue *value = g_ptr_array_index(stored->values, i);
        g_ptr_array_add(scenario_file_values(file),
                        setting_value_new(value->key, value->text, value->origin, value->file,
                                          value->line, value->column));
    }
    return scenario_new(g_steal_pointer(&file), error);
}

static bool execute(const StoredRun *stored, const char *output, const Options *options,
                    uint64_t *ret_fingerprint, GError **error)
{
    g_autoptr(Scenario) scenario = restore(stored, error);
    if (scenario == NULL) {
        return false;
    }
    Progress progress;
    progress_init(&progress, scenario->stop);
    const RunOptions run_options = {.database = output,
                                    .replace = options->force,
                                    .interrupt = interrupt_arm(),
                                    .progress = options->quiet ? NULL : progress_update,
                                    .progress_data = &progress};
    g_autoptr(Run) run = run_new(scenario, &run_options, error);
    if (run == NULL) {
        return false;
    }
    interrupt_guard(run_partial_path(run));
    const bool is_executed = run_execute(run, error);
    progress_clear(&progress);
    interrupt_guard(NULL);
    if (!is_executed) {
        return false;
    }
    if (run_status(run) == RUN_STOPPED) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "interrupted");
        return false;
    }
    *ret_fingerprint = simulation_fingerprint(network_simulation(run_network(run)));
    return true;
}

static char *digest_of(const char *path, GError **error)
{
    g_autoptr(sqlite3) database = database_open(path, error);
    return database == NULL ? NULL : digest_of_database(database, error);
}

typedef struct Comparison {
    bool is_equal;
    char *before, *after; /* digests */
    uint64_t fingerprint;
} Comparison;

static void print_comparison(const Comparison *comparison, const StoredRun *stored)
{
    printf("%s: digest %s, fingerprint %016" PRIx64 "\n",
           comparison->is_equal ? "equal" : "different", comparison->after,
           comparison->fingerprint);
    if (!comparison->is_equal) {
        printf("stored:    digest %s, fingerprint %016" PRIx64 "\n", comparison->before,
               stored->fingerprint);
        printf("made by skein %s, this is %s\n",
               stored->version == NULL ? "of an unknown version" : stored->version,
               PACKAGE_VERSION);
    }
}

static void print_comparison_json(const Comparison *comparison, const StoredRun *stored)
{
    g_autoptr(GString) json = g_string_new("{");
    json_text_append_value(json, "equal", comparison->is_equal ? "true" : "false");
    json_text_append_member(json, "digest", comparison->after);
    json_text_append_value(json, "fingerprint", "\"%016" PRIx64 "\"", comparison->fingerprint);
    json_text_append_member(json, "stored_digest", comparison->before);
    json_text_append_value(json, "stored_fingerprint", "\"%016" PRIx64 "\"", stored->fingerprint);
    json_text_append_member(json, "stored_version", stored->version);
    json_text_append_member(json, "version", PACKAGE_VERSION);
    printf("%s}\n", json->str);
}

static bool compare(const char *path, const char *again, const StoredRun *stored,
                    uint64_t fingerprint, bool as_json, int *ret_status, GError **error)
{
    g_autofree char *before = digest_of(path, error);
    g_autofree char *after = before == NULL ? NULL : digest_of(again, error);
    if (after == NULL) {
        return false;
    }
    const Comparison comparison = {.is_equal = g_str_equal(before, after) &&
                                               fingerprint == stored->fingerprint,
                                   .before = before,
                                   .after = after,
                                   .fingerprint = fingerprint};
    *ret_status = comparison.is_equal ? 0 : SKEIN_ERROR_FAILED;
    (as_json ? print_comparison_json : print_comparison)(&comparison, stored);
    return true;
}

/* Without -o the new database is made in a folder of its own and removed again. */
static bool rerun_into(const char *path, const StoredRun *stored, const Options *options,
                       int *ret_status, GError **error)
{
    uint64_t fingerprint = 0;
    if (options->output != NULL) {
        return execute(stored, options->output, options, &fingerprint, error) &&
               compare(path, options->output, stored, fingerprint, options->as_json, ret_status,
                       error);
    }
    g_autofree char *folder = g_dir_make_tmp("skein-rerun-XXXXXX", NULL);
    if (folder == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT,
                    "no temporary folder could be made in %s", g_get_tmp_dir());
        return false;
    }
    g_autofree char *output = g_build_filename(folder, "again.db", NULL);
    const bool is_fine =
        execute(stored, output, options, &fingerprint, error) &&
        compare(path, output, stored, fingerprint, options->as_json, ret_status, error);
    g_unlink(output);
    g_rmdir(folder);
    return is_fine;
}

static bool rerun(const char *path, const Options *options, int *ret_status, GError **error)
{
    g_autoptr(sqlite3) database = database_open(path, error);
    g_autoptr(StoredRun) stored = database == NULL ? NULL : stored_run_read(database, path, error);
    if (stored == NULL) {
        return false;
    }
    if (g_strcmp0(stored->status, "complete") != 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s: found status '%s', expected a complete run", path, stored->status);
        return false;
    }
    g_clear_pointer(&database, sqlite3_close);
    return check_inputs(stored, error) && rerun_into(path, stored, options, ret_status, error);
}

int command_rerun(int argc, char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         "Keep the new database (default: it is only compared)", "NEW"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &options.force, "Replace an existing database", NULL},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &options.quiet, "No progress", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.as_json, "Print one JSON object", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    int status = 0;
    const bool is_fine = command_parse(&USAGE, entries, &argc, &argv, &error) &&
                         rerun(argv[1], &options, &status, &error);
    g_free(options.output);
    return is_fine ? status : command_fail(error);
}
