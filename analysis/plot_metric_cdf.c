/* SPDX-License-Identifier: MIT */
/* The distribution of any metric of the run, from its histogram: of completion times where there
 * are some and nothing else is asked for. */
#include "analysis/error.h"
#include "analysis/histogram.h"
#include "analysis/number_text.h"
#include "analysis/plot.h"

#include <string.h>

/* Beyond this ratio of largest and smallest a linear axis hides the small ones. */
#define LOG_RATIO_MIN 300

typedef struct Values {
    char *name, *unit;
    double minimum, maximum;
    Histogram histogram;
} Values;

static void values_clear(Values *values)
{
    g_free(values->name);
    g_free(values->unit);
    histogram_clear(&values->histogram);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Values, values_clear)

static bool refuse(const PlotSource *source, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row =
        database_prepare_for_run(source->database,
                                 "SELECT group_concat(name, ', ') FROM metric WHERE run_id = ?1 AND"
                                 " count > 0",
                                 source->run_id, error);
    if (row == NULL) {
        return false;
    }
    g_autofree char *names = database_step(row, &problem) ? database_text(row, 0) : NULL;
    if (problem != NULL) {
        g_propagate_error(error, problem);
    } else if (source->options->metric != NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "no metric '%s' in the run; there are %s", source->options->metric,
                    names == NULL ? "none" : names);
    } else {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_FAILED, "no metric in the run");
    }
    return false;
}

static bool read_values(const PlotSource *source, Values *values, GError **error)
{
    GError *problem = NULL;
    g_autoptr(sqlite3_stmt) row = database_prepare_for_run(
        source->database,
        "SELECT name, unit, min, max, buckets FROM metric WHERE run_id = ?1 AND count > 0"
        " AND (?2 IS NULL OR name = ?2) ORDER BY name LIKE '%.completion' DESC, name LIMIT 1",
        source->run_id, error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 2, source->options->metric, -1, SQLITE_STATIC);
    if (!database_step(row, &problem)) {
        if (!database_finished(problem, error)) {
            return false;
        }
        return refuse(source, error);
    }
    values->name = database_text(row, 0);
    values->unit = database_text(row, 1);
    values->minimum = sqlite3_column_double(row, 2);
    values->maximum = sqlite3_column_double(row, 3);
    histogram_init(&values->histogram);
    g_autofree char *buckets = database_text(row, 4);
    if (values->name == NULL || buckets == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "damaged: a metric without name "
                    "or histogram");
        return false;
    }
    return histogram_add_json(&values->histogram, buckets, error);
}

static void append_steps(const Values *values, double factor, GString *body)
{
    const GArray *bars = values->histogram.bars;
    int64_t below = 0;
    g_string_append_printf(body, "$values << EOD\n%.9g 0\n", values->minimum / factor);
    for (guint i = 0; i < bars->len; i++) {
        const HistogramBar *bar = &g_array_index(bars, HistogramBar, i);
        const double middle = histogram_middle(bar->bucket);
        below += bar->count;
        g_string_append_printf(body, "%.9g %.6g\n",
                               CLAMP(middle, values->minimum, values->maximum) / factor,
                               (double)below / (double)values->histogram.count);
    }
    g_string_append(body, "EOD\n$quantiles << EOD\n");
    static const double SHARES[] = {0.5, 0.9, 0.99};
    for (size_t i = 0; i < G_N_ELEMENTS(SHARES); i++) {
        const double value = CLAMP(histogram_quantile(&values->histogram, SHARES[i]),
                                   values->minimum, values->maximum);
        g_autofree char *text = number_text(value, values->unit);
        g_string_append_printf(body, "%.9g %g ", value / factor, SHARES[i]);
        g_autofree char *label = g_strdup_printf("%g %%: %s", SHARES[i] * 100, text);
        gnuplot_append_field(body, label);
        g_string_append_c(body, '\n');
    }
    g_string_append(body, "EOD\n");
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(Values) values = {0};
    if (!read_values(source, &values, error)) {
        return false;
    }
    const char *unit = values.unit == NULL ? "1" : values.unit;
    const bool is_time = strcmp(unit, "ns") == 0;
    const TimeUnit time = time_unit_for(values.maximum);
    const double factor = is_time ? time.ns : 1;
    const bool is_log = values.minimum > 0 && values.maximum / values.minimum > LOG_RATIO_MIN;
    g_string_append_printf(plot->title, "%" G_GINT64_FORMAT " values of %s", values.histogram.count,
                           values.name);
    g_string_append_printf(plot->subtitle, "%s; from the metric's histogram", source->origin);
    append_steps(&values, factor, plot->body);
    g_autofree char *label = g_strdup_printf("%s (%s)", values.name, is_time ? time.name : unit);
    g_string_append(plot->body, "set xlabel ");
    gnuplot_quote(plot->body, label);
    g_string_append_printf(plot->body, "\nset ylabel 'share of values (%%)'\n");
    g_string_append_printf(
        plot->body, is_log ? "set logscale x\nset xrange [*:%.9g]\n" : "set xrange [*:%.9g]\n",
        values.maximum / factor * (is_log ? 3 : 1.12) + (values.maximum > 0 ? 0 : 1));
    g_string_append(plot->body,
                    "set yrange [0:102]\nset ytics 10\nset key off\nset rmargin 6\n"
                    "plot $values using 1:(100*$2) with steps lw 2.5 lc rgb '" COLOUR_BLUE "', \\\n"
                    " $quantiles using 1:(100*$2) with points pt 7 ps 1.1 lc rgb '" COLOUR_BLACK
                    "', \\\n"
                    " $quantiles using 1:(100*$2):3 with labels left offset char 1,-0.7 tc rgb "
                    "'" COLOUR_BLACK "'\n");
    return true;
}

const PlotKind PLOT_metric_cdf = {
    .name = "metric-cdf",
    .help = "share of a metric's values up to so much; completion times by default",
    .metric = PLOT_METRIC_NAME,
    .draw = draw,
};
