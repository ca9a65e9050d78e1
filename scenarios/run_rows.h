/* SPDX-License-Identifier: MIT */
/* Inside scenarios/: what a run writes about itself, beside what the network records: its
 * parameters and inputs, and how it was executed. Nothing that differs between equal runs (paths,
 * lines, clocks) is in `parameter` or `input`. */
#ifndef SCENARIOS_RUN_ROWS_H
#define SCENARIOS_RUN_ROWS_H

#include "scenarios/run.h"
#include "sim/record.h"

/* The keys of `execution` that skein rerun reads. */
#define EXECUTION_SCENARIO_PATH "scenario.path"
#define EXECUTION_SCENARIO_DIRECTORY "scenario.directory"
#define EXECUTION_SCENARIO_TEXT "scenario.text"
#define EXECUTION_SCENARIO_SHA256 "scenario.sha256"
#define EXECUTION_VERSION "skein.version"
/* Those of a sweep as a whole. */
#define EXECUTION_TIMELINE "scenario.timeline"
#define EXECUTION_SHARE "sweep.share" /* 2/5 */

/* Parameters, inputs with their SHA-256, and, unless the run is one of many in its file, their
 * places and the scenario's own text. Fails when an input cannot be read any more. */
bool run_rows_before(RecordBuffer *buffer, const Scenario *scenario, const Network *network,
                     bool is_one_of_many, GError **error);

/* The scenario's text, path and SHA-256. */
void run_rows_scenario(RecordBuffer *buffer, const ScenarioFile *file);

/* failure: why the run broke, or NULL. */
void run_rows_execution(RecordBuffer *buffer, const Simulation *simulation,
                        const EventQueueKind *queue, double wall_seconds, const char *failure);

#endif
