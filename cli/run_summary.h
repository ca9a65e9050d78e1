/* SPDX-License-Identifier: MIT */
/* What a run prints at its end, for people or for programs, on stdout. */
#ifndef CLI_RUN_SUMMARY_H
#define CLI_RUN_SUMMARY_H

#include "scenarios/run.h"

/* database: its path, or NULL when there is none. */
void run_summary_print(const Run *run, const char *database);

/* One JSON object: status, fingerprint (16 hexadecimal digits), events, end_ns, wall_seconds,
 * scenario, module, seed, database, thread_events, memory, metrics (name, unit, count, mean, p50,
 * p99, min, max), expectations (text, holds, found), remarks. */
void run_summary_print_json(const Run *run, const char *database);

/* To stderr, before the run. */
/* Those from a number on; returns the number of the next. */
unsigned run_summary_print_remarks(const Run *run, unsigned from);

/* The exit status that a run stands for. */
int run_summary_exit_status(const Run *run);

#endif
