/* SPDX-License-Identifier: MIT */
/* The first snapshot of a run, as the tables `snapshot` and `snapshot_state` have it. The original
 * testbed knew none of these: it left its states in the spans "cl_snapshot" and "snapshot" of one
 * trace, which serve where the tables are empty. */
#ifndef ANALYSIS_FIRST_SNAPSHOT_H
#define ANALYSIS_FIRST_SNAPSHOT_H

#include "analysis/plot.h"

typedef struct FirstSnapshot {
    bool is_there;
    bool is_in_spans;
    int64_t id; /* of the snapshot, or of the trace */
    int64_t initiator_id, started_ns, ended_ns;
} FirstSnapshot;

bool first_snapshot_read(const PlotSource *source, FirstSnapshot *ret_snapshot, GError **error);

/* Rows of (peer, time of recording), in order of peer and time. */
sqlite3_stmt *first_snapshot_states(const PlotSource *source, const FirstSnapshot *snapshot,
                                    GError **error);

#endif
