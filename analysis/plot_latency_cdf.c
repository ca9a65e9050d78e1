/* SPDX-License-Identifier: MIT */
/* Which share of the pings (dials, messages) took at most how long. Beside it the least that the
 * links of the same pairs allow: what lies between is waiting, jitter and protocol. */
#include "analysis/latency.h"
#include "analysis/number_text.h"

#include <math.h>

/* More points than pixels do not show. */
#define POINT_COUNT_MAX 1500

/* Beyond this ratio of largest and smallest a linear axis hides the small ones. */
#define LOG_RATIO_MIN 300

static void append_values(GString *body, const char *name, const GArray *values, double unit_ns)
{
    const guint count = values->len;
    const guint step_count = MIN(count, POINT_COUNT_MAX);
    g_string_append_printf(body, "$%s << EOD\n%.9g 0\n", name,
                           (double)g_array_index(values, int64_t, 0) / unit_ns);
    for (guint i = 1; i <= step_count; i++) {
        const guint rank = (guint)((uint64_t)count * i / step_count);
        g_string_append_printf(body, "%.9g %.6g\n",
                               (double)g_array_index(values, int64_t, rank - 1) / unit_ns,
                               (double)rank / (double)count);
    }
    g_string_append(body, "EOD\n");
}

static void append_histogram(GString *body, const char *name, const Histogram *histogram,
                             double unit_ns)
{
    int64_t below = 0;
    g_string_append_printf(body, "$%s << EOD\n", name);
    for (guint i = 0; i < histogram->bars->len; i++) {
        const HistogramBar *bar = &g_array_index(histogram->bars, HistogramBar, i);
        const double x = histogram_middle(bar->bucket) / unit_ns;
        if (i == 0) {
            g_string_append_printf(body, "%.9g 0\n", x);
        }
        below += bar->count;
        g_string_append_printf(body, "%.9g %.6g\n", x, (double)below / (double)histogram->count);
    }
    g_string_append(body, "EOD\n");
}

static void append_quantiles(GString *body, const Summary *summary, double unit_ns)
{
    const struct {
        double share, value;
    } marks[] = {{0.5, summary->p50}, {0.9, summary->p90}, {0.99, summary->p99}};
    g_string_append(body, "$quantiles << EOD\n");
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
        g_autofree char *value = number_text(marks[i].value, "ns");
        g_string_append_printf(body, "%.9g %g \"%g %%: %s\"\n", marks[i].value / unit_ns,
                               marks[i].share, marks[i].share * 100, value);
    }
    g_string_append(body, "EOD\n");
}

static GArray *sorted_values(const Latency *latency)
{
    GArray *values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < latency->samples->len; i++) {
        const int64_t value = g_array_index(latency->samples, LatencySample, i).latency_ns;
        g_array_append_val(values, value);
    }
    summary_of_values(values); /* sorts */
    return values;
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(Latency) latency = {0};
    if (!latency_read(source, false, &latency, error)) {
        return false;
    }
    g_autoptr(GArray) floor = latency_link_floor(source, &latency, error);
    if (floor == NULL) {
        return false;
    }
    const TimeUnit unit = time_unit_for(latency.summary.maximum);
    const bool is_log = latency.summary.minimum > 0 &&
                        latency.summary.maximum / latency.summary.minimum > LOG_RATIO_MIN;
    latency_append_title(source, &latency, plot->title);
    g_string_append_printf(plot->title, ": cumulative %s", latency.measure);
    latency_append_subtitle(source, &latency, plot->subtitle);
    if (latency_is_histogram(&latency)) {
        append_histogram(plot->body, "latency", &latency.histogram, unit.ns);
    } else {
        g_autoptr(GArray) values = sorted_values(&latency);
        append_values(plot->body, "latency", values, unit.ns);
    }
    if (floor->len > 0) {
        append_values(plot->body, "floor", floor, unit.ns);
    }
    append_quantiles(plot->body, &latency.summary, unit.ns);
    g_string_append_printf(plot->body, "set xlabel '%s (%s)'\n", latency.measure, unit.name);
    g_string_append_printf(plot->body, "set ylabel 'share of %s (%%)'\n", latency.plural);
    /* Room on the right for the label of the last quantile. */
    g_string_append_printf(
        plot->body, is_log ? "set logscale x\nset xrange [*:%.9g]\n" : "set xrange [0:%.9g]\n",
        latency.summary.maximum / unit.ns * (is_log ? 3 : 1.12));
    g_string_append(plot->body, "set yrange [0:102]\nset ytics 10\nset key right bottom\n"
                                "set rmargin 6\n");
    g_string_append(plot->body, "plot ");
    g_string_append_printf(plot->body,
                           "$latency using 1:(100*$2) with steps lw 2.5 lc rgb '" COLOUR_BLUE
                           "' title '%s', \\\n",
                           latency.plural);
    if (floor->len > 0) {
        g_string_append_printf(plot->body,
                               " $floor using 1:(100*$2) with steps lw 1.6 lc rgb '" COLOUR_RED
                               "' title 'least %s of their links', \\\n",
                               latency.is_round_trip ? "round trip" : "latency");
    }
    g_string_append(plot->body,
                    " $quantiles using 1:(100*$2) with points pt 7 ps 1.1 lc rgb '" COLOUR_BLACK
                    "' notitle, \\\n"
                    " $quantiles using 1:(100*$2):3 with labels left offset char 1,-0.7 tc rgb "
                    "'" COLOUR_BLACK "' notitle\n");
    return true;
}

const PlotKind PLOT_latency_cdf = {
    .name = "latency-cdf",
    .help = "share of pings, dials or messages that took at most so long",
    .metric = PLOT_METRIC_LATENCY,
    .draw = draw,
};
