/* SPDX-License-Identifier: MIT */
/* One number of a run: a metric, or one of its parts, `ping.rtt.p99`. The parts are mean (which the
 * bare name means too), min, max, count, sum and pNN, the NN % quantile of the histogram. */
#ifndef ANALYSIS_STATISTIC_H
#define ANALYSIS_STATISTIC_H

#include "analysis/database.h"

typedef struct Statistic {
    char *text;   /* as it was written */
    char *metric; /* its name in the table */
    char *suffix; /* "" or one of the above */
    char *unit;   /* of the number */
} Statistic;

void statistic_clear(Statistic *statistic);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Statistic, statistic_clear)

/* text NULL: the mean of the first metric of the file that has values, one called *.rtt before all
 * others. Fails with exit status 2 on a metric that no run has, naming the nearest that there is.
 */
bool statistic_find(sqlite3 *database, const char *text, Statistic *ret_statistic, GError **error);

/* The metric's name, and what stands behind the dot that follows it: the first one before a part,
 * so that p99.9 stays whole. */
char *statistic_split(const char *text, const char **ret_suffix);

/* Of a row that begins with the metric's count, sum, min, max, buckets; NaN where the run had no
 * values. */
bool statistic_of_row(sqlite3_stmt *row, const char *suffix, double *ret_value, GError **error);

/* The nearest of the texts in column 0, or NULL: for "did you mean". */
char *statistic_nearest(sqlite3 *database, const char *sql, const char *text);

#endif
