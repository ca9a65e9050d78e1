/* SPDX-License-Identifier: MIT */
/* A small database written with SQL, for what reads databases: three peers in a full mesh, dials,
 * pings one of which is lost, a snapshot, two faults, metrics. Its numbers are round, so that what
 * is read from it can be checked by hand. */
#ifndef TESTS_SAMPLE_RUN_H
#define TESTS_SAMPLE_RUN_H

#include <sqlite3.h>

/* In memory, or as a file when `path` is not NULL. Asserts that it could be made. */
sqlite3 *sample_run_open(const char *path);

/* Runs SQL on it and asserts that it could be run. */
void sample_run_change(sqlite3 *database, const char *sql);

#endif
