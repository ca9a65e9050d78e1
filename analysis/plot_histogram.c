/* SPDX-License-Identifier: MIT */
/* How often which values of a metric came, for each cell: 60 equal bins over
 * all of them. */
#include "analysis/cell_plot.h"

#include <math.h>

#define BIN_COUNT 60
#define CELL_COUNT_MAX 4

static void append_bins(const Histogram *histogram, double low, double width, double factor,
                        guint index, GString *body)
{
    double counts[BIN_COUNT] = {0};
    for (guint i = 0; i < histogram->bars->len; i++) {
        const HistogramBar *bar = &g_array_index(histogram->bars, HistogramBar, i);
        const double place = (histogram_middle(bar->bucket) - low) / width;
        counts[(guint)CLAMP(place, 0, BIN_COUNT - 1)] += (double)bar->count;
    }
    g_string_append_printf(body, "$cell%u << EOD\n# middle share\n", index);
    for (guint i = 0; i < BIN_COUNT; i++) {
        g_string_append_printf(body, "%.9g %.6g\n", (low + (i + 0.5) * width) / factor,
                               counts[i] / (double)histogram->count);
    }
    g_string_append(body, "EOD\n");
}

static void append_plot(const CellPlot *cells, guint count, GString *body)
{
    g_string_append(body, "set xlabel ");
    gnuplot_quote(body, cells->axis);
    g_string_append(body,
                    "\nset ylabel 'share of values (%)'\nset yrange [0:*]\n"
                    "set key right top\nset style fill transparent solid 0.15 noborder\nplot ");
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(body,
                               "$cell%u using 1:(100*$2) with boxes lc rgb '%s' notitle, \\\n ", i,
                               cell_plot_colour(i));
    }
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(body,
                               "$cell%u using 1:(100*$2) with histeps lw 2 lc rgb '%s' title ", i,
                               cell_plot_colour(i));
        gnuplot_quote(body, cell_groups_at(cells->groups, i)->label);
        g_string_append(body, i + 1 < count ? ", \\\n " : "\n");
    }
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    if (!cell_plot_read(source, plot, 0, 2, &cells, error)) {
        return false;
    }
    const guint count = MIN(cells.groups->groups->len, CELL_COUNT_MAX);
    Histogram histograms[CELL_COUNT_MAX];
    double low = INFINITY, high = -INFINITY;
    bool is_good = true;
    for (guint i = 0; i < count; i++) {
        histogram_init(&histograms[i]);
    }
    for (guint i = 0; is_good && i < count; i++) {
        is_good = cell_plot_read_histogram(source, &cells, cell_groups_at(cells.groups, i),
                                           &histograms[i], error);
        if (is_good && histograms[i].count > 0) {
            low = fmin(low, histogram_quantile(&histograms[i], 0));
            high = fmax(high, histogram_quantile(&histograms[i], 1));
        }
    }
    const double width = high > low ? (high - low) / BIN_COUNT : 1;
    for (guint i = 0; i < count; i++) {
        if (is_good) {
            append_bins(&histograms[i], low, width, cells.factor, i, plot->body);
        }
        histogram_clear(&histograms[i]);
    }
    g_string_append_printf(plot->title, "%s: histogram by cell", cells.groups->statistic.metric);
    g_string_append_printf(plot->subtitle, "; all values of all runs, %d bins", BIN_COUNT);
    if (count < cells.groups->groups->len) {
        g_string_append_printf(plot->subtitle, "; the first %u cells", count);
    }
    append_plot(&cells, count, plot->body);
    return is_good;
}

const PlotKind PLOT_histogram = {
    .name = "histogram",
    .help = "how often which values of a metric came, for each of at most 4 cells",
    .metric = PLOT_METRIC_PART,
    .is_of_cells = true,
    .draw = draw,
};
