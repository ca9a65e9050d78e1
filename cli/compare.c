/* SPDX-License-Identifier: MIT */
/* skein compare: do two databases, or two cells of one, differ? */
#include "analysis/cell_table.h"
#include "cli/command.h"
#include "cli/table_format.h"
#include "sim/error.h"

static const CommandUsage USAGE = {
    .arguments = "A [B]",
    .summary =
        "Compares the cells that two databases share, or with --from and --to two cells of one:\n"
        "difference of the means (B - A) with its interval, p value, p value corrected for the\n"
        "number of comparisons, effect size. Repetitions with the same seeds are compared pair\n"
        "by pair (common random numbers).",
    .examples = "  skein compare before.db after.db\n"
                "  skein compare before.db after.db --metric ping.rtt.p99 --by link.loss\n"
                "  skein compare sweep.db --from link.loss=1% --to link.loss=5%",
    .argument_count_min = 1,
    .argument_count_max = 2,
};

typedef struct Options {
    char *metric, *by, *only, *from, *to, *correction, *level;
    TableFormat format;
} Options;

static void options_clear(Options *options)
{
    g_free(options->metric);
    g_free(options->by);
    g_free(options->only);
    g_free(options->from);
    g_free(options->to);
    g_free(options->correction);
    g_free(options->level);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bool compare(const char *path_a, const char *path_b, const Options *options, GError **error)
{
    const CellQuestion question = {options->metric, options->by, options->only};
    double level = 0.95;
    Correction correction = CORRECTION_HOLM;
    if ((options->from == NULL) != (options->to == NULL) ||
        (path_b == NULL && options->from == NULL)) {
        return skein_refuse(error, "expected two databases, or one with --from CELL and --to CELL");
    }
    if (!table_format_parse_level(options->level, &level, error) ||
        (options->correction != NULL &&
         !correction_find(options->correction, &correction, error))) {
        return false;
    }
    g_autoptr(sqlite3) database_a = database_open(path_a, error);
    if (database_a == NULL) {
        return false;
    }
    g_autoptr(sqlite3) database_b = database_open(path_b == NULL ? path_a : path_b, error);
    if (database_b == NULL) {
        return false;
    }
    const ComparisonSide a = {database_a, options->from}, b = {database_b, options->to};
    Table *table = cell_table_compare(&a, &b, &question, level, correction, error);
    if (table == NULL) {
        return false;
    }
    table_format_print_one(&options->format, table);
    return true;
}

int command_compare(int argc, char **argv)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"metric", 'm', 0, G_OPTION_ARG_STRING, &options.metric,
         "A metric, or a part: ping.rtt.p99 (default: the means of all)", "METRIC"},
        {"by", 0, 0, G_OPTION_ARG_STRING, &options.by,
         "Group by these parameters (default: all that are swept)", "KEY,..."},
        {"from", 0, 0, G_OPTION_ARG_STRING, &options.from, "This cell of A", "CELL"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &options.to, "against this one of B, or of A", "CELL"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &options.only, "This experiment", "NAME"},
        {"correction", 0, 0, G_OPTION_ARG_STRING, &options.correction,
         "holm (default), benjamini-hochberg or none", "NAME"},
        {"level", 0, 0, G_OPTION_ARG_STRING, &options.level,
         "Of the intervals (default 95%); 1 - level is significant", "SHARE"},
        TABLE_FORMAT_ENTRIES(&options.format),
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    if (!command_parse(&USAGE, entries, &argc, &argv, &error) ||
        !compare(argv[1], argc > 2 ? argv[2] : NULL, &options, &error)) {
        return command_fail(error);
    }
    return 0;
}
