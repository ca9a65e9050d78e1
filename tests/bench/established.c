/* SPDX-License-Identifier: MIT */
/* What a round trip of a ping costs on a connection that stands, on each stack and against `ideal`:
 * the same run with two ends, of which the difference has no dials in it, and hardly a ping of a
 * session. Twenty peers of a full mesh ping each other at random, 50 ms apart, 100 times a second
 * each. The stacks take turns, so that all see the same machine. */
#include "tests/bench/workload.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS_DEFAULT = 5, ROUNDS_MAX = 25 };
static const unsigned SHORT_SECONDS = 3, LONG_SECONDS = 23;

static const char *const STACKS[] = {"ideal",          "datagram",      "tcp/noise/yamux",
                                     "tcp/tls/yamux",  "tcp/tls/mplex", "tcp/plaintext/mplex",
                                     "ws/noise/yamux", "quic"};

static bool run_until(const char *stack, unsigned seconds, WorkloadResult *ret_result)
{
    g_autofree char *text = g_strdup_printf("scenario: {module: ping, stop: %us}\n"
                                            "peers: {count: 20}\n"
                                            "topology: {kind: full-mesh}\n"
                                            "link: {latency: 50ms}\n"
                                            "stack: {name: %s}\n"
                                            "record: {level: metrics}\n"
                                            "ping: {target: random, interval: 10ms, count: 0}\n",
                                            seconds, stack);
    return workload_run(&BENCH_established, text, 1, NULL, "ping.rtt", ret_result);
}

/* Microseconds of CPU. */
static bool cost_of(const char *stack, double *ret_cost)
{
    WorkloadResult shorter, longer;
    if (!run_until(stack, SHORT_SECONDS, &shorter) || !run_until(stack, LONG_SECONDS, &longer)) {
        return false;
    }
    *ret_cost = (longer.cpu_seconds - shorter.cpu_seconds) * 1e6 /
                (double)(longer.answered - shorter.answered);
    return true;
}

static int run(int argc, char **argv)
{
    const unsigned wanted = argc > 0 ? (unsigned)strtoul(argv[0], NULL, 10) : ROUNDS_DEFAULT;
    const unsigned rounds = CLAMP(wanted, 1, ROUNDS_MAX);
    double costs[G_N_ELEMENTS(STACKS)][ROUNDS_MAX], ratios[G_N_ELEMENTS(STACKS)][ROUNDS_MAX];
    for (unsigned i = 0; i < rounds; i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(STACKS); k++) {
            if (!cost_of(STACKS[k], &costs[k][i])) {
                return 2;
            }
            ratios[k][i] = costs[k][i] / costs[0][i];
        }
    }
    for (size_t k = 0; k < G_N_ELEMENTS(STACKS); k++) {
        g_autofree char *parameters = g_strdup_printf("stack=%s", STACKS[k]);
        bench_report(&BENCH_established, parameters, bench_median(costs[k], rounds),
                     "us/round trip(cpu)");
        bench_report(&BENCH_established, parameters, costs[k][0], "us/round trip(cpu, least)");
        bench_report(&BENCH_established, parameters, bench_median(ratios[k], rounds),
                     "times ideal");
    }
    return 0;
}

const Bench BENCH_established = {.name = "established", .usage = "[ROUNDS]", .run = run};
