/* SPDX-License-Identifier: MIT */
/* The histogram of a metric as the database has it: `metric.buckets` = [[bucket,count],...].
 *
 * Log-linear, 1,024 buckets an octave. Values below 2,048 have a bucket each; above, bucket b of
 * octave e = b / 1024 - 1 holds 2^e values from (b - 1024 e) 2^e on. Negative values mirror: the
 * bucket of -v is that of v with a minus. Histograms of runs add up. */
#ifndef ANALYSIS_HISTOGRAM_H
#define ANALYSIS_HISTOGRAM_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_BUCKET_MAX 55296 /* that of INT64_MAX is one less, that of INT64_MIN is this */

typedef struct HistogramBar {
    int32_t bucket;
    int64_t count; /* at least 1 */
} HistogramBar;

/* Bars in bucket order, each bucket once. */
typedef struct Histogram {
    GArray *bars; /* of HistogramBar, owned */
    int64_t count;
} Histogram;

void histogram_init(Histogram *histogram);
void histogram_clear(Histogram *histogram);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Histogram, histogram_clear)

/* Adds what the JSON text says. Fails with exit status 2 when it says something else. */
bool histogram_add_json(Histogram *histogram, const char *json, GError **error);

/* The values v of a bucket: low <= v <= high. */
void histogram_bounds(int32_t bucket, int64_t *ret_low, int64_t *ret_high);

/* The middle of the bucket. */
double histogram_middle(int32_t bucket);

/* The middle of the bucket that holds the value of rank ceil(q * count); count > 0. Within
 * [minimum, maximum] of the metric it is off by less than 0.1 %. */
double histogram_quantile(const Histogram *histogram, double q);

#endif
