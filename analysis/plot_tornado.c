/* SPDX-License-Identifier: MIT */
/* Main effects: how far the number moves when one parameter takes its values
 * and the others are averaged over; the parameter that moves it most on top. */
#include "analysis/cell_plot.h"

#include <math.h>

typedef struct Effect {
    char *label;
    double low, high;
} Effect;

static void effect_clear(void *effect)
{
    g_free(((Effect *)effect)->label);
}

/* The smallest range first: gnuplot's y grows upwards. */
static int compare_effects(const void *left, const void *right)
{
    const Effect *a = left, *b = right;
    const double x = a->high - a->low, y = b->high - b->low;
    return (x > y) - (x < y);
}

static bool add_effect(const PlotSource *source, const char *key, double factor, GArray *effects,
                       GError **error)
{
    const CellQuestion question = {source->options->metric, key, source->options->experiment};
    g_autoptr(CellGroups) groups = cell_groups_read(source->database, &question, error);
    if (groups == NULL) {
        return false;
    }
    const char *lowest = NULL, *highest = NULL;
    Effect effect = {NULL, INFINITY, -INFINITY};
    for (guint i = 0; i < groups->groups->len; i++) {
        const CellGroup *group = cell_groups_at(groups, i);
        const double mean = sample_mean(group->samples) / factor;
        lowest = mean < effect.low ? group->values[0] : lowest;
        highest = mean > effect.high ? group->values[0] : highest;
        effect.low = fmin(effect.low, mean);
        effect.high = fmax(effect.high, mean);
    }
    effect.label = g_strdup_printf("%s: %s to %s", key, lowest, highest);
    g_array_append_val(effects, effect);
    return true;
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    g_autoptr(GArray) effects = g_array_new(FALSE, FALSE, sizeof(Effect));
    g_array_set_clear_func(effects, effect_clear);
    if (!cell_plot_read(source, plot, 1, G_MAXUINT, &cells, error)) {
        return false;
    }
    double sum = 0;
    for (guint i = 0; i < cells.groups->groups->len; i++) {
        sum += sample_mean(cell_groups_at(cells.groups, i)->samples) / cells.factor;
    }
    for (size_t i = 0; cells.groups->by[i] != NULL; i++) {
        if (!add_effect(source, cells.groups->by[i], cells.factor, effects, error)) {
            return false;
        }
    }
    g_array_sort(effects, compare_effects);
    const double middle = sum / cells.groups->groups->len;
    g_string_append_printf(plot->title, "%s: main effects", cells.groups->statistic.text);
    g_string_append(plot->subtitle, "; range of the means over each parameter, "
                                    "others averaged; line: mean of all");
    g_string_append(plot->body, "$effects << EOD\n# place low high effect\n");
    for (guint i = 0; i < effects->len; i++) {
        const Effect *effect = &g_array_index(effects, Effect, i);
        g_string_append_printf(plot->body, "%u %.9g %.9g ", i, effect->low, effect->high);
        gnuplot_append_field(plot->body, effect->label);
        g_string_append_c(plot->body, '\n');
    }
    g_string_append(plot->body, "EOD\nset xlabel ");
    gnuplot_quote(plot->body, cells.axis);
    g_string_append_printf(plot->body,
                           "\nset yrange [-0.6:%u.6]\nset offsets graph 0.05, graph 0.05, 0, "
                           "0\nunset key\n"
                           "set arrow 3 from first %.9g, graph 0 to first %.9g, graph 1 nohead "
                           "front lw 1.2 dt 2 lc "
                           "rgb '" COLOUR_BLACK "'\n"
                           "plot $effects using (($2+$3)/2):1:2:3:($1-0.3):($1+0.3):ytic(4) with "
                           "boxxyerror fs solid "
                           "0.8 noborder lc rgb '" COLOUR_BLUE "'\n",
                           effects->len - 1, middle, middle);
    return true;
}

const PlotKind PLOT_tornado = {
    .name = "tornado",
    .help = "main effects: how far each swept parameter moves a number",
    .metric = PLOT_METRIC_PART,
    .is_of_cells = true,
    .draw = draw,
};
