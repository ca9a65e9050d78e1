/* SPDX-License-Identifier: MIT */
/* skein plot: a picture of one run, or the gnuplot script that draws it. */
#include "analysis/plot.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "sim/error.h"
#include "sim/nearest.h"

#include <stdio.h>

typedef struct PlotArguments {
    char *output, *metric, *from, *to, *peers;
    gboolean is_script, is_forced;
    int64_t run_id, snapshot_id;
} PlotArguments;

static void arguments_clear(PlotArguments *arguments)
{
    g_free(arguments->output);
    g_free(arguments->metric);
    g_free(arguments->from);
    g_free(arguments->to);
    g_free(arguments->peers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlotArguments, arguments_clear)

static char *list_kinds(void)
{
    GString *text = g_string_new("Draws one run of a database with gnuplot, 1200 by 800 points. "
                                 "Kinds:\n\n");
    for (size_t i = 0; PLOT_KINDS[i] != NULL; i++) {
        g_string_append_printf(text, "  %-18s %s\n", PLOT_KINDS[i]->name, PLOT_KINDS[i]->help);
    }
    g_string_append(text, "\nThe line below the title says what was left out. An existing file is "
                          "kept unless --force.");
    return g_string_free(text, FALSE);
}

static const PlotKind *find_kind(const char *name, GError **error)
{
    const PlotKind *kind = plot_kind_find(name);
    if (kind == NULL) {
        const char *names[64] = {NULL};
        for (size_t i = 0; PLOT_KINDS[i] != NULL && i + 1 < G_N_ELEMENTS(names); i++) {
            names[i] = PLOT_KINDS[i]->name;
        }
        const char *nearest = nearest_name(name, names);
        g_autofree char *all = g_strjoinv(", ", (char **)names);
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "unknown kind of plot '%s'%s%s%s; there are %s", name,
                    nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "'?", all);
    }
    return kind;
}

static bool check_output(const PlotArguments *arguments, GnuplotFormat *format, GError **error)
{
    if (arguments->output == NULL) {
        if (!arguments->is_script) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "no output: expected -o FILE.png, .svg or .pdf, or --script");
        }
        return arguments->is_script;
    }
    if (!gnuplot_format_of_path(arguments->output, format, error)) {
        return false;
    }
    if (!arguments->is_script && !arguments->is_forced &&
        g_file_test(arguments->output, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s exists; --force replaces it",
                    arguments->output);
        return false;
    }
    return true;
}

static bool plot(const char *path, const char *kind_name, const PlotArguments *arguments,
                 GError **error)
{
    g_autoptr(GArray) peers = NULL;
    PlotOptions options = {
        .run_id = arguments->run_id == G_MININT64 ? NULL : &arguments->run_id,
        .metric = arguments->metric,
        .from_ns = G_MININT64,
        .to_ns = G_MAXINT64,
        .snapshot_id = arguments->snapshot_id == G_MININT64 ? NULL : &arguments->snapshot_id,
    };
    const PlotKind *kind = find_kind(kind_name, error);
    if (kind == NULL || !check_output(arguments, &options.format, error) ||
        !selection_parse_time("from", arguments->from, &options.from_ns, error) ||
        !selection_parse_time("to", arguments->to, &options.to_ns, error)) {
        return false;
    }
    g_autoptr(sqlite3) database = database_open(path, error);
    if (database == NULL) {
        return false;
    }
    if (arguments->peers != NULL) {
        peers = selection_parse_peers(database, options.run_id, arguments->peers, error);
        if (peers == NULL) {
            return false;
        }
        options.peers = peers;
    }
    g_autofree char *script = plot_script(database, kind, &options, error);
    if (script == NULL) {
        g_prefix_error(error, "%s: ", path);
        return false;
    }
    if (arguments->is_script) {
        fputs(script, stdout);
        return true;
    }
    return gnuplot_render(script, arguments->output, error);
}

int command_plot(int argc, char **argv)
{
    g_auto(PlotArguments) arguments = {.run_id = G_MININT64, .snapshot_id = G_MININT64};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments.output,
         "The picture: FILE.png, FILE.svg or FILE.pdf", "FILE"},
        {"metric", 'm', 0, G_OPTION_ARG_STRING, &arguments.metric,
         "ping, dial or message; of metric-cdf and series any name (default: the first there is)",
         "METRIC"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &arguments.from, "Only from this virtual time on",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &arguments.to, "Only up to this virtual time", "TIME"},
        {"peers", 'p', 0, G_OPTION_ARG_STRING, &arguments.peers,
         "Only these peers and what is among them, say '{0..9, 12}'", "PEERS"},
        {"run", 'r', 0, G_OPTION_ARG_INT64, &arguments.run_id, "This run (default: the first)",
         "N"},
        {"snapshot", 's', 0, G_OPTION_ARG_INT64, &arguments.snapshot_id,
         "This snapshot (default: the first that is wrong, else the first)", "ID"},
        {"script", 0, 0, G_OPTION_ARG_NONE, &arguments.is_script,
         "Print the gnuplot script with its data instead", NULL},
        {"force", 'f', 0, G_OPTION_ARG_NONE, &arguments.is_forced, "Replace an existing file",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *summary = list_kinds();
    const CommandUsage usage = {
        .arguments = "DB KIND",
        .summary = summary,
        .examples = "  skein plot testbed.db latency-cdf -o cdf.png\n"
                    "  skein plot testbed.db latency-histogram --metric dial -o dials.svg\n"
                    "  skein plot testbed.db spacetime --from 12s --to 12.5s --peers '{0..5}' -o "
                    "cut.pdf\n"
                    "  skein plot testbed.db topology --script > topology.gp",
        .argument_count_min = 2,
        .argument_count_max = 2,
    };
    GError *error = NULL;
    if (!command_parse(&usage, entries, &argc, &argv, &error) ||
        !plot(argv[1], argv[2], &arguments, &error)) {
        return command_fail(error);
    }
    return 0;
}
