/* SPDX-License-Identifier: MIT */
/* One run of a sweep, to be looked at closely: --cell, --repetition and --only of skein run. */
#ifndef CLI_SWEPT_RUN_H
#define CLI_SWEPT_RUN_H

#include "scenarios/run.h"
#include "scenarios/sweep_plan.h"

typedef struct SweptRun {
    char *cell, *only; /* owned; NULL: not given */
    int repetition;    /* 0: not given */
    SweepPlan *plan;   /* what the cell belongs to */
} SweptRun;

void swept_run_clear(SweptRun *swept);

bool swept_run_is_given(const SweptRun *swept);

/* The scenario with the values and the seed that the run has in the sweep; its name goes into the
 * options. Everything is recorded unless the file says otherwise. */
Scenario *swept_run_load(SweptRun *swept, const char *path, const char *const *sets,
                         const char *seed, RunOptions *options, GError **error);

#endif
