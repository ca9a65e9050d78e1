/* SPDX-License-Identifier: MIT */
/* The distribution of a metric's values in each cell, all runs of the cell
 * merged. */
#include "analysis/cell_plot.h"

static bool append_block(const PlotSource *source, const CellPlot *cells, guint index,
                         GString *body, GError **error)
{
    g_auto(Histogram) histogram;
    int64_t below = 0;
    histogram_init(&histogram);
    if (!cell_plot_read_histogram(source, cells, cell_groups_at(cells->groups, index), &histogram,
                                  error)) {
        return false;
    }
    g_string_append_printf(body, "$cell%u << EOD\n# value share\n", index);
    for (guint i = 0; i < histogram.bars->len; i++) {
        const HistogramBar *bar = &g_array_index(histogram.bars, HistogramBar, i);
        const double middle = histogram_middle(bar->bucket);
        if (i == 0) {
            g_string_append_printf(body, "%.9g 0\n", middle / cells->factor);
        }
        below += bar->count;
        g_string_append_printf(body, "%.9g %.6g\n", middle / cells->factor,
                               (double)below / (double)histogram.count);
    }
    g_string_append(body, "EOD\n");
    return true;
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    if (!cell_plot_read(source, plot, 0, 2, &cells, error)) {
        return false;
    }
    const guint count = MIN(cells.groups->groups->len, CELL_PLOT_COLOUR_COUNT);
    g_string_append_printf(plot->title, "%s: cumulative, by cell", cells.groups->statistic.metric);
    g_string_append(plot->subtitle, "; all values of all runs");
    if (count < cells.groups->groups->len) {
        g_string_append_printf(plot->subtitle, "; the first %u cells", count);
    }
    for (guint i = 0; i < count; i++) {
        if (!append_block(source, &cells, i, plot->body, error)) {
            return false;
        }
    }
    g_string_append(plot->body, "set xlabel ");
    gnuplot_quote(plot->body, cells.axis);
    g_string_append(plot->body, "\nset ylabel 'share of values (%)'\nset yrange [0:102]\n"
                                "set ytics 10\nset key outside right top\nplot ");
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(plot->body,
                               "$cell%u using 1:(100*$2) with steps lw 2.2 lc rgb '%s' title ", i,
                               cell_plot_colour(i));
        gnuplot_quote(plot->body, cell_groups_at(cells.groups, i)->label);
        g_string_append(plot->body, i + 1 < count ? ", \\\n " : "\n");
    }
    return true;
}

const PlotKind PLOT_cell_cdf = {
    .name = "cell-cdf",
    .help = "the distribution of a metric's values, a curve for each cell",
    .metric = PLOT_METRIC_PART,
    .is_of_cells = true,
    .draw = draw,
};
