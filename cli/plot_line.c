/* SPDX-License-Identifier: MIT */
/* Lines that describe figures. */
#include "cli/plot_line.h"

#include "analysis/statistic.h"
#include "cli/command.h"
#include "cli/selection.h"
#include "cli/unknown_name.h"
#include "sim/error.h"

void plot_arguments_clear(PlotArguments *arguments)
{
    g_free(arguments->output);
    g_free(arguments->metric);
    g_free(arguments->from);
    g_free(arguments->to);
    g_free(arguments->peers);
    g_free(arguments->by);
    g_free(arguments->only);
}
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

const PlotKind *plot_line_kind(const char *name, GError **error)
{
    const PlotKind *kind = plot_kind_find(name);
    if (kind == NULL) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (size_t i = 0; PLOT_KINDS[i] != NULL; i++) {
            g_ptr_array_add(names, (char *)(uintptr_t)PLOT_KINDS[i]->name);
        }
        unknown_name("kind of plot", name, names, error);
    }
    return kind;
}

bool plot_arguments_parse(PlotArguments *arguments, int *argc, char ***argv, GError **error)
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

bool plot_line_parse(const char *line, PlotArguments *ret_arguments, char **ret_kind,
                     GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autofree char *text = g_strdup_printf("plot DB %s", line);
    int count = 0;
    if (!g_shell_parse_argv(text, &count, &words, error)) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (g_str_has_prefix(words[i], "--help") || g_str_equal(words[i], "-h") ||
            g_str_equal(words[i], "-?")) {
            return skein_refuse(error, "%s is for the command line", words[i]);
        }
    }
    g_autofree char **argv = g_memdup2(words, ((size_t)count + 1) * sizeof(char *));
    char **rest = argv;
    if (!plot_arguments_parse(ret_arguments, &count, &rest, error)) {
        return false;
    }
    if (ret_arguments->is_script || ret_arguments->is_data || ret_arguments->is_forced) {
        return skein_refuse(error, "--script, --data and --force are for the command line");
    }
    *ret_kind = g_strdup(rest[2]);
    return true;
}

/* -- Checks without a database -- */

static bool check_name(const char *what, const char *name, const GPtrArray *known, GError **error)
{
    for (guint i = 0; i < known->len; i++) {
        if (g_str_equal(name, g_ptr_array_index(known, i))) {
            return true;
        }
    }
    return unknown_name(what, name, known, error);
}

static bool check_metric(const Run *run, const PlotKind *kind, const char *metric, GError **error)
{
    static const char *const LATENCIES[] = {"ping", "dial", "message"};
    const Network *network = run_network(run);
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    g_autofree char *name = g_strdup(metric);
    const char *suffix;
    switch (metric == NULL ? PLOT_METRIC_NONE : kind->metric) {
    case PLOT_METRIC_NONE:
        return true;
    case PLOT_METRIC_LATENCY:
        for (size_t i = 0; i < G_N_ELEMENTS(LATENCIES); i++) {
            g_ptr_array_add(known, (char *)(uintptr_t)LATENCIES[i]);
        }
        break;
    case PLOT_METRIC_SERIES:
        for (const char *const *at = network_series_names(network); *at != NULL; at++) {
            g_ptr_array_add(known, (char *)(uintptr_t)*at);
        }
        break;
    case PLOT_METRIC_PART:
        g_free(name);
        name = statistic_split(metric, &suffix);
        /* fall through */
    case PLOT_METRIC_NAME:
        for (unsigned i = 0; i < network_metric_count(network); i++) {
            g_ptr_array_add(known, (char *)(uintptr_t)network_metric_name(network, i));
        }
        break;
    }
    return check_name(kind->metric == PLOT_METRIC_SERIES ? "series" : "metric", name, known, error);
}

static bool check_keys(const Run *run, const char *by, GError **error)
{
    g_autofree const SettingsTable **tables = scenario_tables(run_scenario(run)->module);
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) keys = g_strsplit(by == NULL ? "" : by, ",", -1);
    for (const SettingsTable **table = tables; *table != NULL; table++) {
        for (const Setting *setting = (*table)->settings; setting->key != NULL; setting++) {
            g_ptr_array_add(known, g_strdup_printf("%s.%s", (*table)->section, setting->key));
        }
    }
    for (char **key = keys; *key != NULL; key++) {
        if (!check_name("parameter", g_strstrip(*key), known, error)) {
            return false;
        }
    }
    return true;
}

static bool check_line(const Run *run, const char *line, GError **error)
{
    g_auto(PlotArguments) arguments = PLOT_ARGUMENTS_NONE;
    g_autofree char *name = NULL;
    GnuplotFormat format;
    int64_t time_ns = 0;
    if (!plot_line_parse(line, &arguments, &name, error)) {
        return false;
    }
    const PlotKind *kind = plot_line_kind(name, error);
    return kind != NULL && check_metric(run, kind, arguments.metric, error) &&
           check_keys(run, arguments.by, error) &&
           selection_parse_time("from", arguments.from, &time_ns, error) &&
           selection_parse_time("to", arguments.to, &time_ns, error) &&
           (arguments.output == NULL || gnuplot_format_of_path(arguments.output, &format, error));
}

bool plot_lines_check(const Run *run, GError **error)
{
    const GPtrArray *lines = scenario_file_plots(run_scenario(run)->file);
    for (guint i = 0; i < lines->len; i++) {
        const ScenarioLine *line = g_ptr_array_index(lines, i);
        if (!check_line(run, line->text, error)) {
            return text_place_blame(&line->place, "plot", error);
        }
    }
    return true;
}

bool plot_lines_check_scenario(Scenario *scenario, GError **error)
{
    g_autoptr(Scenario) owned = scenario;
    if (owned == NULL || scenario_file_plots(owned->file)->len == 0) {
        return owned != NULL;
    }
    g_autoptr(Run) run = run_new(owned, &(RunOptions){0}, error);
    return run != NULL && plot_lines_check(run, error);
}
