/* SPDX-License-Identifier: MIT */
/* Scenarios as loads: the text of one is run, with nothing recorded but metrics unless a database
 * is given, and timed. */
#ifndef TESTS_BENCH_WORKLOAD_H
#define TESTS_BENCH_WORKLOAD_H

#include "tests/bench/bench.h"

#include "scenarios/run.h"

typedef struct WorkloadResult {
    double cpu_seconds, wall_seconds; /* of the events alone, metrics and recording included */
    double start_cpu_seconds;         /* from the text to the first event */
    uint64_t events;
    uint64_t fingerprint;
    uint64_t answered; /* values of the metric that was asked for */
    NetworkMemory memory;
} WorkloadResult;

/* metric may be NULL. False, with a message, when the scenario does not run. */
bool workload_run(const Bench *bench, const char *text, unsigned threads, const char *database,
                  const char *metric, WorkloadResult *ret_result);

/* The load by which other simulators are measured: each peer has one ping under way and sends the
 * next one with the answer; links of 5 to 50 ms; 20 peers are a full mesh, more have eight
 * neighbours each. */
char *workload_ping_text(const char *stack, uint32_t peers, uint64_t pings);

#endif
