/* SPDX-License-Identifier: MIT */
/* A number over a swept parameter: means with ribbons of their 95 % intervals,
 * a line for each value of a second parameter. */
#include "analysis/cell_plot.h"

#include <math.h>
#include <string.h>

static void append_block(const CellPlot *cells, guint family, const char *name,
                         const GPtrArray *places, GString *body)
{
    g_string_append_printf(body, "$family%u << EOD\n# place mean low high repetitions\n", family);
    for (guint i = 0; i < cells->groups->groups->len; i++) {
        const CellGroup *group = cell_groups_at(cells->groups, i);
        const Estimate mean = sample_mean_interval(group->samples, CELL_PLOT_LEVEL);
        const double low = isnan(mean.low) ? mean.value : mean.low;
        const double high = isnan(mean.high) ? mean.value : mean.high;
        if (name == NULL || strcmp(group->values[1], name) == 0) {
            g_string_append_printf(body, "%.9g %.9g %.9g %.9g %u\n",
                                   cell_plot_place(places, group->values[0]),
                                   mean.value / cells->factor, low / cells->factor,
                                   high / cells->factor, group->samples->len);
        }
    }
    g_string_append(body, "EOD\n");
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    if (!cell_plot_read(source, plot, 1, 2, &cells, error)) {
        return false;
    }
    char *const *by = cells.groups->by;
    g_autoptr(GPtrArray) places = cell_plot_values(&cells, 0);
    g_autoptr(GPtrArray) names = by[1] == NULL ? g_ptr_array_new() : cell_plot_values(&cells, 1);
    const guint family_count = MAX(names->len, 1);
    g_string_append_printf(plot->title, "%s by %s", cells.groups->statistic.text, by[0]);
    g_string_append(plot->subtitle, "; means with 95 % intervals (Student's t)");
    for (guint i = 0; i < family_count; i++) {
        append_block(&cells, i, names->len == 0 ? NULL : g_ptr_array_index(names, i), places,
                     plot->body);
    }
    cell_plot_append_axis("x", by[0], places, 0.04, plot->body);
    g_string_append(plot->body, "set ylabel ");
    gnuplot_quote(plot->body, cells.axis);
    g_string_append(plot->body, "\nset key outside right top\nset yrange [*:*]\nplot ");
    for (guint i = 0; i < family_count; i++) {
        g_string_append_printf(plot->body,
                               "$family%u using 1:3:4 with filledcurves fs transparent solid 0.2 "
                               "noborder lc rgb '%s' notitle, \\\n ",
                               i, cell_plot_colour(i));
    }
    for (guint i = 0; i < family_count; i++) {
        g_autofree char *title =
            names->len == 0
                ? NULL
                : g_strdup_printf("%s = %s", by[1], (const char *)g_ptr_array_index(names, i));
        g_string_append_printf(plot->body,
                               "$family%u using 1:2 with linespoints lw 2.2 pt %u ps 0.9 lc rgb "
                               "'%s' ",
                               i, i % 2 == 0 ? 7 : 5, cell_plot_colour(i));
        if (title == NULL) {
            g_string_append(plot->body, "notitle");
        } else {
            g_string_append(plot->body, "title ");
            gnuplot_quote(plot->body, title);
        }
        g_string_append(plot->body, i + 1 < family_count ? ", \\\n " : "\n");
    }
    return true;
}

const PlotKind PLOT_lines = {
    .name = "lines",
    .help = "a number over a swept parameter, with intervals; a line for each "
            "of a second",
    .metric = PLOT_METRIC_PART,
    .is_of_cells = true,
    .draw = draw,
};
