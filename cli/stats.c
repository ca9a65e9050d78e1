/* SPDX-License-Identifier: MIT */
/* skein stats: what a database says, in tables. */
#include "analysis/stats.h"
#include "cli/command.h"

#include <stdio.h>

static const CommandUsage USAGE = {
    .arguments = "DB",
    .summary = "Prints the runs of a database, their metrics, messages by fate, dials by outcome,\n"
               "spans by name and snapshots. Times are virtual.",
    .examples = "  skein stats testbed.db\n"
                "  skein stats sweep.db --run 3\n"
                "  skein stats testbed.db --json | jq '.metrics[] | {metric, p99}'",
    .argument_count_min = 1,
    .argument_count_max = 1,
};

int command_stats(int argc, char **argv)
{
    int64_t run_id = G_MININT64;
    gboolean is_json = FALSE, is_csv = FALSE;
    const GOptionEntry entries[] = {
        {"run", 'r', 0, G_OPTION_ARG_INT64, &run_id, "Only this run (default: all together)", "N"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &is_json, "Print JSON, in base units", NULL},
        {"csv", 0, 0, G_OPTION_ARG_NONE, &is_csv, "Print CSV, in base units", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    if (!command_parse(&USAGE, entries, &argc, &argv, &error)) {
        return command_fail(error);
    }
    g_autoptr(sqlite3) database = database_open(argv[1], &error);
    if (database == NULL) {
        return command_fail(error);
    }
    g_autoptr(GPtrArray) tables =
        stats_read(database, run_id == G_MININT64 ? NULL : &run_id, &error);
    if (tables == NULL) {
        g_prefix_error(&error, "%s: ", argv[1]);
        return command_fail(error);
    }
    g_autoptr(GString) out = g_string_new(NULL);
    if (is_json) {
        stats_print_json(tables, out);
    } else if (is_csv) {
        stats_print_csv(tables, out);
    } else {
        stats_print_text(tables, out);
    }
    fputs(out->str, stdout);
    return 0;
}
