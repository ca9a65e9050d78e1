/* SPDX-License-Identifier: MIT */
/* The table of `skein stats --warm-up --batch-means`: what a quantity over time comes to once a run
 * has settled, by the means that analysis/sample.h names.
 *
 * The quantity is a series, or the durations of the spans of a name, each at its end. Its values
 * are taken in the order of time, whosever they are, and each counts once. The values of one run
 * hang together, so that its interval is made from means of batches; those of runs of a cell do
 * not, so that theirs is Student's over the means of the runs (replication and deletion: Law,
 * Simulation Modeling and Analysis, section 9.5.2). */
#ifndef ANALYSIS_LONG_RUN_H
#define ANALYSIS_LONG_RUN_H

#include "analysis/database.h"

#include <stdbool.h>

typedef enum WarmUp { WARM_UP_NONE, WARM_UP_MSER5, WARM_UP_TIME } WarmUp;

#define LONG_RUN_BATCHES 20

typedef struct LongRunQuestion {
    const char *quantity;  /* a series, or the name of spans */
    const int64_t *run_id; /* NULL: each complete run */
    WarmUp warm_up;
    int64_t warm_up_ns; /* with WARM_UP_TIME: values before are left out */
    guint batch_count;  /* at least 2 */
    double level;
} LongRunQuestion;

/* A table of runs and, where a cell has several, one of cells. Fails with exit status 2 when no run
 * has the quantity, naming the nearest that there is, or fewer values than batches. */
GPtrArray *long_run_read(sqlite3 *database, const LongRunQuestion *question, GError **error);

#endif
