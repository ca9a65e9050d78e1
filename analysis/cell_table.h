/* SPDX-License-Identifier: MIT */
/* The tables of `skein stats --by` and `skein compare`. */
#ifndef ANALYSIS_CELL_TABLE_H
#define ANALYSIS_CELL_TABLE_H

#include "analysis/cell_group.h"
#include "analysis/difference.h"
#include "analysis/table.h"

/* A line for each group: number of repetitions, mean with Student's interval, deviation, median
 * with the order-statistic interval, or where there are too few repetitions for that the
 * bootstrap's. */
Table *cell_table_stats(sqlite3 *database, const CellQuestion *question, double level,
                        GError **error);

/* What to compare with what: all cells that two databases share, or two cells of one. */
typedef struct ComparisonSide {
    sqlite3 *database;
    const char *cell; /* the label of a group; NULL: all, each with the one of the same label */
} ComparisonSide;

/* A line for each cell and metric that both sides have: the difference b - a, its interval, p value
 * (raw, and corrected over the whole table), effect size and method. Runs are paired where both
 * sides have the same repetitions with the same seeds. metric NULL: the mean of each metric. */
Table *cell_table_compare(const ComparisonSide *a, const ComparisonSide *b,
                          const CellQuestion *question, double level, Correction correction,
                          GError **error);

#endif
