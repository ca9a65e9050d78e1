/* SPDX-License-Identifier: MIT */
/* skein plot: a picture of a run or of the cells of a sweep, the gnuplot script that draws it, or
 * the figures that a scenario file describes. */
#include "cli/command.h"
#include "cli/plot_line.h"
#include "cli/selection.h"
#include "scenarios/scenario_file.h"
#include "sim/error.h"

#include <stdio.h>
#include <string.h>

static bool check_output(const PlotArguments *arguments, GnuplotFormat *format, GError **error)
{
    if (arguments->output == NULL) {
        if (!arguments->is_script && !arguments->is_data) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "no output: expected -o FILE.png, .svg or .pdf, --script or --data");
            return false;
        }
        return true;
    }
    if (!gnuplot_format_of_path(arguments->output, format, error)) {
        return false;
    }
    if (!arguments->is_script && !arguments->is_data && !arguments->is_forced &&
        g_file_test(arguments->output, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s exists; --force replaces it",
                    arguments->output);
        return false;
    }
    return true;
}

static char *make_script(const char *path, const char *kind_name, const PlotArguments *arguments,
                         GError **error)
{
    PlotOptions options = {
        .run_id = arguments->run_id == G_MININT64 ? NULL : &arguments->run_id,
        .metric = arguments->metric,
        .by = arguments->by,
        .experiment = arguments->only,
        .from_ns = G_MININT64,
        .to_ns = G_MAXINT64,
        .snapshot_id = arguments->snapshot_id == G_MININT64 ? NULL : &arguments->snapshot_id,
    };
    const PlotKind *kind = plot_line_kind(kind_name, error);
    if (kind == NULL || !check_output(arguments, &options.format, error) ||
        !selection_parse_time("from", arguments->from, &options.from_ns, error) ||
        !selection_parse_time("to", arguments->to, &options.to_ns, error)) {
        return NULL;
    }
    g_autoptr(GArray) peers = NULL;
    g_autoptr(sqlite3) database =
        selection_open(path, options.run_id, arguments->peers, &peers, error);
    if (database == NULL) {
        return NULL;
    }
    options.peers = peers;
    char *script = plot_script(database, kind, &options, error);
    if (script == NULL) {
        g_prefix_error(error, "%s: ", path);
    }
    return script;
}

static bool plot(const char *path, const char *kind_name, const PlotArguments *arguments,
                 GError **error)
{
    g_autofree char *script = make_script(path, kind_name, arguments, error);
    if (script == NULL) {
        return false;
    }
    if (arguments->is_data) {
        g_autofree char *data = gnuplot_data(script);
        fputs(data, stdout);
        return true;
    }
    if (arguments->is_script) {
        fputs(script, stdout);
        return true;
    }
    return gnuplot_render(script, arguments->output, error);
}

/* -- Figures of scenario files -- */

/* One figure of a scenario file. */
typedef struct Figure {
    char *script, *output;
} Figure;

static void figure_free(void *data)
{
    Figure *figure = data;
    g_free(figure->script);
    g_free(figure->output);
    g_free(figure);
}

static Figure *read_figure(const char *line, const char *path, const PlotArguments *shared,
                           GError **error)
{
    g_auto(PlotArguments) own = PLOT_ARGUMENTS_NONE;
    g_autofree char *kind = NULL;
    if (!plot_line_parse(line, &own, &kind, error)) {
        return NULL;
    }
    g_autofree char *name =
        own.output == NULL ? g_strdup_printf("%s.png", kind) : g_steal_pointer(&own.output);
    own.output = g_build_filename(shared->output == NULL ? "." : shared->output, name, NULL);
    own.is_forced = shared->is_forced;
    char *script = make_script(path, kind, &own, error);
    if (script == NULL) {
        return NULL;
    }
    Figure *figure = g_new0(Figure, 1);
    figure->script = script;
    figure->output = g_steal_pointer(&own.output);
    return figure;
}

/* Nothing is drawn before all lines are understood and have their data. */
static bool plot_file(const char *file_path, const char *path, const PlotArguments *shared,
                      GError **error)
{
    g_autoptr(ScenarioFile) file = scenario_file_new(file_path, error);
    g_autoptr(GPtrArray) figures = g_ptr_array_new_with_free_func(figure_free);
    if (file == NULL) {
        return false;
    }
    const GPtrArray *lines = scenario_file_plots(file);
    if (shared->is_script || shared->is_data) {
        return skein_refuse(error, "--script and --data go with one kind of plot");
    }
    if (lines->len == 0) {
        return skein_refuse(error, "%s: no section 'plot', so no figure", file_path);
    }
    for (guint i = 0; i < lines->len; i++) {
        const ScenarioLine *line = g_ptr_array_index(lines, i);
        Figure *figure = read_figure(line->text, path, shared, error);
        if (figure == NULL) {
            return text_place_blame(&line->place, "plot", error);
        }
        g_ptr_array_add(figures, figure);
    }
    for (guint i = 0; i < figures->len; i++) {
        const Figure *figure = g_ptr_array_index(figures, i);
        if (!gnuplot_render(figure->script, figure->output, error)) {
            return false;
        }
    }
    return true;
}

static bool is_scenario(const char *path)
{
    return g_str_has_suffix(path, ".yaml") || g_str_has_suffix(path, ".yml");
}

int command_plot(int argc, char **argv)
{
    g_auto(PlotArguments) arguments = PLOT_ARGUMENTS_NONE;
    GError *error = NULL;
    if (!plot_arguments_parse(&arguments, &argc, &argv, &error) ||
        !(is_scenario(argv[1]) ? plot_file : plot)(argv[1], argv[2], &arguments, &error)) {
        return command_fail(error);
    }
    return 0;
}
