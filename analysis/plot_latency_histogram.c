/* SPDX-License-Identifier: MIT */
/* How many of the pings (dials, messages) took how long. */
#include "analysis/latency.h"
#include "analysis/number_text.h"

#include <math.h>

#define BIN_COUNT_MIN 12.0
#define BIN_COUNT_MAX 60.0

/* Links that reach farther than so many bins would make the bars too thin to see. */
#define FLOOR_BIN_COUNT_MAX 400.0

/* The one of 1, 2, 5, 10, ... that is near a width. */
static double round_width(double width)
{
    const double power = pow(10, floor(log10(width)));
    static const double steps[] = {1, 2, 5, 10};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (steps[i] * power >= width * 0.7) {
            return steps[i] * power;
        }
    }
    return 10 * power;
}

/* Freedman and Diaconis with the spread from the 10 % to the 90 % point, of which a normal
 * distribution's has 2.56 deviations; within bounds that the eye can take in. */
static double bin_width(const Summary *summary)
{
    const double range = summary->maximum - summary->minimum;
    const double spread = 2 * (summary->p90 - summary->p50);
    double width = spread / cbrt((double)summary->count);
    width = fmax(range / BIN_COUNT_MAX, fmin(range / BIN_COUNT_MIN, width));
    return fmax(1, round_width(fmax(1, width)));
}

typedef struct Bins {
    double start, width;
    GArray *counts; /* of double */
} Bins;

static void bins_init(Bins *bins, double minimum, double maximum, double width)
{
    bins->width = width;
    bins->start = floor(minimum / width) * width;
    bins->counts = g_array_new(FALSE, TRUE, sizeof(double));
    g_array_set_size(bins->counts, (guint)((maximum - bins->start) / width) + 1);
}

static void bins_add(Bins *bins, double value, double count)
{
    const double bin = floor((value - bins->start) / bins->width);
    const guint last = bins->counts->len - 1;
    const guint index = bin <= 0 ? 0 : bin >= (double)last ? last : (guint)bin;
    g_array_index(bins->counts, double, index) += count;
}

static void append_bins(GString *body, const char *name, const Bins *bins, double unit_ns)
{
    g_string_append_printf(body, "$%s << EOD\n", name);
    for (guint i = 0; i < bins->counts->len; i++) {
        g_string_append_printf(body, "%.9g %.15g\n",
                               (bins->start + (i + 0.5) * bins->width) / unit_ns,
                               g_array_index(bins->counts, double, i));
    }
    g_string_append(body, "EOD\n");
}

static void fill(Bins *bins, const Latency *latency)
{
    for (guint i = 0; i < latency->samples->len; i++) {
        const LatencySample *sample = &g_array_index(latency->samples, LatencySample, i);
        bins_add(bins, (double)sample->latency_ns, 1);
    }
    for (guint i = 0; i < latency->histogram.bars->len; i++) {
        const HistogramBar *bar = &g_array_index(latency->histogram.bars, HistogramBar, i);
        bins_add(bins, histogram_middle(bar->bucket), (double)bar->count);
    }
}

/* From 0 on where that wastes little; otherwise from the first bin on. */
static void append_range(GString *body, const Bins *bins, double floor_start, double unit_ns)
{
    const double end = bins->start + bins->counts->len * bins->width;
    const double first = fmin(bins->start, floor_start);
    const double start = first >= 0 && first < end / 2 ? 0 : first;
    g_string_append_printf(body, "set xrange [%.9g:%.9g]\n", start / unit_ns,
                           (end + bins->width / 2) / unit_ns);
}

/* Whether sorted values can be drawn with bins that suit the latencies. */
static bool fits(const GArray *sorted, const Summary *summary, double width)
{
    if (sorted->len == 0) {
        return false;
    }
    const double first = (double)g_array_index(sorted, int64_t, 0);
    const double last = (double)g_array_index(sorted, int64_t, sorted->len - 1);
    return fmax(last, summary->maximum) - fmin(first, summary->minimum) <=
           FLOOR_BIN_COUNT_MAX * width;
}

static void append_plot(Plot *plot, const Latency *latency, TimeUnit unit, double width,
                        bool has_floor)
{
    g_autofree char *width_text = number_text(width, "ns");
    g_autofree char *median = number_text(latency->summary.p50, "ns");
    g_string_append_printf(plot->body, "set xlabel '%s (%s)'\n", latency->measure, unit.name);
    g_string_append_printf(plot->body, "set ylabel '%s per %s'\n", latency->plural, width_text);
    g_string_append_printf(plot->body,
                           "set arrow 50 from first %.9g, graph 0 to first %.9g, graph 1 nohead"
                           " front dt 3 lw 1.6 lc rgb '" COLOUR_BLACK "'\n"
                           "set label 50 'median %s' at first %.9g, graph 0.97 left"
                           " offset char 0.7,0 front tc rgb '" COLOUR_BLACK "'\n",
                           latency->summary.p50 / unit.ns, latency->summary.p50 / unit.ns, median,
                           latency->summary.p50 / unit.ns);
    g_string_append_printf(plot->body, "set boxwidth %.9g\n", width / unit.ns * 0.94);
    g_string_append(
        plot->body,
        "set style fill solid 0.75 noborder\nset yrange [0:*]\nset offsets 0, 0, graph 0.1, 0\n"
        "set grid noxtics\nset rmargin 4\nset key right top\n");
    g_string_append_printf(plot->body,
                           "plot $latency using 1:2 with boxes lc rgb '" COLOUR_BLUE "' title '%s'",
                           latency->plural);
    if (has_floor) {
        g_string_append_printf(plot->body,
                               ", \\\n $floor using 1:2 with histeps lw 1.6 lc rgb '" COLOUR_RED
                               "' title 'least %s of their links'",
                               latency->is_round_trip ? "round trip" : "latency");
    }
    g_string_append_c(plot->body, '\n');
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(Latency) latency = {0};
    if (!latency_read(source, false, &latency, error)) {
        return false;
    }
    g_autoptr(GArray) floor_values = latency_link_floor(source, &latency, error);
    if (floor_values == NULL) {
        return false;
    }
    const TimeUnit unit = time_unit_for(latency.summary.maximum);
    const double width = bin_width(&latency.summary);
    const bool has_floor = fits(floor_values, &latency.summary, width);
    Bins bins;
    bins_init(&bins, latency.summary.minimum, latency.summary.maximum, width);
    fill(&bins, &latency);
    append_bins(plot->body, "latency", &bins, unit.ns);
    append_range(plot->body, &bins,
                 has_floor ? (double)g_array_index(floor_values, int64_t, 0) : bins.start, unit.ns);
    g_array_unref(bins.counts);
    if (has_floor) {
        bins_init(&bins, (double)g_array_index(floor_values, int64_t, 0),
                  (double)g_array_index(floor_values, int64_t, floor_values->len - 1), width);
        for (guint i = 0; i < floor_values->len; i++) {
            bins_add(&bins, (double)g_array_index(floor_values, int64_t, i), 1);
        }
        append_bins(plot->body, "floor", &bins, unit.ns);
        g_array_unref(bins.counts);
    }
    latency_append_title(source, &latency, plot->title);
    g_string_append_printf(plot->title, ": %s", latency.measure);
    latency_append_subtitle(source, &latency, plot->subtitle);
    append_plot(plot, &latency, unit, width, has_floor);
    return true;
}

const PlotKind PLOT_latency_histogram = {
    .name = "latency-histogram",
    .help = "how many pings, dials or messages took how long",
    .metric = PLOT_METRIC_LATENCY,
    .draw = draw,
};
