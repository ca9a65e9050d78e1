/* SPDX-License-Identifier: MIT */
/* skein stats: what a database says, in tables. */
#include "analysis/stats.h"

#include "analysis/cell_table.h"
#include "cli/command.h"
#include "cli/table_format.h"
#include "sim/error.h"

static const CommandUsage USAGE = {
    .arguments = "DB",
    .summary = "Prints the runs of a database, their metrics, messages by fate, dials by outcome,\n"
               "spans by name and snapshots. Times are virtual. With --by or --metric: a number "
               "of\neach run, its mean and median over the repetitions of each cell with "
               "confidence\nintervals.",
    .examples = "  skein stats testbed.db\n"
                "  skein stats sweep.db --run 3\n"
                "  skein stats sweep.db --by link.loss --metric ping.rtt.p99\n"
                "  skein stats testbed.db --json | jq '.metrics[] | {metric, p99}'",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

typedef struct Options {
    char *by, *metric, *only, *level;
    int64_t run_id;
    TableFormat format;
} Options;

static void options_clear(Options *options)
{
    g_free(options->by);
    g_free(options->metric);
    g_free(options->only);
    g_free(options->level);
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
    g_auto(Options) options = {.run_id = G_MININT64};
    const GOptionEntry entries[] = {
        {"run", 'r', 0, G_OPTION_ARG_INT64, &options.run_id,
         "Only this run (default: all together)", "N"},
        {"by", 0, 0, G_OPTION_ARG_STRING, &options.by,
         "A line for each value of these parameters (default: all that are swept)", "KEY,..."},
        {"metric", 'm', 0, G_OPTION_ARG_STRING, &options.metric,
         "A metric, or a part: ping.rtt.p99", "METRIC"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &options.only, "This experiment", "NAME"},
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
    if (!(is_of_cells ? print_cells(database, &options, &error)
                      : print_all(database, &options, &error))) {
        g_prefix_error(&error, "%s: ", argv[1]);
        return command_fail(error);
    }
    return 0;
}
