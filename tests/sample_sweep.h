/* SPDX-License-Identifier: MIT */
/* A small sweep written with SQL, for figures over cells: three losses with two numbers of peers
 * each, in five repetitions, with a metric of 40 values and a series in each run. */
#ifndef TESTS_SAMPLE_SWEEP_H
#define TESTS_SAMPLE_SWEEP_H

#include <sqlite3.h>

/* In memory, or as a file when `path` is not NULL. */
sqlite3 *sample_sweep_open(const char *path);

#endif
