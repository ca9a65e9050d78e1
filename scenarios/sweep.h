/* SPDX-License-Identifier: MIT */
/* Executing a sweep: what is in the plan and not in the database is run by worker processes, and
 * this process writes their rows.
 *
 * Runs are given out repetition by repetition over all cells, so that an interrupted sweep has a
 * little of everything. The order in which they end changes nothing: not the rows, not the digest,
 * and not where `until` stops, which looks at repetitions 1 to n of a cell when all of them are
 * there, n = 10, 15, 23, ... */
#ifndef SCENARIOS_SWEEP_H
#define SCENARIOS_SWEEP_H

#include "scenarios/sweep_database.h"
#include "scenarios/sweep_plan.h"

#include <signal.h>

typedef struct SweepProgress {
    uint64_t total;   /* runs, as far as is known */
    uint64_t done;    /* that ended well, those that the database had included */
    uint64_t kept;    /* the latter */
    uint64_t failed;  /* now */
    uint64_t running; /* given to workers */
} SweepProgress;

/* Half the width of the confidence interval of a statistic (`ping.rtt.p99`) over repetitions
 * 1..count of a cell, and its mean. NaN where there are no values. */
typedef bool (*SweepHalfwidth)(void *data, sqlite3 *database, const SweepCell *cell, unsigned count,
                               double *ret_halfwidth, double *ret_mean, GError **error);

typedef struct SweepOptions {
    unsigned worker_count;
    int64_t timeout_us, memory_bytes_max;   /* of each run; 0: none */
    bool fail_fast;                         /* the first failed run ends the sweep */
    unsigned shard, shard_count;            /* from 1; only the cells of this share. 0: all */
    SweepHalfwidth halfwidth;               /* needed for `until` */
    const volatile sig_atomic_t *interrupt; /* non-zero: no more runs; may be NULL */
    /* Called now and then, and whenever something changed; NULL: not at all. */
    void (*progress)(void *data, const SweepProgress *progress);
    void (*failed)(void *data, const SweepCell *cell, unsigned repetition, const char *reason);
    void (*remark)(void *data, const char *text);
    void *data; /* of these four */
} SweepOptions;

typedef struct SweepReport {
    SweepProgress progress;
    uint64_t executed;   /* runs, in this call */
    uint64_t violated;   /* of them those with an expectation that does not hold */
    int64_t cpu_ns;      /* processor time of workers from building a run to its last row */
    bool is_interrupted; /* by the signal or the first failure */
    bool is_complete;    /* nothing is missing, nothing failed */
} SweepReport;

/* Whether this share has the cell: whole cells are dealt out in turn. */
bool sweep_has_cell(const SweepOptions *options, unsigned cell);

/* Goes on with what the database has, after it was compared (scenarios/sweep_compare.h). */
bool sweep_execute(const SweepPlan *plan, SweepDatabase *database, const SweepOptions *options,
                   SweepReport *ret_report, GError **error);

/* Whether the share has cells, and as many cells as it takes to see each swept value once can be
 * built: bad input is found here, before there is a database. */
bool sweep_check(const SweepPlan *plan, const SweepOptions *options, GError **error);

#endif
