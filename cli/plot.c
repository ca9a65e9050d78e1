/* SPDX-License-Identifier: MIT */
/* skein plot: a picture of a run or of the cells of a sweep, the gnuplot script that draws it, or
 * the figures that a scenario file describes. */
#include "analysis/plot.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "scenarios/scenario_file.h"
#include "sim/error.h"
#include "sim/nearest.h"

#include <stdio.h>
#include <string.h>

typedef struct PlotArguments {
    char *output, *metric, *from, *to, *peers, *by, *only;
    gboolean is_script, is_data, is_forced;
    int64_t run_id, snapshot_id;
} PlotArguments;

static void arguments_clear(PlotArguments *arguments)
{
    g_free(arguments->output);
    g_free(arguments->metric);
    g_free(arguments->from);
    g_free(arguments->to);
    g_free(arguments->peers);
    g_free(arguments->by);
    g_free(arguments->only);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PlotArguments, arguments_clear)

static void list_kinds_of(bool is_of_cells, GString *text)
{
    for (size_t i = 0; PLOT_KINDS[i] != NULL; i++) {
        if (PLOT_KINDS[i]->is_of_cells == is_of_cells) {
            g_string_append_printf(text, "  %-18s %s\n", PLOT_KINDS[i]->name, PLOT_KINDS[i]->help);
        }
    }
}

static char *list_kinds(void)
{
    GString *text = g_string_new("Draws with gnuplot, 1200 by 800 points. Kinds for one run:\n\n");
    list_kinds_of(false, text);
    g_string_append(text, "\nKinds for the cells of a sweep:\n\n");
    list_kinds_of(true, text);
    g_string_append(text,
                    "\nWith a scenario file in place of the kind's database, the figures of its "
                    "section 'plot',\neach a line such as 'lines --metric ping.rtt.p99 -o "
                    "loss.png'; -o is then their folder.\nThe line below the title says what "
                    "was left out. An existing file is kept unless --force.");
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
    g_autoptr(GArray) peers = NULL;
    PlotOptions options = {
        .run_id = arguments->run_id == G_MININT64 ? NULL : &arguments->run_id,
        .metric = arguments->metric,
        .by = arguments->by,
        .experiment = arguments->only,
        .from_ns = G_MININT64,
        .to_ns = G_MAXINT64,
        .snapshot_id = arguments->snapshot_id == G_MININT64 ? NULL : &arguments->snapshot_id,
    };
    const PlotKind *kind = find_kind(kind_name, error);
    if (kind == NULL || !check_output(arguments, &options.format, error) ||
        !selection_parse_time("from", arguments->from, &options.from_ns, error) ||
        !selection_parse_time("to", arguments->to, &options.to_ns, error)) {
        return NULL;
    }
    g_autoptr(sqlite3) database = database_open(path, error);
    if (database == NULL) {
        return NULL;
    }
    if (arguments->peers != NULL) {
        peers = selection_parse_peers(database, options.run_id, arguments->peers, error);
        if (peers == NULL) {
            return NULL;
        }
        options.peers = peers;
    }
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

/* -- The command line, and lines of scenario files, which read like it -- */

static bool parse(PlotArguments *arguments, int *argc, char ***argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &arguments->output,
         "The picture: FILE.png, FILE.svg or FILE.pdf", "FILE"},
        {"metric", 'm', 0, G_OPTION_ARG_STRING, &arguments->metric,
         "ping, dial or message; of other kinds any name, or a part: ping.rtt.p99", "METRIC"},
        {"by", 0, 0, G_OPTION_ARG_STRING, &arguments->by,
         "Cells by these parameters (default: those that are swept)", "KEY,..."},
        {"only", 0, 0, G_OPTION_ARG_STRING, &arguments->only, "This experiment", "NAME"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &arguments->from, "Only from this virtual time on",
         "TIME"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &arguments->to, "Only up to this virtual time", "TIME"},
        {"peers", 'p', 0, G_OPTION_ARG_STRING, &arguments->peers,
         "Only these peers and what is among them, say '{0..9, 12}'", "PEERS"},
        {"run", 'r', 0, G_OPTION_ARG_INT64, &arguments->run_id, "This run (default: the first)",
         "N"},
        {"snapshot", 's', 0, G_OPTION_ARG_INT64, &arguments->snapshot_id,
         "This snapshot (default: the first that is wrong, else the first)", "ID"},
        {"script", 0, 0, G_OPTION_ARG_NONE, &arguments->is_script,
         "Print the gnuplot script with its data instead", NULL},
        {"data", 0, 0, G_OPTION_ARG_NONE, &arguments->is_data, "Print the data alone", NULL},
        {"force", 'f', 0, G_OPTION_ARG_NONE, &arguments->is_forced, "Replace an existing file",
         NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autofree char *summary = list_kinds();
    const CommandUsage usage = {
        .arguments = "DB KIND | FILE.yaml DB",
        .summary = summary,
        .examples = "  skein plot testbed.db latency-cdf -o cdf.png\n"
                    "  skein plot testbed.db latency-histogram --metric dial -o dials.svg\n"
                    "  skein plot testbed.db spacetime --from 12s --to 12.5s --peers '{0..5}' -o "
                    "cut.pdf\n"
                    "  skein plot testbed.db topology --script > topology.gp\n"
                    "  skein plot sweep.db lines --metric ping.rtt.p99 --by link.loss -o loss.svg\n"
                    "  skein plot loss.yaml loss.db -o figures",
        .argument_count_min = 2,
        .argument_count_max = 2,
    };
    return command_parse(&usage, entries, argc, argv, error);
}

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
    g_auto(PlotArguments) own = {.run_id = G_MININT64, .snapshot_id = G_MININT64};
    g_auto(GStrv) words = NULL;
    g_autofree char *text = g_strdup_printf("plot DB %s", line);
    int count = 0;
    if (!g_shell_parse_argv(text, &count, &words, error)) {
        return NULL;
    }
    g_autofree char **argv = g_memdup2(words, ((size_t)count + 1) * sizeof(char *));
    char **rest = argv;
    if (!parse(&own, &count, &rest, error)) {
        return NULL;
    }
    if (own.is_script || own.is_data || own.is_forced) {
        skein_refuse(error, "--script, --data and --force are for the command line");
        return NULL;
    }
    g_autofree char *name =
        own.output == NULL ? g_strdup_printf("%s.png", rest[2]) : g_steal_pointer(&own.output);
    own.output = g_build_filename(shared->output == NULL ? "." : shared->output, name, NULL);
    own.is_forced = shared->is_forced;
    char *script = make_script(path, rest[2], &own, error);
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
    g_auto(PlotArguments) arguments = {.run_id = G_MININT64, .snapshot_id = G_MININT64};
    GError *error = NULL;
    if (!parse(&arguments, &argc, &argv, &error) ||
        !(is_scenario(argv[1]) ? plot_file : plot)(argv[1], argv[2], &arguments, &error)) {
        return command_fail(error);
    }
    return 0;
}
