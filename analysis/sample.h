/* SPDX-License-Identifier: MIT */
/* What a sample says of the quantity behind it, with an interval that holds the true value with
 * the probability `level`. A sample is an array of doubles that are independent of each other, such
 * as one number for each repetition; of a single long run, whose values hang together, the last
 * part of this file makes independent ones.
 *
 * Methods, by their names in the literature: Student's t interval of the mean; the order-statistic
 * interval of a quantile, which assumes nothing of the distribution (Hahn and Meeker, Statistical
 * Intervals, section 5.2); the percentile bootstrap (Efron 1979); MSER-5 (White, Cobb and Spratt
 * 2000) for the warm-up; batch means (Schmeiser 1982: 10 to 30 batches). */
#ifndef ANALYSIS_SAMPLE_H
#define ANALYSIS_SAMPLE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* NaN where the sample is too small for it. */
typedef struct Estimate {
    double value, low, high;
} Estimate;

double sample_mean(const GArray *values);
/* With divisor n - 1; NaN for fewer than two. */
double sample_deviation(const GArray *values);

/* A copy in ascending order. */
GArray *sample_sorted(const GArray *values);

/* Of a sorted sample: the value of rank ceil(q n). */
double sample_quantile(const GArray *sorted, double q);

/* The mean by Student's t, n >= 2. */
Estimate sample_mean_interval(const GArray *values, double level);

/* Of a sorted sample. The interval ends at two of its values, chosen so that each tail holds at
 * most (1 - level) / 2; where the sample is too small for that, low or high is NaN. */
Estimate sample_quantile_interval(const GArray *sorted, double q, double level);

#define SAMPLE_BOOTSTRAP_COUNT 2000

/* Of a sorted sample, by resampling it with a generator that starts at `seed`: equal seeds give
 * equal intervals. For quantiles of samples that are too small for order statistics; known to be
 * too narrow for those. */
Estimate sample_quantile_bootstrap(const GArray *sorted, double q, double level, uint64_t seed);

/* -- One long run -- */

#define SAMPLE_FIVE 5

/* How many values at the start to leave out by MSER-5: the number of whole fives before which the
 * standard error of the rest is least, looking at the first half. */
guint sample_warm_up(const GArray *values);

/* The mean of the values from `first` on, by Student's t over the means of so many batches of equal
 * length; what does not fill the batches is left out at the start. NaN with fewer than one value a
 * batch. */
Estimate sample_batch_means(const GArray *values, guint first, guint batch_count, double level);

#endif
