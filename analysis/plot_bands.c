/* SPDX-License-Identifier: MIT */
/* A series over time with bands over repetitions: time is cut into bins, a
 * run's number in a bin is the mean of its values there, whosever they are, and
 * the band is the 95 % interval of the mean over runs. */
#include "analysis/cell_plot.h"
#include "analysis/error.h"
#include "analysis/number_text.h"
#include "analysis/series_scale.h"

#include <math.h>

#define BIN_COUNT 80

/* The name of the series: the one asked for, else the first. Also the last
 * instant and the largest value. */
static char *find_series(const PlotSource *source, int64_t *ret_end_ns, double *ret_maximum,
                         GError **error)
{
    GError *problem = NULL;
    char *name = NULL;
    g_autoptr(sqlite3_stmt) row =
        database_prepare(source->database,
                         "SELECT name, max(time_ns), max(value) FROM series WHERE ?1 IS NULL "
                         "OR name = ?1 GROUP BY name"
                         " ORDER BY name LIMIT 1",
                         error);
    if (row == NULL) {
        return NULL;
    }
    sqlite3_bind_text(row, 1, source->options->metric, -1, SQLITE_STATIC);
    if (database_step(row, &problem)) {
        name = database_text(row, 0);
        *ret_end_ns = MAX(sqlite3_column_int64(row, 1), 1);
        *ret_maximum = sqlite3_column_double(row, 2);
    } else if (problem != NULL) {
        g_propagate_error(error, problem);
    } else {
        const char *asked = source->options->metric;
        g_autofree char *nearest =
            asked == NULL
                ? NULL
                : statistic_nearest(source->database, "SELECT DISTINCT name FROM series", asked);
        g_set_error(error, ANALYSIS_ERROR,
                    asked == NULL ? ANALYSIS_ERROR_FAILED : ANALYSIS_ERROR_INPUT,
                    "no series %s%s%s%s%s; record.series chooses what is recorded",
                    asked == NULL ? "in any run" : "'", asked == NULL ? "" : asked,
                    asked == NULL ? "" : "'", nearest == NULL ? "" : "; did you mean ",
                    nearest == NULL ? "" : nearest);
    }
    return name;
}

/* Adds the run's number in each bin to the samples of that bin. */
static bool read_run(const PlotSource *source, const char *name, int64_t run_id, double width_ns,
                     GArray **bins, GError **error)
{
    double sums[BIN_COUNT] = {0}, counts[BIN_COUNT] = {0};
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database, "SELECT time_ns, value FROM series WHERE run_id = ?1 AND name = ?2",
        run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 2, name, -1, SQLITE_STATIC);
    while (database_step(row, &problem)) {
        const double place = (double)sqlite3_column_int64(row, 0) / width_ns;
        const guint bin = (guint)CLAMP(place, 0, BIN_COUNT - 1);
        sums[bin] += sqlite3_column_double(row, 1);
        counts[bin]++;
    }
    if (!database_finished(problem, error)) {
        return false;
    }
    for (guint i = 0; i < BIN_COUNT; i++) {
        const double mean = sums[i] / counts[i];
        if (counts[i] > 0) {
            g_array_append_val(bins[i], mean);
        }
    }
    return true;
}

static bool append_group(const PlotSource *source, const char *name, const CellGroup *group,
                         guint index, double width_ns, double unit_ns, double factor, GString *body,
                         GError **error)
{
    GArray *bins[BIN_COUNT];
    bool is_good = true;
    for (guint i = 0; i < BIN_COUNT; i++) {
        bins[i] = g_array_new(FALSE, FALSE, sizeof(double));
    }
    for (guint i = 0; is_good && i < group->run_ids->len; i++) {
        is_good = read_run(source, name, g_array_index(group->run_ids, int64_t, i), width_ns, bins,
                           error);
    }
    g_string_append_printf(body, "$cell%u << EOD\n# time mean low high runs\n", index);
    for (guint i = 0; i < BIN_COUNT; i++) {
        const Estimate mean = sample_mean_interval(bins[i], CELL_PLOT_LEVEL);
        if (bins[i]->len > 0) {
            g_string_append_printf(
                body, "%.9g %.9g %.9g %.9g %u\n", (i + 0.5) * width_ns / unit_ns,
                mean.value / factor, (isnan(mean.low) ? mean.value : mean.low) / factor,
                (isnan(mean.high) ? mean.value : mean.high) / factor, bins[i]->len);
        }
        g_array_unref(bins[i]);
    }
    g_string_append(body, "EOD\n");
    return is_good;
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(CellPlot) cells = {0};
    int64_t end_ns = 0;
    double maximum = 0;
    g_autofree char *name = find_series(source, &end_ns, &maximum, error);
    PlotSource groups_source = *source;
    PlotOptions options = *source->options;
    /* Which runs there are does not depend on the series: any metric will do. */
    options.metric = NULL;
    groups_source.options = &options;
    if (name == NULL || !cell_plot_read(&groups_source, plot, 0, 2, &cells, error)) {
        return false;
    }
    const guint count = MIN(cells.groups->groups->len, CELL_PLOT_COLOUR_COUNT);
    const TimeUnit unit = time_unit_for((double)end_ns);
    const SeriesScale scale = series_scale(name, false, maximum);
    g_autofree char *axis = scale.label;
    g_string_append_printf(plot->title, "%s over time", name);
    g_string_append(plot->subtitle, "; means of runs with 95 % intervals (Student's t)");
    if (count < cells.groups->groups->len) {
        g_string_append_printf(plot->subtitle, "; the first %u cells", count);
    }
    for (guint i = 0; i < count; i++) {
        if (!append_group(source, name, cell_groups_at(cells.groups, i), i,
                          (double)end_ns / BIN_COUNT, unit.ns, scale.factor, plot->body, error)) {
            return false;
        }
    }
    g_string_append_printf(plot->body, "set xlabel 'virtual time (%s)'\nset ylabel ", unit.name);
    gnuplot_quote(plot->body, axis);
    g_string_append(plot->body, "\nset key outside right top\nplot ");
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(plot->body,
                               "$cell%u using 1:3:4 with filledcurves fs transparent solid 0.2 "
                               "noborder lc rgb '%s' notitle, \\\n $cell%u using 1:2 with lines lw "
                               "2 dt %u lc rgb '%s' title ",
                               i, cell_plot_colour(i), i, i + 1, cell_plot_colour(i));
        gnuplot_quote(plot->body, cell_groups_at(cells.groups, i)->label);
        g_string_append(plot->body, i + 1 < count ? ", \\\n " : "\n");
    }
    return true;
}

const PlotKind PLOT_bands = {
    .name = "bands",
    .help = "a series over time, with bands over repetitions, for each cell",
    .metric = PLOT_METRIC_SERIES,
    .is_of_cells = true,
    .draw = draw,
};
