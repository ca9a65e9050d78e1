/* SPDX-License-Identifier: MIT */
/* A box for each cell: the number's median and quartiles over repetitions,
 * whiskers to the farthest within 1.5 boxes (Tukey 1977), points beyond. */
#include "analysis/cell_plot.h"

#include <math.h>

static void append_cell(const CellPlot *cells, guint place, const CellGroup *group, GString *boxes,
                        GString *points)
{
    g_autoptr(GArray) sorted = sample_sorted(group->samples);
    const double low = sample_quantile(sorted, 0.25), high = sample_quantile(sorted, 0.75);
    const double reach = 1.5 * (high - low);
    double least = low, most = high;
    for (guint i = 0; i < sorted->len; i++) {
        const double value = g_array_index(sorted, double, i);
        if (value < low - reach || value > high + reach) {
            g_string_append_printf(points, "%u %.9g\n", place, value / cells->factor);
        } else {
            least = fmin(least, value);
            most = fmax(most, value);
        }
    }
    g_string_append_printf(boxes, "%u %.9g %.9g %.9g %.9g %.9g ", place, least / cells->factor,
                           low / cells->factor, sample_quantile(sorted, 0.5) / cells->factor,
                           high / cells->factor, most / cells->factor);
    gnuplot_append_field(boxes, group->label);
    g_string_append_c(boxes, '\n');
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    if (!cell_plot_read(source, plot, 0, 2, &cells, error)) {
        return false;
    }
    const GPtrArray *groups = cells.groups->groups;
    g_autoptr(GString) points = g_string_new(NULL);
    g_string_append_printf(plot->title, "%s by cell", cells.groups->statistic.text);
    g_string_append(plot->subtitle, "; median, quartiles, whiskers within 1.5 boxes");
    g_string_append(plot->body, "$boxes << EOD\n# place least p25 p50 p75 most cell\n");
    for (guint i = 0; i < groups->len; i++) {
        append_cell(&cells, i, cell_groups_at(cells.groups, i), plot->body, points);
    }
    g_string_append_printf(plot->body, "EOD\n$beyond << EOD\n# place value\n%sEOD\n", points->str);
    g_string_append(plot->body, "set ylabel ");
    gnuplot_quote(plot->body, cells.axis);
    g_string_append_printf(plot->body,
                           "\nset xrange [-0.6:%u.6]\nset xtics rotate by %d right\n"
                           "set boxwidth 0.5\nunset key\nset lmargin at screen 0.14\n"
                           "set rmargin at screen 0.97\n",
                           groups->len - 1, groups->len > 4 ? 30 : 0);
    if (groups->len <= 4) {
        g_string_append(plot->body, "set xtics norotate center\n");
    }
    g_string_append(plot->body,
                    "plot $boxes using 1:3:2:6:5:xtic(7) with candlesticks "
                    "whiskerbars 0.5 lw 1.6 "
                    "lc rgb '" COLOUR_BLUE "' fs transparent solid 0.25 border lc rgb '" COLOUR_BLUE
                    "', \\\n $boxes using ($1-0.25):4:(0.5):(0) with vectors nohead lw 3 lc "
                    "rgb '" COLOUR_ORANGE "'");
    if (points->len > 0) {
        g_string_append(plot->body,
                        ", \\\n $beyond using 1:2 with points pt 6 ps 1 lc rgb '" COLOUR_BLUE "'");
    }
    g_string_append_c(plot->body, '\n');
    return true;
}

const PlotKind PLOT_box = {
    .name = "box",
    .help = "a box plot of a number over repetitions, for each cell",
    .metric = PLOT_METRIC_PART,
    .is_of_cells = true,
    .draw = draw,
};
