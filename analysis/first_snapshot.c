/* SPDX-License-Identifier: MIT */
/* The first snapshot of a run. */
#include "analysis/first_snapshot.h"

/* Rows of (id, initiator, start, end). */
static const char *const QUERIES[] = {
    "SELECT id, initiator_id, started_ns, max(started_ns + 1, ifnull(completed_ns, started_ns),"
    " ifnull((SELECT max(recorded_ns) FROM snapshot_state AS s WHERE s.run_id = ?1"
    " AND s.snapshot_id = snapshot.id), started_ns)) FROM snapshot WHERE run_id = ?1"
    " AND started_ns IS NOT NULL ORDER BY started_ns, id LIMIT 1",
    "SELECT trace_id, peer_id, start_ns, max(start_ns + 1, (SELECT max(start_ns) FROM span AS s"
    " WHERE s.run_id = ?1 AND s.trace_id = span.trace_id)) FROM span WHERE run_id = ?1"
    " AND name = 'cl_snapshot' AND start_ns IS NOT NULL ORDER BY start_ns, id LIMIT 1",
};

bool first_snapshot_read(const PlotSource *source, FirstSnapshot *ret_snapshot, GError **error)
{
    FirstSnapshot snapshot = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(QUERIES) && !snapshot.is_there; i++) {
        GError *problem = NULL;
        g_autoptr(sqlite3_stmt) row =
            database_prepare_for_run(source->database, QUERIES[i], source->run_id, error);
        if (row == NULL) {
            return false;
        }
        snapshot.is_there = database_step(row, &problem);
        if (!database_finished(problem, error)) {
            return false;
        }
        if (snapshot.is_there) {
            snapshot.is_in_spans = i == 1;
            snapshot.id = sqlite3_column_int64(row, 0);
            snapshot.initiator_id = sqlite3_column_int64(row, 1);
            snapshot.started_ns = sqlite3_column_int64(row, 2);
            snapshot.ended_ns = sqlite3_column_int64(row, 3);
        }
    }
    *ret_snapshot = snapshot;
    return true;
}

sqlite3_stmt *first_snapshot_states(const PlotSource *source, const FirstSnapshot *snapshot,
                                    GError **error)
{
    sqlite3_stmt *row = database_prepare_for_run(
        source->database,
        snapshot->is_in_spans
            ? "SELECT peer_id, start_ns FROM span WHERE run_id = ?1 AND trace_id = ?2"
              " AND name IN ('cl_snapshot', 'snapshot') AND json_valid(attributes)"
              " AND json_extract(attributes, '$.state') IS NOT NULL ORDER BY peer_id, start_ns"
            : "SELECT peer_id, recorded_ns FROM snapshot_state WHERE run_id = ?1"
              " AND snapshot_id = ?2 ORDER BY peer_id, recorded_ns",
        source->run_id, error);
    if (row != NULL) {
        sqlite3_bind_int64(row, 2, snapshot->id);
    }
    return row;
}
