/* SPDX-License-Identifier: MIT */
/* One run of a scenario: its network, its timeline, its expectations and its database.
 *
 *     run_new        builds all of it; whatever is wrong with the input is found here, before the
 *                    database exists
 *     run_execute    to the end, to an interruption, or to a failure of the kernel; commits the
 *                    database
 *
 * skein inspect and skein verify build a run and step through its simulation themselves. */
#ifndef SCENARIOS_RUN_H
#define SCENARIOS_RUN_H

#include "models/network_memory.h"
#include "scenarios/judge.h"

typedef enum RunStatus { RUN_COMPLETE, RUN_STOPPED, RUN_BROKEN } RunStatus;

const char *run_status_name(RunStatus status); /* complete, interrupted, failed */

typedef struct RunOptions {
    const EventQueueKind *queue;            /* NULL: the default */
    unsigned partition_count, thread_count; /* 0: 1 */
    const char *database;                   /* NULL: nothing is recorded */
    bool replace;                           /* an existing database */
    GByteArray *block;      /* takes the rows in place of a database: sim/record_block.h; one run of
                               many, so its file has the scenario's text and places once for all */
    const char *experiment; /* NULL: none, as are cell and repetition 0 */
    const char *cell;
    int64_t repetition;
    const volatile sig_atomic_t *interrupt; /* non-zero ends the run; may be NULL */
    LogLevel log_level;                     /* the most that is told to log_line */
    void (*log_line)(void *data, SimTime now, EntityId peer, LogLevel level, const char *text);
    void *log_data;
    /* Called every few milliseconds or tens of thousands of events; NULL: not at all. */
    void (*progress)(void *data, SimTime now, uint64_t events);
    void *progress_data;
    const NetworkWitness *witness; /* NULL: none; else the run is not cut into partitions */
} RunOptions;

typedef struct Run Run;

/* The scenario must outlive the run. */
Run *run_new(Scenario *scenario, const RunOptions *options, GError **error);
/* Without run_execute: no database is left. */
void run_free(Run *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

/* Once. False when the environment failed (the disk is full): no database is left. A run that broke
 * is no error here: see run_status() and run_failure(). */
bool run_execute(Run *run, GError **error);

const Scenario *run_scenario(const Run *run);
Network *run_network(const Run *run);
/* What the user should know about the run, NULL-terminated; those of the scenario included. */
const char *const *run_remarks(const Run *run);
/* The file that a signal handler has to remove when the process ends at once; NULL: none. */
const char *run_partial_path(const Run *run);

/* After run_execute. */
RunStatus run_status(const Run *run);
const char *run_failure(const Run *run); /* why it broke, NULL: it did not */
double run_wall_seconds(const Run *run);
const NetworkMemory *run_memory(const Run *run); /* when its last event was done */
/* Only a complete run is judged: otherwise there are no verdicts. */
unsigned run_verdict_count(const Run *run);
const RunVerdict *run_verdict(const Run *run, unsigned index);
/* Complete, and every expectation holds. A property of the module that does not hold is only told:
 * a scenario may well be about that. skein check is there to insist on it. */
bool run_holds(const Run *run);

#endif
