/* SPDX-License-Identifier: MIT */
/* Histograms of metrics. */
#include "analysis/histogram.h"

#include "analysis/error.h"

#include <math.h>
#include <stdlib.h>

void histogram_init(Histogram *histogram)
{
    histogram->bars = g_array_new(FALSE, TRUE, sizeof(HistogramBar));
    histogram->count = 0;
}

void histogram_clear(Histogram *histogram)
{
    g_clear_pointer(&histogram->bars, g_array_unref);
    histogram->count = 0;
}

static void skip_space(const char **cursor)
{
    while (g_ascii_isspace(**cursor)) {
        *cursor += 1;
    }
}

static bool take(const char **cursor, char expected)
{
    skip_space(cursor);
    if (**cursor != expected) {
        return false;
    }
    *cursor += 1;
    return true;
}

static bool take_integer(const char **cursor, int64_t minimum, int64_t maximum, int64_t *ret_value)
{
    char *end = NULL;
    skip_space(cursor);
    const int64_t value = g_ascii_strtoll(*cursor, &end, 10);
    if (end == *cursor || value < minimum || value > maximum) {
        return false;
    }
    *cursor = end;
    *ret_value = value;
    return true;
}

static bool take_bars(const char **cursor, GArray *bars)
{
    if (!take(cursor, '[')) {
        return false;
    }
    if (take(cursor, ']')) {
        return true;
    }
    do {
        int64_t bucket = 0, count = 0;
        if (!take(cursor, '[') ||
            !take_integer(cursor, -HISTOGRAM_BUCKET_MAX, HISTOGRAM_BUCKET_MAX, &bucket) ||
            !take(cursor, ',') || !take_integer(cursor, 1, G_MAXINT64, &count) ||
            !take(cursor, ']')) {
            return false;
        }
        const HistogramBar bar = {.bucket = (int32_t)bucket, .count = count};
        g_array_append_val(bars, bar);
    } while (take(cursor, ','));
    return take(cursor, ']');
}

static int compare_bars(const void *left, const void *right)
{
    const HistogramBar *a = left, *b = right;
    return (a->bucket > b->bucket) - (a->bucket < b->bucket);
}

/* Sorts, and makes one bar of those of one bucket. False when a count does not fit. */
static bool merge_bars(Histogram *histogram)
{
    GArray *bars = histogram->bars;
    guint kept = 0;
    histogram->count = 0;
    g_array_sort(bars, compare_bars);
    for (guint i = 0; i < bars->len; i++) {
        const HistogramBar bar = g_array_index(bars, HistogramBar, i);
        if (__builtin_add_overflow(histogram->count, bar.count, &histogram->count)) {
            return false;
        }
        if (kept > 0 && g_array_index(bars, HistogramBar, kept - 1).bucket == bar.bucket) {
            g_array_index(bars, HistogramBar, kept - 1).count += bar.count;
        } else {
            g_array_index(bars, HistogramBar, kept++) = bar;
        }
    }
    g_array_set_size(bars, kept);
    return true;
}

bool histogram_add_json(Histogram *histogram, const char *json, GError **error)
{
    const char *cursor = json == NULL ? "" : json;
    bool is_good = take_bars(&cursor, histogram->bars);
    skip_space(&cursor);
    is_good = is_good && *cursor == '\0' && merge_bars(histogram);
    if (!is_good) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "damaged: the buckets of a metric read '%.40s', expected "
                    "[[bucket,count],...]",
                    json == NULL ? "NULL" : json);
    }
    return is_good;
}

void histogram_bounds(int32_t bucket, int64_t *ret_low, int64_t *ret_high)
{
    const int64_t size = abs(bucket);
    if (size >= HISTOGRAM_BUCKET_MAX) {
        *ret_low = *ret_high = bucket < 0 ? G_MININT64 : G_MAXINT64;
        return;
    }
    const int64_t octave = size < 2048 ? 0 : size / 1024 - 1;
    const int64_t first = (size - 1024 * octave) << octave;
    const int64_t last = first + (((int64_t)1 << octave) - 1);
    *ret_low = bucket < 0 ? -last : first;
    *ret_high = bucket < 0 ? -first : last;
}

double histogram_middle(int32_t bucket)
{
    int64_t low = 0, high = 0;
    histogram_bounds(bucket, &low, &high);
    return ((double)low + (double)high) / 2;
}

double histogram_quantile(const Histogram *histogram, double q)
{
    const double rank = fmax(1, ceil(q * (double)histogram->count));
    int64_t below = 0;
    for (guint i = 0; i < histogram->bars->len; i++) {
        const HistogramBar *bar = &g_array_index(histogram->bars, HistogramBar, i);
        below += bar->count;
        if ((double)below >= rank) {
            return histogram_middle(bar->bucket);
        }
    }
    const guint last = histogram->bars->len - 1;
    return histogram_middle(g_array_index(histogram->bars, HistogramBar, last).bucket);
}
