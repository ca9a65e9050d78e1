/* SPDX-License-Identifier: MIT */
/* Whether a sweep's database may be gone on with: what its runs were made from has to be what the
 * scenario file says now. Compared are the module, each cell's settings in force, the timeline, and
 * the SHA-256 of each input file; not comments, paths, or which values and repetitions there are.
 */
#ifndef SCENARIOS_SWEEP_COMPARE_H
#define SCENARIOS_SWEEP_COMPARE_H

#include "scenarios/sweep_database.h"
#include "scenarios/sweep_plan.h"

/* A run that the database has. */
typedef struct SweepRecord {
    int64_t id;
    unsigned cell; /* index in the plan; SWEEP_NO_CELL when it is not in it */
    int64_t repetition;
    bool is_complete;
    char *module;
} SweepRecord;

#define SWEEP_NO_CELL G_MAXUINT

/* All runs of the database, as SweepRecord. */
GArray *sweep_compare_records(SweepDatabase *database, const SweepPlan *plan, GError **error);

/* Appends the ids (int64_t) of the planned runs that would be different now, and a line about each
 * reason. */
bool sweep_compare(SweepDatabase *database, const SweepPlan *plan, const GArray *records,
                   GArray *changed_ids, GPtrArray *reasons, GError **error);

#endif
