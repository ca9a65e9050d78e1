/* SPDX-License-Identifier: MIT */
/* Ping round trips through the whole path of a scenario - host, stream, stack, link, kernel,
 * metrics
 * - on each stack there is, with what a peer, a connection and a stream take. The load is that of
 * the programs that this project measures itself against: tests/bench/workload.h. */
#include "tests/bench/workload.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 3
#define PINGS 1000000

static bool measure(const char *stack, uint32_t peers, uint64_t pings)
{
    g_autofree char *text = workload_ping_text(stack, peers, pings);
    const unsigned rounds = peers >= 1000000 ? 1 : ROUNDS;
    double rates[ROUNDS], costs[ROUNDS];
    WorkloadResult result;
    for (unsigned i = 0; i < rounds; i++) {
        if (!workload_run(&BENCH_ping, text, 1, NULL, "ping.rtt", &result)) {
            return false;
        }
        rates[i] = (double)result.answered / result.cpu_seconds;
        costs[i] = result.cpu_seconds / (double)result.events * 1e9;
    }
    g_autofree char *parameters = g_strdup_printf("stack=%s peers=%u", stack, peers);
    bench_report(&BENCH_ping, parameters, bench_median(rates, rounds), "round trips/s");
    bench_report(&BENCH_ping, parameters, bench_median(costs, rounds), "ns/event");
    bench_report(&BENCH_ping, parameters, result.start_cpu_seconds, "s to start");
    bench_report(&BENCH_ping, parameters,
                 (double)(result.memory.peers_bytes + result.memory.held_bytes) / peers,
                 "bytes/peer");
    return true;
}

static int run(int argc, char **argv)
{
    static const uint32_t PEERS[] = {20, 1000, 1000000};
    const uint32_t only = argc > 0 ? (uint32_t)strtod(argv[0], NULL) : 0;
    const uint64_t pings = argc > 1 ? (uint64_t)strtod(argv[1], NULL) : PINGS;
    for (const char *const *stack = BENCH_STACKS; *stack != NULL; stack++) {
        if (argc > 2 && !g_str_equal(argv[2], *stack)) {
            continue;
        }
        for (size_t i = 0; i < (only > 0 ? 1 : G_N_ELEMENTS(PEERS)); i++) {
            const uint32_t peers = only > 0 ? only : PEERS[i];
            if ((only > 0 || peers < 1000000 || g_str_equal(*stack, "ideal")) &&
                !measure(*stack, peers, pings)) {
                return 2;
            }
        }
    }
    return 0;
}

const Bench BENCH_ping = {.name = "ping", .usage = "[PEERS [PINGS [STACK]]]", .run = run};
