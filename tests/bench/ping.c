/* SPDX-License-Identifier: MIT */
/* Ping round trips through the whole path of a scenario: host, stream, stack, link, kernel,
 * metrics. The same workloads as the peers that this project measures itself against: links of 5 to
 * 50 ms, one ping outstanding at each node, 20 nodes in a full mesh or 1,000 with eight neighbours
 * each. Also what recording costs: the share of the metrics in a run, and rows a second into the
 * database with everything recorded. */
#include "tests/bench/bench.h"

#include "scenarios/run.h"
#include "sim/metric.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

enum { PINGS = 1000000 };

/* Runs the workload once; the CPU seconds of the run alone, without set-up, recording and commit
 * included. */
static double run_pings(const Bench *bench, const char *queue, unsigned peers, unsigned pings,
                        const char *level, const char *database, uint64_t *ret_events)
{
    const bool is_mesh = peers == 20;
    g_autofree char *text =
        g_strdup_printf("scenario: {module: ping}\n"
                        "peers: {count: %u}\n"
                        "topology: {kind: %s, degree: 8, preconnected: yes}\n"
                        "link: {latency: 'uniform(5ms, 50ms)'}\n"
                        "record: {level: %s}\n"
                        "ping: {target: random, count: %u, interval: 100ms}\n",
                        peers, is_mesh ? "full-mesh" : "random-regular", level, pings / peers);
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_get_current_dir();
    ScenarioFile *file = scenario_file_parse(text, strlen(text), bench->name, directory, &error);
    g_autoptr(Scenario) scenario = file == NULL ? NULL : scenario_new(file, &error);
    g_autoptr(Run) run = NULL;
    if (scenario != NULL) {
        run = run_new(
            scenario,
            &(RunOptions){.queue = event_queue_kind(queue), .database = database, .replace = true},
            &error);
    }
    const double start = bench_cpu_seconds();
    if (run == NULL || !run_execute(run, &error)) {
        fprintf(stderr, "bench %s: %s\n", bench->name, error->message);
        return -1;
    }
    *ret_events = simulation_events(network_simulation(run_network(run)));
    return bench_cpu_seconds() - start;
}

/* What one metric_add() costs, over values as spread as round trips are. */
static double metric_seconds(void)
{
    g_autoptr(Metric) metric = metric_new();
    uint64_t word = 1;
    const double start = bench_cpu_seconds();
    for (unsigned i = 0; i < PINGS; i++) {
        word = word * UINT64_C(6364136223846793005) + 1442695040888963407;
        metric_add(metric, 10000000 + (int64_t)(word >> 37));
    }
    return (bench_cpu_seconds() - start) / PINGS;
}

static int run_round_trips(const Bench *bench, const char *queue, unsigned peers)
{
    double seconds[5];
    uint64_t events = 0;
    for (unsigned i = 0; i < G_N_ELEMENTS(seconds); i++) {
        seconds[i] = run_pings(bench, queue, peers, PINGS, "metrics", NULL, &events);
        if (seconds[i] < 0) {
            return 2;
        }
    }
    const double median = bench_median(seconds, G_N_ELEMENTS(seconds));
    g_autofree char *parameters = g_strdup_printf("queue=%s peers=%u level=metrics", queue, peers);
    bench_report(bench, parameters, PINGS / median, "round trips/s");
    bench_report(bench, parameters, median / (double)events * 1e9, "ns/event");
    /* A round trip adds to six metrics: latency and loss of two messages, ping.rtt, ping.loss. */
    bench_report(bench, parameters, 6 * PINGS * metric_seconds() / median * 100,
                 "% of the run in metrics");
    return 0;
}

/* A span and a message for each ping and pong: four rows. */
static int run_recording(const Bench *bench)
{
    g_autofree char *folder = g_dir_make_tmp("skein-bench-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "bench.db", NULL);
    uint64_t events;
    const double bare = run_pings(bench, "ladder", 1000, PINGS / 4, "metrics", NULL, &events);
    const double full = run_pings(bench, "ladder", 1000, PINGS / 4, "all", path, &events);
    g_unlink(path);
    g_rmdir(folder);
    if (bare < 0 || full < 0) {
        return 2;
    }
    bench_report(bench, "peers=1000 level=all", PINGS / (full - bare), "rows/s, indices included");
    return 0;
}

static int run(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (const char *const *queue = event_queue_names(); *queue != NULL; queue++) {
        if (run_round_trips(&BENCH_ping, *queue, 20) != 0 ||
            run_round_trips(&BENCH_ping, *queue, 1000) != 0) {
            return 2;
        }
    }
    return run_recording(&BENCH_ping);
}

const Bench BENCH_ping = {"ping", "", run};
