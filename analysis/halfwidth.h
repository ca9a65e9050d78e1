/* SPDX-License-Identifier: MIT */
/* How well a number is known from the repetitions of a cell: the mean over runs of one statistic of
 * a metric, and half the width of its 95 % confidence interval by Student's t. Repetitions are
 * independent, so this holds whatever the distribution within a run; of p99, say, it is the
 * interval of the mean of the runs' 99th percentiles. */
#ifndef ANALYSIS_HALFWIDTH_H
#define ANALYSIS_HALFWIDTH_H

#include "analysis/database.h"

typedef struct Halfwidth {
    double mean, halfwidth; /* NaN when a run has no values, or there is only one */
} Halfwidth;

/* statistic: a metric, or with .mean, .min, .max, .count, .sum or .pNN behind it. Over repetitions
 * 1 to count; fails with exit status 1 when one of them is not there. */
bool halfwidth_of_cell(sqlite3 *database, const char *experiment, const char *cell, unsigned count,
                       const char *statistic, Halfwidth *ret_halfwidth, GError **error);

#endif
