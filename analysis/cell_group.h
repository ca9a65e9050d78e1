/* SPDX-License-Identifier: MIT */
/* The runs of a sweep, grouped by the values of some of its parameters, with one number from each
 * repetition.
 *
 * Repetition k of all cells met the same luck (common random numbers), so runs of different cells
 * are not independent of each other, while repetitions of one cell are. Therefore where a group
 * holds several cells, since not all swept parameters are in `by`, their numbers are first averaged
 * within each repetition: what intervals are made from is always one number a repetition. Runs that
 * are not complete, or have no value of the metric, are left out and counted. */
#ifndef ANALYSIS_CELL_GROUP_H
#define ANALYSIS_CELL_GROUP_H

#include "analysis/statistic.h"

typedef struct CellGroup {
    char **values;       /* of the parameters in `by`, NULL-terminated */
    char *label;         /* "link.loss=5%, peers.count=10"; "all runs" without parameters */
    GArray *run_ids;     /* of int64_t */
    GArray *repetitions; /* of int64_t, ascending */
    GArray *seeds;       /* of int64_t: of the first run of each repetition */
    GArray *samples;     /* of double: one for each repetition */
    double number;       /* the first value as a number, NaN where it is none */
} CellGroup;

typedef struct CellGroups {
    Statistic statistic;
    char **by;
    GPtrArray *groups; /* of CellGroup, by their values: numbers by size, texts by bytes */
    int64_t left_out;  /* runs without a number */
} CellGroups;

/* What to read; NULL leaves the choice: the first metric, all swept parameters, the only
 * experiment. */
typedef struct CellQuestion {
    const char *metric; /* a statistic */
    const char *by;     /* keys of parameters, with commas */
    const char *experiment;
} CellQuestion;

/* Fails with exit status 2 when no run answers the question. */
CellGroups *cell_groups_read(sqlite3 *database, const CellQuestion *question, GError **error);
void cell_groups_free(CellGroups *groups);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CellGroups, cell_groups_free)

const CellGroup *cell_groups_at(const CellGroups *groups, guint index);

/* A value of a parameter as a number in the base unit of what it is: "5%" is 0.05, "20ms" 2e7,
 * "64KiB" 65536. NaN for other texts. */
double cell_number(const char *value);

#endif
