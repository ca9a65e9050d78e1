/* SPDX-License-Identifier: MIT */
/* What a page says of a run as a whole, as JSON: see docs/pages.md for its shape. Nothing here
 * depends on the machine, the number of the run in its file or the order of rows, so equal runs
 * give equal text. */
#ifndef ANALYSIS_RUN_PAGE_H
#define ANALYSIS_RUN_PAGE_H

#include "analysis/trace_index.h"

/* One object. */
bool run_page_append(const TraceIndex *index, GString *json, GError **error);

/* An array with a line for each run of the database, in the order of experiment, cell and
 * repetition: the index of a sweep. */
bool run_page_append_runs(sqlite3 *database, GString *json, GError **error);

/* A snapshot's states and channels: an object. */
bool run_page_append_snapshot(const TraceIndex *index, int64_t snapshot_id, GString *json,
                              GError **error);

#endif
