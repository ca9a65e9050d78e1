/* SPDX-License-Identifier: MIT */
/* skein merge: the shares of a sweep into one database. */
#include "cli/command.h"
#include "scenarios/sweep_merge.h"
#include "sim/error.h"

#include <inttypes.h>
#include <stdio.h>

static const CommandUsage USAGE = {
    .arguments = "PART...",
    .summary =
        "Joins the databases that skein sweep --shard made on several machines into one. Its "
        "digest is that of a\nsweep on one machine. Parts of different scenarios, and parts "
        "that have a run in common, are refused.",
    .examples = "  skein merge part1.db part2.db part3.db -o loss.db\n"
                "  skein merge loss.*-of-5.db -o loss.db && skein sweep loss.yaml --resume",
    .argument_count_min = 1,
    .argument_count_max = -1,
};

typedef struct Options {
    char *output;
    gboolean force, quiet;
} Options;

static bool merge(char **parts, const Options *options, GError **error)
{
    SweepMergeReport report = {0};
    if (options->output == NULL) {
        return skein_refuse(error, "merge: expected -o DB, the name of the result");
    }
    if (!sweep_merge((const char *const *)parts, options->output, options->force, &report, error)) {
        return false;
    }
    if (!options->quiet) {
        printf("%s: %" PRId64 " runs in %" PRId64 " cells from %u parts\n", options->output,
               report.runs, report.cells, g_strv_length(parts));
    }
    if (report.shares < report.share_count) {
        command_warn("these are %u of %u shares; skein sweep FILE -o %s --resume runs the rest",
                     report.shares, report.share_count, options->output);
    }
    if (report.failed > 0) {
        command_warn("%" PRId64 " of the runs failed; skein sweep FILE -o %s --resume tries them "
                     "again",
                     report.failed, options->output);
    }
    return true;
}

int command_merge(int argc, char **argv)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, "The database to make", "DB"},
        {"force", 0, 0, G_OPTION_ARG_NONE, &options.force, "Replace an existing database", NULL},
        {"quiet", 0, 0, G_OPTION_ARG_NONE, &options.quiet, "Print nothing", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    const bool is_fine =
        command_parse(&USAGE, entries, &argc, &argv, &error) && merge(argv + 1, &options, &error);
    g_free(options.output);
    return is_fine ? 0 : command_fail(error);
}
