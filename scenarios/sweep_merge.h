/* SPDX-License-Identifier: MIT */
/* Joining the databases of a sweep's shares, made on several machines, into one, which has the
 * digest of a sweep on one machine. The parts are only read. They have to be of one scenario: the
 * same name, module, timeline, inputs, and settings that are not swept; and no run may be in two of
 * them. */
#ifndef SCENARIOS_SWEEP_MERGE_H
#define SCENARIOS_SWEEP_MERGE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SweepMergeReport {
    int64_t runs, failed, cells;
    unsigned shares, share_count; /* how many of how many were there; 0 where that is not known */
} SweepMergeReport;

/* Writes path, which appears when it is complete; replace: an existing one. */
bool sweep_merge(const char *const *parts, const char *path, bool replace,
                 SweepMergeReport *ret_report, GError **error);

#endif
