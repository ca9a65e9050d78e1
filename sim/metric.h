/* SPDX-License-Identifier: MIT */
/* A metric: count, sum, sum of squares, smallest, largest and a histogram of integer values in the
 * metric's base unit (ns, bytes, 1). All sums are integers in 128 bits and all counts integers, so
 * merging partitions or runs is addition and gives the same bits in any order.
 *
 * Histogram: log-linear, 1,024 buckets an octave. Values below 2,048 have a bucket each; above,
 * bucket width is 2^(octave-10), so a quantile is off by less than 0.1 %. Negative values mirror:
 * bucket(-v) = -bucket(v). A sum of squares beyond 128 bits stays at 2^128 - 1. */
#ifndef SIM_METRIC_H
#define SIM_METRIC_H

#include <glib.h>
#include <stdint.h>

typedef struct Metric Metric;

Metric *metric_new(void);
void metric_free(Metric *metric);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Metric, metric_free)

void metric_add(Metric *metric, int64_t value);
void metric_merge(Metric *into, const Metric *from);

uint64_t metric_count(const Metric *metric);
int64_t metric_minimum(const Metric *metric); /* count > 0 */
int64_t metric_maximum(const Metric *metric);
double metric_mean(const Metric *metric); /* NaN without values */

/* The q-quantile (0..1): the middle of the bucket that holds the value of rank ceil(q * count),
 * within [minimum, maximum]. */
double metric_quantile(const Metric *metric, double q);

/* 128-bit sums as decimal text. */
char *metric_sum_text(const Metric *metric);
char *metric_sum_squares_text(const Metric *metric);

/* `[[bucket,count],...]` in bucket order. */
char *metric_buckets_text(const Metric *metric);

/* The bucket of a value, and the bounds of a bucket: values v with *ret_low <= v < *ret_high. Only
 * the last bucket, whose end would be 2^63, includes its *ret_high, INT64_MAX. */
int32_t metric_bucket(int64_t value);
void metric_bucket_bounds(int32_t bucket, int64_t *ret_low, int64_t *ret_high);

#endif
