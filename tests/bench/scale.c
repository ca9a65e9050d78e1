/* SPDX-License-Identifier: MIT */
/* Two cores as one: the same run in one thread and in N, in turns, by the clock on the wall. The
 * fingerprints must agree; that is not measured but required. And what an event costs as the
 * network grows, in one thread. */
#include "tests/bench/workload.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 3

static char *snapshot_text(uint32_t peers)
{
    return g_strdup_printf("scenario: {module: bank, stop: 3s}\n"
                           "peers: {count: %u}\n"
                           "topology: {kind: random-regular, degree: 8, preconnected: yes}\n"
                           "link: {latency: 'uniform(5ms, 50ms)'}\n"
                           "record: {level: metrics, snapshots: no}\n"
                           "snapshot: {count: 1, start: 1s}\n",
                           peers);
}

static bool compare(const char *load, const char *text, unsigned threads)
{
    double ones[ROUNDS], manys[ROUNDS], ratios[ROUNDS];
    for (unsigned i = 0; i < ROUNDS; i++) {
        WorkloadResult one, many;
        if (!workload_run(&BENCH_scale, text, 1, NULL, NULL, &one) ||
            !workload_run(&BENCH_scale, text, threads, NULL, NULL, &many)) {
            return false;
        }
        if (one.fingerprint != many.fingerprint) {
            fprintf(stderr, "bench scale: %s: the fingerprints differ\n", load);
            return false;
        }
        ones[i] = one.wall_seconds;
        manys[i] = many.wall_seconds;
        ratios[i] = one.wall_seconds / many.wall_seconds;
    }
    g_autofree char *parameters = g_strdup_printf("load=%s threads=%u", load, threads);
    bench_report(&BENCH_scale, parameters, bench_median(ones, ROUNDS), "s in one thread");
    bench_report(&BENCH_scale, parameters, bench_median(manys, ROUNDS), "s");
    bench_report(&BENCH_scale, parameters, bench_median(ratios, ROUNDS), "times as fast");
    return true;
}

static int run(int argc, char **argv)
{
    const unsigned threads = argc > 0 ? (unsigned)strtoul(argv[0], NULL, 10) : 2;
    const uint32_t peers = argc > 1 ? (uint32_t)strtod(argv[1], NULL) : 100000;
    g_autofree char *ping = workload_ping_text("ideal", peers, 20 * (uint64_t)peers);
    g_autofree char *snapshot = snapshot_text(peers);
    return compare("ping", ping, threads) && compare("snapshot", snapshot, threads) ? 0 : 2;
}

const Bench BENCH_scale = {.name = "scale", .usage = "[THREADS [PEERS]]", .run = run};

static int run_growth(int argc, char **argv)
{
    const uint32_t most = argc > 0 ? (uint32_t)strtod(argv[0], NULL) : 1000000;
    for (uint32_t peers = 100; peers <= most; peers *= 10) {
        g_autofree char *text = workload_ping_text("ideal", peers, 1000000);
        WorkloadResult result;
        if (!workload_run(&BENCH_growth, text, 1, NULL, NULL, &result)) {
            return 2;
        }
        g_autofree char *parameters = g_strdup_printf("peers=%u", peers);
        bench_report(&BENCH_growth, parameters, result.cpu_seconds / (double)result.events * 1e9,
                     "ns/event");
    }
    return 0;
}

const Bench BENCH_growth = {.name = "growth", .usage = "[MOST_PEERS]", .run = run_growth};

static int run_snapshot(int argc, char **argv)
{
    const uint32_t peers = argc > 0 ? (uint32_t)strtod(argv[0], NULL) : 100000;
    g_autofree char *text = snapshot_text(peers);
    WorkloadResult result;
    if (!workload_run(&BENCH_snapshot, text, 1, NULL, NULL, &result)) {
        return 2;
    }
    g_autofree char *parameters = g_strdup_printf("peers=%u", peers);
    bench_report(&BENCH_snapshot, parameters, result.cpu_seconds, "s");
    bench_report(&BENCH_snapshot, parameters, result.cpu_seconds / (double)result.events * 1e9,
                 "ns/event");
    return 0;
}

const Bench BENCH_snapshot = {.name = "snapshot", .usage = "[PEERS]", .run = run_snapshot};
