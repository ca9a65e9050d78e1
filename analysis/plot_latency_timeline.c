/* SPDX-License-Identifier: MIT */
/* Latency over virtual time, with the faults. A few thousand values are drawn one by one; more
 * become bands of quantiles, since a cloud of dots shows only its outline. */
#include "analysis/latency.h"
#include "analysis/number_text.h"

#include <math.h>

#define POINT_COUNT_MAX 4000
#define BIN_COUNT 120

static void append_points(GString *body, const GArray *samples, double time_ns, double unit_ns)
{
    g_string_append(body, "$latency << EOD\n");
    for (guint i = 0; i < samples->len; i++) {
        const LatencySample *sample = &g_array_index(samples, LatencySample, i);
        g_string_append_printf(body, "%.9g %.9g\n", (double)sample->time_ns / time_ns,
                               (double)sample->latency_ns / unit_ns);
    }
    g_string_append(body, "EOD\n");
}

/* Time, 5 %, 25 %, 50 %, 75 %, 95 % of each slice of the time; samples are in order of time. A
 * slice without samples becomes an empty line, which interrupts the band. */
static void append_bands(GString *body, const GArray *samples, double time_ns, double unit_ns)
{
    static const double shares[] = {0.05, 0.25, 0.5, 0.75, 0.95};
    const double first = (double)g_array_index(samples, LatencySample, 0).time_ns;
    const double last = (double)g_array_index(samples, LatencySample, samples->len - 1).time_ns;
    const double width = fmax(1, (last - first) / BIN_COUNT);
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(int64_t));
    guint next = 0;
    g_string_append(body, "$bands << EOD\n");
    for (int bin = 0; bin < BIN_COUNT; bin++) {
        const double end = first + width * (bin + 1);
        g_array_set_size(values, 0);
        while (next < samples->len) {
            const LatencySample *sample = &g_array_index(samples, LatencySample, next);
            if ((double)sample->time_ns >= end && bin < BIN_COUNT - 1) {
                break;
            }
            g_array_append_val(values, sample->latency_ns);
            next++;
        }
        if (values->len > 0) {
            summary_of_values(values); /* sorts */
            g_string_append_printf(body, "%.9g", (end - width / 2) / time_ns);
            for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
                g_string_append_printf(body, " %.9g",
                                       (double)sorted_quantile(values, shares[i]) / unit_ns);
            }
        }
        g_string_append_c(body, '\n');
    }
    g_string_append(body, "EOD\n");
}

/* At most so many marks, evenly chosen, for those without an answer. */
static void append_unanswered(GString *body, const GArray *times, double time_ns)
{
    const guint count = MIN(times->len, POINT_COUNT_MAX);
    g_string_append(body, "$unanswered << EOD\n");
    for (guint i = 0; i < count; i++) {
        const guint index = (guint)((uint64_t)i * times->len / count);
        g_string_append_printf(body, "%.9g\n",
                               (double)g_array_index(times, int64_t, index) / time_ns);
    }
    g_string_append(body, "EOD\n");
}

static void append_plot(Plot *plot, const Latency *latency, bool is_banded)
{
    g_string_append(plot->body, "plot ");
    if (is_banded) {
        g_string_append(plot->body,
                        "$bands using 1:2:6 with filledcurves lc rgb '" COLOUR_BLUE
                        "' fs transparent solid 0.18 noborder title '5 % to 95 %', \\\n"
                        " $bands using 1:3:5 with filledcurves lc rgb '" COLOUR_BLUE
                        "' fs transparent solid 0.35 noborder title '25 % to 75 %', \\\n"
                        " $bands using 1:4 with lines lw 2 lc rgb '" COLOUR_BLUE
                        "' title 'median'");
    } else {
        g_string_append_printf(plot->body,
                               "$latency using 1:2 with points pt 7 ps %s lc rgb '#600072B2'"
                               " title '%s'",
                               latency->samples->len > 1000 ? "0.5" : "0.8", latency->plural);
    }
    if (latency->unanswered->len > 0) {
        g_string_append_printf(plot->body,
                               ", \\\n $unanswered using 1:(unanswered) with points pt 2 ps 0.8"
                               " lc rgb '#%sd55e00' title 'without %s'",
                               is_banded ? "a0" : "00",
                               latency->what[0] == 'm' ? "arrival" : "answer");
    }
    g_string_append_c(plot->body, '\n');
}

static bool draw(const PlotSource *source, Plot *plot, GError **error)
{
    g_auto(Latency) latency = {0};
    if (!latency_read(source, true, &latency, error)) {
        return false;
    }
    const GArray *samples = latency.samples;
    const LatencySample *last = &g_array_index(samples, LatencySample, samples->len - 1);
    const TimeUnit unit = time_unit_for(latency.summary.maximum);
    const TimeUnit time = time_unit_for((double)last->time_ns);
    const bool is_banded = samples->len > POINT_COUNT_MAX;
    latency_append_title(source, &latency, plot->title);
    g_string_append_printf(plot->title, ": %s over time", latency.measure);
    latency_append_subtitle(source, &latency, plot->subtitle);
    if (is_banded) {
        append_bands(plot->body, samples, time.ns, unit.ns);
        g_string_append_printf(plot->subtitle, "; %d slices of time", BIN_COUNT);
    } else {
        append_points(plot->body, samples, time.ns, unit.ns);
    }
    if (latency.unanswered->len > 0) {
        append_unanswered(plot->body, latency.unanswered, time.ns);
        g_string_append_printf(plot->body, "unanswered = %.9g\n",
                               latency.summary.maximum / unit.ns * -0.03);
    }
    const int64_t first_ns = g_array_index(samples, LatencySample, 0).time_ns;
    if (!plot_draw_faults(source, plot, first_ns, last->time_ns, time.ns, error)) {
        return false;
    }
    g_string_append_printf(plot->body, "set xlabel 'virtual time (%s)'\n", time.name);
    g_string_append_printf(plot->body, "set ylabel '%s (%s)'\n", latency.measure, unit.name);
    g_string_append_printf(plot->body, "set yrange [%s:*]\n",
                           latency.unanswered->len > 0 ? "unanswered * 2" : "0");
    g_string_append(plot->body, "set rmargin 4\nset key at screen 0.5,0.015 center bottom "
                                "horizontal maxrows 1\nset bmargin 6\n");
    append_plot(plot, &latency, is_banded);
    return true;
}

const PlotKind PLOT_latency_timeline = {
    .name = "latency-timeline",
    .help = "latency over virtual time, with the faults",
    .metric = PLOT_METRIC_LATENCY,
    .draw = draw,
};
