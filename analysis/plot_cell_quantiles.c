/* SPDX-License-Identifier: MIT */
/* The 50, 90, 99 and 99.9 % quantiles of a metric's values over a swept
 * parameter. */
#include "analysis/cell_plot.h"

static const double SHARES[] = {0.5, 0.9, 0.99, 0.999};

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    if (!cell_plot_read(source, plot, 1, 1, &cells, error)) {
        return false;
    }
    g_autoptr(GPtrArray) places = cell_plot_values(&cells, 0);
    g_string_append_printf(plot->title, "%s: quantiles by %s", cells.groups->statistic.metric,
                           cells.groups->by[0]);
    g_string_append(plot->subtitle, "; of all values of all runs");
    g_string_append(plot->body, "$quantiles << EOD\n# place p50 p90 p99 p99.9 values\n");
    for (guint i = 0; i < cells.groups->groups->len; i++) {
        g_auto(Histogram) histogram;
        const CellGroup *group = cell_groups_at(cells.groups, i);
        histogram_init(&histogram);
        if (!cell_plot_read_histogram(source, &cells, group, &histogram, error)) {
            return false;
        }
        if (histogram.count == 0) {
            continue;
        }
        g_string_append_printf(plot->body, "%.9g", cell_plot_place(places, group->values[0]));
        for (size_t k = 0; k < G_N_ELEMENTS(SHARES); k++) {
            g_string_append_printf(plot->body, " %.9g",
                                   histogram_quantile(&histogram, SHARES[k]) / cells.factor);
        }
        g_string_append_printf(plot->body, " %" G_GINT64_FORMAT "\n", histogram.count);
    }
    g_string_append(plot->body, "EOD\n");
    cell_plot_append_axis("x", cells.groups->by[0], places, 0.04, plot->body);
    g_string_append(plot->body, "set ylabel ");
    gnuplot_quote(plot->body, cells.axis);
    g_string_append(plot->body, "\nset yrange [0:*]\nset key outside right top reverse Left\n"
                                "plot ");
    for (guint k = G_N_ELEMENTS(SHARES); k-- > 0;) {
        g_string_append_printf(plot->body,
                               "$quantiles using 1:%u with linespoints lw 2.2 pt 7 ps 0.9 lc rgb "
                               "'%s' title '%g %%'%s",
                               k + 2, cell_plot_colour(k), SHARES[k] * 100,
                               k > 0 ? ", \\\n " : "\n");
    }
    return true;
}

const PlotKind PLOT_cell_quantiles = {
    .name = "cell-quantiles",
    .help = "50, 90, 99 and 99.9 % of a metric's values over a swept parameter",
    .metric = PLOT_METRIC_PART,
    .is_of_cells = true,
    .draw = draw,
};
