/* SPDX-License-Identifier: MIT */
/* Benchmarks: small programs in one, each measuring one thing of skein in CPU time of this process.
 * `make bench` runs them all; `bench NAME [ARGUMENT...]` runs one, whose usage says what its
 * arguments choose.
 *
 * Each result is one line on standard output, with tabs between the columns: benchmark, parameters
 * (`key=value`, with spaces between), value, unit. Machines are noisy: compare results of one run
 * with each other, and measure alternately what is to be compared. */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include <glib.h>

typedef struct Bench {
    const char *name;
    const char *usage;
    /* argc and argv without the name; returns an exit status. */
    int (*run)(int argc, char **argv);
} Bench;

#define X(name) extern const Bench BENCH_##name;
#include "tests/bench/bench_list.h"
#undef X

/* CPU time of this process, system calls included. */
double bench_cpu_seconds(void);

/* The same of the calling thread alone. */
double bench_thread_seconds(void);

/* Prints one result. */
void bench_report(const Bench *bench, const char *parameters, double value, const char *unit);

/* The names of stacks, one of the layered ones among them; NULL-terminated. */
extern const char *const BENCH_STACKS[];

/* Sorts the values and returns the middle one. */
double bench_median(double *values, unsigned count);

#endif
