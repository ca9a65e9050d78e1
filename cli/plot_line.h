/* SPDX-License-Identifier: MIT */
/* What `skein plot` is told, on its command line or by a line of a scenario file's section `plot`,
 * which reads like one without the database: `lines --metric ping.rtt.p99 -o loss.png`. */
#ifndef CLI_PLOT_LINE_H
#define CLI_PLOT_LINE_H

#include "analysis/plot.h"
#include "scenarios/run.h"

typedef struct PlotArguments {
    char *output, *metric, *from, *to, *peers, *by, *only;
    gboolean is_script, is_data, is_forced;
    int64_t run_id, snapshot_id; /* G_MININT64: not given */
} PlotArguments;

#define PLOT_ARGUMENTS_NONE                                                                        \
    {                                                                                              \
        .run_id = G_MININT64, .snapshot_id = G_MININT64                                            \
    }

void plot_arguments_clear(PlotArguments *arguments);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlotArguments, plot_arguments_clear)

/* As command_parse(): argv[1] and argv[2] are the database and the kind. */
bool plot_arguments_parse(PlotArguments *arguments, int *argc, char ***argv, GError **error);

/* A line of a scenario file; *ret_kind is to be freed. */
bool plot_line_parse(const char *line, PlotArguments *ret_arguments, char **ret_kind,
                     GError **error);

/* Fails with exit status 2 on an unknown kind, naming the nearest. */
const PlotKind *plot_line_kind(const char *name, GError **error);

/* What can be known of the lines of a scenario before there is a database: that each is understood,
 * its kind, and that the run has such a metric, series and parameters. */
bool plot_lines_check(const Run *run, GError **error);

/* The same, for a scenario that is about to be swept. Takes the scenario, NULL is an error that is
 * set already. */
bool plot_lines_check_scenario(Scenario *scenario, GError **error);

#endif
