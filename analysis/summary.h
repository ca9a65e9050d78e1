/* SPDX-License-Identifier: MIT */
/* What a set of numbers comes to: mean, sample standard deviation (divisor n - 1) and quantiles.
 *
 * From values themselves the quantiles are exact: that of q is the value of rank ceil(q * count).
 * From a metric they are those of its histogram, while mean and deviation are exact: the sums are
 * integers of 128 bits, and the deviation is taken from the sums about an integer near the mean, so
 * that nothing cancels. */
#ifndef ANALYSIS_SUMMARY_H
#define ANALYSIS_SUMMARY_H

#include "analysis/database.h"

typedef struct Summary {
    int64_t count; /* 0: all else is NaN */
    double mean;
    double deviation; /* NaN for one value */
    double minimum, p50, p90, p99, maximum;
} Summary;

/* Of int64_t values, which it sorts. */
Summary summary_of_values(GArray *values);

/* The value of rank ceil(q * count) of sorted values, count > 0. */
int64_t sorted_quantile(const GArray *values, double q);

/* Of one metric over the runs (one, or all for a NULL run_id). */
bool summary_of_metric(sqlite3 *database, const int64_t *run_id, const char *name,
                       Summary *ret_summary, GError **error);

#endif
