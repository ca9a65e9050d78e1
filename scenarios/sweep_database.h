/* SPDX-License-Identifier: MIT */
/* The database of a sweep, while it grows. Only one process writes it.
 *
 * Runs are put into transactions that are closed after SWEEP_COMMIT_US at the latest, in SQLite's
 * write-ahead log with synchronous=FULL: a run is in the file completely or not at all, whatever
 * happens to the process, the machine or the disk, and others may read the file meanwhile. When all
 * is done the log goes into the file, which then stands alone.
 *
 * A failed run is a row of `run` with status `failed` and its reason in `execution`. What belongs
 * to the sweep as a whole is in `execution` with run_id NULL. */
#ifndef SCENARIOS_SWEEP_DATABASE_H
#define SCENARIOS_SWEEP_DATABASE_H

#include "scenarios/scenario_file.h"
#include "sim/record.h"

#include <sqlite3.h>

#define SWEEP_COMMIT_US 200000

typedef enum SweepOpening {
    SWEEP_CREATE,  /* a file that is there is refused */
    SWEEP_REPLACE, /* it is removed */
    SWEEP_RESUME,  /* it is gone on with; one that is not there is created */
} SweepOpening;

typedef struct SweepDatabase SweepDatabase;

SweepDatabase *sweep_database_new(const char *path, SweepOpening opening, GError **error);
/* What is not committed is dropped. */
void sweep_database_free(SweepDatabase *database);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SweepDatabase, sweep_database_free)

const char *sweep_database_path(const SweepDatabase *database);
/* For reading what is there, also what is not committed yet. */
sqlite3 *sweep_database_connection(SweepDatabase *database);

/* What a sweep as a whole leaves: the scenario's text, and which share it is, as `2/5` or
 * NULL. Replaces what stood there. */
bool sweep_database_describe(SweepDatabase *database, const ScenarioFile *file, const char *share,
                             GError **error);

/* Adds the rows of a run (sim/record_block.h) under a new number. */
bool sweep_database_add(SweepDatabase *database, const void *rows, size_t size_bytes,
                        GError **error);
/* Adds a run that left nothing but its reason; the row's id is set here. */
bool sweep_database_add_failure(SweepDatabase *database, const RunRow *row, const char *reason,
                                GError **error);

/* Removes runs with all their rows: those that did not end well, and those in `ids` (of int64_t).
 */
bool sweep_database_remove(SweepDatabase *database, const GArray *ids, GError **error);

/* Until the open transaction has to be committed; -1: there is none. */
int64_t sweep_database_due_us(const SweepDatabase *database);
bool sweep_database_commit(SweepDatabase *database, GError **error);

/* Commits and puts everything into one file; of a sweep that is complete, makes indices and views
 * if they are not there. */
bool sweep_database_finish(SweepDatabase *database, bool is_complete, GError **error);

/* Sets the error from what SQLite says; returns false. */
bool sweep_database_refuse(SweepDatabase *database, GError **error);

#endif
