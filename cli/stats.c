/* SPDX-License-Identifier: MIT */
/* skein stats: what a database says, in tables. */
#include "analysis/stats.h"

#include "analysis/cell_table.h"
#include "analysis/long_run.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "cli/table_format.h"
#include "sim/error.h"

static const CommandUsage USAGE = {
    .arguments = "DB",
    .summary =
        "Prints the runs of a database, their metrics, messages by fate, dials by outcome,\n"
        "spans by name and snapshots. Times are virtual. With --by or --metric: a number "
        "of\neach run, its mean and median over the repetitions of each cell with "
        "confidence\nintervals. With --warm-up or --batch-means: a quantity over the time of "
        "single\nruns, without their beginning.",
    .examples = "  skein stats testbed.db\n"
                "  skein stats sweep.db --run 3\n"
                "  skein stats sweep.db --by link.loss --metric ping.rtt.p99\n"
                "  skein stats long.db --metric link.queue --warm-up mser5 --batch-means 20\n"
                "  skein stats testbed.db --json | jq '.metrics[] | {metric, p99}'",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char *by, *metric, *only, *level, *warm_up;
    int64_t run_id;
    int batch_count; /* -1: not asked for */
    TableFormat format;
} Options;

static void options_clear(Options *options)
{
    g_free(options->by);
    g_free(options->metric);
    g_free(options->only);
    g_free(options->level);
    g_free(options->warm_up);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bool print_cells(sqlite3 *database, const Options *options, GError **error)
{
    const CellQuestion question = {options->metric, options->by, options->only};
    double level = 0.95;
    if (options->run_id != G_MININT64) {
        return skein_refuse(error, "--run goes with neither --by nor --metric");
    }
    if (!table_format_parse_level(options->level, &level, error)) {
        return false;
    }
    Table *table = cell_table_stats(database, &question, level, error);
    if (table == NULL) {
        return false;
    }
    table_format_print_one(&options->format, table);
    return true;
}

static bool read_warm_up(const char *text, LongRunQuestion *question, GError **error)
{
    if (text == NULL) {
        return true;
    }
    question->warm_up = g_str_equal(text, "mser5") ? WARM_UP_MSER5 : WARM_UP_TIME;
    if (question->warm_up == WARM_UP_TIME &&
        !selection_parse_time("warm-up", text, &question->warm_up_ns, error)) {
        g_prefix_error(error, "neither mser5 nor a time: ");
        return false;
    }
    if (question->warm_up_ns < 0) {
        return skein_refuse(error, "--warm-up: found '%s', expected mser5 or a time from 0 on",
                            text);
    }
    return true;
}

static bool print_long_runs(sqlite3 *database, const Options *options, GError **error)
{
    LongRunQuestion question = {
        .quantity = options->metric,
        .run_id = options->run_id == G_MININT64 ? NULL : &options->run_id,
        .batch_count = options->batch_count == -1 ? LONG_RUN_BATCHES : (guint)options->batch_count,
        .level = 0.95,
    };
    if (options->by != NULL || options->only != NULL) {
        return skein_refuse(error, "--by and --only go with neither --warm-up nor --batch-means");
    }
    if (options->metric == NULL) {
        return skein_refuse(error, "--warm-up and --batch-means need --metric: a series, or the "
                                   "name of spans");
    }
    if (options->batch_count != -1 && (options->batch_count < 2 || options->batch_count > 1000)) {
        return skein_refuse(error, "--batch-means: found %d, expected 2 to 1000",
                            options->batch_count);
    }
    if (!read_warm_up(options->warm_up, &question, error) ||
        !table_format_parse_level(options->level, &question.level, error)) {
        return false;
    }
    g_autoptr(GPtrArray) tables = long_run_read(database, &question, error);
    if (tables == NULL) {
        return false;
    }
    table_format_print(&options->format, tables);
    return true;
}

static bool print_all(sqlite3 *database, const Options *options, GError **error)
{
    g_autoptr(GPtrArray) tables =
        stats_read(database, options->run_id == G_MININT64 ? NULL : &options->run_id, error);
    if (tables != NULL) {
        table_format_print(&options->format, tables);
    }
    return tables != NULL;
}

int command_stats(int argc, char **argv)
{
    g_auto(Options) options = {.run_id = G_MININT64, .batch_count = -1};
    const GOptionEntry entries[] = {
        {"run", 'r', 0, G_OPTION_ARG_INT64, &options.run_id,
         "Only this run (default: all together)", "N"},
        {"by", 0, 0, G_OPTION_ARG_STRING, &options.by,
         "A line for each value of these parameters (default: all that are swept)", "KEY,..."},
        {"metric", 'm', 0, G_OPTION_ARG_STRING, &options.metric,
         "A metric, or a part: ping.rtt.p99; with --warm-up a series, or spans", "METRIC"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &options.only, "This experiment", "NAME"},
        {"warm-up", 0, 0, G_OPTION_ARG_STRING, &options.warm_up,
         "Leave out the beginning of each run: what MSER-5 finds, or until TIME", "mser5|TIME"},
        {"batch-means", 0, 0, G_OPTION_ARG_INT, &options.batch_count,
         "So many batches for the interval of one run (default 20)", "N"},
        {"level", 0, 0, G_OPTION_ARG_STRING, &options.level, "Of the intervals (default 95%)",
         "SHARE"},
        TABLE_FORMAT_ENTRIES(&options.format),
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    if (!command_parse(&USAGE, entries, &argc, &argv, &error)) {
        return command_fail(error);
    }
    g_autoptr(sqlite3) database = database_open(argv[1], &error);
    const bool is_of_cells = options.by != NULL || options.metric != NULL || options.only != NULL;
    if (database == NULL) {
        return command_fail(error);
    }
    const bool is_long = options.warm_up != NULL || options.batch_count != -1;
    if (!(is_long       ? print_long_runs(database, &options, &error)
          : is_of_cells ? print_cells(database, &options, &error)
                        : print_all(database, &options, &error))) {
        g_prefix_error(&error, "%s: ", argv[1]);
        return command_fail(error);
    }
    return 0;
}
